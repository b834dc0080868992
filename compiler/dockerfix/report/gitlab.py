"""Problems as GitLab's Code Quality report (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dockerfix.report.entry import STDIN, Entry
from dockerfix.report.problems import Problem, problems
from dockerfix.text.findings import Severity
from dockerfix.text.quoting import unicode

_SEVERITIES = {Severity.NOTE: "info", Severity.WARNING: "minor", Severity.ERROR: "major"}


def as_data(entries: Iterable[Entry], *, checks: bool = False) -> list[dict[str, Any]]:
    """The issues of the report, as plain data; `checks` as for `problems`."""
    listed: list[dict[str, Any]] = []
    for item, found in problems(entries, checks=checks):
        listed += [_issue(problem) for problem in found]
        if item.error is not None:
            listed.append(_broken(item))
    return listed


def _issue(problem: Problem) -> dict[str, Any]:
    return {
        "description": unicode(problem.message),
        "check_name": problem.code,
        "fingerprint": problem.fingerprint,
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": _path(problem.place.path), "lines": {"begin": problem.place.line}},
    }


def _broken(item: Entry) -> dict[str, Any]:
    return {
        "description": unicode(item.error or ""),
        "check_name": item.status,
        "fingerprint": unicode(f"{item.status} {item.path}"),
        "severity": "blocker",
        "location": {"path": _path(item.path), "lines": {"begin": 1}},
    }


def _path(path: str) -> str:
    """A path relative to the repository; GitLab takes no other."""
    return "stdin" if path == STDIN else unicode(path.removeprefix("./"))
