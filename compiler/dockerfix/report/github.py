"""Findings as annotations of GitHub Actions: ``::error file=…,line=…::message``."""

from __future__ import annotations

from collections.abc import Iterable

from dockerfix.report import rules
from dockerfix.report.entry import STDIN, Entry
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import workflow_message, workflow_property

_COMMANDS = {Severity.NOTE: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def lines_of(entries: Iterable[Entry]) -> list[str]:
    """One line a finding, and one for each file that could not be read or written."""
    lines: list[str] = []
    for item in entries:
        lines += [_line(item, finding) for finding in item.findings]
        if item.error is not None:
            lines.append(f"::error file={workflow_property(item.path)},title=dockerfix::{workflow_message(item.error)}")
    return lines


def _line(item: Entry, finding: Finding) -> str:
    start, end = item.source.position(finding.span.start), item.source.position(finding.span.end)
    properties: dict[str, str | int] = {}
    if item.path != STDIN:
        properties |= {"file": item.path, "line": start.line, "endLine": end.line}
        if start.line == end.line:
            properties |= {"col": start.column, "endColumn": end.column}
    properties["title"] = f"{finding.code} {rules.rule_of(finding.code).name}"
    listed = ",".join(f"{name}={workflow_property(str(value))}" for name, value in properties.items())
    message = finding.message
    if finding.severity is Severity.ERROR:
        message += f" ({rules.url(finding.code)})"
    return f"::{_COMMANDS[finding.severity]} {listed}::{workflow_message(message)}"
