"""Cog from PyPI, of which each release gets an environment of its own under ``build/cog``."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from places import ROOT

RELEASES = ("0.16.12", "0.23.1")
"""The last release that works its schema out when it starts, and one that reads the schema of the build."""


def python_with(version: str) -> Path:
    """The Python of an environment with this release of Cog, which is made on first use."""
    folder = ROOT / "build" / "cog" / f"{version}-py{sys.version_info.major}.{sys.version_info.minor}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    python, done = folder / "bin" / "python", folder / "done"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests run in several processes
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"cog=={version}"]
            subprocess.run(command, check=True)
            done.touch()
    return python
