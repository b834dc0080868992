"""The gate: a result that BuildKit would reject, or that a second run would change, is never written."""

from __future__ import annotations

from dockerfix.analysis.context import Context
from dockerfix.driver.pipeline import Outcome, run, settles
from dockerfix.driver.stage_references import refused
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Instruction

KNOWN = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
"""The instructions of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/command/command.go``."""


class GateError(Exception):
    """An internal error: the passes made something that must not be written."""


def defects(document: Document) -> list[tuple[str, int]]:
    """Why BuildKit would not take the file, each with its offset, in order; empty for a good file."""
    found = [(problem.message, problem.offset) for problem in document.problems]
    seen_from = False
    for instruction in document.instructions:
        message = _defect(instruction, seen_from)
        if message:
            found.append((message, instruction.body_span.start))
        seen_from = seen_from or instruction.keyword == "FROM"
    found += refused(document)
    return sorted(found, key=lambda defect: defect[1])


def _defect(instruction: Instruction, seen_from: bool) -> str | None:
    keyword = instruction.keyword
    if keyword not in KNOWN:
        return f"unknown instruction: `{instruction.node.command.keyword}`"
    view = instruction.view
    if isinstance(view, From) and len(view.words) not in (1, 3):
        return "FROM requires either one or three arguments"
    if keyword not in ("ARG", "FROM") and not seen_from:
        return f"{keyword} stands before the first FROM"
    return None


def check(source: Document, outcome: Outcome, context: Context) -> None:
    """Read the result again, from nothing, and run the passes over it. Raises GateError."""
    result = outcome.document
    again = parse(result.text)
    if [node.text for node in again.nodes] != [node.text for node in result.nodes]:
        raise GateError("the result reads differently when it is parsed from the start")
    present = defects(again)
    before = {message for message, _offset in defects(source)} if present else ()
    for message, offset in present:
        if message not in before:
            line = again.source.position(offset).line
            raise GateError(f"the result would be rejected by BuildKit at its line {line}: {message}")
    company = context.again()
    if settles(result, company):
        return
    second = run(result, company)
    if second.document.text != result.text:
        codes = sorted({change.finding.code for change in second.changes})
        raise GateError(f"a second run would change the result again: {', '.join(codes)}")
