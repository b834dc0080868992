"""What the account says of single lines, and what it refuses."""

from __future__ import annotations

import pytest

from dockerfix import rewrite
from dockerfix.driver.rewrite import Result
from dockerfix.text.findings import Severity

DOCKERFILE = """FROM python:3.11-slim
ENV GREETING=hello
RUN apt-get update -qq && apt-get install -qqy ffmpeg && rm -rf /var/lib/apt/lists/*
COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
RUN mkdir /weights
WORKDIR /src
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""
COG_YAML = """build:
  python_version: "3.11"
  system_packages: [ffmpeg]
  python_packages:
    - numpy==1.26.4
    - cog
  run:
    - mkdir /weights
environment:
  - GREETING=hello
predict: predict.py:Predictor
"""


def said(result: Result, code: str, severity: Severity) -> list[str]:
    return [each.message for each in result.findings if each.code == code and each.severity == severity]


def test_each_value_has_a_fate() -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    assert result.ok
    assert not [each for each in result.findings if each.code in ("DF011", "DF012", "DF013")]
    lines = result.text.split("\n")
    fates = {entry.what: entry for entry in result.account if entry.file == "cog.yaml"}
    assert {name: entry.fate for name, entry in fates.items()} == {
        "build.python_version": "kept",
        "build.system_packages[0]": "kept",
        "build.python_packages[0]": "kept",
        "build.python_packages[1]": "removed",
        "build.run[0]": "kept",
        "environment[0]": "kept",
        "predict": "without-effect",
    }
    place = fates["build.python_packages[0]"].to
    assert place is not None
    assert "numpy==1.26.4" in "".join(lines[place - 1 : place + 1])
    assert fates["build.python_packages[1]"].code == "DF103"
    assert fates["environment[0]"].line == 10


def test_each_instruction_has_a_fate() -> None:
    account = rewrite(DOCKERFILE, cog_yaml=COG_YAML).account
    fates = [(entry.what, entry.fate, entry.code) for entry in account if entry.file == "Dockerfile"]
    assert fates == [
        ("FROM", "kept", None),
        ("ENV", "kept", None),
        ("RUN", "kept", None),
        ("COPY", "removed", "DF201"),
        ("RUN", "replaced", "DF201"),
        ("RUN", "kept", None),
        ("WORKDIR", "kept", None),
        ("CMD", "removed", "DF104"),
        ("COPY", "kept", None),
    ]


def test_lines_of_a_requirements_file_have_fates(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "requirements.txt").write_text("numpy==1.26.4\ncog\n")
    (folder / "predict.py").write_text("class Predictor: ...\n")
    text = COG_YAML.replace(
        "  python_packages:\n    - numpy==1.26.4\n    - cog\n", "  python_requirements: requirements.txt\n"
    )
    result = rewrite(DOCKERFILE, project=folder, cog_yaml=text)
    found = [(entry.line, entry.text, entry.fate) for entry in result.account if entry.file == "requirements.txt"]
    assert found == [(1, "numpy==1.26.4", "kept"), (2, "cog", "removed")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("python_packages:", "python_package:", "did you mean `python_packages`?"),
        ("run:", "rnu:", "did you mean `run`?"),
        ("environment:", "enviroment:", "did you mean `environment`?"),
    ],
)
def test_a_misspelt_key_is_an_error(old: str, new: str, message: str) -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace(old, new))
    assert not result.ok
    assert result.text == DOCKERFILE
    assert any(message in each for each in said(result, "DF012", Severity.ERROR))


def test_an_unknown_key_is_a_warning() -> None:
    result = rewrite(DOCKERFILE, cog_yaml=f"{COG_YAML}prompt: hello\n")
    assert result.ok
    assert said(result, "DF012", Severity.WARNING) == ["`prompt` is not a Cog setting and was ignored"]


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("mkdir /weights", "mkdir /weight", "DF100", "is not in this Dockerfile"),
        ('"3.11"', '"3.12"', "DF013", "cog.yaml asks for Python 3.12, but the Dockerfile has 3.11"),
    ],
)
def test_a_contradiction_is_an_error(old: str, new: str, code: str, message: str) -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace(old, new))
    assert not result.ok
    assert any(message in each for each in said(result, code, Severity.ERROR))


def test_both_kinds_of_packages_lose_none_in_silence(tmp_path: object) -> None:
    result = rewrite(
        DOCKERFILE, cog_yaml=COG_YAML.replace("  run:\n", "  python_requirements: requirements.txt\n  run:\n")
    )
    assert any("nothing installs `numpy==1.26.4`" in each for each in said(result, "DF011", Severity.ERROR))


def test_what_only_the_dockerfile_has_is_named() -> None:
    result = rewrite(DOCKERFILE.replace("RUN mkdir", "ENV LEFT=1\nRUN touch /left\nRUN mkdir"), cog_yaml=COG_YAML)
    assert result.ok
    assert said(result, "DF013", Severity.NOTE) == [
        "keeps this instruction: it sets `LEFT`, which cog.yaml does not ask for",
        "keeps this instruction: it runs `touch /left`, which cog.yaml does not ask for",
    ]


def test_a_pass_that_is_not_asked_for_owes_nothing() -> None:
    from dockerfix.analysis.options import Options

    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML, options=Options(ignore=frozenset({"DF201"})))
    assert not said(result, "DF011", Severity.ERROR)
