"""Findings as SARIF 2.1.0, the exchange format of static analysis (OASIS, errata 01)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

from dockerfix import DOCUMENTATION, __version__
from dockerfix.report import rules
from dockerfix.report.entry import STDIN, Entry, Place
from dockerfix.report.problems import NOTHING_OF_COG, fingerprint
from dockerfix.text.credentials import holds_secret
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import unicode
from dockerfix.text.source import Source, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}


def as_data(entries: Iterable[Entry], exit_code: int) -> dict[str, Any]:
    """A log with one run, as plain data."""
    listed = [
        item._replace(findings=tuple(each for each in item.findings if each.code != NOTHING_OF_COG)) for item in entries
    ]
    codes = sorted({finding.code for item in listed for finding in item.findings})
    indexes = {code: index for index, code in enumerate(codes)}
    run = {
        "tool": {
            "driver": {
                "name": "dockerfix",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": f"{DOCUMENTATION}/",
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(listed, exit_code)],
        "results": [result for item in listed for result in _results(item, indexes)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    rule = rules.rule_of(code)
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.documentation.split("\n\nBefore:")[0]},
        "help": {"text": rule.documentation},
        "helpUri": rule.url,
    }


def _invocation(entries: list[Entry], exit_code: int) -> dict[str, Any]:
    notifications = [
        {"level": "error", "message": {"text": unicode(item.error)}, "locations": [_place(item.path)]}
        for item in entries
        if item.error is not None
    ]
    broken = any(item.status in ("internal-error", "unreadable") for item in entries)
    return {
        "executionSuccessful": not broken,
        "exitCode": exit_code,
        "toolExecutionNotifications": notifications,
    }


def _results(item: Entry, indexes: dict[str, int]) -> list[dict[str, Any]]:
    independent = _independent(item)
    seen: Counter[tuple[str, str, str]] = Counter()
    return [
        _result(item, finding, indexes[finding.code], seen, fix=finding in independent) for finding in item.findings
    ]


def _result(
    item: Entry, finding: Finding, index: int, seen: Counter[tuple[str, str, str]], *, fix: bool
) -> dict[str, Any]:
    place = item.place_of(finding)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": unicode(finding.message)},
        "locations": [_located(place)],
        "partialFingerprints": {"dockerfix/v1": fingerprint(finding.code, place, seen)},
    }
    related = item.related(finding)
    if related is not None:
        result["relatedLocations"] = [_located(item.in_source(finding) if place == related else related)]
    if fix and not any(holds_secret(edit.text) for edit in finding.edits):
        result["fixes"] = [_fix(item, finding, finding.edits)]
    return result


def _independent(item: Entry) -> frozenset[Finding]:
    """The findings whose edits can be applied to the source independently.

    An edit of a later pass may change text that an earlier pass inserted; its place in the source is then only where
    that text came from.
    """
    from bisect import bisect_right

    alone = {finding for finding in item.findings if finding.edits}
    earlier: list[Span] = []
    present: list[Span] = []
    code = ""
    for finding, before, _after in item.changes:
        if finding.code != code:
            # the findings of a pass have one code, and its edits don't overlap
            earlier, present, code = _merged([*earlier, *present]), [], finding.code
        at = bisect_right(earlier, before.end, key=lambda span: span.start)
        if at and earlier[at - 1].end >= before.start:
            alone.discard(finding)
        present.append(before)
    return frozenset(alone)


def _merged(spans: list[Span]) -> list[Span]:
    """The ranges in order, with those that touch merged."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def _fix(item: Entry, finding: Finding, edits: tuple[Edit, ...]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(item.source, edit.span), "insertedContent": {"text": unicode(edit.text)}}
        for edit in edits
    ]
    return {
        "description": {"text": unicode(finding.message)},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(item.path)}, "replacements": replacements}],
    }


def _located(place: Place) -> dict[str, Any]:
    return _place(
        place.path,
        {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    )


def _place(path: str, region: dict[str, int] | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if region is not None:
        physical["region"] = region
    return {"physicalLocation": physical}


def _region(source: Source, span: Span) -> dict[str, int]:
    start, end = source.position(span.start), source.position(span.end)
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _uri(path: str) -> str:
    """A relative reference, or ``file:`` for an absolute path."""
    from urllib.parse import quote

    if path == STDIN:
        return "stdin"
    data = os.fsencode(path.replace(os.sep, "/"))
    return f"file://{quote(data)}" if os.path.isabs(path) else quote(data)  # noqa: PTH117
