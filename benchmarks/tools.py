"""Who is measured: dockerfix, and the tools that people use on Dockerfiles, as commands."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from inputs import ROOT

BIN = Path(sys.executable).parent

_READ = """
import io, sys
from dockerfile_parse import DockerfileParser
for path in sys.argv[1:]:
    DockerfileParser(fileobj=io.BytesIO(open(path, "rb").read())).structure
"""


class Tool(NamedTuple):
    """A program: how it is called, and the words in front of the files."""

    name: str
    words: tuple[str, ...]

    def on(self, *files: Path | str) -> Sequence[str]:
        """The command for some files."""
        return [*self.words, *map(str, files)]


PASS = Tool("`python -c pass`", (sys.executable, "-c", "pass"))
DOCKERFIX = Tool("`dockerfix FILE`", (str(BIN / "dockerfix"),))
CHECK = Tool("`dockerfix --check`", (str(BIN / "dockerfix"), "--check", "-q"))


def with_options(page: Path) -> list[Tool]:
    """dockerfix with the options of a check, and the page of a review."""
    program = str(BIN / "dockerfix")
    return [
        Tool("`dockerfix --check --format json FILE`", (program, "--check", "--format", "json")),
        Tool("`dockerfix --diff FILE`", (program, "--diff")),
        Tool("`dockerfix review FILE -o review.html`", (program, "review", "-o", str(page))),
    ]


def others() -> list[Tool]:
    """The other tools; dockerfmt comes from npm into a folder of its own, and is left out where there is no npm."""
    found = [
        Tool("hadolint", (str(BIN / "hadolint"), "--no-fail")),
        Tool("dockerfile-parse, from `python -c`", (sys.executable, "-c", _READ)),
    ]
    program = _dockerfmt()
    return [*found, Tool("dockerfmt", (program,))] if program is not None else found


def _dockerfmt() -> str | None:
    folder = ROOT / "build" / "bench"
    program = folder / "node_modules" / ".bin" / "dockerfmt"
    if not program.exists() and shutil.which("npm"):
        folder.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--silent", "--prefix", str(folder), "@reteps/dockerfmt"]
        subprocess.run(words, check=False, capture_output=True)
    return str(program) if program.exists() else None
