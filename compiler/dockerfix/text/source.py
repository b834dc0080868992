"""Text without loss: bytes to text and back, spans, and the line and column of an offset.

A Dockerfile is bytes. It is decoded as UTF-8 with ``surrogateescape``, so that a stray 0xFF byte, a BOM and CRLF
line ends are written as they were read. Only ``\\n`` ends a line, as in BuildKit
(``moby/buildkit:frontend/dockerfile/parser/parser.go``, ``scanLines``); a lone ``\\r``, form feed or U+2028 does not.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of characters, ``start`` to ``end``, in some text."""

    start: int
    end: int

    def shift(self, offset: int) -> Span:
        """Return the same range moved by `offset` characters."""
        return Span(self.start + offset, self.end + offset)

    def contains(self, other: Span) -> bool:
        """Whether all of `other` is inside this span."""
        return self.start <= other.start and other.end <= self.end


class Position(NamedTuple):
    """A place as people count: both numbers start at 1, the column counts characters."""

    line: int
    column: int


class Source:
    """A text with its line table.

    A lone surrogate U+DC80 to U+DCFF in `text` represents a byte that is not UTF-8.
    """

    __slots__ = ("_line_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts: list[int] | None = None

    @classmethod
    def read(cls, data: str | bytes | bytearray | memoryview) -> Source:
        """Make a source from text, or from bytes in any encoding without loss."""
        return cls(data if isinstance(data, str) else decode(bytes(data)))

    def to_bytes(self) -> bytes:
        """The bytes this text was read from."""
        return encode(self.text)

    def slice(self, span: Span) -> str:
        """The text of `span`."""
        return self.text[span.start : span.end]

    @property
    def line_starts(self) -> list[int]:
        """The offsets at which lines start; the first is 0."""
        if self._line_starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._line_starts = starts
        return self._line_starts

    def position(self, offset: int) -> Position:
        """Return line and column of `offset`, which is at most the length of the text."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return line `number` (from 1) without its line end."""
        starts = self.line_starts
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].removesuffix("\r")


def decode(data: bytes) -> str:
    """Return the text of `data`; a byte that is not UTF-8 becomes a lone surrogate."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Return the bytes of `text`, the inverse of `decode`; other surrogates are written in their three-byte form."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b"".join(_encode_character(character) for character in text)


def _encode_character(character: str) -> bytes:
    errors = "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass"
    return character.encode("utf-8", errors)


def columns(text: str) -> int:
    """Return how many columns a text without tabs takes in a fixed-width font."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)
