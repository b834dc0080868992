"""What is generated pleases Python's compiler, ruff and mypy, for every project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apps import PROJECTS, run
from dockerfix.app import build
from dockerfix.project.project import Project


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All Apps side by side, with the two modules that belong to each."""
    target = tmp_path_factory.mktemp("apps")
    for name, project in PROJECTS.items():
        files = build(Project.open(project)).files
        (target / f"app_{name.replace('-', '_')}.py").write_text(files.pop("fal_app.py"), encoding="utf-8")
        for other, text in files.items():
            (target / other).write_text(text, encoding="utf-8")
    return target


def test_compileall(folder: Path) -> None:
    found = run("-W", "error", "-m", "compileall", "-q", "-f", str(folder))
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("command", [("format", "--check"), ("check", "--select", "E4,E7,E9,F,I001")])
def test_ruff(folder: Path, command: tuple[str, ...]) -> None:
    if run("-m", "ruff", "--version").returncode:
        pytest.skip("ruff isn't installed")
    found = run("-m", "ruff", command[0], "--isolated", *command[1:], str(folder))
    assert found.returncode == 0, found.stdout + found.stderr


def test_mypy(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("fal")
    here = run("-m", "mypy", "--version").returncode == 0
    elsewhere = shutil.which("mypy")
    if not here and not elsewhere:
        pytest.skip("mypy isn't installed, or not beside fal, which needs an older pathspec")
    command = [sys.executable, "-m", "mypy"] if here else [str(elsewhere), "--python-executable", sys.executable]
    found = subprocess.run(
        [*command, "--config-file=", f"--cache-dir={tmp_path}", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_no_future_annotations() -> None:
    """fal can't build the routes of a pickled App whose annotations are strings."""
    for project in PROJECTS.values():
        assert "from __future__" not in build(Project.open(project)).text
