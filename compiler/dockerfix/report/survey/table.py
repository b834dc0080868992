"""A survey as a table for a terminal: a line a project, and below it what prevents a conversion."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dockerfix.driver.project_summary import ProjectSummary
from dockerfix.report.survey import Counts, counted, cuda, machine, weights
from dockerfix.text.quoting import readable


class _Column(NamedTuple):
    """A column; where there is no room for all of them, those with the highest `rank` go first."""

    title: str
    width: int
    rank: int
    value: Callable[[ProjectSummary], str]


_COLUMNS = (
    _Column("VERDICT", 20, 0, lambda each: each.verdict.replace("-", " ")),
    _Column("TO CHECK", 8, 1, lambda each: str(len(each.by_hand) or "")),
    _Column("COG", 19, 3, lambda each: each.cog),
    _Column("BASE IMAGE", 42, 6, lambda each: each.base),
    _Column("CUDA, TORCH", 24, 4, cuda),
    _Column("MACHINE", 20, 2, machine),
    _Column("PACKAGES", 8, 7, lambda each: str(len(each.python_packages) + len(each.system_packages) or "")),
    _Column("WEIGHTS", 32, 5, weights),
)
_LEAST, _MOST = 20, 48
"""The widths of the column of projects."""
_GAP = "  "
_WIDE = 240
"""The width where the output is not a terminal: enough for all columns."""


class Form:
    """The table for a terminal of a width; None if there is none."""

    def __init__(self, width: int | None) -> None:
        self._width = width or _WIDE
        self._hint = width is not None
        room = self._width - _LEAST
        chosen: list[_Column] = []
        for column in sorted(_COLUMNS, key=lambda each: each.rank):
            room -= column.width + len(_GAP)
            if room < 0:
                room += column.width + len(_GAP)
                break
            chosen.append(column)
        self._columns = [each for each in _COLUMNS if each in chosen]
        self._first = min(_LEAST + room, _MOST)

    def opening(self, counts: Counts) -> str:
        """The titles."""
        del counts
        return self._line("PROJECT", [each.title for each in self._columns])

    def row(self, number: int, summary: ProjectSummary) -> str:
        """A line with what is known, and one for what prevents the conversion."""
        del number
        line = self._line(readable(summary.project), [readable(each.value(summary)) for each in self._columns])
        if not summary.reasons:
            return line
        more = len(summary.reasons) - 1
        reason = f"{readable(summary.reasons[0])}{f' (and {more} more)' if more else ''}"
        return f"{line}{_GAP}{_shortened(reason, self._width - len(_GAP))}\n"

    def closing(self, counts: Counts) -> str:
        """The numbers, and on a terminal where to find the rest."""
        rest = "next: --format html -o FOLDER shows the details\n" if self._hint else ""
        return f"\n{counted(counts)}\n{rest}"

    def _line(self, project: str, cells: list[str]) -> str:
        name = project if len(project) <= self._first else f"…{project[1 - self._first :]}"
        parts = [f"{name:<{self._first}}"]
        for column, cell in zip(self._columns, cells, strict=True):
            parts.append(f"{_shortened(cell, column.width):<{column.width}}")
        return f"{_GAP.join(parts).rstrip()}\n"


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
