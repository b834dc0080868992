"""The gate: what BuildKit rejects in the input, or would reject in the result, and what a second run would change."""

from __future__ import annotations

from collections.abc import Mapping

from dockerfix.analysis.context import Context
from dockerfix.driver.defects import Defect, new_defects, old_defects, place_of
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.passes import OPENING, all_passes
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.source import Span


class GateError(Exception):
    """An internal error: the passes made a result that must not be written."""


def faults(source: Document, outcome: Outcome) -> list[Defect]:
    """What BuildKit rejects in the input and no pass is there to repair, in the order of the text.

    A pass repairs what some release of Cog prints broken. A fault in an instruction that a pass removes or replaces for
    another reason is the author's: he would look for what it did in vain. If only an unset variable makes it a fault,
    the instruction may have been a good one, and is gone. What is wrong only without a frame or an open command around
    it is the author's, too. And so is a rule of BuildKit's that the author made an error (``# check=error=true``): it
    may refuse a variable in what dockerfix writes, unless the base image sets it.
    """
    left, gone = old_defects(source, outcome.document)
    new = new_defects(source, outcome.document)
    for each in new:
        if each.unset:
            left.append(each._replace(offset=outcome.to_source(Span(each.offset, each.offset)).start))
    # a repair after which BuildKit still refuses the result is none
    broken = bool(new)
    repairs = {each.code: each.repairs for each in all_passes() if not broken or each.code in OPENING}
    found = left + [each for each in gone if not each.unset and not _is_repaired(source, outcome, each, repairs)]
    opened = outcome.opened
    if opened is None:
        return found
    uncovered = new_defects(source, opened.document)
    if uncovered:
        lasting = old_defects(opened.document, outcome.document)[0]
        places = [opened.to_source(Span(each.offset, each.offset)).start for each in uncovered]
        found += [
            each._replace(offset=at) for each, at in zip(uncovered, places, strict=True) if broken or each in lasting
        ]
    return found


def _is_repaired(source: Document, outcome: Outcome, defect: Defect, repairs: Mapping[str, tuple[str, ...]]) -> bool:
    place = place_of(source, defect.offset)
    return any(
        defect.message.startswith(repairs.get(change.finding.code, ()))
        for change in outcome.changes
        if change.before.start < place.end and place.start < change.before.end
    )


def check(source: Document, outcome: Outcome, context: Context) -> None:
    """Parse the result from scratch and run the passes over it, unless they did already. Raises GateError."""
    result = outcome.document
    again = parse(result.text)
    if [node.text for node in again.nodes] != [node.text for node in result.nodes]:
        raise GateError("the result parses differently from the start than after its edits")
    for defect in new_defects(source, again):
        line = again.source.position(defect.offset).line
        raise GateError(f"BuildKit would reject the result at its line {line}: {defect.message}")
    if outcome.settled:
        return
    second = run(result, context.for_second_run())
    if second.document.text != result.text:
        codes = sorted({change.finding.code for change in second.changes})
        raise GateError(f"a second run would change the result: {', '.join(codes)}")
