"""Kinds of input that once lost something in silence: each over several inputs, through the whole program."""

from __future__ import annotations

import pytest

import dockerfix
from pass_cases import SERVER, TINI

TINI_STEP = (
    "RUN apt-get update -qq && apt-get install -qqy --no-install-recommends curl; "
    f'curl -sSL -o /sbin/tini "{TINI}"; chmod +x /sbin/tini\n'
)


def rewritten(text: str, cog_yaml: str = "build: {}\n") -> str:
    """The result for a text of Cog's; it is not refused."""
    result = dockerfix.rewrite(text, cog_yaml=cog_yaml)
    assert result.ok, result.findings
    return result.text


@pytest.mark.parametrize(
    "base",
    [
        "FROM pytorch/pytorch:2.3.0-cuda12.1-cudnn8-runtime\n",
        "FROM acme/base:1\n",
        "ARG BASE=acme/base:1\nFROM $BASE\n",
        "FROM public.ecr.aws/lambda/python:3.11\n",
        "FROM public.ecr.aws/docker/library/python:3.11-slim\n",
        "FROM acme.jfrog.io/docker-remote/python:3.11-slim\n",
        "ARG MIRROR=''\nFROM ${MIRROR}python:3.11-slim\n",
        "FROM acme/base:1 AS base\nFROM base\n",
    ],
)
@pytest.mark.parametrize("step", ["", "RUN curl -fsSL https://example.org/x -o /x\n"])
def test_what_the_step_of_tini_installed_is_installed_again(base: str, step: str) -> None:
    text = rewritten(f"{base}{TINI_STEP}{step}{SERVER}")
    assert "krallin/tini" not in text
    assert "apt-get install -qqy --no-install-recommends curl ca-certificates" in text.split("curl -fsSL")[0]


def test_nothing_is_installed_on_a_base_that_is_not_known_where_no_step_went() -> None:
    assert "apt-get" not in rewritten(f"FROM acme/base:1\nRUN curl -fsSL https://example.org/x -o /x\n{SERVER}")


@pytest.mark.parametrize("name", ["cog.whl", "coglet.whl", "cog_dataclass.whl", "cog-0.16.12-py3-none-any.whl"])
@pytest.mark.parametrize("copy", ["COPY .cog/tmp/build1/{0} /tmp/{0}\n", "COPY --from=cog_build {0} /tmp/{0}\n"])
def test_a_wheel_of_cog_goes_by_any_name(name: str, copy: str) -> None:
    install = f"RUN pip install --no-cache-dir /tmp/{name} 'pydantic>=1.9,<3'\n"
    assert ".whl" not in rewritten(f"FROM python:3.11-slim\n{copy.format(name)}{install}{SERVER}")


@pytest.mark.parametrize("rest", ["", " && find / -name '*.so' -exec strip {} +"])
def test_the_exporters_of_traces_go(rest: str) -> None:
    install = "RUN uv pip install --no-cache opentelemetry-exporter-otlp-proto-http==1.44.0"
    text = f"FROM python:3.11-slim\n{install}{rest}\nENV COG_TRACE_ENABLED=true\n{SERVER}"
    result = rewritten(text, "build: {}\nobservability: {traces: {enabled: true}}\n")
    assert "opentelemetry" not in result
    assert ("strip" in result) == bool(rest)
