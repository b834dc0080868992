"""Fold the passes over a document: each sees what the one before it made of the text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
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


class Outcome:
    """The document after all passes; findings with their places in the source; the changes they made."""

    def __init__(self, document: Document, findings: tuple[Finding, ...], trail: _Trail) -> None:
        self.document = document
        self.findings = findings
        self._trail = trail

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Each edit of each finding, in the order in which they were made; worked out when first asked for."""
        return _changes(self._trail)


class _Trail:
    """The edits of all passes so far, to carry places from one text to another.

    `steps` holds the edits of each pass that made some, in order, `made` its findings as the pass gave them and with
    their places in the source.
    """

    def __init__(self) -> None:
        self.steps: list[list[Edit]] = []
        self.made: list[list[tuple[Finding, Finding]]] = []

    def to_source(self, span: Span) -> Span:
        """Where `span` of the present text comes from."""
        start, end = span
        for edits in reversed(self.steps):
            first = edits[0].span.start
            if start >= first or end > first:  # else it lies before all of them, which is usual
                start = backward(edits, start)
                end = max(start, backward_end(edits, end))
        return Span(start, end)

    def to_result(self, span: Span, step: int) -> Span:
        """Where `span` of the text after pass `step` stands in the last text."""
        start, end = span
        for edits in self.steps[step + 1 :]:
            first = edits[0].span.start
            if start >= first or end > first:
                start = forward(edits, start)
                end = max(start, forward_end(edits, end))
        return Span(start, end)


def run(document: Document, context: Context, passes: Iterable[Pass] | None = None) -> Outcome:
    """Apply the passes (all of them unless given) that the options ask for.

    Raises dockerfix.emitter.OverlappingEdits when two edits of one pass claim the same characters.
    """
    trail = _Trail()
    ignores = Filter(document)
    found: list[Finding] = []
    for each in _asked_for(context, passes):
        findings = ignores.keep(document, each.function(document, context), trail.to_source)
        if not findings:
            continue
        edits = ordered([edit for finding in findings for edit in finding.edits], len(document.text))
        placed = [_placed(finding, trail) for finding in findings]
        found += placed
        if edits:
            trail.steps.append(edits)
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


def _placed(finding: Finding, trail: _Trail) -> Finding:
    """A finding about the present text, with its places in the source."""
    code, span, message, edits, severity, file, line = finding
    edits = tuple([Edit(trail.to_source(edit.span), edit.text) for edit in edits])
    return Finding(code, trail.to_source(span), message, edits, severity, file, line)


def _changes(trail: _Trail) -> tuple[Change, ...]:
    changes: list[Change] = []
    for step, (edits, made) in enumerate(zip(trail.steps, trail.made, strict=True)):
        starts = _starts(edits)
        for finding, placed in made:
            for edit, source_edit in zip(finding.edits, placed.edits, strict=True):
                start = starts[id(edit)]
                after = trail.to_result(Span(start, start + len(edit.text)), step)
                changes.append(Change(placed, source_edit.span, after))
    return tuple(changes)


def _starts(edits: list[Edit]) -> dict[int, int]:
    """Where the text of each edit begins in the emitted text, by the edit's identity: equal ones may stand together."""
    result: dict[int, int] = {}
    delta = 0
    for edit in edits:
        result[id(edit)] = edit.span.start + delta
        delta += len(edit.text) - (edit.span.end - edit.span.start)
    return result
