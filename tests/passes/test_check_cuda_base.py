"""DF402 beyond its golden cases: the base image and the packages of the model."""

from __future__ import annotations

import pytest

from dockerfix.driver.rewrite import Result, rewrite
from dockerfix.text.findings import Severity
from pass_cases import (
    SERVER,
    Edge,
    check_edge,
    findings,
    gpu_yaml,
    levels,
)

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


@pytest.mark.parametrize(
    ("image", "cog_yaml", "severity", "words"),
    [
        ("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04", gpu_yaml(cuda_version="12.1"), ERROR, "has 11.8.0"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml(cuda_version="12.1.0"), ERROR, "12.1.0"),
        ("nvidia/cuda:13.0.1-cudnn-devel-ubuntu24.04", gpu_yaml(cuda_version="13.0"), WARNING, "newer than"),
        ("nvidia/cuda:11.6.0-cudnn8-devel-ubuntu20.04", gpu_yaml(), WARNING, "11.6.2-cudnn8-devel-ubuntu20.04"),
        ("nvidia/cuda:nonsense", gpu_yaml(), WARNING, "not a known tag"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", "build:\n  gpu: false\n", NOTE, "asks for no GPU"),
        ("python:3.11-slim", gpu_yaml("torch==2.1.0"), NOTE, "contain it, which is enough"),
        ("python:3.11-slim", gpu_yaml("tensorflow[and-cuda]==2.15.0"), NOTE, "contain it, which is enough"),
        ("python:3.11-slim", gpu_yaml("tensorflow==2.15.0"), WARNING, "needs CUDA in the image"),
        ("python:3.11-slim", gpu_yaml("onnxruntime_gpu"), WARNING, "`onnxruntime-gpu`"),
        ("python:3.11-slim", gpu_yaml("numpy"), WARNING, "no package is known to contain it"),
        ("acme/base", gpu_yaml(cuda_version="12.1"), NOTE, "the build checks it"),
        ("acme/base", gpu_yaml(), NOTE, "set `cuda` in cog.yaml"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("tensorflow==2.12.0"), WARNING, "CUDA 11.8"),
        ("nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04", gpu_yaml("tensorflow==2.99.0"), None, ""),
        ("nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04", gpu_yaml("tensorflow==2.15.0"), WARNING, "cuDNN 8.9"),
        (
            "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04",
            gpu_yaml("torch==2.7.1"),
            NOTE,
            "pip installs the build for CUDA 11.8",
        ),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("torch==2.7.1", "flash_attn"), WARNING, "compiled"),
        ("nvidia/cuda:11.0.3-cudnn8-devel-ubuntu20.04", gpu_yaml("torch==2.7.1"), WARNING, "none of these"),
        ("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04", gpu_yaml("torch==2.1.0+cu121"), NOTE, "for CUDA 12.1"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("torch==2.1.2", cuda_version="12.1"), None, ""),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("torch>=2", "torch-like==1"), None, ""),
        ("nvidia/cuda:12.1.1-runtime-ubuntu22.04", gpu_yaml(), None, ""),
        ("nvidia/cuda:12.9.1-base-ubi9", gpu_yaml(), None, ""),
        ("nvidia/cuda@sha256:0a", gpu_yaml(), None, ""),
        ("python:3.11-slim", "build:\n  python_version: '3.11'\n", None, ""),
        ("python:3.11-slim", None, None, ""),
    ],
)
def test_the_base_against_the_model(image: str, cog_yaml: str | None, severity: Severity | None, words: str) -> None:
    found = findings("DF402", f"FROM {image}\n", cog_yaml)
    if severity is None:
        assert found == []
        return
    assert [each.severity for each in found] == [severity], levels(found)
    assert words in found[0].message
    assert not found[0].message.endswith(".")


def test_a_finding_about_a_package_names_its_line() -> None:
    found = findings("DF402", "FROM python:3.11-slim\n", gpu_yaml("numpy", "onnxruntime-gpu"))
    assert [(each.file, each.line) for each in found] == [("cog.yaml", 5)]


def test_a_base_by_argument_is_checked_with_its_default() -> None:
    text = "ARG TAG=11.8.0-cudnn8-devel-ubuntu22.04\nFROM nvidia/cuda:${TAG}\n"
    found = findings("DF402", text, gpu_yaml(cuda_version="12.1"))
    assert [each.severity for each in found] == [NOTE, ERROR]
    assert "`TAG`" in found[0].message


def test_packages_of_commands_count() -> None:
    text = "FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN pip install tensorflow==2.12.0\n"
    assert [each.severity for each in findings("DF402", text, gpu_yaml())] == [WARNING]


def whole(image: str, cog_yaml: str) -> Result:
    text = f"FROM {image}\nENV PYTHONUNBUFFERED=1\nWORKDIR /src\nEXPOSE 5000\n{SERVER}COPY . /src\n"
    return rewrite(text, cog_yaml=cog_yaml)


def test_a_clean_project_gets_notes_alone() -> None:
    result = whole("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("torch==2.1.2", cuda_version="12.1"))
    own = [each for each in result.findings if each.code.startswith("DF4")]
    assert result.ok
    assert {each.severity for each in own} == {NOTE}
    assert len(own) == 2


def test_a_wrong_base_writes_nothing() -> None:
    result = whole("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04", gpu_yaml(cuda_version="12.1"))
    assert not result.ok
    assert result.text == result.source.text


EDGES = {
    "a cuDNN that TensorFlow doesn't find": Edge(
        "FROM nvidia/cuda:11.2.2-cudnn7-runtime-ubuntu20.04\n",
        (
            Severity.WARNING,
            "TensorFlow 2.10.0 was built for CUDA 11.2 and cuDNN 8.1 and finds no others; "
            "`nvidia/cuda:11.2.2-cudnn7-runtime-ubuntu20.04` has other versions, so it may run only on the CPU",
        ),
    ),
    "the cuDNN of TensorFlow": Edge("FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\n", None),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("check_cuda_base", EDGES[name])
