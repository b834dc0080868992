"""The gate: a result that BuildKit would refuse, or that a second run would change, is never written."""

from __future__ import annotations

from dockerfix.analysis.context import Context
from dockerfix.driver.defects import new_defects
from dockerfix.driver.pipeline import Outcome, run, settles
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document


class GateError(Exception):
    """An internal error: the passes made something that must not be written."""


def check(source: Document, outcome: Outcome, context: Context) -> None:
    """Read the result again, from nothing, and run the passes over it. Raises GateError."""
    result = outcome.document
    again = parse(result.text)
    if [node.text for node in again.nodes] != [node.text for node in result.nodes]:
        raise GateError("the result reads differently when it is parsed from the start")
    for defect in new_defects(source, again):
        line = again.source.position(defect.offset).line
        raise GateError(f"the result would be rejected by BuildKit at its line {line}: {defect.message}")
    company = context.again()
    if settles(result, company):
        return
    second = run(result, company)
    if second.document.text != result.text:
        codes = sorted({change.finding.code for change in second.changes})
        raise GateError(f"a second run would change the result again: {', '.join(codes)}")
