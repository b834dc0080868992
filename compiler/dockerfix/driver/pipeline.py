"""Fold the passes over a document: each sees what the one before it made of the text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from dockerfix.analysis.context import Context
from dockerfix.driver.ignore_comments import Filter
from dockerfix.passes import Pass, all_passes
from dockerfix.syntax.dockerfile.parser import reparse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import ordered
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span
from dockerfix.text.trail import Step, Trail


class Change(NamedTuple):
    """What one finding changed: its place in the source and in the result, and the text that it put there."""

    finding: Finding
    before: Span
    after: Span


class Outcome:
    """The document after all passes; findings with their places in the source; the changes they made."""

    def __init__(self, document: Document, findings: tuple[Finding, ...], trail: Trail) -> None:
        self.document = document
        self.findings = findings
        self._trail = trail

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Each edit of each finding, in the order in which they were made; worked out when first asked for."""
        return _changes(self._trail)


def run(document: Document, context: Context, passes: Iterable[Pass] | None = None) -> Outcome:
    """Apply the passes (all of them unless given) that the options ask for.

    Raises dockerfix.text.edits.OverlappingEdits when two edits of one pass claim the same characters.
    """
    trail = Trail()
    ignores = Filter(document)
    found: list[Finding] = []
    for each in _asked_for(context, passes):
        findings = ignores.keep(document, each.function(document, context), trail.to_source)
        if not findings:
            continue
        edits = ordered([edit for finding in findings for edit in finding.edits], len(document.text))
        placed = [trail.place(finding) for finding in findings]
        found += placed
        if edits:
            trail.steps.append(Step(edits))
            trail.made.append(list(zip(findings, placed, strict=True)))
            document = reparse(document, edits)
    unused = ignores.unused(context.options) if context.converting else []
    return Outcome(document, (*found, *unused), trail)


def settles(document: Document, context: Context) -> bool:
    """Whether no pass would change the document: the answer of `run`, without all that it says of each finding."""
    ignores = Filter(document)
    for each in _asked_for(context, None):
        if each.edits:
            findings = ignores.keep(document, each.function(document, context), _in_place)
            if any(finding.edits for finding in findings):
                return False
    return True


def _in_place(span: Span) -> Span:
    return span


def _asked_for(context: Context, passes: Iterable[Pass] | None) -> list[Pass]:
    """The passes (all of them unless given) that have something to do here and that the options ask for."""
    return [
        each
        for each in (all_passes() if passes is None else passes)
        if (context.converting or not each.converts) and context.options.runs(each.code)
    ]


def _changes(trail: Trail) -> tuple[Change, ...]:
    changes: list[Change] = []
    for number, (step, made) in enumerate(zip(trail.steps, trail.made, strict=True)):
        # by identity: equal edits may stand together
        starts = {id(edit): start for edit, start in zip(step.edits, step.made, strict=True)}
        for finding, placed in made:
            for edit, source_edit in zip(finding.edits, placed.edits, strict=True):
                start = starts[id(edit)]
                after = trail.to_result(Span(start, start + len(edit.text)), number)
                changes.append(Change(placed, source_edit.span, after))
    return tuple(changes)
