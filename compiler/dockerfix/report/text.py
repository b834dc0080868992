"""Findings as lines of text: ``path:line:column: DF101 message``."""

from __future__ import annotations

from dockerfix.findings import Finding, Severity
from dockerfix.source import Source

_COLOURS = {Severity.NOTE: "36", Severity.WARNING: "33", Severity.ERROR: "31"}


def line(finding: Finding, source: Source, path: str, *, colour: bool = False) -> str:
    """One finding as one line; `path` is how the user named the file."""
    row, column = source.position(finding.span.start)
    code = finding.code
    label = "" if finding.severity is Severity.NOTE else f"{finding.severity.label}: "
    if colour:
        code = f"\x1b[{_COLOURS[finding.severity]}m{code}\x1b[0m"
        label = f"\x1b[1m{label}\x1b[0m" if label else ""
    return f"{path}:{row}:{column}: {code} {label}{finding.message}"


def summary(findings: tuple[Finding, ...], *, changed: bool) -> str:
    """One line that counts what was found."""
    counts = [
        f"{count} {severity.label}{'' if count == 1 else 's'}"
        for severity in reversed(Severity)
        if (count := sum(finding.severity is severity for finding in findings))
    ]
    return f"dockerfix: {'rewritten' if changed else 'unchanged'}, {', '.join(counts) or 'nothing found'}"
