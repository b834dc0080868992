"""Run the passes over a document, each on the text that the previous one left, until none has anything to change."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from dockerfix.analysis.context import Context
from dockerfix.driver.header import uncovered, with_blank_line
from dockerfix.driver.ignore_comments import Filter
from dockerfix.driver.severities import adjusted
from dockerfix.passes import NEEDED, OPENING, Pass, all_passes
from dockerfix.syntax.dockerfile.parser import reparse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text import credentials
from dockerfix.text.edits import Applied, Edit, History, ordered
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

ROUNDS = 4
"""How often the passes run at most. The second time changes nothing, unless a pass made work for an earlier one."""


class Opened(NamedTuple):
    """The Dockerfile as the `OPENING` passes left it, from which on all is the author's, and their edits."""

    document: Document
    edits: tuple[Applied, ...]

    def to_source(self, span: Span) -> Span:
        """Return the span of the source that `span` comes from."""
        for applied in reversed(self.edits):
            span = applied.backward(span)
        return span


class Change(NamedTuple):
    """One change of a finding: its place in the source and in the result, and the new text."""

    finding: Finding
    before: Span
    after: Span


class Outcome:
    """The document after all passes, and the findings with their places in the source.

    `history` has the edits of each pass that made some, `applied` the findings of that pass: as it returned them, and
    with their places in the source. `settled` is whether all passes ran again and changed nothing. `opened`
    is None where the `OPENING` passes changed nothing.
    """

    def __init__(
        self,
        document: Document,
        findings: tuple[Finding, ...],
        history: History,
        applied: list[list[tuple[Finding, Finding]]],
        *,
        settled: bool = False,
        opened: Opened | None = None,
    ) -> None:
        self.document = document
        self.findings = findings
        self.settled = settled
        self.opened = opened
        self._history = history
        self._applied = applied

    def to_source(self, span: Span) -> Span:
        """Return the span of the source that a span of the document comes from."""
        return self._history.to_source(span)

    def to_result(self, span: Span) -> Span:
        """Return the span of the result that `span` of the source became."""
        return self._history.to_result(span, -1)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Each edit of each finding, in the order of the passes; computed at first use."""
        changes: list[Change] = []
        for number, (edits, findings) in enumerate(zip(self._history.passes, self._applied, strict=True)):
            # by identity: equal edits may be next to each other
            starts = {id(edit): start for edit, start in zip(edits.edits, edits.starts, strict=True)}
            for finding, placed in findings:
                for edit, source_edit in zip(finding.edits, placed.edits, strict=True):
                    start = starts[id(edit)]
                    after = self._history.to_result(Span(start, start + len(edit.text)), number)
                    changes.append(Change(placed, source_edit.span, after))
        return tuple(changes)


def run(document: Document, context: Context, passes: Iterable[Pass] | None = None, *, rounds: int = 1) -> Outcome:
    """Return the result of the passes (by default all) that the options select.

    They run up to `rounds` times, until they change nothing more; of the later times only what changes something is a
    finding. An error ends it after the first time. Raises dockerfix.text.edits.OverlappingEdits when two edits of one
    pass claim the same characters.
    """
    history = History()
    applied: list[list[tuple[Finding, Finding]]] = []
    ignores = Filter(document)
    found: list[Finding] = []
    settled, opened = False, None
    chosen = _asked_for(context, passes)
    for number in range(rounds):
        present = document
        for each in chosen:
            findings = ignores.keep(document, each.function(document, context), history.to_source)
            findings = list(adjusted(findings, context.options, context.project.root, check=not each.edits))
            if number:
                findings = [finding for finding in findings if finding.edits]
            if not findings:
                continue
            edits, after = _edited(document, findings)
            uncovering = uncovered(document, after, edits) if edits else None
            if uncovering is not None:
                findings = with_blank_line(document, findings, uncovering)
                edits, after = _edited(document, findings)
            placed = [_placed(finding, history) for finding in findings]
            found += placed
            if edits:
                history.passes.append(Applied(edits))
                applied.append(list(zip(findings, placed, strict=True)))
                document = after
                if each.code in OPENING and not number:
                    opened = Opened(document, tuple(history.passes))
        settled = number > 0 and document is present
        if settled or any(finding.severity is Severity.ERROR for finding in found):
            break
        if not number:
            chosen, context = [each for each in chosen if each.edits], context.for_second_run()
    objections = ignores.objections(context.options) if context.converting else []
    unused = adjusted(objections, context.options, context.project.root)
    return Outcome(document, (*found, *unused), history, applied, settled=settled, opened=opened)


def _edited(document: Document, findings: Iterable[Finding]) -> tuple[list[Edit], Document]:
    """Return the edits of findings in order, and the document with them."""
    edits = ordered([edit for finding in findings for edit in finding.edits], len(document.text))
    return edits, reparse(document, edits)


def _asked_for(context: Context, passes: Iterable[Pass] | None) -> list[Pass]:
    """Return the passes (by default all) that apply to this document and that the options select."""
    return [
        each
        for each in (all_passes() if passes is None else passes)
        if (context.converting or not each.converts) and (context.options.runs(each.code) or each.code == NEEDED)
    ]


def _placed(finding: Finding, history: History) -> Finding:
    """Return a finding about the present text with its places in the source."""
    edits = tuple([Edit(history.to_source(edit.span), edit.text) for edit in finding.edits])
    return masked(finding)._replace(span=history.to_source(finding.span), edits=edits)


def masked(finding: Finding) -> Finding:
    """Return a finding whose message shows no secret."""
    return finding._replace(message=credentials.masked(finding.message))
