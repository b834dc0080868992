"""Findings as text for people: ``path:line:column: DF101 message``, the source line with a caret, and a link."""

from __future__ import annotations

from itertools import pairwise

from dockerfix.report import rules
from dockerfix.report.entry import Counts, Entry
from dockerfix.text.credentials import Masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import readable
from dockerfix.text.source import Source, columns

WIDTH = 100
"""The longest part of a source line that is shown."""

_COLOURS = {Severity.NOTE: "36", Severity.WARNING: "33", Severity.ERROR: "31"}


def line(finding: Finding, source: Source, path: str, *, colour: bool = False) -> str:
    """One finding as one line; `path` is how the user named the file."""
    row, column = source.position(finding.span.start)
    return f"{readable(path)}:{row}:{column}: {message(finding, colour=colour)}"


def message(finding: Finding, *, colour: bool = False) -> str:
    """Code, severity and message of a finding, without its place."""
    code = finding.code
    label = "" if finding.severity is Severity.NOTE else f"{finding.severity.label}: "
    if colour:
        code = paint(code, _COLOURS[finding.severity])
        label = paint(label, "1") if label else ""
    return f"{code} {label}{readable(finding.message)}"


def entry(item: Entry, *, show_source: bool | None = None, colour: bool = False) -> list[str]:
    """The lines for one file.

    `show_source` puts the source line under each finding; None does so for warnings and errors.
    """
    lines: list[str] = []
    shown = Masked(item.source.text)
    for finding in item.findings:
        lines.append(line(finding, item.source, item.path, colour=colour))
        if show_source or (show_source is None and finding.severity > Severity.NOTE):
            lines += excerpt(finding, item.source, shown, colour=colour)
        if finding.severity is Severity.ERROR:
            lines.append(f"  = help: {rules.url(finding.code)} or `dockerfix explain {finding.code}`")
    if item.error is not None:
        lines.append(f"dockerfix: {readable(item.error)}")
    return lines


def excerpt(finding: Finding, source: Source, text: Masked, *, colour: bool = False) -> list[str]:
    """The line of the source in which a finding begins, with carets under its span.

    `text` is that of the source. Empty for an empty line, and for a finding about the whole file (an empty span at its
    beginning).
    """
    row, column = source.position(finding.span.start)
    whole = source.line(row)
    if finding.span.end == 0 or not whole.strip():
        return []
    length = max(1, min(finding.span.end - finding.span.start, len(whole) - column + 1))
    start = source.line_starts[row - 1]
    places = pairwise(start + at for at in (0, column - 1, column - 1 + length, len(whole)))
    parts = [text.slice(*place) for place in places]
    shown, before, marked = _window("".join(parts), len(parts[0]), len(parts[1]))
    number = str(row)
    gap = " " * len(number)
    carets = "".join("\t" if character == "\t" else " " * columns(character) for character in before)
    marks = "^" * max(1, columns(marked))
    if colour:
        marks = paint(marks, _COLOURS[finding.severity])
    return [f"  {number} | {shown}", f"  {gap} | {carets}{marks}"]


def _window(whole: str, start: int, length: int) -> tuple[str, str, str]:
    """At most WIDTH characters of a line around a place: all of it, the part before the place, and the place."""
    first = 0 if start + length <= WIDTH or start < WIDTH // 2 else start - WIDTH // 4
    lead = "..." if first else ""
    tail = "..." if len(whole) > first + WIDTH else ""
    before = lead + readable(whole[first:start])
    marked = readable(whole[start : min(start + length, first + WIDTH)])
    rest = readable(whole[start + length : first + WIDTH])
    return before + marked + rest + tail, before, marked


def paint(text: str, code: str) -> str:
    """`text` in a colour of ANSI terminals."""
    return f"\x1b[{code}m{text}\x1b[0m"


def summary(counts: Counts, verb: str) -> str:
    """The one line at the end: what happened to how many files, and the number of findings.

    `verb` says what changed files are: ``rewritten``, ``would be rewritten``, ``stale``.
    """
    unwritten = "would not be written" if verb.startswith("would") else "not written"
    parts: list[str] = []
    if counts.files == 1:
        parts += [verb] if counts.changed else [] if counts.failed else ["unchanged"]
        parts += [unwritten] if counts.failed else []
    else:
        parts.append(f"{counts.changed} of {counts.files} files {verb}")
        parts += [f"{counts.failed} {unwritten}"] if counts.failed else []
    parts += [_plural(counts.errors, "error"), _plural(counts.warnings, "warning"), _plural(counts.notes, "note")]
    return f"dockerfix: {', '.join(part for part in parts if part)}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
