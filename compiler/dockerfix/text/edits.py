"""Edits of a text: splice them in, and find places again in the text before and after."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dockerfix.text.source import Span


class Edit(NamedTuple):
    """Replace the text of `span` by `text`; an empty span inserts, an empty text deletes."""

    span: Span
    text: str


class OverlappingEdits(ValueError):
    """Two edits claim the same characters, or one inserts inside the text that another replaces."""


def ordered(edits: Iterable[Edit], length: int) -> list[Edit]:
    """Return `edits` sorted by place and checked against a text of `length` characters.

    Insertions at the same place keep their order. Raises OverlappingEdits when two edits claim the same characters or
    one inserts inside a replaced range, and ValueError when an edit is outside the text.
    """
    result = sorted(edits, key=lambda edit: edit.span)
    end = 0
    for edit in result:
        start, stop = edit.span
        if not 0 <= start <= stop <= length:
            raise ValueError(f"edit {start}..{stop} is outside the text of {length} characters")
        if start < end:
            raise OverlappingEdits(f"edit {start}..{stop} overlaps one that ends at {end}")
        end = stop
    return result


def emit(source: str, edits: Iterable[Edit]) -> str:
    """Return `source` with all `edits` applied; their spans are offsets in `source`.

    All output of the compiler is made here, so text that no edit touches stays as it is. Raises what `ordered` raises.
    """
    parts: list[str] = []
    end = 0
    for (start, stop), text in ordered(edits, len(source)):
        parts.append(source[end:start])
        parts.append(text)
        end = stop
    parts.append(source[end:])
    return "".join(parts)


class Applied:
    """Edits that were applied together, in order as `ordered` returns them: maps spans of the text before and after.

    A span never grows to include text that an edit inserted or deleted right at one of its ends. `starts` are the
    offsets in the new text at which the edits put theirs.
    """

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = edits
        self.starts: list[int] = []
        self._spans = [edit.span for edit in edits]
        shift = 0
        for (start, stop), text in edits:
            self.starts.append(start + shift)
            shift += len(text) - (stop - start)

    def backward(self, span: Span) -> Span:
        """Return the span of the old text that `span` of the new text comes from.

        An offset inside text that an edit put there maps to the start of what the edit replaced.
        """
        start = self._old(span.start, bisect_right(self.starts, span.start) - 1)
        return Span(start, max(start, self._old(span.end, bisect_left(self.starts, span.end) - 1)))

    def forward(self, span: Span) -> Span:
        """Return the span of the new text that `span` of the old text became.

        An offset inside replaced text maps to the start of what replaced it.
        """
        start = self._new(span.start, bisect_right(self._spans, Span(span.start, span.start)) - 1)
        return Span(start, max(start, self._new(span.end, bisect_left(self._spans, Span(span.end, 0)) - 1)))

    def _old(self, offset: int, index: int) -> int:
        """The offset in the old text; edit number `index` is the last one that starts before `offset`, -1 for none."""
        if index < 0:
            return offset
        (start, stop), text = self.edits[index]
        behind = offset - self.starts[index] - len(text)
        return start if behind < 0 else stop + behind

    def _new(self, offset: int, index: int) -> int:
        if index < 0:
            return offset
        (_, stop), text = self.edits[index]
        return self.starts[index] + (0 if offset < stop else len(text) + offset - stop)


class History:
    """The edits of all passes so far, one Applied for each pass that made some, oldest first."""

    def __init__(self) -> None:
        self.passes: list[Applied] = []

    def to_source(self, span: Span) -> Span:
        """Return the span of the source that `span` of the present text comes from."""
        for applied in reversed(self.passes):
            span = applied.backward(span)
        return span

    def to_result(self, span: Span, number: int) -> Span:
        """Return the span of the present text that `span` became; it is a span of the text after pass `number`."""
        for applied in self.passes[number + 1 :]:
            span = applied.forward(span)
        return span
