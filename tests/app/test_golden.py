"""The Apps of the fixtures, to the letter; ``make golden`` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from apps import GOLDEN
from dockerfix.app import AppResult, build
from dockerfix.project.project import Project
from golden import GoldenFile, name_of, project_of


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_golden_app(folder: Path, snapshot: SnapshotAssertion) -> None:
    golden = snapshot.use_extension(GoldenFile)
    result = build(Project.open(project_of(folder)))
    expected = {"expected.fal_app.py": result.text, "expected.toml": result.toml, "expected.report": report(result)}
    for name, text in expected.items():
        assert text.encode() == golden(name=f"{name_of(folder)}/{name}")


def report(result: AppResult) -> str:
    """The findings, one a line."""
    findings = result.findings
    return "".join(f"{each.file}:{each.line}: {each.severity.label} {each.code} {each.message}\n" for each in findings)
