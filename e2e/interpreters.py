"""CPython made relocatable: an interpreter of this machine becomes a folder that works wherever it is copied to."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

LEFT_OUT = (
    "test",
    "tests",
    "__pycache__",
    "idlelib",
    "turtledemo",
    "site-packages",
    "config-*",
    "lib2to3",
    "*.a",
    "*.pyc",
)
SCRIPT = """#!/bin/sh
'''exec' "$(dirname "$(realpath "$0")")/{python}" "$0" "$@"
' '''
import re
import sys
from pip._internal.cli.main import main
sys.exit(main())
"""


def prepare(source: Path, minor: str, folder: Path) -> None:
    """Copy the interpreter at `source` to `folder/<minor>`, with pip and (before 3.12) setuptools."""
    target = folder / minor
    shutil.rmtree(target, ignore_errors=True)
    binary = f"python{minor}"
    for part in ("lib", "include"):
        shutil.copytree(source / part, target / part, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (target / "bin").mkdir()
    shutil.copy(source / "bin" / binary, target / "bin" / binary)
    for link in ("python3", "python"):
        (target / "bin" / link).symlink_to(binary)
    for file in [target / "bin" / binary, *(target / "lib").glob("libpython*.so.*")]:
        origin = "$ORIGIN/../lib" if file.parent.name == "bin" else "$ORIGIN"
        subprocess.run(["patchelf", "--set-rpath", origin, str(file)], check=True)
    site = target / "lib" / binary / "site-packages"
    site.mkdir(exist_ok=True)
    _pip(target / "bin" / binary)
    for script in (target / "bin").glob("pip*"):
        script.write_text(SCRIPT.format(python=binary))
    for script in (target / "bin").glob("easy_install*"):
        script.unlink()
    compiled = ["-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(target / "lib" / binary)]
    subprocess.run([str(target / "bin" / binary), *compiled], check=False, capture_output=True)
    (target / "VERSION").write_text(f"{_version(target / 'bin' / binary)}\n")


def archive(minor: str, folder: Path) -> None:
    """Beside `folder/<minor>` put `<minor>.tar.gz`, laid out as `uv python install` expects its archives."""
    partial = folder / f"{minor}.part"
    with tarfile.open(partial, "w:gz", compresslevel=1) as file:
        file.add(folder / minor, "python")
    partial.rename(folder / f"{minor}.tar.gz")


def _pip(python: Path) -> None:
    """Install pip (and setuptools where it belongs to this version) from the wheels inside CPython."""
    isolated = {"PATH": "/usr/bin:/bin", "PIP_ROOT_USER_ACTION": "ignore", "PIP_CONFIG_FILE": "/dev/null"}
    subprocess.run(
        [str(python), "-I", "-m", "ensurepip", "--default-pip"], env=isolated, check=True, capture_output=True
    )


def _version(python: Path) -> str:
    """The interpreter's full version."""
    code = "import platform; print(platform.python_version())"
    return subprocess.run([str(python), "-I", "-c", code], check=True, capture_output=True, text=True).stdout.strip()
