"""Tools whose installer is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix.passes.install_tools import missing
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Stage


def last(text: str) -> tuple[Document, Stage]:
    document = parse(text)
    return document, document.stages[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.11-slim\nRUN git clone x\n", {"git"}),
        ("FROM python:3.11-slim AS a\nRUN apt-get install -y git\nFROM a\nRUN git clone x\n", set()),
        ("FROM python:3.11-slim AS a\nRUN apt-get install -y curl\nFROM a\nRUN git clone x\n", {"git"}),
        ("FROM $IMAGE\nRUN git clone x\n", set()),
        ("FROM\nRUN git clone x\n", set()),
    ],
)
def test_tools_of_stages_below(text: str, expected: set[str]) -> None:
    assert {*missing.missing_packages(*last(text), (), Project.open(None))} & {"git"} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COPY req*.txt /tmp/\nRUN pip install -r /tmp/requirements.txt\n", {"git"}),
        ("WORKDIR /src\nCOPY . .\nRUN pip install -rrequirements.txt\n", {"git"}),
        ("COPY . /src\nRUN cd /src && python -m pip install --requirement /src/requirements.txt\n", {"git"}),
        ("COPY requirements.txt /r.txt\nFROM python:3.11-slim\nRUN pip install -r /r.txt\n", set()),
        ("RUN pip install -r /requirements.txt\nCOPY requirements.txt /\n", set()),
        ("COPY requirements.txt plain.txt /\nRUN pip install -r /plain.txt\n", set()),
        ("COPY requirements.txt /\nCOPY plain.txt /requirements.txt\nRUN pip install -r /requirements.txt\n", set()),
    ],
)
def test_git_for_the_requirements_files_that_are_installed(text: str, expected: set[str], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("clip @ git+https://github.com/openai/CLIP.git\n", "utf-8")
    (tmp_path / "plain.txt").write_text("pillow==10.4.0\n", "utf-8")
    document, stage = last(f"FROM python:3.11-slim\n{text}")
    assert {*missing.missing_packages(document, stage, (), Project.open(tmp_path))} & {"git"} == expected
