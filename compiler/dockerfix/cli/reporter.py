"""Printing of findings: as text at once, in the machine formats at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from dockerfix.cli import streams
from dockerfix.cli.config import TEXTS, Settings
from dockerfix.cli.progress import Progress
from dockerfix.report import entry as entries_of
from dockerfix.report import summary, text
from dockerfix.report.entry import Entry
from dockerfix.text import quoting
from dockerfix.text.findings import Severity
from dockerfix.text.source import Source, encode

_FEW = 2
"""So many notes are printed rather than summarised."""
_LINES_AT_THE_END = 4
"""What of a terminal is kept for the prompt and the last lines."""
_GONE = Source("")


class Reporter:
    """Prints findings: text to standard error; machine formats to standard output, or to standard error if the result
    or a diff is printed there (`prints`).

    Text has the warnings and errors of one file, or only the errors of many, and sums up the rest; ``-v`` prints every
    finding. What makes the exit code 1 is always printed. `against` is the committed file that the result is compared
    with.
    """

    def __init__(
        self,
        settings: Settings,
        verb: str,
        *,
        total: int,
        prints: bool,
        checks: bool = False,
        statistics: bool = False,
        against: str | None = None,
    ) -> None:
        self.settings = settings
        self.verb = verb
        self.against = against
        self.total = total
        self.prints = prints
        self.checks = checks
        self.statistics = statistics
        self.entries: list[Entry] = []
        self.is_text = settings.output_format in TEXTS
        self.colour = streams.colours(sys.stderr, settings.color)
        self.progress = Progress(total, wanted=self.is_text)
        self.size = streams.size(sys.stderr)
        self._listed = 0

    def show_diff(self, before: str, after: str, path: str) -> None:
        """Print a diff on standard output."""
        from dockerfix.report import diff

        self.progress.clear()
        found = diff.unified(before, after, path)
        if streams.colours(sys.stdout, self.settings.color):
            found = diff.coloured(found)
        if self.settings.output_format == "github":
            found = quoting.without_commands(found)
        streams.write(encode(found))

    def report(self, entries: Sequence[Entry]) -> None:
        """Report one FILE."""
        self.progress.step()
        if not self.is_text:
            self.entries += [_from(entry, lowest(self.settings)) for entry in entries]
            return
        lines = [line for entry in entries for line in self._lines_of(entry)]
        # the summary only counts; thousands of files needn't stay in memory
        self.entries += [entry._replace(source=_GONE, changes=()) for entry in entries]
        if lines:
            self.progress.clear()
            streams.say("\n".join(lines))

    def _lines_of(self, entry: Entry) -> list[str]:
        settings, many = self.settings, self.total > 1
        least = lowest(settings, many=many)
        if not settings.quiet and not many and sum(each.severity < least for each in entry.findings) <= _FEW:
            least = Severity.NOTE
        shown = _from(entry, least)
        if settings.output_format == "concise":
            return text.concise(shown, colour=self.colour)
        if settings.output_format == "grouped":
            return text.grouped(shown, colour=self.colour)
        lines = text.entry(
            shown,
            show_source=settings.show_source,
            colour=self.colour,
            width=self.size.columns if self.size is not None else None,
        )
        if settings.quiet:
            return lines
        if many:
            return [*lines, *self._line_of(entry)]
        sound = entry.status in ("unchanged", "rewritten", "would-rewrite")
        if self.statistics or not sound or len(shown.findings) == len(entry.findings):
            return lines
        return lines + summary.happened(entry.findings, would=self.verb.startswith("would"))

    def _line_of(self, entry: Entry) -> list[str]:
        """What happened to one of many files; [] where there is nothing to say, and beyond what a terminal shows."""
        line = None if entry.error is not None else summary.file_line(entry, self.verb)
        if line is None:
            return []
        self._listed += 1
        return [] if self._hidden() else [line]

    def _hidden(self) -> int:
        """How many lines of files did not fit the terminal so far."""
        if self.size is None or self.settings.verbose:
            return 0
        return max(0, self._listed - (self.size.lines - _LINES_AT_THE_END))

    def end(self, code: int) -> None:
        """Report all FILEs together."""
        self.progress.clear()
        if self.is_text:
            if not self.entries:
                return
            # a single FILE that couldn't be read or written has its line already
            if not self.settings.quiet and (self.total > 1 or all(entry.error is None for entry in self.entries)):
                streams.say("\n".join(self._closing()))
            elif self.statistics:
                streams.say("\n".join(self._counted()))
            return
        rendered = self._render(code)
        if self.prints and rendered:
            streams.say(rendered.removesuffix("\n"))
        else:
            streams.write(rendered.encode())

    def _closing(self) -> list[str]:
        lines = self._counted() if self.statistics else []
        if hidden := self._hidden():
            lines.append(f"... and {hidden} more files; -v lists them all")
        counts = entries_of.count(self.entries)
        if self.against is not None and not counts.failed:
            is_stale = any(entry.status == "stale" for entry in self.entries)
            verb = f"{quoting.readable(self.against)} is {'stale' if is_stale else 'up to date'}"
            return [*lines, summary.last_line(counts._replace(files=1, changed=1), verb)]
        lines.append(summary.last_line(counts, self.verb))
        if self.total == 1 and self.against is None and self.settings.output_format == "full":
            lines += summary.next_step(self.entries[0], self.settings.target)
        return lines

    def _counted(self) -> list[str]:
        from collections import Counter

        return summary.statistics(Counter(found.code for entry in self.entries for found in entry.findings))

    def _render(self, code: int) -> str:
        form = self.settings.output_format
        if form == "github":
            from dockerfix.report import github

            return "".join(f"{line}\n" for line in github.lines_of(self.entries, checks=self.checks))
        if form == "junit":
            from dockerfix.report import junit

            return junit.as_text(self.entries, Severity[self.settings.fail_on.upper()], checks=self.checks)
        import json

        data: Any
        if form == "sarif":
            from dockerfix.report import sarif

            data = sarif.as_data(self.entries, code)
        elif form == "gitlab":
            from dockerfix.report import gitlab

            data = gitlab.as_data(self.entries, checks=self.checks)
        else:
            from dockerfix.report import findings_json

            data = findings_json.as_data(self.entries, code)
        return json.dumps(data, indent=2) + "\n"


def lowest(settings: Settings, *, many: bool = False) -> Severity:
    """The lowest severity that is printed, of one file or of `many`; never above that of ``--fail-on``."""
    machine = settings.output_format not in (*TEXTS, "github")
    if settings.verbose or (machine and not settings.quiet):
        wanted = Severity.NOTE
    else:
        wanted = Severity.ERROR if settings.quiet > 1 or (many and not machine) else Severity.WARNING
    return min(wanted, Severity[settings.fail_on.upper()])


def _from(entry: Entry, least: Severity) -> Entry:
    return entry._replace(findings=tuple(finding for finding in entry.findings if finding.severity >= least))
