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
    """The folder of `make_tools`."""
    return make_tools(tmp_path / "bin")


def make_tools(folder: Path) -> Path:
    """Make a folder for PATH: `dockerfix` is the one under test, and `cog debug` prints the file Dockerfile.cog."""
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


class Step(NamedTuple):
    """A block of commands of a page, what they print, and what the page shows of it (None if it shows nothing)."""

    commands: str
    said: str
    code: int
    shown: str | None

    @property
    def expected_code(self) -> int:
        """The exit code that the page names: ``# exit code 1`` behind the last command, else 0."""
        named = re.search(r"# exit code (\d+)\n*$", self.commands)
        return int(named[1]) if named else 0

    def is_as_shown(self) -> bool:
        """Whether the page shows what is printed; ``…`` stands for the rest of a line, or for lines."""
        if self.shown is None:
            return True
        lines = [_pattern(line) for line in self.shown.rstrip("\n").split("\n")]
        return re.fullmatch("".join(lines), self.said.rstrip("\n") + "\n") is not None


def _pattern(line: str) -> str:
    """What a line of a page matches."""
    return "(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n"


def session(page: Path, folder: Path, tools: Path) -> list[Step]:
    """Run the untitled blocks of shell of a page in one shell, in their order, each with the text that follows it."""
    mark = "-- the next block --"
    found = [each for each in blocks("sh", "text", pages=[page]) if not each.title]
    commands = [each.text for each in found if each.language == "sh"]
    ends = f"\ncode=$?; echo; echo '{mark}' $code\n"
    done = bash("".join(f"{each}{ends}" for each in commands), folder, tools)
    said = re.split(rf"\n{mark} (\d+)\n", done.stdout)
    assert len(said) == 2 * len(commands) + 1, done.stdout
    shown = [
        following.text if following is not None and following.language == "text" else None
        for each, following in zip(found, [*found[1:], None], strict=True)
        if each.language == "sh"
    ]
    return [
        Step(each, text, int(code), show)
        for each, text, code, show in zip(commands, said[::2], said[1::2], shown, strict=False)
    ]
