"""Fold the passes over a document: each sees what the one before it made of the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.context import Context
from dockerfix.emitter import Edit, backward, backward_end, forward, forward_end, ordered
from dockerfix.findings import Finding
from dockerfix.ignores import Filter
from dockerfix.passes import Pass, all_passes
from dockerfix.source import Span
from dockerfix.syntax.parser import reparse
from dockerfix.syntax.tree import Document


class Change(NamedTuple):
    """What one finding changed: its place in the source and in the result, and the text that it put there."""

    finding: Finding
    before: Span
    after: Span


class Outcome(NamedTuple):
    """The document after all passes; findings with their places in the source; the changes they made."""

    document: Document
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


class _Trail:
    """The edits of all passes so far, to carry places from one text to another."""

    def __init__(self) -> None:
        self.steps: list[list[Edit]] = []

    def to_source(self, span: Span, step: int) -> Span:
        """Where `span` of the text before pass `step` comes from."""
        start, end = span
        for edits in reversed(self.steps[:step]):
            start, end = backward(edits, start), backward_end(edits, end)
            end = max(start, end)
        return Span(start, end)

    def now_to_source(self, span: Span) -> Span:
        """Where `span` of the present text comes from."""
        return self.to_source(span, len(self.steps))

    def to_result(self, span: Span, step: int) -> Span:
        """Where `span` of the text after pass `step` stands in the last text."""
        start, end = span
        for edits in self.steps[step + 1 :]:
            start, end = forward(edits, start), forward_end(edits, end)
            end = max(start, end)
        return Span(start, end)


def run(document: Document, context: Context, passes: Iterable[Pass] | None = None) -> Outcome:
    """Apply the passes (all of them unless given) that the options ask for.

    Raises dockerfix.emitter.OverlappingEdits when two edits of one pass claim the same characters.
    """
    trail = _Trail()
    ignores = Filter(document)
    found: list[tuple[int, Finding]] = []
    for each in all_passes() if passes is None else passes:
        if not context.options.runs(each.code) or (each.converts and not context.converting):
            continue
        findings = ignores.keep(document, each.function(document, context), trail.now_to_source)
        if not findings:
            continue
        edits = ordered([edit for finding in findings for edit in finding.edits], len(document.text))
        found += [(len(trail.steps), finding) for finding in findings]
        trail.steps.append(edits)
        document = reparse(document, edits)
    placed, changes = _placed(trail, found)
    unused = ignores.unused(context.options) if context.converting else []
    return Outcome(document, (*placed, *unused), changes)


def _placed(trail: _Trail, found: list[tuple[int, Finding]]) -> tuple[tuple[Finding, ...], tuple[Change, ...]]:
    findings: list[Finding] = []
    changes: list[Change] = []
    starts = [_starts(edits) for edits in trail.steps]
    for step, finding in found:
        edits = tuple([Edit(trail.to_source(edit.span, step), edit.text) for edit in finding.edits])
        placed = finding._replace(span=trail.to_source(finding.span, step), edits=edits)
        findings.append(placed)
        for edit, source_edit in zip(finding.edits, edits, strict=True):
            start = starts[step][id(edit)]
            after = trail.to_result(Span(start, start + len(edit.text)), step)
            changes.append(Change(placed, source_edit.span, after))
    return tuple(findings), tuple(changes)


def _starts(edits: list[Edit]) -> dict[int, int]:
    """Where the text of each edit begins in the emitted text, by the edit's identity: equal ones may stand together."""
    result: dict[int, int] = {}
    delta = 0
    for edit in edits:
        result[id(edit)] = edit.span.start + delta
        delta += len(edit.text) - (edit.span.end - edit.span.start)
    return result
