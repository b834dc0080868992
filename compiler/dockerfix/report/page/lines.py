"""Before and after as rows of lines that correspond, each changed line tied to the findings that changed it.

Which finding wrote a line is known exactly: the history of the edits says where each of them is in the result.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.report.lines import Block, alike, blocks, lines_of
from dockerfix.text.credentials import masked
from dockerfix.text.source import Source, Span

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result


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

    @property
    def changed(self) -> bool:
        """Whether the sides differ here."""
        return any(cell is not None and cell.changed for cell in self)


def align(result: Result) -> list[Row]:
    """Every line of the source and of the rewritten text, in order, without secrets; every finding is in some row."""
    source, after = result.source, Source(result.rewritten)
    removed = _Owners(source, _removed(result))
    written = _Owners(after, _written(result))
    pointing = [number for number, finding in enumerate(result.findings) if not finding.edits]
    last = len(lines_of(source.text))
    rows: list[Row] = []
    for _round in range(2):
        pins: dict[int, list[int]] = {}
        for number in pointing:
            line = source.position(result.findings[number].span.start).line
            pins.setdefault(min(line, last) - 1, []).append(number)
        rows = [
            row
            for hunk, before, new in _hunks(source, after)
            for row in _tied(hunk, before, new, removed, written, pins)
        ]
        seen = {number for row in rows for number in row.findings}
        missing = [number for number in range(len(result.findings)) if number not in seen]
        if not missing:
            break
        # what another change removed again is shown where it was
        pointing += missing
    return rows


def align_with(result: Result, committed: Source, pointing: Iterable[int]) -> list[Row]:
    """Every line of a committed file and of the rewritten text; only the findings `pointing` are in the rows."""
    after = Source(result.rewritten)
    wanted = frozenset(pointing)
    places: dict[int, list[int]] = {}
    last = len(lines_of(after.text))
    for number in wanted:
        line = after.position(result.in_result(result.findings[number].span).start).line
        places.setdefault(min(line, last) - 1, []).append(number)
    rows: list[Row] = []
    for hunk, before, unowned in _hunks(committed, after):
        new = [cell._replace(findings=tuple(places.get(cell.number - 1, ()))) for cell in unowned]
        rows += _alike(before, new) if not hunk.same else map(Row, before, new)
    return rows


def _hunks(before: Source, after: Source) -> Iterator[tuple[Block, list[Cell], list[Cell]]]:
    """The blocks of lines that are equal or differ, with the cells of both sides; the cells have no findings yet."""
    shown = lines_of(masked(before.text)), lines_of(masked(after.text))
    for hunk in blocks(lines_of(before.text), lines_of(after.text)):
        left, right = (
            [Cell(at + 1, _plain(lines[at]), changed=not hunk.same) for at in range(start, end)]
            for lines, start, end in ((shown[0], hunk.i1, hunk.i2), (shown[1], hunk.j1, hunk.j2))
        )
        yield hunk, left, right


def _removed(result: Result) -> Iterator[tuple[int, Span]]:
    """The findings with the places in the source that their edits replace or remove, or insert at."""
    for number, finding in enumerate(result.findings):
        for edit in finding.edits:
            yield number, edit.span


def _written(result: Result) -> Iterator[tuple[int, Span]]:
    """The findings with the places in the result that their edits wrote; those of the last pass first."""
    numbers = {id(finding): number for number, finding in enumerate(result.findings)}
    for change in reversed(result.changes):
        if id(change.finding) in numbers:
            yield numbers[id(change.finding)], change.after


class _Owners:
    """Which findings own each line of a text."""

    def __init__(self, source: Source, places: Iterable[tuple[int, Span]]) -> None:
        self._lines: dict[int, dict[int, None]] = {}
        self._points: dict[int, dict[int, None]] = {}
        self._nearest: list[tuple[int, int]] = []
        for number, place in places:
            start, end = _without_blanks(source.text, place)
            first = source.position(start).line - 1
            self._nearest.append((first, number))
            if start == end:
                self._points.setdefault(first, {})[number] = None
                continue
            for line in range(first, source.position(end - 1).line):
                self._lines.setdefault(line, {})[number] = None
        self._nearest.sort()

    def of(self, line: int) -> tuple[int, ...]:
        """The findings whose edits are in a line (from 0)."""
        return tuple(self._lines.get(line, ()))

    def near(self, line: int) -> tuple[int, ...]:
        """Those that removed something in a line or right before it; without one, that of the nearest edit."""
        if line in self._points:
            return tuple(self._points[line])
        at = bisect_left(self._nearest, (line, -1))
        around = self._nearest[max(at - 1, 0) : at + 1]
        return (min(around, key=lambda each: abs(each[0] - line))[1],) if around else ()


def _without_blanks(text: str, span: Span) -> Span:
    """A place without the blanks at its ends, so that a line break that moves with a line owns no other line."""
    inner = text[span.start : span.end]
    if not inner.strip():
        return span
    return Span(span.start + len(inner) - len(inner.lstrip()), span.end - len(inner) + len(inner.rstrip()))


def _tied(
    hunk: Block,
    before: list[Cell],
    after: list[Cell],
    removed: _Owners,
    written: _Owners,
    pins: dict[int, list[int]],
) -> list[Row]:
    """The rows of a hunk with their findings; lines of the same finding are beside each other."""
    owners = [() if hunk.same else removed.of(cell.number - 1) or removed.near(cell.number - 1) for cell in before]
    before = [
        cell._replace(findings=tuple(dict.fromkeys([*found, *pins.get(cell.number - 1, ())])))
        for cell, found in zip(before, owners, strict=True)
    ]
    if hunk.same:
        return [Row(*pair) for pair in zip(before, after, strict=True)]
    after = [cell._replace(findings=written.of(cell.number - 1) or written.near(cell.number - 1)) for cell in after]
    return _paired(before, after)


def _paired(before: Sequence[Cell], after: Sequence[Cell]) -> list[Row]:
    left, right = list(reversed(before)), list(reversed(after))
    # how many lines of the other side still wait for one of a finding
    waiting = Counter(number for cell in after for number in cell.findings)
    rows: list[Row] = []
    while left or right:
        if left and right and set(left[-1].findings) & set(right[-1].findings):
            row = Row(left.pop(), right.pop())
        elif left and not (right and any(waiting[number] for number in left[-1].findings)):
            row = Row(left.pop(), None)
        else:
            row = Row(None, right.pop())
        waiting.subtract(row.after.findings if row.after else ())
        rows.append(row)
    return rows


def _alike(before: Sequence[Cell], after: Sequence[Cell]) -> list[Row]:
    """The rows of a hunk without findings: a line is beside the next one of the other side that is a version of it."""
    rows: list[Row] = []
    at = 0
    for cell in before:
        ahead = range(at, min(at + _AHEAD, len(after)))
        match = next(
            (number for number in ahead if alike(cell.text.strip(), after[number].text.strip(), least=0.6)), None
        )
        if match is None:
            rows.append(Row(cell, None))
            continue
        rows += [Row(None, each) for each in after[at:match]]
        rows.append(Row(cell, after[match]))
        at = match + 1
    return [*rows, *(Row(None, each) for each in after[at:])]


_AHEAD = 40
"""How many lines are looked at for one that is alike, so that the time grows with the length of the text."""


def _plain(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")
