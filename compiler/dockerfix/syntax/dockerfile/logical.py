"""The logical line of an instruction, and the way back to the characters it came from."""

from __future__ import annotations

from bisect import bisect_right

from dockerfix.text.source import Span


class Logical:
    """What BuildKit reads once continuation lines are joined: a text made of pieces of another.

    `starts` are the offsets at which pieces begin in `text`, `origins` where they begin in the text they came from.
    """

    __slots__ = ("origins", "starts", "text")

    def __init__(self, text: str, starts: tuple[int, ...], origins: tuple[int, ...]) -> None:
        self.text = text
        self.starts = starts
        self.origins = origins

    def original(self, span: Span) -> Span:
        """Where `span` of the logical text stands in the original; continuations between its ends are included.

        An empty span at a joint belongs to the later piece.
        """
        start = self._origin(span.start, bisect_right(self.starts, span.start) - 1)
        if span.end == span.start:
            return Span(start, start)
        return Span(start, self._origin(span.end - 1, bisect_right(self.starts, span.end - 1) - 1) + 1)

    def _origin(self, offset: int, piece: int) -> int:
        return self.origins[piece] + offset - self.starts[piece] if piece >= 0 else offset

    def joints(self, span: Span) -> tuple[int, ...]:
        """The logical offsets strictly inside `span` at which one piece ends and the next begins."""
        return tuple(start for start in self.starts if span.start < start < span.end)
