"""Findings as JSON, as described by ``findings.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dockerfix import __version__
from dockerfix.report import rules, trace
from dockerfix.report.entry import Entry, count
from dockerfix.text.credentials import holds_secret
from dockerfix.text.findings import Finding
from dockerfix.text.quoting import unicode
from dockerfix.text.source import Source, Span

SCHEMA_VERSION = 1
"""Increased by changes that break readers; new members don't."""


def as_data(entries: Iterable[Entry], exit_code: int) -> dict[str, Any]:
    """The document, as plain data."""
    listed = list(entries)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "dockerfix", "version": __version__},
        "files": [_file(item) for item in listed],
        "summary": count(listed)._asdict(),
        "exit_code": exit_code,
    }


def _file(item: Entry) -> dict[str, Any]:
    return {
        "path": unicode(item.path),
        "status": item.status,
        "error": None if item.error is None else unicode(item.error),
        "findings": [_finding(item, finding) for finding in item.findings],
        "account": trace.as_data(item.account),
    }


def _finding(item: Entry, finding: Finding) -> dict[str, Any]:
    related = item.related(finding)
    hidden = any(holds_secret(edit.text) for edit in finding.edits)
    return {
        "code": finding.code,
        "name": rules.rule_of(finding.code).name,
        "severity": finding.severity.label,
        "message": unicode(finding.message),
        "url": rules.url(finding.code),
        "location": _location(item.source, finding.span),
        "related": None
        if related is None
        else {"path": unicode(related.path), "line": finding.line, "column": finding.line and related.column},
        "edits": [
            {"location": _location(item.source, edit.span), "text": unicode(edit.text)}
            for edit in finding.edits
            if not hidden
        ],
    }


def _location(source: Source, span: Span) -> dict[str, int]:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "offset": span.start,
        "end_offset": span.end,
    }
