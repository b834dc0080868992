"""The only maker of output: splice edits into the source, touch nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.text.source import Span


class Edit(NamedTuple):
    """Replace the text of `span` by `text`; an empty span inserts, an empty text deletes."""

    span: Span
    text: str


class OverlappingEdits(ValueError):
    """Two edits claim the same characters, or insert at the same place in no known order."""


def ordered(edits: Iterable[Edit], length: int) -> list[Edit]:
    """`edits` by place, checked against a text of `length` characters.

    Two insertions at one place keep the order in which they were given. Raises OverlappingEdits when two edits
    claim the same characters or an insertion lies inside a replaced range, and ValueError when one lies outside.
    """
    result = sorted(edits, key=lambda edit: edit.span)
    end = 0
    for edit in result:
        start, stop = edit.span
        if not 0 <= start <= stop <= length:
            raise ValueError(f"edit {start}..{stop} lies outside the text of {length} characters")
        if start < end:
            raise OverlappingEdits(f"edit {start}..{stop} overlaps one that ends at {end}")
        end = stop
    return result


def emit(source: str, edits: Iterable[Edit]) -> str:
    """The source with all edits applied; spans are those of `source`.

    Raises what `ordered` raises.
    """
    parts: list[str] = []
    end = 0
    for (start, stop), text in ordered(edits, len(source)):
        parts.append(source[end:start])
        parts.append(text)
        end = stop
    parts.append(source[end:])
    return "".join(parts)


def backward(edits: Iterable[Edit], offset: int) -> int:
    """The offset in the source from which `offset` of the emitted text comes.

    Inside text that an edit made, it is the start of what the edit replaced. `edits` are in order, as `ordered` gives.
    """
    delta = 0
    for (start, stop), text in edits:
        if offset < start + delta:
            break
        if offset < start + delta + len(text):
            return start
        delta += len(text) - (stop - start)
    return offset - delta


def forward(edits: Iterable[Edit], offset: int) -> int:
    """The offset in the emitted text of `offset` of the source; inside replaced text, the start of what replaced it."""
    delta = 0
    for (start, stop), text in edits:
        if offset < start:
            break
        if offset < stop:
            return start + delta
        delta += len(text) - (stop - start)
    return offset + delta


def backward_end(edits: Iterable[Edit], offset: int) -> int:
    """As `backward`, for an offset that ends a place: what was deleted right behind it does not belong to it."""
    delta = 0
    for (start, stop), text in edits:
        if offset <= start + delta:
            break
        if offset < start + delta + len(text):
            return start
        delta += len(text) - (stop - start)
    return offset - delta


def forward_end(edits: Iterable[Edit], offset: int) -> int:
    """As `forward`, for an offset that ends a place: what is inserted right behind it does not belong to it."""
    delta = 0
    for (start, stop), text in edits:
        if offset <= start:
            break
        if offset < stop:
            return start + delta
        delta += len(text) - (stop - start)
    return offset + delta
