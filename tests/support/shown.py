"""What the documentation shows: its blocks of code, and a shell in which its commands run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from commands import COMMAND, environment
from places import ROOT

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = [README, *sorted(DOCS.rglob("*.md"))]
READMES = ("benchmarks/README.md", "e2e/README.md", "fuzz/README.md")
PROSE = [*PAGES, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", *READMES))]
"""Everything that is written for people."""

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of code on a page."""

    page: Path
    language: str
    title: str
    text: str


def blocks(*languages: str, pages: list[Path] = PAGES) -> list[Block]:
    """The blocks in these languages, page by page."""
    return [
        Block(page, match[1], match[2] or "", match[3])
        for page in pages
        for match in _BLOCK.finditer(page.read_text("utf-8"))
        if match[1] in languages
    ]


def block(page: Path, language: str, title: str = "", number: int = 0) -> str:
    """The text of one block of a page: of those with this language and title, the one with this number."""
    found = [each for each in blocks(language, pages=[page]) if each.title == title]
    return found[number].text


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH: `dockerfix` is the one under test, and `cog debug` prints the file Dockerfile.cog."""
    folder = tmp_path / "bin"
    folder.mkdir()
    quoted = " ".join(f'"{word}"' for word in COMMAND)
    for name, line in (("dockerfix", f'exec {quoted} "$@"'), ("cog", "cat Dockerfile.cog")):
        script = folder / name
        script.write_text(f"#!/bin/bash\n{line}\n")
        script.chmod(0o755)
    return folder


def bash(script: str, folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in `folder`, with `tools` first on PATH; standard error is part of the output."""
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(PATH=path),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
