"""Answers that are kept with a node or a document."""

from __future__ import annotations

from dockerfix import parse
from dockerfix.analysis.memo import of_document, of_node
from dockerfix.syntax.dockerfile.parser import reparse
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.source import Span


def test_a_node_is_asked_once_in_all_documents_that_share_it() -> None:
    asked: list[str] = []

    @of_node
    def length(instruction: Instruction) -> int:
        asked.append(instruction.text)
        return len(instruction.text)

    document = parse("FROM a\nRUN b\n")
    after = reparse(document, (Edit(Span(0, 7), "FROM abc\n"),))
    assert [length(each) for each in (*document.instructions, *after.instructions)] == [6, 5, 8, 5]
    assert asked == ["FROM a", "RUN b", "FROM abc"]


def test_a_document_is_asked_once_for_each_set_of_arguments() -> None:
    asked: list[tuple[str, object]] = []

    @of_document
    def answer(document: Document, other: object, *, named: int = 0) -> str:
        asked.append((document.text, other))
        return f"{document.text}{named}"

    first, second = parse("FROM a\n"), parse("FROM b\n")
    things = [object() for _ in range(3)]
    for _ in range(2):
        for thing in things:
            assert answer(first, thing) == "FROM a\n0"
            assert answer(second, thing) == "FROM b\n0"
    assert len(asked) == 6
    assert answer(first, things[0], named=1) == "FROM a\n1"
    assert len(asked) == 7


def test_an_answer_is_none_once_too() -> None:
    asked: list[Document] = []

    @of_document
    def nothing(document: Document) -> None:
        asked.append(document)

    document = parse("FROM a\n")
    assert nothing(document) is None
    assert nothing(document) is None
    assert len(asked) == 1
