"""Our reading beside what BuildKit and mvdan.cc/sh are recorded to make of the same text.

Each function takes a recorded case and gives one line per difference. The tests run them over the cases in
``fixtures/``; `tools/check_conformance.py` runs them over any folder of cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import buildkit
from dockerfix.driver.cross_check import disagreements
from dockerfix.driver.defects import defects
from dockerfix.syntax.dockerfile.heredocs import Heredoc, heredoc_openers
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.syntax.shell import Script, parse_shell

Case = dict[str, Any]

PARSER_ERRORS = re.compile(
    r"Syntax error - can't find = in |[A-Z]+ must have two arguments$|when using JSON array syntax"
    r"|unterminated heredoc$|invalid escape token |only one \w+ parser directive"
    r"|file with no instructions$|dockerfile line greater than max"
)
"""The messages of BuildKit's parser; all others come from later stages of its frontend."""

STAGE_ERRORS = ("invalid stage index", "circular dependency", "cannot copy from stage")


def parser_differences(case: Case) -> Iterator[str]:
    """The file comes out as it went in, and is a problem exactly if BuildKit's parser refuses it with that message."""
    verdict = case.get("buildkit", case)
    document = parse(case["input"])
    if "".join([node.text for node in document.nodes]) != case["input"]:
        yield "the nodes are not the text"
    told = verdict.get("error") or ""
    problem = document.problems[0].message if document.problems else ""
    is_of_parser = verdict["stage"] == "parse" if "stage" in verdict else PARSER_ERRORS.match(told)
    if problem != (told if is_of_parser else ""):
        yield f"BuildKit's parser: {told if is_of_parser else 'accepts it'}; ours: {problem or 'accepts it'}"
    yield from _tree_differences(document, verdict)


def _tree_differences(document: Document, verdict: Case) -> Iterator[str]:
    if "ast" not in verdict or verdict.get("stage") == "parse":
        return
    ours, theirs = buildkit.lines(document), buildkit.recorded(verdict["ast"])
    if ours != theirs:
        yield next((f"{a} is {b}" for a, b in zip(ours, theirs, strict=False) if a != b), "other instructions")
    if document.escape != verdict["escape"]:
        yield f"the escape character is {document.escape}"
    directives = [
        {"name": found.name, "value": found.value, "line": document.source.position(found.offset).line}
        for found in document.directives
    ]
    # BuildKit obeys directives behind a byte order mark, but its list of them leaves those out
    if directives != verdict.get("directives", []) and not document.text.startswith("\ufeff"):
        yield f"the directives are {directives}"
    for instruction, node in zip(document.instructions, verdict["ast"], strict=False):
        if instruction.node.command.keyword != node["cmd_raw"]:
            yield f"the keyword is {instruction.node.command.keyword}"
        if instruction.text.rstrip() != node["original"].split("\n")[0].rstrip():
            yield f"the line is {instruction.text}"


def heredoc_differences(case: Case) -> Iterator[str]:
    """Heredocs open on each line on which BuildKit opens them."""
    for node in case.get("buildkit", {}).get("ast") or ():
        if opens_heredocs(node):
            found = node.get("heredocs") or ()
            expected = [Heredoc(each["name"], each["expand"], each["chomp"], each["fd"]) for each in found]
            if list(heredoc_openers(node["original"])) != expected:
                yield f"the heredocs of {node['original']}"


def opens_heredocs(node: dict[str, Any]) -> bool:
    """Whether BuildKit looks for heredocs in an instruction, and finds ``<<``."""
    keywords = [*node["original"].upper().split(), ""]
    keyword = keywords[1] if keywords[0] == "ONBUILD" else keywords[0]
    return "<<" in node["original"] and not node.get("json") and keyword in {"RUN", "COPY", "ADD"}


def stage_differences(case: Case) -> Iterator[str]:
    """A stage that is missing or needs itself is a defect exactly where BuildKit says so."""
    verdict = case.get("buildkit", case)
    told = verdict.get("error") or ""
    found = {defect.message for defect in defects(parse(case["input"])) if defect.message.startswith(STAGE_ERRORS)}
    if (verdict["ok"] and found) or (told.startswith(STAGE_ERRORS) and told not in found):
        yield f"BuildKit: {told or 'accepts it'}; ours: {sorted(found)}"


def second_reader_differences(case: Case) -> Iterator[str]:
    """dockerfile-parse agrees with us on what BuildKit accepts."""
    if case.get("buildkit", case)["ok"]:
        yield from disagreements(parse(case["input"]))


def dockerfile_differences(case: Case) -> list[str]:
    """All differences of a case that is a Dockerfile."""
    return [
        *parser_differences(case),
        *heredoc_differences(case),
        *stage_differences(case),
        *second_reader_differences(case),
    ]


def shell_differences(case: Case) -> list[str]:
    """The commands of a shell text are those of mvdan.cc/sh; what it refuses is opaque to us."""
    script = parse_shell(case["command"])
    if "error" in case:
        return [] if script.opaque else [f"mvdan.cc/sh refuses it: {case['error']}"]
    expected = [{name: value for name, value in each.items() if name != "text"} for each in case["segments"]]
    found = segments(script)
    return [] if found == expected else [f"{found} is {expected}"]


def segments(script: Script) -> list[dict[str, Any]]:
    """The top-level commands in the form of the cases: offsets in bytes, and a field only if it says something."""

    def byte(offset: int) -> int:
        return len(script.text[:offset].encode("utf-8", "surrogateescape"))

    result: list[dict[str, Any]] = []
    for command in script.commands:
        # a terminator belongs to the statement, of which a command behind an operator is only the last part
        end = command.terminator if command.terminator and command.operator in ("", ";") else command.span
        segment: dict[str, Any] = {
            "start": byte(command.span.start),
            "end": byte(end.end),
            "kind": command.kind,
            "op": command.operator,
        }
        if command.kind == "call":
            segment["words"] = [word.text for word in command.words] or None
            if command.assignments:
                segment["assigns"] = [script.slice(assignment.span) for assignment in command.assignments]
        if command.redirections:
            segment["redirs"] = [script.slice(redirection.span) for redirection in command.redirections]
        segment |= {name: True for name in ("negated", "background") if getattr(command, name)}
        result.append(segment)
    return result
