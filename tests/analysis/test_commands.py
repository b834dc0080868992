"""The commands of RUN, and their removal."""

from __future__ import annotations

import pytest

from dockerfix.analysis import commands
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import emit


def document_of(text: str) -> Document:
    return parse(f"FROM python:3.11-slim\n{text}\nCMD run\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN a && (b; c $(d)) | sudo -u me /usr/bin/e", ["a", "b", "d", "c", "e"]),
        ("RUN env X=1 a\\\n  && b", ["a", "b"]),
        ("RUN <<EOF\na\nb\nEOF", ["a", "b"]),
        ('RUN ["a", "b"]', []),
        ("RUN $a b", [None]),
    ],
)
def test_the_programs(text: str, expected: list[str | None]) -> None:
    found = commands.simple_commands(document_of(text).instructions[1])
    assert sorted(str(commands.program(each)) for each in found) == sorted(map(str, expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN drop && keep", "RUN keep"),
        ("RUN keep \\\n    # why\n    && drop", "RUN keep"),
        ("RUN (keep; drop)", "RUN (keep; true)"),
        ("RUN drop", ""),
        ("RUN drop || keep", None),
        ("RUN <<EOF\ndrop\nkeep\nEOF", "RUN <<EOF\nkeep\nEOF"),
    ],
)
def test_removal(text: str, expected: str | None) -> None:
    document = document_of(text)
    run = document.instructions[1]
    found = commands.shell(run)
    assert found is not None
    dropped = [each for each in commands.simple_commands(run) if commands.program(each) == "drop"]
    edits = commands.drop_commands(found, dropped)
    if expected is None:
        assert edits is None
        return
    assert edits
    shown = f"{expected}\n" if expected else ""
    assert emit(document.text, edits) == f"FROM python:3.11-slim\n{shown}CMD run\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN a && b", ["a", "b"]),
        ('run ["a", "x y"]', ["a"]),
        ('RUN ["/bin/bash", "-lc", "a; b"]', ["bash", "a", "b"]),
        ("RUN bash -e -o pipefail -c 'a; sh -c b'", ["bash", "a", "sh", "b"]),
        ("RUN bash --norc -c a", ["bash", "a"]),
        ("RUN bash script.sh -c a", ["bash"]),
        ("RUN <<EOF\na\nb\nEOF", ["a", "b"]),
        ("RUN <<EOF\n#!/usr/bin/env bash\na\nEOF", ["a"]),
        ("RUN <<EOF\n#!/usr/bin/python3\na\nEOF", []),
        ("RUN bash <<EOF\na\nEOF", ["bash", "a"]),
        ("RUN python <<EOF\na\nEOF", ["python"]),
        ("COPY <<EOF /x\na\nEOF", []),
    ],
)
def test_the_programs_in_any_form(text: str, expected: list[str]) -> None:
    assert [call.program for call in commands.every_call(document_of(text).instructions[1])] == expected
