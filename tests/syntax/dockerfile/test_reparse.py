"""Reading again what an edit touched gives what reading everything would give."""

from __future__ import annotations

import random

import pytest

import trees
from dockerfix.syntax.dockerfile.parser import forget, parse, reparse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit, OverlappingEdits, emit
from dockerfix.text.source import Span, decode
from mutations import FRAGMENTS, mutations

COUNT = 2_000
PARTS = 5


def random_edits(document: Document, chance: random.Random) -> list[Edit]:
    """One to three edits, often at the borders of nodes and at the end."""
    size = len(document.text)
    borders = [*document.offsets, size, size]
    places = sorted(
        chance.choice((chance.choice(borders), chance.randint(0, size))) for _ in range(chance.choice((2, 4, 6)))
    )
    edits: list[Edit] = []
    for start, end in zip(places[::2], places[1::2], strict=True):
        stop = chance.choice((start, end, min(end, start + 40)))
        text = decode(b"".join(chance.choices(FRAGMENTS, k=chance.randint(0, 2))))
        if not edits or edits[-1].span.end <= start:
            edits.append(Edit(Span(start, stop), text))
    return edits


def assert_reads_as_new(document: Document, edits: list[Edit]) -> Document:
    changed = reparse(document, edits)
    assert changed.text == emit(document.text, edits)
    forget()
    assert trees.outline(changed) == trees.outline(parse(changed.text)), (document.text, edits)
    return changed


@pytest.mark.parametrize("part", range(PARTS))
def test_random_edits(part: int) -> None:
    chance = random.Random(part)
    shared = 0
    for data in mutations(COUNT // PARTS, seed=77 + part, longest=600):
        document = parse(data)
        for _ in range(3):
            changed = assert_reads_as_new(document, random_edits(document, chance))
            before = set(map(id, document.nodes))
            shared += sum(id(node) in before for node in changed.nodes)
            document = changed
    assert shared > COUNT // PARTS


TEXT = """\
# syntax=docker/dockerfile:1
# escape=\\
FROM a AS one
# comment
RUN one \\
  # inside
  && two
RUN <<EOF
three
EOF

COPY a b
CMD c"""


@pytest.mark.parametrize("number", range(3, 8))
def test_nodes_that_no_edit_touches_are_the_same(number: int) -> None:
    document = parse(TEXT)
    views = {id(each.node): each.view for each in document.instructions}
    offset = document.offsets[number]
    forget()
    changed = assert_reads_as_new(document, [Edit(Span(offset, offset), "ENV x=y\n")])
    assert [*changed.nodes[:number], *changed.nodes[number + 1 :]] == list(document.nodes)
    for each in changed.instructions:
        if each.node is not changed.nodes[number]:
            assert each.view is views[id(each.node)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CMD c", "CMD c\n"),
        ("CMD c", "CMD c\\\n"),
        ("CMD c", "CMD c <<EOF\n"),
        ("RUN <<EOF", "RUN cat"),
        ("RUN <<EOF", "RUN <<EOF <<E2"),
        ("EOF\n\n", "EOG\n\n"),
        ("three\n", "three\nEOF\n"),
        ("&& two\n", "&& two \\\n"),
        ("RUN one \\\n", "RUN one\n"),
        ("# comment\n", "# comment\nRUN x \\"),
        ("# comment\n", "RUN <<EOF\n"),
        ("# comment\n", "COPY a \\\n"),
        ("FROM a", "# check=x\nFROM a"),
        ("# escape=\\\n", "# escape=`\n"),
        ("# escape=\\\n", "\n# escape=\\\n"),
        ("# syntax", "# escape=`\n# syntax"),
        ("# syntax", "\ufeff# syntax"),
        ("FROM a AS one\n", ""),
        ("COPY a b\n", "COPY a b"),
        ("COPY a b\nCMD c", ""),
        ("\n\nCOPY", "\nCOPY"),
    ],
)
def test_edits_that_change_what_lines_mean(old: str, new: str) -> None:
    at = TEXT.index(old)
    changed = assert_reads_as_new(parse(TEXT), [Edit(Span(at, at + len(old)), new)])
    assert_reads_as_new(changed, [Edit(Span(at, at + len(new)), old)])


@pytest.mark.parametrize(
    "last",
    ["RUN a \\\n", "RUN <<EOF\nx\n", "RUN a", "# c", "", "\n", "RUN \\\n# c\n", "RUN <<A <<B\nA\n", "# escape=`"],
)
@pytest.mark.parametrize("added", ["b\n", "EOF\n", "# d\n", "\n", "\\\n", "B"])
def test_text_behind_the_end(last: str, added: str) -> None:
    text = f"FROM a\n{last}"
    assert_reads_as_new(parse(text), [Edit(Span(len(text), len(text)), added)])
    assert_reads_as_new(parse(last), [Edit(Span(len(last), len(last)), added)])


def test_everything_is_removed() -> None:
    document = assert_reads_as_new(parse(TEXT), [Edit(Span(0, len(TEXT)), "")])
    assert document.nodes == ()


def test_no_edits() -> None:
    document = parse(TEXT)
    assert reparse(document, []) is document


def test_overlapping_edits() -> None:
    with pytest.raises(OverlappingEdits):
        reparse(parse(TEXT), [Edit(Span(0, 2), ""), Edit(Span(1, 3), "")])


def test_problems_move_with_their_nodes() -> None:
    document = parse("FROM a\nRUN b\nENV c\n")
    changed = assert_reads_as_new(document, [Edit(Span(7, 13), "")])
    assert [(problem.message, problem.offset) for problem in changed.problems] == [("ENV must have two arguments", 7)]
