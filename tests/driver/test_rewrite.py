"""The library: what `dockerfix.rewrite` takes, and what it gives back."""

from __future__ import annotations

import codecs
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dockerfix
from dockerfix import Options, Severity

COG_YAML = """\
build:
  python_version: "3.11"
  python_packages:
    - numpy
predict: predict.py:Predictor
"""
DOCKERFILE = """\
#syntax=docker/dockerfile:1.4
FROM python:3.11-slim
COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
WORKDIR /src
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""
SERVER = 'CMD ["python", "-m", "cog.server.http"]\n'
FLASK = """\
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
EXPOSE 5000
ENV CFLAGS=
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["python", "-m", "flask", "run", "--port", "5000"]
"""
GO = """\
FROM golang:1.22 AS deps
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . /src
RUN go build -o /dep ./cmd/server

FROM gcr.io/distroless/base AS weights
COPY --from=deps /dep /server
CMD ["/server"]
"""


def codes(result: dockerfix.Result, severity: Severity = Severity.ERROR) -> list[str]:
    return [finding.code for finding in result.findings if finding.severity is severity]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "cog.yaml").write_text(COG_YAML)
    (tmp_path / "predict.py").write_text("import numpy\n")
    return tmp_path


def test_text_with_a_project() -> None:
    result = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    assert result.ok
    assert result.changed
    assert not result.refused
    assert not result.internal
    assert "'numpy'" in result.text
    assert "cog" not in result.text.replace("from cog.yaml", "")
    assert result.rewritten == result.text
    assert result.source.text == DOCKERFILE
    assert codes(result) == []


def test_all_ways_to_name_the_project_agree(project: Path) -> None:
    config = project / "cog.yaml"
    results = [
        dockerfix.rewrite(DOCKERFILE, project=project),
        dockerfix.rewrite(DOCKERFILE, project=str(project)),
        dockerfix.rewrite(DOCKERFILE, cog_yaml=config),
        dockerfix.rewrite(DOCKERFILE, project=project, cog_yaml=COG_YAML),
        dockerfix.rewrite(DOCKERFILE, project=project, cog_yaml=config),
        dockerfix.rewrite(DOCKERFILE.encode(), project=project),
    ]
    assert all(result.ok for result in results)
    assert len({result.text for result in results}) == 1


def test_the_given_cog_yaml_goes_before_that_of_the_project(project: Path) -> None:
    other = COG_YAML.replace("numpy", "scipy")
    result = dockerfix.rewrite(DOCKERFILE, project=project, cog_yaml=other)
    assert "'scipy'" in result.text
    assert "'numpy'" not in result.text


def test_cog_yml(tmp_path: Path) -> None:
    (tmp_path / "cog.yml").write_text(COG_YAML)
    assert "'numpy'" in dockerfix.rewrite(DOCKERFILE, project=tmp_path).text


def test_bytes_that_are_no_utf_8_come_out_again() -> None:
    data = DOCKERFILE.encode() + b"# caf\xe9\n"
    result = dockerfix.rewrite(data, cog_yaml=COG_YAML)
    assert result.ok
    assert result.text.encode("utf-8", "surrogateescape").endswith(b"# caf\xe9\n")


def test_a_byte_order_mark_and_crlf_stay() -> None:
    data = codecs.BOM_UTF8 + DOCKERFILE.replace("\n", "\r\n").encode()
    result = dockerfix.rewrite(data, cog_yaml=COG_YAML)
    assert result.ok
    assert result.text.startswith("\ufeff#syntax")
    assert "\n" not in result.text.replace("\r\n", "")


@pytest.mark.parametrize("text", ["", "\n", " \t\r\n\n", "\ufeff", "\ufeff\n"])
def test_nothing(text: str) -> None:
    result = dockerfix.rewrite(text)
    assert codes(result) == ["DF001"]
    assert result.refused
    assert not result.ok
    assert result.text == text


@pytest.mark.parametrize(
    "text",
    [
        "bash: cog: command not found\n",
        "zsh: command not found: cog\n",
        "\x1b[31mⅹ \x1b[0mcog.yaml not found\n",
        "build:\n  python_version: '3.11'\n",
        "RUN echo hello\n",
        "# only a comment\n",
        "<html><body>404</body></html>",
        "\x00\x01\x02",
    ],
)
def test_not_a_dockerfile(text: str) -> None:
    result = dockerfix.rewrite(text)
    assert codes(result) == ["DF002"]
    assert result.refused
    assert result.text == text
    assert all(character.isprintable() for character in result.findings[0].message)


@pytest.mark.parametrize(
    "text",
    [
        "build: [\n",
        "- a\n- b\n",
        "build:\n  python_packages: 3\n  python_version: {}\n",
        "build:\n  system_packages:\n    - 'a\n\n      b'\n",
        "a: &a [x]\nb: *c\n",
    ],
)
def test_broken_cog_yaml(text: str) -> None:
    result = dockerfix.rewrite(DOCKERFILE, cog_yaml=text)
    assert codes(result) == ["DF004"]
    assert result.refused
    assert result.text == DOCKERFILE


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    assert codes(dockerfix.rewrite(DOCKERFILE, project=tmp_path / "gone")) == ["DF004"]
    assert codes(dockerfix.rewrite(DOCKERFILE, cog_yaml=tmp_path / "cog.yaml")) == ["DF004"]


def test_staged_packages_without_cog_yaml() -> None:
    result = dockerfix.rewrite(DOCKERFILE)
    assert codes(result) == ["DF201"]
    assert not result.ok
    assert not result.refused
    assert result.text == DOCKERFILE
    assert result.rewritten != DOCKERFILE
    message = next(finding.message for finding in result.findings if finding.code == "DF201")
    assert "--cog-yaml" in message
    assert "--requirements" in message


def test_requirements_instead_of_cog_yaml() -> None:
    result = dockerfix.rewrite(DOCKERFILE, options=Options(requirements_path="requirements.txt"))
    assert result.ok
    assert "COPY requirements.txt /tmp/requirements.txt" in result.text
    assert not dockerfix.rewrite(DOCKERFILE, options=Options(requirements_path="../requirements.txt")).ok


def test_warnings_in_front() -> None:
    warning = "\x1b[33m⚠ \x1b[0mCould not find a suitable base image, continuing without base image support\n"
    result = dockerfix.rewrite(warning + "\n" + warning + DOCKERFILE, cog_yaml=COG_YAML)
    assert result.ok
    assert result.text == dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML).text.removeprefix("\n")


def test_three_documents() -> None:
    text = (
        "=== Weights Dockerfile contents:\nFROM scratch\n\nCOPY weights /src/weights\n===\n\n"
        f"=== Runner Dockerfile contents:\n{DOCKERFILE}===\n\n"
        "=== DockerIgnore contents:\n# generated by replicate/cog\nweights\nweights/**/*\n===\n\n"
    )
    result = dockerfix.rewrite(text, cog_yaml=COG_YAML)
    assert result.ok
    assert result.text == dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML).text


@pytest.mark.parametrize("text", [FLASK, GO, FLASK.replace("\n", "\r\n"), GO.removesuffix("\n"), "FROM scratch"])
def test_what_is_not_cogs_is_left_alone(text: str) -> None:
    result = dockerfix.rewrite(text, cog_yaml=COG_YAML)
    assert result.ok
    assert not result.changed
    assert result.text == text
    assert "DF009" in codes(result, Severity.NOTE)


def test_a_file_that_buildkit_refuses() -> None:
    result = dockerfix.rewrite(DOCKERFILE + "BROKEN instruction\n", cog_yaml=COG_YAML)
    assert codes(result) == ["DF003"]
    assert not result.ok


def test_a_package_that_hides_the_rest_in_a_heredoc_is_refused() -> None:
    """Releases before v0.5.0 wrote packages into a RUN: replacing that would lose the user's commands behind it."""
    config = "build:\n  python_packages: ['numpy==1.21.6', '<<EOF']\n  run: [echo user]\n"
    step = "RUN --mount=type=cache,target=/root/.cache/pip pip install   numpy==1.21.6 <<EOF\nRUN echo user\n"
    result = dockerfix.rewrite(f"FROM python:3.8\n{step}{SERVER}", cog_yaml=config)
    assert codes(result) == ["DF003"]
    assert "RUN echo user\n" in result.rewritten


