"""What is not Cog's is not touched: no byte of a Dockerfile without Cog, no other instruction of one with it.

Inputs are Dockerfiles of the fixtures, and mutations of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given

import dockerfix
import oracles
from commands import Here, here, run  # noqa: F401 - a fixture
from dockerfix.text.source import decode, encode
from effort import examples
from golden import cases, project_of
from mutations import corpus, mutations
from places import FIXTURES
from strategies.dockerfiles import dockerfiles

OF_COG = re.compile(rb"cog|monobase|dockerfix|^\s*===", re.IGNORECASE | re.MULTILINE)
"""What a Dockerfile of Cog's can't be without; a file that only looks like it is left to the other tests."""

CONFIG = "build:\n  python_version: '3.11'\n  python_packages: [numpy]\n  run: [ls]\nenvironment: [A=b]\n"
MUTATIONS = 2_400
PARTS = 4


def foreign(data: bytes) -> bool:
    """Whether nothing of Cog is in a file."""
    return not OF_COG.search(data)


def check_untouched(data: bytes) -> None:
    """The library gives back what it got, whatever it has to say of it."""
    result = dockerfix.rewrite(data, cog_yaml=CONFIG)
    assert not result.internal
    assert not result.changes
    assert not result.changed
    assert encode(result.rewritten) == data


@cache
def foreign_corpus() -> list[bytes]:
    return [data for data in corpus() if foreign(data)]


def test_there_are_inputs() -> None:
    assert len(foreign_corpus()) > 40


def test_without_cog_no_byte_changes() -> None:
    for data in foreign_corpus():
        check_untouched(data)


@pytest.mark.parametrize("part", range(PARTS))
def test_without_cog_no_byte_of_a_mutation_changes(part: int) -> None:
    tried = [data for data in mutations(MUTATIONS // PARTS, seed=2_000 + part, longest=1_500) if foreign(data)]
    for data in tried:
        check_untouched(data)
    assert len(tried) > MUTATIONS // PARTS // 2


@examples
@given(dockerfiles())
def test_without_cog_nothing_changes(case: tuple[str, list[str]]) -> None:
    check_untouched(case[0].encode())


def test_the_command_writes_the_bytes_that_it_read(here: Here) -> None:  # noqa: F811
    """It writes them, or nothing where it has an error to report."""
    here.write("cog.yaml", CONFIG)
    written = 0
    for data in foreign_corpus()[::5]:
        done = here("-q", "-", stdin=data)
        assert done.out == (data if done.code == 0 else b"")
        written += done.code == 0
    assert written > 5


def test_the_installed_command_writes_the_bytes_that_it_read(tmp_path: Path) -> None:
    for name in ("bytes_that_are_not_utf8", "crlf", "heredocs_several"):
        data = (FIXTURES / "syntax" / name / "input.Dockerfile").read_bytes()
        done = run("-q", "-", stdin=data, cwd=tmp_path)
        assert (done.code, done.out) == (0, data)


# ---- with Cog


def with_cog(part: int) -> Iterator[tuple[bytes, Path]]:
    """Outputs of Cog into which lines of other files were put, with their projects."""
    chance = random.Random(3_000 + part)
    folders = cases("pipeline/*")
    pieces = [data for data in foreign_corpus() if data.count(b"\n") > 1]
    for folder in folders[part::PARTS]:
        lines = (folder / "input.Dockerfile").read_bytes().split(b"\n")
        project = project_of(folder)
        for _ in range(8):
            other = chance.choice(pieces).split(b"\n")
            start = chance.randrange(len(other))
            at = chance.randrange(len(lines))
            yield b"\n".join([*lines[:at], *other[start : start + chance.randint(1, 4)], *lines[at:]]), project


@pytest.mark.parametrize("part", range(PARTS))
def test_with_cog_all_that_no_finding_names_stays(part: int) -> None:
    written = 0
    for data, folder in with_cog(part):
        result = dockerfix.rewrite(decode(data), project=folder)
        oracles.check_result(result)
        written += result.ok
    assert written > 20
