"""The result for one file, as every output format takes it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from dockerfix.driver.account_types import Entry as Accounted
from dockerfix.driver.pipeline import Change
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source

STDIN = "<stdin>"
"""The path of standard input."""

Status = Literal[
    "unchanged", "rewritten", "would-rewrite", "stale", "not-written", "refused", "internal-error", "unreadable"
]
"""What happened to a file.

``rewritten``: the result differs from the source and was written. ``would-rewrite``: it differs, but only a check was
requested. ``stale``: a committed file differs from the result. ``not-written``: a finding at or above ``--fail-on``
prevented writing. ``refused``: the input is not usable. ``unreadable``: the input could not be read, or the result not
written; `error` says why.
"""


class Place(NamedTuple):
    """A range in a file, in lines and columns from 1; `path` is as the user would name the file.

    `source` is the text of the file, None if it isn't known or the place means the file as a whole.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: Source | None = None

    @property
    def text(self) -> str:
        """The line in which it begins, empty without a source."""
        return "" if self.source is None else self.source.line(self.line)

    def beginning(self, length: int) -> str:
        """The first `length` characters of the line, at most."""
        if self.source is None:
            return ""
        start = self.source.line_starts[self.line - 1]
        return self.source.text[start : start + length].partition("\n")[0]


class Entry(NamedTuple):
    """One file with its findings.

    `path` is as the user named it, `source` its text before, `project` the folder that the `file` of a finding is
    relative to. `changes` are in the order in which they were made, `account` is where each line went; both are there
    only for the formats that show them. `files` are the files that findings name, by their paths in the project.
    """

    path: str
    status: Status
    source: Source
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    project: str | None = None
    error: str | None = None
    account: tuple[Accounted, ...] = ()
    files: Mapping[str, Source] = {}

    def place_of(self, finding: Finding) -> Place:
        """Where the user has to look: in the file that a finding names, unless it changes the Dockerfile."""
        other = self.related(finding)
        return self.in_source(finding) if other is None or finding.edits else other

    def in_source(self, finding: Finding) -> Place:
        """The place of a finding in the Dockerfile."""
        start, end = (self.source.position(offset) for offset in finding.span)
        source = None if finding.span.end == 0 else self.source
        return Place(self.path, start.line, start.column, end.line, end.column, source)

    def related(self, finding: Finding) -> Place | None:
        """The line of another file that a finding refers to, from its first character to its last."""
        if finding.file is None:
            return None
        path = os.path.normpath(os.path.join(self.project, finding.file)) if self.project else finding.file  # noqa: PTH118
        source, line = self.files.get(finding.file), finding.line or 1
        if source is None or finding.line is None or line > len(source.line_starts):
            return Place(path, line, 1, line, 1)
        text = source.line(line)
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        return Place(path, line, start + 1, line, max(start, end) + 1, source)


def remedy(path: str, output: str | None = None) -> str:
    """The command that writes the result for a file: to `output`, or in the file's own place."""
    if path == STDIN:
        return f"`cog debug | dockerfix -o {output or 'Dockerfile'}`"
    return f"`dockerfix -i {path}`" if output is None else f"`dockerfix {path} -o {output}`"


class Counts(NamedTuple):
    """Numbers of files and findings."""

    files: int
    changed: int
    failed: int
    errors: int
    warnings: int
    notes: int


def count(entries: Iterable[Entry]) -> Counts:
    """Count files and findings; a file counts as changed if it was or would be rewritten, or is stale."""
    listed = list(entries)
    found = [finding.severity for entry in listed for finding in entry.findings]
    return Counts(
        files=len(listed),
        changed=sum(entry.status in ("rewritten", "would-rewrite", "stale") for entry in listed),
        failed=sum(entry.status in ("not-written", "refused", "internal-error", "unreadable") for entry in listed),
        errors=found.count(Severity.ERROR) + sum(entry.error is not None for entry in listed),
        warnings=found.count(Severity.WARNING),
        notes=found.count(Severity.NOTE),
    )
