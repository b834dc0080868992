"""Projects and their Apps, for the tests of this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dockerfix.app import AppResult, build
from dockerfix.project.project import Project
from golden import project_of
from places import FIXTURES
from places import PROJECTS as COG_PROJECTS

HERE = Path(__file__).resolve().parent
SERVED = "served"
"""The folder in which files that are copied beside an App run; by it their coverage is told (pyproject.toml)."""
GOLDEN = sorted(path.parent for path in (FIXTURES / "app").glob("*/expected.toml"))
SAMPLES = sorted(path.parent for path in COG_PROJECTS.glob("*/cog.yaml"))
PROJECTS = {**{path.name: path for path in SAMPLES}, **{path.name: project_of(path) for path in GOLDEN}}
"""All projects that are there, by name."""


def install(project: Path, folder: Path) -> AppResult:
    """Copy the project of a case into `folder`, with its App and a Dockerfile."""
    shutil.copytree(project_of(project), folder, ignore=shutil.ignore_patterns("expected.*"))
    return add_app(folder)


def add_app(folder: Path) -> AppResult:
    """Write the App of the project in a folder, and a Dockerfile."""
    result = build(Project.open(folder))
    for name, text in result.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM python:3.11-slim\nCOPY . /src\n", encoding="utf-8")
    return result


def write(folder: Path, **files: str) -> Project:
    """A project of the given files; ``__`` in a name is a dot, and cog.yaml may be left out."""
    files.setdefault("cog__yaml", 'build:\n  python_version: "3.11"\npredict: "predict.py:Predictor"\n')
    for name, text in files.items():
        path = folder / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project.open(folder)


def run(*command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A Python command with this interpreter, its output captured."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False, env=environment, timeout=240
    )
