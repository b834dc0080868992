"""A survey as JSON, as described by ``survey.schema.json``; each project is one line."""

from __future__ import annotations

import json

from dockerfix import __version__
from dockerfix.driver.project_summary import VERDICTS, ProjectSummary, as_data
from dockerfix.report.survey import Counts
from dockerfix.text.quoting import unicode

SCHEMA_VERSION = 1
"""Increased by changes that break readers; new members don't."""


class Form:
    """The document, a project a line."""

    def opening(self, counts: Counts) -> str:
        """The head."""
        del counts
        tool = json.dumps({"name": "dockerfix", "version": __version__})
        return f'{{\n"schema_version": {SCHEMA_VERSION},\n"tool": {tool},\n"projects": ['

    def row(self, number: int, summary: ProjectSummary) -> str:
        """One project."""
        data = {**as_data(summary), "project": unicode(summary.project), "name": unicode(summary.name)}
        return f"{',' if number else ''}\n{json.dumps(data)}"

    def closing(self, counts: Counts) -> str:
        """The numbers of projects."""
        summary = {each.replace("-", "_"): counts.get(each, 0) for each in VERDICTS}
        data = json.dumps({"projects": sum(counts.values()), **summary})
        return f'\n],\n"summary": {data}\n}}\n'
