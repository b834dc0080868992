"""The error of the frontend, and BuildKit's "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

from dockerfix.text.source import Span

_FARTHEST = 2


class Refused(Exception):
    """BuildKit stops here; the text is its message.

    `span` is the part of the logical line that is wrong, None for the whole instruction.
    """

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def suggest(value: str, options: Iterable[str], *, ignore_case: bool = False) -> str:
    """`` (did you mean OPTION?)`` for the nearest option, or "" where none is near.

    As ``moby/buildkit:util/suggest/error.go``: at most two edits away, and nothing where `value` is an option itself.
    BuildKit picks any of several that are equally near; this takes the first, rather one that begins alike.
    """
    wanted = value.lower() if ignore_case else value
    if len(wanted) > _LONGEST:
        return ""
    best, nearest = "", _FARTHEST + 1
    for option in options:
        if option == wanted:
            return ""
        if abs(len(option) - len(wanted)) <= min(nearest, _FARTHEST):
            distance = _distance(wanted, option)
            begins_alike = option[:1] == wanted[:1] != best[:1]
            if distance < nearest or (best and distance == nearest and begins_alike):
                best, nearest = option, distance
    if not best:
        return ""
    if ignore_case and value == value.upper() and value != wanted:
        best = best.upper()
    return f" (did you mean {best}?)"


_LONGEST = 40
"""Longer than any option by more than two characters."""


def _distance(a: str, b: str) -> int:
    """The number of single-character edits between two words (Levenshtein)."""
    row = list(range(len(b) + 1))
    for number, character in enumerate(a, 1):
        previous, row = row, [number]
        for at, other in enumerate(b):
            row.append(min(previous[at + 1] + 1, row[at] + 1, previous[at] + (character != other)))
    return row[-1]
