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
        ("nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04", gpu_yaml("tensorflow==2.99.0"), WARNING, "newer than 2.21.0"),
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
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("torch>=2,<2.9", "torch-like==1"), None, ""),
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


@pytest.mark.parametrize(
    ("image", "packages", "words"),
    [
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch>=2.4"], "torch 2.15.0 from PyPI"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch"], "pin `torch==2.10.0`"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["accelerate"], "`accelerate` installs torch 2.15.0"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torchvision"], "need a driver for CUDA 13"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch==2.11.0"], "pin `torch==2.11.0+cu126`"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch==2.13.0"], "pin `torch==2.13.0+cu126`"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch==2.15.0"], "pin `torch==2.10.0`"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torchvision==0.28.0"], "pin `torch==2.13.0+cu126`"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torchvision==0.29.2"], "and the torchvision for it"),
        (
            "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04",
            ["torch>=2.14,<2.15", "torchvision==0.29.1"],
            "torch 2.14.1 from",
        ),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch", "torchvision==0.28.0"], "torch 2.13.0"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torchvision==0.99.0"], "torchvision newer than 0.29.2"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torchaudio==2.99.0"], "torchaudio newer than 2.11.0"),
        ("python:3.8-slim", ["torchaudio==0.12.1"], "torch 1.12.1 from PyPI"),
        (
            "python:3.11-slim",
            ["--extra-index-url https://download.pytorch.org/whl/cu126", "torch"],
            "knows the builds on its index only to 2.14.0",
        ),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch!=2.15.0,>2.10"], "torch 2.14.1 from PyPI"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch==2.12.1+cu130"], "torch 2.12.1, whose wheels"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torchvision==0.26.0"], "torch 2.11.0 from PyPI"),
        ("python:3.11-slim", ["torch>=2.4"], "need a driver for CUDA 13"),
        ("python:3.11-slim", ["--extra-index-url https://download.pytorch.org/whl/cu121", "torch"], "from PyPI"),
        (
            "python:3.11-slim",
            ["--extra-index-url https://download.pytorch.org/whl/cu130", "torch"],
            "torch 2.15.0, whose",
        ),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch==2.16.0"], "newer than 2.15.0"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ["torch>=3"], "as of"),
        ("nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04", ["torch==1.10.2"], "pin `torch==1.10.1+cu111`"),
        ("nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04", ["torch~=1.12.0"], "pin `torch==1.12.1+cu113`"),
        ("nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04", ["torch<1.13"], "CUDA 10.2 have no code for the GPUs of fal"),
    ],
)
def test_wheels_of_torch_that_fal_can_not_run(image: str, packages: list[str], words: str) -> None:
    python = "3.8" if "11.3" in image else "3.11"
    found = findings(
        "DF402", f"FROM {image}\n", gpu_yaml(*packages).replace("gpu:", f"python_version: '{python}'\n  gpu:")
    )
    warned = [each for each in found if each.severity == WARNING]
    assert len(warned) == 1, levels(found)
    assert words in warned[0].message


@pytest.mark.parametrize(
    ("image", "python", "packages"),
    [
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", "3.11", ["torch==2.10.0"]),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", "3.11", ["torch>=2,<2.11"]),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", "3.9", ["torch"]),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", "3.11", ["torch==2.11.0+cu126"]),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", "3.11", ["torch", "torchvision==0.15.2"]),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", "3.11", ["xformers==0.0.20"]),
        ("nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04", "3.11", ["torch==2.11.0"]),
        ("nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04", "3.8", ["torch==1.12.1"]),
        ("python:3.11-slim", "3.11", ["--index-url https://download.pytorch.org/whl/cu121", "torch"]),
        ("python:3.11-slim", "3.11", ["--extra-index-url https://download.pytorch.org/whl/cu126", "torch>=2.4"]),
        ("python:3.11-slim", "3.11", ["--extra-index-url https://download.pytorch.org/whl/cpu", "torch"]),
        ("python:3.11-slim", "3.11", ["--index-url https://example.com/simple", "torch"]),
        ("pytorch/pytorch:2.4.0-cuda12.4-cudnn9-devel", "3.11", ["torch>=2.4"]),
    ],
)
def test_wheels_of_torch_that_fal_can_run(image: str, python: str, packages: list[str]) -> None:
    text = gpu_yaml(*packages).replace("gpu:", f"python_version: '{python}'\n  gpu:")
    assert not [each for each in findings("DF402", f"FROM {image}\n", text) if "wheels need" in each.message]
    assert not [each for each in findings("DF402", f"FROM {image}\n", text) if "have no code" in each.message]


def test_an_index_of_another_install_is_not_asked_for_torch() -> None:
    index = "--extra-index-url https://example.com/simple"
    text = f"FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\nRUN pip install a {index}\n"
    found = findings("DF402", text, gpu_yaml("torch", cuda_version="12.1"))
    assert ["need a driver for CUDA 13" in each.message for each in found] == [True]
    own = gpu_yaml(f"torch {index}", cuda_version="12.1")
    assert findings("DF402", text, own) == []
