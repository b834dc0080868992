"""The Dockerfile before and after, side by side; long stretches without a change are folded.

A fold is one text, so that a file of thousands of lines has few elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerfix.report.page.cards import Card
from dockerfix.report.page.lines import Cell, Row
from dockerfix.report.page.text import marked
from dockerfix.text.quoting import html

CONTEXT = 3
"""Unchanged lines around a change or a finding."""
FOLDED = 4
"""The shortest stretch that is folded."""
ROWS = 160
"""How many rows are elements; what follows them is in one fold."""


class Part(NamedTuple):
    """Rows `start` to `end`, shown or folded."""

    start: int
    end: int
    shown: bool


def parts(rows: Sequence[Row]) -> list[Part]:
    """The rows in order: those that changed or have a finding, with some around them, and folds for the others."""
    near = bytearray(len(rows))
    for index, row in enumerate(rows):
        if row.changed or row.findings:
            start = max(index - CONTEXT, 0)
            near[start : index + CONTEXT + 1] = b"\1" * (min(index + CONTEXT + 1, len(rows)) - start)
    found: list[Part] = []
    for start, end, shown in _runs(near):
        if not shown and end - start < FOLDED:
            shown = True  # noqa: PLW2901
        if found and shown and found[-1].shown:
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Part(start, end, shown))
    return _limited(found, len(rows))


def _runs(near: bytearray) -> Iterator[tuple[int, int, bool]]:
    start = 0
    for index in range(1, len(near) + 1):
        if index == len(near) or near[index] != near[start]:
            yield start, index, bool(near[start])
            start = index


def _limited(found: list[Part], total: int) -> list[Part]:
    left = ROWS
    result: list[Part] = []
    for part in found:
        if not part.shown:
            result.append(part)
            continue
        if part.end - part.start > left:
            cut = part.start + left
            return [*result, *([Part(part.start, cut, True)] if left else []), Part(cut, total, False)]
        left -= part.end - part.start
        result.append(part)
    return result


def visible(found: Sequence[Part]) -> frozenset[int]:
    """The indexes of the rows that are not folded."""
    return frozenset(index for part in found if part.shown for index in range(part.start, part.end))


def render(rows: Sequence[Row], found: Sequence[Part], cards: Sequence[Card], titles: tuple[str, str]) -> str:
    """The table; each finding is named in its first row, with a link to its card. `titles` name the two sides."""
    names = {number: card for card in cards for number in card.numbers}
    seen: set[str] = set()
    body = "".join(
        "".join(_row(index, rows[index], names, seen) for index in range(part.start, part.end))
        if part.shown
        else _fold(rows[part.start : part.end])
        for part in found
    )
    head = (
        f'<tr><td class="number"></td><th scope="col">{html(titles[0])}</th><th scope="col" class="why">Why</th>'
        f'<td class="number"></td><th scope="col">{html(titles[1])}</th></tr>'
    )
    return (
        '<div class="lines"><table><caption class="hidden">The Dockerfile before and after</caption>'
        f"<thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def _row(index: int, row: Row, names: dict[int, Card], seen: set[str]) -> str:
    new = list(dict.fromkeys(names[number] for number in row.findings if number in names))
    marks = "".join(_mark(card) for card in new if card.name not in seen)
    seen.update(card.name for card in new)
    if row.before and row.after and row.before.changed:
        left, right = marked(row.before.text, row.after.text)
    else:
        left, right = (html(cell.text) if cell else "" for cell in row)
    numbers = " ".join(str(number) for number in row.findings if number in names)
    attributes = f' id="row-{index}" data-findings="{numbers}"' if numbers else ""
    kind = "" if row.changed else ' class="same"'
    return (
        f"<tr{attributes}{kind}>{_cell(row.before, left, 'before gone')}"
        f'<td class="why">{marks}</td>{_cell(row.after, right, "after new")}</tr>'
    )


def _mark(card: Card) -> str:
    code, severity = html(card.finding.code), card.finding.severity.label
    return f'<a class="mark {severity}" href="#{card.name}">{code}<span class="hidden">, {severity}</span></a>'


def _cell(cell: Cell | None, inner: str, names: str) -> str:
    side, kind = names.split()
    if cell is None:
        return f'<td class="number {side} empty"></td><td class="line {side} empty"></td>'
    name = f"{side} {kind}" if cell.changed else side
    return f'<td class="number {name}">{cell.number}</td><td class="line {name}">{inner or "&#8203;"}</td>'


def _fold(rows: Sequence[Row]) -> str:
    """A stretch as one text in a fold: unchanged lines, or what is too long to be shown side by side."""
    changed = sum(row.changed for row in rows)
    count = len(rows)
    title = f"{count} unchanged lines" if not changed else f"{count} more lines, {changed} of them changed"
    lines = [line for row in rows for line in _plain(row, signs=changed > 0)]
    return (
        f'<tr class="fold"><td colspan="5"><details><summary>{title}</summary>'
        f'<pre tabindex="0">{chr(10).join(map(html, lines))}</pre></details></td></tr>'
    )


def _plain(row: Row, *, signs: bool) -> Iterator[str]:
    if not row.changed:
        cell = row.after or row.before
        if cell is not None:
            yield f"{cell.number:>5}  {'  ' if signs else ''}{cell.text}"
        return
    for cell, sign in ((row.before, "-"), (row.after, "+")):
        if cell is not None:
            yield f"{cell.number:>5}  {sign if cell.changed else ' '} {cell.text}"
