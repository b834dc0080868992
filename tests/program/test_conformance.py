"""Our tree against BuildKit's, as recorded in the conformance data."""

from __future__ import annotations

from typing import Any

import pytest

import buildkit
from dockerfix.syntax.dockerfile.parser import parse
from mutations import conformance_cases
from places import SHARED

pytestmark = pytest.mark.skipif(SHARED is None, reason="the sample data is not beside the checkout")

CASES: list[dict[str, Any]] = list(conformance_cases())


def refused(case: dict[str, Any]) -> bool:
    return case["buildkit"].get("stage") == "parse"


def test_there_are_cases() -> None:
    assert len(CASES) > 1_000
    assert sum(refused(case) for case in CASES) > 20


def test_instructions_flags_forms_heredocs_and_lines_are_those_of_buildkit() -> None:
    compared = 0
    for case in CASES:
        if refused(case) or "ast" not in case["buildkit"]:
            continue
        document = parse(case["input"])
        assert not document.problems, case["id"]
        assert buildkit.lines(document) == buildkit.recorded(case["buildkit"]["ast"]), case["id"]
        assert document.escape == case["buildkit"]["escape"], case["id"]
        compared += 1
    assert compared > 990


def test_directives_are_those_of_buildkit() -> None:
    for case in CASES:
        if refused(case) or case["input"].startswith("\ufeff"):
            continue  # BuildKit obeys directives behind a byte order mark, but its list of them leaves those out
        document = parse(case["input"])
        ours = [
            {"name": found.name, "value": found.value, "line": document.source.position(found.offset).line}
            for found in document.directives
        ]
        assert ours == case["buildkit"].get("directives", []), case["id"]


@pytest.mark.parametrize("case", [case for case in CASES if refused(case)], ids=lambda case: case["id"])
def test_what_buildkit_refuses_is_a_problem_at_its_line(case: dict[str, Any]) -> None:
    text, message = case["input"], case["buildkit"]["error"]
    document = parse(text)
    problem = document.problems[0]
    assert problem.message == message
    # the line is the one with which BuildKit begins to refuse the file, when it is given more and more lines of it
    lines = text.split("\n")
    heads = ("\n".join(lines[:count]).encode() for count in range(1, len(lines) + 1))
    count = next((count for count, head in enumerate(heads, 1) if buildkit.judge(head) == buildkit.Refusal(message)), 1)
    first = document.source.position(problem.offset).line
    instruction = next((each for each in document.instructions if each.start == problem.offset), None)
    last = document.source.position(instruction.body_span.end).line if instruction else first
    assert first <= count <= last


def test_keywords_are_kept_as_written() -> None:
    for case in CASES:
        for instruction, node in zip(parse(case["input"]).instructions, case["buildkit"].get("ast", ()), strict=False):
            assert instruction.node.command.keyword == node["cmd_raw"], case["id"]
            assert instruction.text.rstrip() == node["original"].split("\n")[0].rstrip(), case["id"]
