"""Why BuildKit would refuse a file: its parser, its instructions, and the conversion of its stages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.driver.frontend.conversion import faults, has_options
from dockerfix.driver.frontend.instructions import refusal
from dockerfix.driver.frontend.refusal import Refused
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.source import Span


class Defect(NamedTuple):
    """What BuildKit refuses: its message, and the offset that it belongs to.

    `unset` are variables that the defect is due to and that nothing in the file sets: if the base image or a build
    argument sets them, BuildKit takes the file.
    """

    message: str
    offset: int
    unset: tuple[str, ...] = ()


def defects(document: Document) -> list[Defect]:
    """Why BuildKit would not take the file, in the order of the text; empty for a good file.

    BuildKit names the first fault that it meets, this all of them.
    """
    found = [Defect(problem.message, problem.offset) for problem in document.problems]
    if has_options(document):
        from dockerfix.driver.frontend.options import lint_options

        try:
            lint_options(document)
        except Refused as refused:
            found.append(Defect(refused.message, 0))
    seen_from = False
    for instruction in document.instructions:
        keyword = instruction.keyword
        if not instruction.view.problem:
            refused_for = refusal(instruction)
            if refused_for is not None:
                span = refused_for.span
                place = instruction.body_span if span is None else instruction.original(span)
                found.append(Defect(refused_for.message, place.start))
            elif not seen_from and keyword not in ("ARG", "FROM"):
                found.append(Defect(f"{keyword} comes before the first FROM", instruction.body_span.start))
        seen_from = seen_from or keyword == "FROM"
    found += [Defect(*fault) for fault in faults(document)]
    return sorted(found, key=lambda defect: defect.offset) if found else found


def old_defects(source: Document, result: Document) -> tuple[list[Defect], list[Defect]]:
    """The defects of `source`: those that are in `result` too, and those that the edits took away."""
    found = defects(source)
    if not found:
        return [], []
    shared = _accounted(source, found, result, defects(result))
    return shared, [defect for defect in found if defect not in shared]


def new_defects(source: Document, result: Document) -> list[Defect]:
    """The defects of `result` that are not in `source`."""
    left = defects(result)
    if not left:
        return []
    old = set(_accounted(result, left, source, defects(source)))
    return [defect for defect in left if defect not in old]


def _accounted(document: Document, found: Iterable[Defect], other: Document, others: Iterable[Defect]) -> list[Defect]:
    """Those of the defects `found` that `other` has too: with the same message, or in the same instruction.

    A message may name a stage by its number, which changes with the stages before it.
    """
    messages = {defect.message for defect in others}
    texts = {_text_at(other, defect.offset) for defect in others}
    return [defect for defect in found if defect.message in messages or _text_at(document, defect.offset) in texts]


def place_of(document: Document, offset: int) -> Span:
    """The instruction or line at `offset`."""
    from bisect import bisect_right

    if not document.nodes:
        return Span(0, 0)
    index = max(bisect_right(document.offsets, offset) - 1, 0)
    start = document.offsets[index]
    return Span(start, start + len(document.nodes[index].text))


def _text_at(document: Document, offset: int) -> str:
    start, end = place_of(document, offset)
    return document.text[start:end]
