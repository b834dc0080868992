"""The Python of a stage."""

from __future__ import annotations

import pytest

from dockerfix.analysis import python
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Stage


def last(text: str) -> tuple[Document, Stage]:
    document = parse(text)
    return document, document.stages[-1]


@pytest.mark.parametrize(
    ("text", "cog_yaml", "expected"),
    [
        ("FROM r8.im/cog-base:cuda12.1-python3.10-torch2.3.1\n", None, "3.10"),
        ("FROM r8.im/cog-base:cuda12.1-python3.10.4 AS a\nFROM a\n", None, "3.10"),
        ("FROM python:3.9.1-slim\n", None, "3.9"),
        ("FROM other:3.9\n", "build:\n  python_version: '3.8'\n", "3.8"),
        ("FROM python\n", "build:\n  python_version: '3.8.1'\n", "3.8"),
    ],
)
def test_pythons(text: str, cog_yaml: str | None, expected: str) -> None:
    assert python.python_of(*last(text), Project.open(None, cog_yaml).config) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ARG A\n", None),
        ("FROM python:3.11\n", None),
        ("FROM r8.im/cog-base:cuda12.1-python3.10.4\n", "3.10.4"),
        ("FROM r8.im/monobase:latest\nENV R8_PYTHON_VERSION=3.12\n", "3.12"),
        ("FROM r8.im/monobase:latest\n", None),
    ],
)
def test_the_python_of_images_that_only_replicate_has(text: str, expected: str | None) -> None:
    assert python.base_python(parse(text)) == expected


def test_the_last_install_counts_with_what_belongs_to_it() -> None:
    text = "FROM a\nRUN uv python install 3.10\nRUN pyenv install-latest 3.11\nRUN ln -s x /usr/bin/python3\nRUN echo\n"
    found = python.python_install(parse(text).stages[0])
    assert found is not None
    assert (found.kind, found.version, found.last.index) == ("pyenv", "3.11", 3)
