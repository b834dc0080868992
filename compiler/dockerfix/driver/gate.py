"""The gate: a result that BuildKit would reject, or that a second run would change, is never written."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis.context import Context
from dockerfix.driver.frontend.conversion import faults
from dockerfix.driver.frontend.instructions import refusal
from dockerfix.driver.pipeline import Outcome, run, settles
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document

class GateError(Exception):
    """An internal error: the passes made something that must not be written."""


class Defect(NamedTuple):
    """Why BuildKit would refuse a file: its message, and the offset that it belongs to.

    `unset` are variables that the defect is due to and that nothing in the file sets: the base image or a build
    argument may set them, and then BuildKit takes the file.
    """

    message: str
    offset: int
    unset: tuple[str, ...] = ()


def defects(document: Document) -> list[Defect]:
    """Why BuildKit would not take the file, in order; empty for a good file."""
    found = [Defect(problem.message, problem.offset) for problem in document.problems]
    seen_from = False
    for instruction in document.instructions:
        keyword = instruction.keyword
        if not instruction.view.problem:
            refused = refusal(instruction)
            if refused is not None:
                span = refused.span
                place = instruction.body_span if span is None else instruction.original(span)
                found.append(Defect(refused.message, place.start))
            elif not seen_from and keyword not in ("ARG", "FROM"):
                found.append(Defect(f"{keyword} is before the first FROM", instruction.body_span.start))
        seen_from = seen_from or keyword == "FROM"
    found += [Defect(*fault) for fault in faults(document)]
    return sorted(found, key=lambda defect: defect.offset) if found else found


def check(source: Document, outcome: Outcome, context: Context) -> None:
    """Read the result again, from nothing, and run the passes over it. Raises GateError."""
    result = outcome.document
    again = parse(result.text)
    if [node.text for node in again.nodes] != [node.text for node in result.nodes]:
        raise GateError("the result reads differently when it is parsed from the start")
    present = defects(again)
    before = {defect.message for defect in defects(source)} if present else ()
    for defect in present:
        if defect.message not in before:
            line = again.source.position(defect.offset).line
            raise GateError(f"the result would be rejected by BuildKit at its line {line}: {defect.message}")
    company = context.again()
    if settles(result, company):
        return
    second = run(result, company)
    if second.document.text != result.text:
        codes = sorted({change.finding.code for change in second.changes})
        raise GateError(f"a second run would change the result again: {', '.join(codes)}")
