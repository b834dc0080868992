"""The way back: places of one text in those before and after it, through the edits of all passes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from dockerfix.text.edits import Edit, backward, backward_end, forward, forward_end
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span


class Step:
    """The edits of one pass, in order. What `text.edits` says of one edit holds for thousands, found by halving.

    `made` is where the text of each begins in the new text.
    """

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = edits
        self.made: list[int] = []
        self._spans = [edit.span for edit in edits]
        self._moved: list[int] = []  # how far the text in front of each has moved
        delta = 0
        for (start, stop), text in edits:
            self.made.append(start + delta)
            self._moved.append(delta)
            delta += len(text) - (stop - start)

    def backward(self, span: Span) -> Span:
        """Where `span` of the new text comes from."""
        start, end = span
        first = bisect_right(self.made, start) - 1
        if first >= 0:
            start = backward(self.edits[first : first + 1], start - self._moved[first])
        last = bisect_left(self.made, end) - 1
        if last >= 0:
            end = backward_end(self.edits[last : last + 1], end - self._moved[last])
        return Span(start, max(start, end))

    def forward(self, span: Span) -> Span:
        """Where `span` of the old text stands in the new one."""
        start, end = span
        first = bisect_right(self._spans, Span(start, start)) - 1
        if first >= 0:
            start = forward(self.edits[first : first + 1], start) + self._moved[first]
        last = bisect_left(self._spans, Span(end, -1)) - 1
        if last >= 0:
            end = forward_end(self.edits[last : last + 1], end) + self._moved[last]
        return Span(start, max(start, end))


class Trail:
    """The edits of all passes so far.

    `steps` holds those of each pass that made some, in order, `made` its findings as the pass gave them and with their
    places in the source.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.made: list[list[tuple[Finding, Finding]]] = []

    def to_source(self, span: Span) -> Span:
        """Where `span` of the present text comes from."""
        for step in reversed(self.steps):
            if span.end > step.made[0] or span.start >= step.made[0]:
                span = step.backward(span)
        return span

    def to_result(self, span: Span, step: int) -> Span:
        """Where `span` of the text after step number `step` stands in the last text."""
        for later in self.steps[step + 1 :]:
            if span.end > later.made[0] or span.start >= later.made[0]:
                span = later.forward(span)
        return span

    def place(self, finding: Finding) -> Finding:
        """A finding about the present text, with its places in the source."""
        code, span, message, edits, severity, file, line = finding
        edits = tuple([Edit(self.to_source(edit.span), edit.text) for edit in edits])
        return Finding(code, self.to_source(span), message, edits, severity, file, line)
