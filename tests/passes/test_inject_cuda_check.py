"""DF401 beyond its golden cases: the step does what it says, in every shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dockerfix.analysis import cuda
from dockerfix.analysis.blocks import find_block
from dockerfix.knowledge.written_instructions import cuda_check
from dockerfix.passes.inject_cuda_check import step
from pass_cases import (
    gpu_yaml,
    outcome,
)


def shells() -> list[list[str]]:
    found = [[name] for name in ("sh", "dash", "bash") if shutil.which(name)]
    return [*found, ["busybox", "sh"]] if shutil.which("busybox") else found


@pytest.mark.parametrize("shell", shells(), ids=" ".join)
@pytest.mark.parametrize(
    ("want", "variable", "json", "text", "found"),
    [
        ("12.1", "12.1.1", None, None, None),
        ("12.1", "12.1", None, None, None),
        ("12.1.1", "12.1.1", None, None, None),
        ("12", "12.6.2", None, None, None),
        ("12.1", "12.10.0", None, None, "12.10.0"),
        ("12.1", "11.8.0", None, None, "11.8.0"),
        ("12.1.1", "12.1.0", None, None, "12.1.0"),
        ("12.1", None, None, None, "none"),
        ("12.1", "", None, None, "none"),
        ("12.1", None, '{\n   "cuda" : {\n      "name" : "CUDA SDK",\n      "version" : "12.1.20230310"\n', None, None),
        ("12.1.1", None, '{"cuda": {"name": "CUDA SDK", "version": "12.1.1"}, "x": {"version": "9.9"}}', None, None),
        ("12.1", None, '{\n "cuda" : {\n  "version" : "11.8.0"\n', None, "11.8"),
        ("10.2", None, None, "CUDA Version 10.2.89\n", None),
        ("12.1", None, None, "CUDA Version 10.2.89\n", "10.2"),
        ("12.1", "12.1.1", '{"version": "11.8"}', "CUDA Version 10.2.89\n", None),
        ("12.1", None, "no version here\n", "CUDA Version 12.1.0\n", None),
    ],
)
def test_the_step_finds_the_version(
    tmp_path: Path,
    shell: list[str],
    want: str,
    variable: str | None,
    json: str | None,
    text: str | None,
    found: str | None,
) -> None:
    for name, content in (("version.json", json), ("version.txt", text)):
        if content is not None:
            (tmp_path / name).write_text(content)
    script = step(cuda.Wanted(want, True)).removeprefix("RUN ").replace("/usr/local/cuda", str(tmp_path))
    environment = {"PATH": os.environ["PATH"]}
    if variable is not None:
        environment["CUDA_VERSION"] = variable
    done = subprocess.run([*shell, "-c", script], env=environment, capture_output=True, text=True, check=False)
    if found is None:
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    else:
        assert done.returncode == 1
        assert done.stderr == f"dockerfix: cog.yaml asks for CUDA {want}, but this base image has {found}\n"


def test_the_step_survives_strict_shells(tmp_path: Path) -> None:
    (tmp_path / "version.json").write_text('{"version": "12.1.1"}\n' * 5000)
    script = step(cuda.Wanted("12.1", True)).removeprefix("RUN ").replace("/usr/local/cuda", str(tmp_path))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env={"PATH": os.environ["PATH"]}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_step_stands_behind_the_last_from() -> None:
    text = "FROM nvidia/cuda:12.1.1-base AS a\nRUN one\nFROM a\nENV X=1\n"
    lines = outcome("DF401", text, gpu_yaml(cuda_version="12.1")).document.text.split("\n")
    assert lines[:4] == [
        "FROM nvidia/cuda:12.1.1-base AS a",
        "RUN one",
        "FROM a",
        "# dockerfix[DF401]: cog.yaml asks for CUDA 12.1",
    ]
    assert lines[-2] == "ENV X=1"


def test_a_last_line_without_end() -> None:
    text = outcome("DF401", "FROM nvidia/cuda:12.1.1-base", gpu_yaml()).document.text
    assert text.startswith("FROM nvidia/cuda:12.1.1-base\n# dockerfix[DF401]: ")
    assert text.endswith("esac")


def test_crlf() -> None:
    text = outcome("DF401", "FROM nvidia/cuda:12.1.1-base\r\nRUN x\r\n", gpu_yaml()).document.text
    assert text.count("\n") == text.count("\r\n") > 5
    assert "\\\r\n" in text


@pytest.mark.parametrize(
    ("text", "cog_yaml", "injected"),
    [
        ("FROM nvidia/cuda:12.1.1-base\n", None, True),
        ("FROM nvidia/cuda:12.1.1-base\n", gpu_yaml(), True),
        ("FROM nvidia/cuda:12.1.1-base\n", "build:\n  gpu: false\n", False),
        ("FROM nvidia/cuda:latest\n", gpu_yaml(), False),
        ("FROM nvidia/cuda:latest\n", gpu_yaml(cuda_version="12.1"), True),
        ("FROM python:3.11-slim\n", gpu_yaml(cuda_version="12.1"), False),
        ("FROM python:3.11-slim\n", None, False),
        ("FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime\n", gpu_yaml(cuda_version="12.1"), False),
        ("FROM acme/base\n", gpu_yaml(cuda_version="12.1"), True),
        ("FROM acme/base\n", gpu_yaml(), False),
        ("ARG B\nFROM $B\n", gpu_yaml(cuda_version="12.1"), True),
    ],
)
def test_who_gets_the_step(text: str, cog_yaml: str | None, injected: bool) -> None:
    assert ("DF401" in outcome("DF401", text, cog_yaml).document.text) is injected


def test_a_new_cog_yaml_changes_the_block_alone() -> None:
    source = "FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04\n# mine\nRUN x\n"
    first = outcome("DF401", source, gpu_yaml(cuda_version="12.4")).document
    second = outcome("DF401", first.text, gpu_yaml(cuda_version="12.4.1")).document
    assert first.text != second.text
    for document in (first, second):
        block = find_block(document, "DF401")
        assert block is not None
        assert document.text[: block.span.start] + document.text[block.span.end :] == source
    assert outcome("DF401", second.text, "build:\n  gpu: false\n").document.text == source


def test_a_block_that_was_moved_or_copied() -> None:
    check = cuda_check(["11.8", "11.8.*"], "cog.yaml asks for CUDA 11.8")
    block = f"# dockerfix[DF401]: cog.yaml asks for CUDA 11.8\n{check}\n"
    source = f"FROM python:3.11 AS deps\n{block}FROM nvidia/cuda:12.1.1-base\nENV A=1\n{block}{block}RUN x\n"
    text = outcome("DF401", source, gpu_yaml(cuda_version="12.1")).document.text
    assert text.count("dockerfix[DF401]") == 1
    assert text.startswith("FROM python:3.11 AS deps\nFROM nvidia/cuda:12.1.1-base\nENV A=1\n# dockerfix[DF401]")
    assert "11.8" not in text
