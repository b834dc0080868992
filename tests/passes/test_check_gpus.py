"""DF403 beyond its golden cases: the GPUs of fal that an image can use."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    findings,
    gpu_yaml,
    levels,
)

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


@pytest.mark.parametrize(
    ("image", "cog_yaml", "severity", "able", "unable"),
    [
        ("nvidia/cuda:12.1.1-base", gpu_yaml(), NOTE, "A100, L40, RTX4090, H100 and H200", "B200 and RTX5090"),
        ("nvidia/cuda:12.8.1-base", gpu_yaml("torch==2.7.1"), NOTE, "B200 and RTX5090", ""),
        ("nvidia/cuda:12.8.1-base", gpu_yaml("torch==2.6.0"), NOTE, "H100 and H200", "B200 and RTX5090"),
        ("nvidia/cuda:11.6.2-base", gpu_yaml(), WARNING, "A100, perhaps on L40 and RTX4090", "H100"),
        ("nvidia/cuda:11.8.0-base", gpu_yaml("torch==1.13.1"), WARNING, "perhaps on L40 and RTX4090", "H100"),
        ("nvidia/cuda:10.2-base", gpu_yaml(), WARNING, "older than every GPU", ""),
        ("python:3.12-slim", gpu_yaml("torch==2.7.1"), NOTE, "CUDA 12.8 with torch 2.7.1", ""),
        ("python:3.12-slim", gpu_yaml("torch==2.7.1", cuda_version="12.6"), NOTE, "CUDA 12.6", "B200 and RTX5090"),
    ],
)
def test_which_machines(image: str, cog_yaml: str, severity: Severity, able: str, unable: str) -> None:
    found = findings("DF403", f"FROM {image}\n", cog_yaml)
    assert [each.severity for each in found] == [severity], levels(found)
    assert able in found[0].message
    assert (f"not on {unable}" in found[0].message) if unable else ("not on" not in found[0].message)


@pytest.mark.parametrize(
    ("text", "cog_yaml"),
    [
        ("FROM python:3.11-slim\n", "build:\n  gpu: false\n"),
        ("FROM python:3.11-slim\n", gpu_yaml("numpy")),
        ("FROM acme/base\n", None),
    ],
)
def test_nothing_is_said_where_nothing_is_known(text: str, cog_yaml: str | None) -> None:
    assert findings("DF403", text, cog_yaml) == []


@pytest.mark.parametrize(
    ("line", "severity", "words"),
    [
        ('ENV TORCH_CUDA_ARCH_LIST="8.0;8.6"', NOTE, "leaves out 9.0"),
        ('ENV TORCH_CUDA_ARCH_LIST="8.0;8.6+PTX"', None, ""),
        ("ENV TORCH_CUDA_ARCH_LIST=8.0;9.0a", None, ""),
        ("ENV TORCH_CUDA_ARCH_LIST 7.5 8.0 8.9 9.0", None, ""),
        ("ARG TORCH_CUDA_ARCH_LIST='9.0 10.0'", WARNING, "names 10.0"),
        ("RUN TORCH_CUDA_ARCH_LIST=12.0 pip install x", WARNING, "names 12.0"),
        ("RUN export A=1 TORCH_CUDA_ARCH_LIST='8.6 12.0' && pip install x", WARNING, "names 12.0"),
        ("RUN echo TORCH_CUDA_ARCH_LIST=12.0", None, ""),
        ("ENV TORCH_CUDA_ARCH_LIST=Ampere", None, ""),
        ("ENV TORCH_CUDA_ARCH_LIST=$ARCHS", None, ""),
        ("ENV OTHER=12.0", None, ""),
    ],
)
def test_lists_of_architectures(line: str, severity: Severity | None, words: str) -> None:
    found = findings("DF403", f"FROM nvidia/cuda:12.4.1-base\n{line}\n", gpu_yaml())[1:]
    assert [each.severity for each in found] == ([severity] if severity else []), levels(found)
    assert all(words in each.message for each in found)
