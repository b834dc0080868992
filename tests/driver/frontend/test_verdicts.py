"""The gate against BuildKit's whole frontend, on the Dockerfiles whose verdict is recorded in ``fixtures/conformance``.

Each row is a Dockerfile of our own with what ``Dockerfile2LLB`` of ``moby/buildkit@73ed6825c4b7`` said of it, given a
resolver that accepts every image.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from dockerfix.driver.defects import defects
from dockerfix.syntax.dockerfile.parser import parse
from places import FIXTURES

ARCHIVE = FIXTURES / "conformance" / "accept.jsonl.xz"


class Verdict(NamedTuple):
    """A Dockerfile and what BuildKit says of it; `error` is empty where it takes it."""

    id: str
    text: str
    error: str


@cache
def verdicts() -> tuple[Verdict, ...]:
    with lzma.open(ARCHIVE, "rt", encoding="utf-8") as file:
        rows = list(map(json.loads, file))
    return tuple([Verdict(row["id"], row["input"], row["error"]) for row in rows if not is_accident(row["error"])])


def is_accident(error: str) -> bool:
    """Whether the recorder failed, and not the Dockerfile: it gave BuildKit no list of what the daemon can do, which
    ``--mount=type=bind,rw`` looks into. BuildKit's own tests build such files.
    """
    return error.startswith("runtime error: ")


def told(message: str) -> str:
    """A message as both sides have it: without the line (ours is a place), the back-ticks and the suggestion."""
    message = re.sub(r"^dockerfile parse error on line \d+: ", "", message).replace("`", "")
    message = re.sub(r" \(did you mean .*\?\)$", "", message)
    return "no build stage in current context" if message.endswith(" comes before the first FROM") else message


def suggestions(messages: Iterator[str], wanted: str) -> set[bool]:
    return {" (did you mean " in message for message in messages if told(message) == told(wanted)}


def test_there_are_verdicts_of_both_kinds() -> None:
    refused = [verdict for verdict in verdicts() if verdict.error]
    assert len(refused) > 1_500
    assert len(verdicts()) - len(refused) > 1_000


def test_nothing_that_buildkit_refuses_is_accepted() -> None:
    assert [each.id for each in verdicts() if each.error and not defects(parse(each.text))] == []


def test_nothing_that_buildkit_takes_is_called_broken() -> None:
    wrong = {each.id: found for each in verdicts() if not each.error and (found := defects(parse(each.text)))}
    assert wrong == {}


def test_the_message_of_buildkit_is_among_ours_with_its_suggestion() -> None:
    for each in verdicts():
        if each.error:
            found = [defect.message for defect in defects(parse(each.text))]
            assert told(each.error) in map(told, found), each.id
            assert suggestions(iter(found), each.error) == {" (did you mean " in each.error}, each.id


def test_a_defect_is_in_the_line_that_buildkit_names() -> None:
    compared = 0
    for each in verdicts():
        line = re.match(r"dockerfile parse error on line (\d+): ", each.error)
        if line:
            document = parse(each.text)
            found = [defect for defect in defects(document) if told(defect.message) == told(each.error)]
            places = [document.source.position(defect.offset).line for defect in found]
            ends = [
                document.source.position(instruction.body_span.end).line
                for instruction in document.instructions
                if any(instruction.span.start <= defect.offset < instruction.span.end for defect in found)
            ]
            assert any(start >= int(line[1]) for start in places), each.id
            assert min(places) <= max(int(line[1]), *ends), each.id
            compared += 1
    assert compared > 500


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_change_no_verdict(end: str) -> None:
    for each in verdicts()[::25]:
        if "\r" not in each.text:
            assert bool(defects(parse(each.text.replace("\n", end)))) == bool(each.error), each.id
