"""Runs the command in the browser: what is pasted becomes a folder and standard input."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

SETTINGS = ".dockerfix.yaml"
INPUT = "stdin"


def project(dockerfile: str, files: str, target: str) -> str:
    """Make a folder for one run and return its path.

    `files` is a JSON object of texts by their paths in the project; paths that lead out of it are ignored. `target`
    goes into a settings file, which all commands read, unless it is the default or the project has one. Each run has a
    folder of its own, because the program may remember what it found in one.
    """
    place = Path(tempfile.mkdtemp())
    folder = place / "project"
    folder.mkdir()
    (place / INPUT).write_bytes(_encoded(dockerfile))
    texts = {PurePosixPath(name): text for name, text in json.loads(files).items()}
    if target != "app":
        texts.setdefault(PurePosixPath(SETTINGS), f"target: {target}\n")
    for name, text in texts.items():
        if name.is_absolute() or ".." in name.parts or not name.parts:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_encoded(text))
    return str(place)


def run(place: str, arguments: Iterable[str]) -> tuple[int, str, str]:
    """Run dockerfix in a folder made by `project`; returns the exit code, standard output and standard error."""
    from dockerfix.cli import main

    out, err = io.BytesIO(), io.BytesIO()
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr
    os.chdir(Path(place) / "project")
    code = 0
    try:
        sys.argv = ["dockerfix", *arguments]
        sys.stdin = io.TextIOWrapper(io.BytesIO((Path(place) / INPUT).read_bytes()))
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(each, "utf-8", "backslashreplace", newline="") for each in (out, err)
        )
        main()
    except SystemExit as done:
        code = int(done.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        texts = [each.getvalue().decode("utf-8", "replace") for each in (out, err)]
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before
    return code, texts[0], texts[1]


def warm_up() -> None:
    """Convert something small, so that what a conversion imports is there when the first input comes."""
    dockerfile = 'FROM python:3.13\nCMD ["python", "-m", "cog.server.http"]\n'
    place = project(dockerfile, '{"cog.yaml": "build: {}\\n"}', "app")
    run(place, [])
    run(place, ["review"])
    remove(place)


def remove(place: str) -> None:
    """Remove what `project` made."""
    os.chdir("/")
    shutil.rmtree(place)


def _encoded(text: str) -> bytes:
    # a lone surrogate, which only a link can hold, has no bytes
    return text.encode("utf-8", "replace")
