"""BuildKit itself for the tests: asked for its verdict on a text, without a step run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.judge import Judge, judge

from e2e import engine

IN_CI = os.environ.get("CI") == "true"


def lacking(why: str) -> None:
    """Skip with a reason; in CI, where nothing may be skipped, fail."""
    if IN_CI:
        pytest.fail(f"BuildKit must be there in CI: {why}")
    pytest.skip(why)


@pytest.fixture(scope="session")
def docker_cache() -> Path:
    """The folder where Docker is, or will be on first use. Skips where this machine can't have one."""
    try:
        engine.possible()
    except engine.Missing as error:
        lacking(str(error))
    return engine.cache_folder()


@pytest.fixture(scope="session")
def buildkit(docker_cache: Path) -> Iterator[Judge]:
    """BuildKit's verdict on Dockerfiles: a daemon that answers, or one of our own for this session."""
    try:
        with judge(docker_cache, f"judge-{os.getpid()}") as found:
            yield found
    except engine.Missing as error:
        lacking(str(error))
