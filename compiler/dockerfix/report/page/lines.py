"""Before and after as rows of lines that correspond, each changed line tied to the findings that changed it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.report.lines import Block, blocks, lines_of
from dockerfix.text.credentials import masked
from dockerfix.text.edits import Edit
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Source

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result

_MARK = lazy(r"# dockerfix\[(DF\d+)\]: ")


class Cell(NamedTuple):
    """A line of one side: its number from 1, its text without line end, the numbers of its findings (their places in
    ``Result.findings``), and whether it differs from the other side.
    """

    number: int
    text: str
    findings: tuple[int, ...] = ()
    changed: bool = False


class Row(NamedTuple):
    """Two lines beside each other; None where a side has none."""

    before: Cell | None
    after: Cell | None

    @property
    def findings(self) -> tuple[int, ...]:
        """The findings of both sides, each once."""
        return tuple(dict.fromkeys(number for cell in self if cell for number in cell.findings))


class _Owned(NamedTuple):
    """An edit with its place in the source and the finding that it belongs to."""

    edit: Edit
    finding: int


def align(result: Result) -> list[Row]:
    """Every line of the source and of the rewritten text, in order, without secrets; every finding is in some row."""
    old, new = lines_of(result.source.text), lines_of(result.rewritten)
    makers = _Makers(result)
    shown = lines_of(masked(result.source.text)), lines_of(masked(result.rewritten))
    found = blocks(old, new)
    pointing = [number for number, finding in enumerate(result.findings) if not finding.edits]
    rows: list[Row] = []
    for _round in range(2):
        pins: dict[int, list[int]] = {}
        for number in pointing:
            line = result.source.position(result.findings[number].span.start).line
            pins.setdefault(min(line, len(old)) - 1, []).append(number)
        rows = [row for hunk in found for row in _Sides(result.source, old, new, hunk, makers, pins, shown).rows()]
        seen = {number for row in rows for number in row.findings}
        missing = [number for number in range(len(result.findings)) if number not in seen]
        if not missing:
            break
        # what another change removed again is shown where it was
        pointing += missing
    return rows


class _Makers:
    """The edits of all findings, and which of them contain a line."""

    def __init__(self, result: Result) -> None:
        self.edits = [_Owned(edit, number) for number, finding in enumerate(result.findings) for edit in finding.edits]
        self.codes = [finding.code for finding in result.findings]
        self.lines: dict[str, list[_Owned]] = {}
        for each in self.edits:
            for line in {line.strip() for line in each.edit.text.split("\n")}:
                self.lines.setdefault(line, []).append(each)

    def of(self, line: str, near: Sequence[_Owned], offset: int) -> tuple[int, ...]:
        """The findings that may have written `line`: of `near` if one did, else the one nearest to `offset`.

        The comment above a block names its code.
        """
        holding = self.lines.get(line.strip(), [])
        mark = _MARK.match(line)
        if mark:
            named = [each for each in self.edits if self.codes[each.finding] == mark[1] and each.edit.text]
            holding = [each for each in holding if each in named] or named
        close = tuple(dict.fromkeys(each.finding for each in holding if each in near))
        return close or ((_nearest(offset, holding).finding,) if holding else ())


class _Sides:
    """One hunk with what is needed to tie its lines to findings."""

    def __init__(
        self,
        source: Source,
        old: Sequence[str],
        new: Sequence[str],
        hunk: Block,
        makers: _Makers,
        pins: dict[int, list[int]],
        shown: tuple[Sequence[str], Sequence[str]],
    ) -> None:
        self.starts = [*source.line_starts, len(source.text)]
        self.old, self.new, self.hunk, self.pins = old, new, hunk, pins
        self.shown = shown
        self.makers = makers
        self.edits = [] if hunk.same else _edits_of(self._offset(hunk.i1), self._offset(hunk.i2), makers.edits)

    def _offset(self, line: int) -> int:
        return self.starts[min(line, len(self.starts) - 1)]

    def rows(self) -> list[Row]:
        """The lines of both sides; where they differ, those of the same finding are beside each other."""
        same = self.hunk.same
        before = [
            Cell(line + 1, _plain(self.shown[0][line]), self._owners(line), not same)
            for line in range(self.hunk.i1, self.hunk.i2)
        ]
        makers = [()] * (self.hunk.j2 - self.hunk.j1) if same else self._written()
        numbered = zip(range(self.hunk.j1, self.hunk.j2), makers, strict=True)
        after = [Cell(line + 1, _plain(self.shown[1][line]), found, not same) for line, found in numbered]
        return _paired(before, after)

    def _owners(self, line: int) -> tuple[int, ...]:
        """The findings that removed or changed line `line` of the source, and those that only point to it."""
        start, end = self._offset(line), self._offset(line + 1)
        found = [each.finding for each in self.edits if each.edit.span.start < end and start < each.edit.span.end]
        if self.edits and not found:
            found = [_nearest(start, self.edits).finding]
        return tuple(dict.fromkeys([*found, *self.pins.get(line, ())]))

    def _written(self) -> list[tuple[int, ...]]:
        """For each new line of the hunk, the findings whose edits contain it, or those of the line above it."""
        writing = tuple(dict.fromkeys(each.finding for each in self.edits if each.edit.text))
        fallback = writing or tuple(dict.fromkeys(each.finding for each in self.edits))
        result: list[tuple[int, ...]] = []
        for line in self.new[self.hunk.j1 : self.hunk.j2]:
            holding = self.makers.of(line, self.edits, self._offset(self.hunk.i1))
            above = result[-1] if result else ()
            if holding:
                result.append(above if above and set(above) <= set(holding) else holding[:1])
            else:
                result.append(above or fallback)
        return result


def _paired(before: Sequence[Cell], after: Sequence[Cell]) -> list[Row]:
    left, right = list(reversed(before)), list(reversed(after))
    # the similarity at which a line waits for one of the other side
    waiting = Counter(number for cell in after for number in cell.findings)
    rows: list[Row] = []
    while left or right:
        if left and right and (set(left[-1].findings) & set(right[-1].findings) or not left[-1].changed):
            row = Row(left.pop(), right.pop())
        elif left and not (right and any(waiting[number] for number in left[-1].findings)):
            row = Row(left.pop(), None)
        else:
            row = Row(None, right.pop())
        waiting.subtract(row.after.findings if row.after else ())
        rows.append(row)
    return rows


def _edits_of(start: int, end: int, edits: Sequence[_Owned]) -> list[_Owned]:
    """The edits that touch the source from `start` to `end`; the nearest one where none does."""
    touching = [
        each
        for each in edits
        if (each.edit.span.start < end and start < each.edit.span.end)
        or (each.edit.span.start == each.edit.span.end and start <= each.edit.span.start <= end)
    ]
    return touching or ([_nearest(start, edits)] if edits else [])


def _nearest(offset: int, edits: Sequence[_Owned]) -> _Owned:
    ordered = sorted(edits, key=lambda each: each.edit.span)
    starts = [each.edit.span.start for each in ordered]
    left = ordered[max(bisect_right(starts, offset) - 1, 0)]
    right = ordered[min(bisect_left(starts, offset), len(ordered) - 1)]
    return min(left, right, key=lambda each: abs(each.edit.span.start - offset))


def _plain(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")
