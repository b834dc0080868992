"""The gate, which stops a result that BuildKit would reject or that a second run would change."""

from __future__ import annotations

from dockerfix.analysis.context import Context
from dockerfix.driver.defects import new_defects
from dockerfix.driver.pipeline import Outcome, run, settles
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document


class GateError(Exception):
    """An internal error: the passes made a result that must not be written."""


def check(source: Document, outcome: Outcome, context: Context) -> None:
    """Parse the result from scratch and run the passes over it. Raises GateError."""
    result = outcome.document
    again = parse(result.text)
    if [node.text for node in again.nodes] != [node.text for node in result.nodes]:
        raise GateError("the result parses differently from the start than after its edits")
    for defect in new_defects(source, again):
        line = again.source.position(defect.offset).line
        raise GateError(f"BuildKit would reject the result at its line {line}: {defect.message}")
    second_context = context.for_second_run()
    if settles(result, second_context):
        return
    second = run(result, second_context)
    if second.document.text != result.text:
        codes = sorted({change.finding.code for change in second.changes})
        raise GateError(f"a second run would change the result: {', '.join(codes)}")
