"""The findings of the review page, errors first, each beside the lines that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.report.overview import by_severity
from dockerfix.report.page.lines import Row
from dockerfix.report.page.text import paragraphs, prose
from dockerfix.report.rules import rule_of
from dockerfix.text.credentials import Masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import code_spans, html

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result

CARDS = 40
"""How many findings are elements of their own; further ones are a list of text."""
EXCERPT = {Severity.NOTE: 3, Severity.WARNING: 6, Severity.ERROR: 6}
"""How many lines of each kind a finding is shown with."""


ALIKE = 3
"""How many notes that differ only in the code they name are shown one by one."""


class Card(NamedTuple):
    """Findings that say the same, by their numbers in ``Result.findings``; the first gives the card its name.

    `more` is how many of them name other code than `finding`.
    """

    numbers: tuple[int, ...]
    finding: Finding
    more: int = 0

    @property
    def name(self) -> str:
        """The name of its element, to which links lead."""
        return f"finding-{self.numbers[0]}"


class Line(NamedTuple):
    """A line of an excerpt: ``-`` before, ``+`` after, or a blank where it did not change; its number and its text."""

    sign: str
    number: int
    text: str


def cards(result: Result, only: Iterable[int] | None = None) -> list[Card]:
    """The cards by severity, then in the order of the file; of the findings `only`, if they are given."""
    chosen = None if only is None else frozenset(only)
    groups: dict[tuple[object, ...], list[int]] = {}
    for number in by_severity(result.findings):
        if chosen is None or number in chosen:
            found = result.findings[number]
            groups.setdefault((found.severity, found.code, found.message, found.file, found.line), []).append(number)
    kinds: dict[tuple[object, ...], list[list[int]]] = {}
    for (severity, code, message, *place), numbers in groups.items():
        kind = (severity, code, "`".join(text for ticks, text in code_spans(str(message)) if not ticks))
        is_note = severity is Severity.NOTE
        kinds.setdefault(kind if is_note else (severity, code, message, *place), []).append(numbers)
    listed: list[Card] = []
    for found_alike in kinds.values():
        if len(found_alike) > ALIKE:
            numbers = [number for each in found_alike for number in each]
            listed.append(Card(tuple(numbers), result.findings[numbers[0]], len(found_alike) - 1))
        else:
            listed += [Card(tuple(numbers), result.findings[numbers[0]]) for numbers in found_alike]
    return sorted(listed, key=lambda card: (-card.finding.severity, card.numbers[0]))


def render(result: Result, found: Sequence[Card], rows: Sequence[Row], visible: frozenset[int]) -> str:
    """The section of the findings; `visible` are the rows of the changes to which a link can lead."""
    head = (
        '<section id="findings" aria-labelledby="findings-title"><div class="bar"><h2 id="findings-title">Findings</h2>'
    )
    if not found:
        return f'{head}</div><p class="calm">Nothing needs you.</p></section>'
    lines = _lines(rows)
    explained: set[str] = set()
    parts: list[str] = []
    for severity in sorted(Severity, reverse=True):
        group = [card for card in found[:CARDS] if card.finding.severity is severity]
        if not group:
            continue
        items = "".join(_card(result, card, lines, visible, explained) for card in group)
        total = sum(len(card.numbers) for card in found if card.finding.severity is severity)
        label = severity.label
        title = f'<h3 class="{label}">{label.capitalize()}s <b>{total}</b></h3>'
        parts.append(f'{title}<ol class="cards">{items}</ol>')
    rest = found[CARDS:]
    if rest:
        texts = [
            f"{_place(each.finding, _own(each, lines))}: {each.finding.code} {each.finding.message}" for each in rest
        ]
        count = sum(len(card.numbers) for card in rest)
        parts.append(
            f'<details class="rest"><summary>{count} more findings</summary>'
            f'<pre tabindex="0">{chr(10).join(map(html, texts))}</pre></details>'
        )
    return (
        f"{head}{_filter(found)}</div>{''.join(parts)}"
        '<p id="none" class="calm" hidden>No finding matches the filter.</p></section>'
    )


def _filter(found: Sequence[Card]) -> str:
    if len(found) < 2:
        return ""
    severities = sorted({card.finding.severity for card in found}, reverse=True)
    chips = "".join(
        f'<button type="button" class="chip" aria-pressed="false" data-severity="{each.label}">{each.label}s</button>'
        for each in (severities if len(severities) > 1 else ())
    )
    return (
        '<div class="filter" role="search"><label class="hidden" for="filter">Filter findings</label>'
        '<input id="filter" type="search" placeholder="Filter" autocomplete="off" spellcheck="false">'
        f'{chips}<p id="shown" role="status"></p></div>'
    )


def _card(
    result: Result,
    card: Card,
    lines: dict[int, list[tuple[int, Line]]],
    visible: frozenset[int],
    explained: set[str],
) -> str:
    finding = card.finding
    rule = rule_of(finding.code)
    own = _own(card, lines)
    row = next((index for index, _line in own if index in visible), None)
    place = html(_place(finding, own))
    link = (
        f'<a class="place" href="#row-{row}">{place}</a>' if row is not None else f'<span class="place">{place}</span>'
    )
    more = f' <span class="unchanged">and {card.more} more of the kind</span>' if card.more else ""
    why = ""
    if finding.code not in explained:
        explained.add(finding.code)
        why = (
            f"<details><summary>Why</summary>{paragraphs(rule.documentation)}"
            f'<p><a href="{html(rule.url)}" rel="noreferrer">More about {html(finding.code)}</a></p></details>'
        )
    return (
        f'<li class="card {finding.severity.label}" id="{card.name}" tabindex="-1" '
        f'data-numbers="{" ".join(map(str, card.numbers))}" data-severity="{finding.severity.label}">'
        f'<div class="said"><p class="head"><b>{html(finding.code)}</b> <span>{html(rule.name)}</span> {link}</p>'
        f'<p class="message">{prose(finding.message)}{more}</p>{why}</div>{_excerpt(result, finding, own)}</li>'
    )


def _own(card: Card, lines: dict[int, list[tuple[int, Line]]]) -> list[tuple[int, Line]]:
    return [each for number in card.numbers for each in lines.get(number, ())]


def _place(finding: Finding, own: Sequence[tuple[int, Line]]) -> str:
    """Where a card is about: ``line 2 → 5`` for what is replaced, ``new line 7`` for what is only added."""
    if finding.file is not None and not finding.edits:
        return finding.file if finding.line is None else f"{finding.file}, line {finding.line}"
    before = [line.number for _index, line in own if line.sign != "+"]
    after = [line.number for _index, line in own if line.sign == "+"]
    runs = [number for at, number in enumerate(before) if not at or before[at - 1] != number - 1]
    if not runs:
        return f"new line {after[0]}" if after else ""
    listed = ", ".join(map(str, runs[:3])) + (", …" if len(runs) > 3 else "")
    return f"line{'' if len(runs) == 1 else 's'} {listed}" + (f" → {after[0]}" if after else "")


def _lines(rows: Sequence[Row]) -> dict[int, list[tuple[int, Line]]]:
    """The lines of each finding, each with the index of its row: what it removed, what it wrote, or where it points."""
    result: dict[int, list[tuple[int, Line]]] = {}
    for index, row in enumerate(rows):
        for cell, sign in ((row.before, "-"), (row.after, "+")):
            for number in cell.findings if cell is not None else ():
                if cell is not None:
                    line = Line(sign if cell.changed else " ", cell.number, cell.text)
                    result.setdefault(number, []).append((index, line))
    return result


def _excerpt(result: Result, finding: Finding, own: list[tuple[int, Line]]) -> str:
    if not finding.edits:
        named = _named_line(result, finding)
        if named:
            return named
        own = [(index, line._replace(sign=" ")) for index, line in own]
    lines = [line for _index, line in own]
    gone = [line for line in lines if line.sign != "+"]
    new = [line for line in lines if line.sign == "+"]
    most = EXCERPT[finding.severity]
    parts = [*map(_line, gone[:most]), *map(_line, new[:most])]
    more = len(gone[most:]) + len(new[most:])
    rest = f'<p class="more">and {more} more line{"" if more == 1 else "s"}</p>' if more else ""
    return f'<div class="excerpt">{"".join(parts)}{rest}</div>' if parts else ""


def _line(line: Line) -> str:
    tag = {"-": "del", "+": "ins"}.get(line.sign, "span")
    return f'<{tag} data-line="{line.number}">{html(line.text) or "&#8203;"}</{tag}>'


def _named_line(result: Result, finding: Finding) -> str:
    """The line of another file that a finding is about; "" where it is about the Dockerfile."""
    source = result.files.get(finding.file or "")
    if source is None or finding.line is None or not 0 < finding.line <= len(source.text.split("\n")):
        return ""
    start = len("\n".join(source.text.split("\n")[: finding.line - 1])) + (finding.line > 1)
    text = Masked(source.text).slice(start, start + len(source.line(finding.line)))
    return (
        f'<div class="excerpt"><p class="file">{html(finding.file or "")}</p>'
        f'<span data-line="{finding.line}">{html(text)}</span></div>'
    )
