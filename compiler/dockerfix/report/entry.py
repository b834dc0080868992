"""The result for one file, as every output format takes it."""

from __future__ import annotations

import os
from collections.abc import Iterable
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


class Entry(NamedTuple):
    """One file with its findings.

    `path` is as the user named it, `source` its text before, `project` the folder that the `file` of a finding is
    relative to. `changes` are in the order in which they were made, `account` is where each line went; both are there
    only for the formats that show them.
    """

    path: str
    status: Status
    source: Source
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    project: str | None = None
    error: str | None = None
    account: tuple[Accounted, ...] = ()

    def path_of(self, finding: Finding) -> str | None:
        """The other file that a finding refers to, as the user would name it."""
        if finding.file is None:
            return None
        return os.path.normpath(os.path.join(self.project, finding.file)) if self.project else finding.file  # noqa: PTH118


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
