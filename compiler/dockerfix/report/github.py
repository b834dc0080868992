"""Findings as annotations of GitHub Actions: ``::error file=…,line=…::message``."""

from __future__ import annotations

from collections.abc import Iterable

from dockerfix.report import rules
from dockerfix.report.entry import STDIN, Entry
from dockerfix.report.problems import Problem, problems
from dockerfix.text.findings import Severity
from dockerfix.text.quoting import workflow_message, workflow_property

_COMMANDS = {Severity.NOTE: "notice", Severity.WARNING: "warning", Severity.ERROR: "error"}


def lines_of(entries: Iterable[Entry], *, checks: bool = False) -> list[str]:
    """One line a problem, and one for each file that could not be read or written; `checks` as for `problems`."""
    lines: list[str] = []
    for item, found in problems(entries, checks=checks):
        lines += map(_line, found)
        if item.error is not None:
            lines.append(f"::error file={workflow_property(item.path)},title=dockerfix::{workflow_message(item.error)}")
    return lines


def _line(problem: Problem) -> str:
    place = problem.place
    properties: dict[str, str | int] = {}
    if place.path != STDIN:
        properties |= {"file": place.path, "line": place.line, "endLine": place.end_line}
        if place.line == place.end_line:
            properties |= {"col": place.column, "endColumn": place.end_column}
    properties["title"] = problem.title
    listed = ",".join(f"{name}={workflow_property(str(value))}" for name, value in properties.items())
    message = problem.message
    if problem.severity is Severity.ERROR:
        message += f" ({rules.url(problem.code)})"
    return f"::{_COMMANDS[problem.severity]} {listed}::{workflow_message(message)}"