def test_target_server_has_no_sdk_and_a_command() -> None:
    result = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML, target="server")
    assert result.ok
    assert "\nCMD " in result.text
    assert "'fal==" not in result.text
    assert "\nCMD " not in dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML, target="app").text


def test_options_take_precedence_over_the_target() -> None:
    result = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML, target="server", options=Options())
    assert "cog.server.http" not in result.text


def test_select_and_ignore() -> None:
    only = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML, options=Options(select=frozenset({"DF104"})))
    assert {finding.code for finding in only.findings} == {"DF104"}
    without = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML, options=Options(ignore=frozenset({"DF3"})))
    assert "fal==" not in without.text


def test_findings_are_ordered_and_lie_in_the_source() -> None:
    result = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    assert list(result.findings) == sorted(result.findings, key=lambda finding: (finding.span, finding.code))
    assert all(0 <= finding.span.start <= finding.span.end <= len(DOCKERFILE) for finding in result.findings)
    for change in result.changes:
        assert change.finding in result.findings
        assert change.after.end <= len(result.text)


def test_every_change_belongs_to_a_finding() -> None:
    result = dockerfix.rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    covered = [change.after for change in result.changes]
    kept = [index for index in range(len(result.text)) if not any(span.start <= index < span.end for span in covered)]
    rest = iter(DOCKERFILE)
    assert all(result.text[index] in rest for index in kept)


def test_a_second_run_changes_nothing(project: Path) -> None:
    first = dockerfix.rewrite(DOCKERFILE, project=project)
    second = dockerfix.rewrite(first.text, project=project)
    assert second.ok
    assert not second.changed


def test_threads_agree(project: Path) -> None:
    expected = dockerfix.rewrite(DOCKERFILE, project=project).text
    inputs = [DOCKERFILE + f"# {number}\n" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda text: dockerfix.rewrite(text, project=project), inputs))
    assert [result.text for result in results] == [expected + f"# {number}\n" for number in range(40)]
