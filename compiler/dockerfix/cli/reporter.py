"""Printing of findings: as text at once, in the machine formats at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from dockerfix.cli import streams
from dockerfix.cli.config import Settings
from dockerfix.cli.progress import Progress
from dockerfix.report import entry as entries_of
from dockerfix.report import text
from dockerfix.report.entry import Entry
from dockerfix.text import quoting
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source, encode

_GONE = Source("")


class Reporter:
    """Prints findings: text to standard error; machine formats to standard output, or to standard error if the result
    or a diff is printed there (`prints`).
    """

    def __init__(self, settings: Settings, verb: str, *, total: int, prints: bool) -> None:
        self.settings = settings
        self.verb = verb
        self.total = total
        self.prints = prints
        self.entries: list[Entry] = []
        self.progress = Progress(total, wanted=settings.format == "text")

    def show_diff(self, before: str, after: str, path: str) -> None:
        """Print a diff on standard output."""
        from dockerfix.report import diff

        self.progress.clear()
        found = diff.unified(before, after, path)
        if streams.colours(sys.stdout):
            found = diff.coloured(found)
        if self.settings.format == "github":
            found = quoting.without_commands(found)
        streams.write(encode(found))

    def report(self, entries: Sequence[Entry]) -> None:
        """Report one FILE."""
        self.progress.step()
        if self.settings.quiet:
            entries = [entry._replace(findings=_errors(entry)) for entry in entries]
        if self.settings.format != "text":
            self.entries += entries
            return
        lines = [line for entry in entries for line in self._lines(entry)]
        # the summary only counts; thousands of files needn't stay in memory
        self.entries += [entry._replace(source=_GONE, changes=()) for entry in entries]
        if lines:
            self.progress.clear()
            streams.say("\n".join(lines))

    def _lines(self, entry: Entry) -> list[str]:
        colour = streams.colours(sys.stderr)
        lines = text.entry(entry, show_source=self.settings.show_source, colour=colour)
        if self.total > 1 and not self.settings.quiet and entry.status in ("rewritten", "would-rewrite"):
            lines.append(f"{quoting.readable(entry.path)}: {self.verb}")
        return lines

    def end(self, code: int) -> None:
        """Report all FILEs together."""
        self.progress.clear()
        if self.settings.format == "text":
            # a single FILE that couldn't be read or written has its line already
            if not self.settings.quiet and (self.total > 1 or all(entry.error is None for entry in self.entries)):
                streams.say(self._summary())
            return
        rendered = _render(self.settings.format, self.entries, code)
        if self.prints:
            streams.say(rendered.removesuffix("\n"))
        else:
            streams.write(rendered.encode())

    def _summary(self) -> str:
        stale = next((entry for entry in self.entries if entry.status == "stale"), None)
        if stale is None:
            return text.summary(entries_of.count(self.entries), self.verb)
        counts = entries_of.count(self.entries)._replace(files=1, changed=1)
        return text.summary(counts, f"{quoting.readable(stale.path)} is stale")


def _errors(entry: Entry) -> tuple[Finding, ...]:
    return tuple(finding for finding in entry.findings if finding.severity is Severity.ERROR)


def _render(form: str, entries: list[Entry], code: int) -> str:
    if form == "github":
        from dockerfix.report import github

        return "".join(f"{line}\n" for line in github.lines_of(entries))
    import json

    data: dict[str, Any]
    if form == "sarif":
        from dockerfix.report import sarif

        data = sarif.as_data(entries, code)
    else:
        from dockerfix.report import findings_json

        data = findings_json.as_data(entries, code)
    return json.dumps(data, indent=2) + "\n"
