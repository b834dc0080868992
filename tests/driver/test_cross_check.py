"""The second reader: it agrees with ours on what it can read, and says where it does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from archives import accept, quirks
from commands import environment
from dockerfix.driver.cross_check import can_read, disagreements
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.source import Source

GOOD = """\
# syntax=docker/dockerfile:1
ARG TAG=3.11
FROM --platform=linux/amd64 python:$TAG AS base
# a comment
ENV A=b "C d"='e f' \\
    # inside
    G=$HOME/x
ENV OLD the old form
LABEL a.b="c d" e=f
RUN echo \\
    ENV X=y
FROM base
LABEL x=""
"""

UNREADABLE = [
    "# escape=`\nFROM a\n",
    "FROM a\r\nENV B=c\r\n",
    "\ufeffFROM a\n",
    "FROM a\nENV B=\udcff\n",
    "FROM a\nRUN <<E\nENV B=c\nE\n",
    "FROM a\nENV B=c \\\n\n  D=e\n",
    "FROM a\nENV \\\n B=c\n",
    "FROM a\nEN\\\nV B=c\n",
    "FROM a\nENV B c\\\\\nENV D=e\n",
    "FROM a\nENV B=c \\\n",
    "FROM a\nENV B=c \\\n# end\n",
    "FROM a\nENV B=c\x0bd\n",
]


def test_it_agrees() -> None:
    document = parse(GOOD)
    assert can_read(document)
    assert disagreements(document) == []


@pytest.mark.parametrize("line", ["ENV", "ENV A=${x", "ENV A=a\\ b", "ENV A=$B-x", "ENV A='b", "RUN x"])
def test_lines_that_it_need_not_read_as_we_do(line: str) -> None:
    assert disagreements(parse(f"FROM a\n{line}\n")) == []


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_it_can_not_read(text: str) -> None:
    assert not can_read(parse(text))
    assert disagreements(parse(text)) == []


@pytest.mark.parametrize(
    ("read", "meant", "message"),
    [
        ("FROM a\n", "FROM b\n", "line 1: dockerfile-parse reads the base image `a`"),
        ("FROM a AS x\n", "FROM a AS y\n", "line 1: dockerfile-parse reads the base image `a`"),
        ("FROM a\nENV A=b\n", "FROM a\nENV A=c\n", "line 2: dockerfile-parse reads `A=b` instead of `A=c`"),
        ("FROM a\nENV A=b C=d\n", "FROM a\nENV A=b\n", "line 2: dockerfile-parse reads 2 pairs instead of 1"),
        ("FROM a\nLABEL a=b\n", "FROM a\nENV a=b\n", "dockerfile-parse finds other FROM, ENV and LABEL instructions"),
        ("FROM a\n", "FROM a\nFROM b\n", "dockerfile-parse finds other FROM, ENV and LABEL instructions"),
    ],
)
def test_where_it_disagrees(read: str, meant: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = parse(meant)
    # what the second reader gets
    monkeypatch.setattr(Source, "to_bytes", lambda _source: read.encode())
    assert disagreements(document) == [message]


def test_it_is_asked_for_most_of_what_buildkit_takes() -> None:
    """And it agrees: tests/program/test_conformance.py."""
    accepted = [case["input"] for case in (*quirks(), *accept()) if case.get("buildkit", case)["ok"]]
    assert sum(can_read(parse(text)) for text in accepted) > len(accepted) / 2


def test_an_empty_platform_is_no_image_to_us() -> None:
    assert disagreements(parse("FROM --platform= a\n")) == []


def test_it_is_not_loaded_unless_asked() -> None:
    script = """
import sys
import dockerfix, dockerfix.cli.job
dockerfix.rewrite("FROM a")
print("dockerfile_parse" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout == "False\n"
