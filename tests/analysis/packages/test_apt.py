"""Debian packages in cog.yaml and in commands."""

from __future__ import annotations

import pytest

from dockerfix.analysis.packages import apt
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Instruction


def run(command: str) -> Instruction:
    return parse(f"FROM debian:12\nRUN {command}\n").instructions[-1]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (("git", "curl wget"), ("git", "curl", "wget")),
        (("libc6=2.36-9", "git/bookworm-backports", "g++"), ("libc6=2.36-9", "git/bookworm-backports", "g++")),
        (("ffmpeg>=4", "sox<15"), ("ffmpeg", "sox")),
        (("--no-install-recommends", "$(id)", "a;b"), ()),
    ],
)
def test_names_of_system_packages(items: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert tuple(apt.names(items)) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("-t backports git", ("-t", "backports")),
        ("-tbackports git", ("-t", "backports")),
        ("-t=backports git", ("-t", "backports")),
        ("--target-release=backports git", ("-t", "backports")),
        ("-oA::B=1 git", ()),
        ("-o A::B=1 git", ()),
        ("-y git", ()),
        ("--no-install-recommends git", ("--no-install-recommends",)),
    ],
)
def test_options_of_system_packages(item: str, expected: tuple[str, ...]) -> None:
    assert apt.options([item]) == expected
    assert apt.names([item]) == ("git",)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("apt-get update && apt-get install -qqy git curl=7.1 && apt install -y tmux", ("git", "curl=7.1", "tmux")),
        ("apt-get -o A::B=1 install -y git", ("git",)),
        ("apt-get remove git; echo apt-get install curl", ()),
        ("apt-get -t install update", ()),
        ("apt-get update -t install -qqy curl", ()),
    ],
)
def test_packages_of_a_step(command: str, expected: tuple[str, ...]) -> None:
    assert tuple(apt.installed(run(command))) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("apt-get update -qq && apt-get install -qqy git curl && rm -rf /var/lib/apt/lists/*", True),
        ("apt-get update -qq && apt-get install -qqy  && rm -rf /var/lib/apt/lists/*", True),
        ("apt-get update -qq && apt-get install -qqy git tmux && rm -rf /var/lib/apt/lists/*", False),
        ("apt-get update -qq && apt-get install -qqy git", False),
        ("apt-get install -qqy git && apt-get install -qqy curl && rm -rf /var/lib/apt/lists/*", False),
    ],
)
def test_the_step_that_cog_writes(command: str, expected: bool) -> None:
    assert apt.is_cogs_step(run(command), ("git curl", "ffmpeg")) is expected
