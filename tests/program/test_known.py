"""Instructions that were read before are found by their text; what comes out is what reading them anew gives."""

from __future__ import annotations

import pytest

from archives import accept, quirks, source
from dockerfix.syntax.dockerfile import parser
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, InstructionNode
from mutations import mutations

COUNT = 2_000


def shape(document: Document) -> list[object]:
    """All that reading found."""
    nodes: list[object] = []
    for node in document.nodes:
        nodes.append((node.kind, node.text, [(problem.message, problem.offset) for problem in node.found]))
        if isinstance(node, InstructionNode):
            bodies = [(body.opener.name, body.content, body.closed) for body in node.heredocs]
            nodes.append((node.kinds, node.ends, node.line.text, node.line.starts, node.line.origins, bodies))
    return [document.escape, nodes, [(each.message, each.offset) for each in document.problems]]


def anew(text: str | bytes) -> list[object]:
    parser.forget()
    return shape(parse(text))


def test_known_instructions_change_nothing_of_mutated_files() -> None:
    texts = list(mutations(COUNT, seed=77, longest=3_000))
    expected = [anew(text) for text in texts]
    for text in texts:
        parse(text)
    assert [shape(parse(text)) for text in texts] == expected


def test_known_instructions_change_nothing_of_recorded_cases() -> None:
    texts = [source(case) for case in (*quirks(), *accept())]
    expected = [anew(text) for text in texts]
    for text in texts:
        parse(text)
    assert [shape(parse(text)) for text in texts] == expected


OPEN = [
    *("RUN a \\\n", "RUN a \\\n# b\n", "RUN a \\\n\n", "RUN a\\\n \n", "\\\n"),
    *("RUN cat <<E\nb\n", "RUN cat <<E\nb\nE", "RUN a"),
]
"""Instructions that only the end of the text ended: they may go on where more text comes."""


@pytest.mark.parametrize("text", OPEN)
@pytest.mark.parametrize("more", ["RUN b\n", "E\n", "X\nE\nRUN b\n", "\n", "# c\n", "\\\nRUN b\n"])
def test_an_instruction_that_did_not_end_by_itself_is_not_known(text: str, more: str) -> None:
    expected = anew(f"FROM a\n{text}{more}")
    parser.forget()
    parse(f"FROM a\n{text}")
    parse(f"FROM a\nRUN x\n{text}")
    assert shape(parse(f"FROM a\n{text}{more}")) == expected
