"""Findings as text for people: ``path:line:column: DF101 message``, the source line with a caret, and a link."""

from __future__ import annotations

from itertools import pairwise

from dockerfix.report import rules
from dockerfix.report.entry import Entry, Place
from dockerfix.text.credentials import Masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import readable
from dockerfix.text.source import Source, columns

WIDTH = 100
"""The longest part of a source line that is shown."""

_COLOURS = {Severity.NOTE: "36", Severity.WARNING: "33", Severity.ERROR: "31"}


def line(item: Entry, finding: Finding, *, colour: bool = False) -> str:
    """One finding as one line, with the place where the user has to look."""
    place = item.place_of(finding)
    return f"{readable(place.path)}:{place.line}:{place.column}: {message(finding, colour=colour)}"


def message(finding: Finding, *, colour: bool = False) -> str:
    """Code, severity and message of a finding, without its place."""
    code = finding.code
    label = "" if finding.severity is Severity.NOTE else f"{finding.severity.label}: "
    if colour:
        code = paint(code, _COLOURS[finding.severity])
        label = paint(label, "1") if label else ""
    return f"{code} {label}{readable(finding.message)}"


def entry(item: Entry, *, show_source: bool | None = None, colour: bool = False, width: int | None = None) -> list[str]:
    """The lines for one file, of which those of a source are at most `width` columns wide.

    `show_source` puts the source line under each finding; None does so for warnings and errors.
    """
    lines: list[str] = []
    texts: dict[Source, Masked] = {}
    for finding in item.findings:
        lines.append(line(item, finding, colour=colour))
        place = item.place_of(finding)
        if place.source is not None and (show_source or (show_source is None and finding.severity > Severity.NOTE)):
            shown = texts.setdefault(place.source, Masked(place.source.text))
            lines += excerpt(place, shown, finding.severity, colour=colour, width=width)
        if finding.severity is Severity.ERROR:
            lines.append(f"  = help: {rules.url(finding.code)} or `dockerfix explain {finding.code}`")
    return [*lines, *_error(item)]


def concise(item: Entry, *, colour: bool = False) -> list[str]:
    """One line a finding and nothing else, as editors read it."""
    return [*(line(item, finding, colour=colour) for finding in item.findings), *_error(item)]


def grouped(item: Entry, *, colour: bool = False) -> list[str]:
    """The name of each file with findings, and below it one line a finding."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for finding in item.findings:
        place = item.place_of(finding)
        found = (f"{place.line}:{place.column}", message(finding, colour=colour))
        groups.setdefault(readable(place.path), []).append(found)
    lines: list[str] = []
    for name, listed in groups.items():
        width = max(len(where) for where, _what in listed)
        lines.append(paint(name, "1") if colour else name)
        lines += [f"  {where:<{width}}  {what}" for where, what in listed]
    return [*lines, *_error(item)]


def _error(item: Entry) -> list[str]:
    return [] if item.error is None else [f"dockerfix: {readable(item.error)}"]


def excerpt(
    place: Place, text: Masked, severity: Severity, *, colour: bool = False, width: int | None = None
) -> list[str]:
    """The line in which a place begins, with carets under the place, at most `width` columns wide.

    `text` is that of the place's source. Empty for an empty line, and for a place that means the whole file.
    """
    whole = place.text
    if place.source is None or not whole.strip():
        return []
    end = place.end_column if place.end_line == place.line else len(whole) + 1
    length = max(1, min(end, len(whole) + 1) - place.column)
    start = place.source.line_starts[place.line - 1]
    cuts = (start + at for at in (0, place.column - 1, place.column - 1 + length, len(whole)))
    parts = [text.slice(*cut) for cut in pairwise(cuts)]
    number = str(place.line)
    gap = " " * len(number)
    room = WIDTH if width is None else max(8, min(WIDTH, width - len(f"  {number} | ......")))
    shown, before, marked = _window("".join(parts), len(parts[0]), len(parts[1]), room)
    carets = "".join("\t" if character == "\t" else " " * columns(character) for character in before)
    marks = "^" * max(1, columns(marked))
    if colour:
        marks = paint(marks, _COLOURS[severity])
    return [f"  {number} | {shown}", f"  {gap} | {carets}{marks}"]


def _window(whole: str, start: int, length: int, room: int) -> tuple[str, str, str]:
    """At most `room` columns of a line around a place: all of it, the part before the place, and the place."""
    first, end = start, start
    left = room

    def grow(*, to: int, keep: int = 0) -> None:
        """Widen the window towards `to`, as long as more than `keep` columns are left."""
        nonlocal first, end, left
        while (to < first) if to < start else (end < to):
            at = first - 1 if to < start else end
            width = columns(readable(whole[at]))
            if left - width < keep:
                return
            first, end, left = min(first, at), max(end, at + 1), left - width

    grow(to=min(start + length, len(whole)), keep=room // 4)
    grow(to=0, keep=left // 2)
    grow(to=len(whole))
    grow(to=0)
    lead = "..." if first else ""
    tail = "..." if end < len(whole) else ""
    before = lead + readable(whole[first:start])
    marked = readable(whole[start : min(start + length, end)])
    rest = readable(whole[min(start + length, end) : end])
    return before + marked + rest + tail, before, marked


def paint(text: str, code: str) -> str:
    """`text` in a colour of ANSI terminals."""
    return f"\x1b[{code}m{text}\x1b[0m"
