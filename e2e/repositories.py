"""Bare git repositories for the addresses that the projects clone or install from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
SETUP = "from setuptools import setup\nsetup(name={name!r}, version={version!r}, py_modules=[{module!r}])\n"


def make_all(folder: Path, table: dict[str, dict[str, Any]]) -> None:
    """Make `folder/<host>/<owner>/<name>.git` for each address of the table, anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for address, entry in table.items():
        _make(folder / address, entry)


def _make(bare: Path, entry: dict[str, Any]) -> None:
    """One repository with one commit and its tags."""
    work = bare.with_suffix(".work")
    work.mkdir(parents=True)
    if "asset" in entry:
        target = work / entry["to"]
        target.parent.mkdir(parents=True)
        shutil.copy(ASSETS / entry["asset"], target)
        target.chmod(0o755)
    else:
        module = str(entry["package"]).replace("-", "_")
        (work / "setup.py").write_text(SETUP.format(name=entry["package"], version=entry["version"], module=module))
        (work / f"{module}.py").write_text(f"__version__ = {entry['version']!r}\n")
    _git(work, "init", "-q", "-b", "main")
    _git(work, "add", ".")
    _git(work, "commit", "-q", "-m", "Stand-in")
    for ref in entry.get("refs", ()):
        _git(work, "tag", ref)
    _git(work, "clone", "-q", "--bare", str(work), str(bare))
    shutil.rmtree(work)


def _git(folder: Path, *arguments: str) -> None:
    """Run git without this machine's own settings."""
    who = {f"GIT_{role}_{what}": "e2e" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)
