"""The Apps of the fixtures, to the letter. ``python tests/app/test_golden.py`` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps import GOLDEN
from dockerfix.app import build
from dockerfix.project.project import Project
from golden import project_of


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_text(folder: Path) -> None:
    result = build(Project.open(project_of(folder)))
    assert result.text == (folder / "expected.fal_app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_toml(folder: Path) -> None:
    result = build(Project.open(project_of(folder)))
    assert result.toml == (folder / "expected.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_findings(folder: Path) -> None:
    assert _report(folder) == (folder / "expected.report").read_text(encoding="utf-8")


def _report(folder: Path) -> str:
    findings = build(Project.open(project_of(folder))).findings
    lines = [f"{each.file}:{each.line}: {each.severity.label} {each.code} {each.message}" for each in findings]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    for each in GOLDEN:
        app = build(Project.open(project_of(each)))
        (each / "expected.fal_app.py").write_text(app.text, encoding="utf-8")
        (each / "expected.toml").write_text(app.toml, encoding="utf-8")
        (each / "expected.report").write_text(_report(each), encoding="utf-8")
