"""The passes about CUDA: what they check, whether the step they inject does what it says, and what they leave alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dockerfix.analysis import cuda
from dockerfix.analysis.blocks import find_block
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.driver.rewrite import Result, rewrite
from dockerfix.passes import all_passes
from dockerfix.passes.inject_cuda_check import step
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.findings import Finding, Severity

PASSES = {each.code: each for each in all_passes()}
SERVER = 'CMD ["python", "-m", "cog.server.http"]\n'
NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


def context(cog_yaml: str | None = None) -> Context:
    return Context(Project.open(None, cog_yaml), Options(), converting=True, era="E13")


def gpu_yaml(*packages: str, cuda_version: str | None = None) -> str:
    lines = ["build:", "  gpu: true"]
    lines += [f'  cuda: "{cuda_version}"'] if cuda_version else []
    lines += ["  python_packages:", *(f'    - "{package}"' for package in packages)] if packages else []
    return "\n".join(lines) + "\n"


def outcome(code: str, text: str, cog_yaml: str | None = None) -> Outcome:
    result = run(parse(text), context(cog_yaml), [PASSES[code]])
    again = run(result.document, context(cog_yaml), [PASSES[code]])
    assert again.document.text == result.document.text
    return result


def findings(code: str, text: str, cog_yaml: str | None = None) -> list[Finding]:
    return list(outcome(code, text, cog_yaml).findings)


# The base image


@pytest.mark.parametrize(
    ("image", "is_cuda", "is_plain", "version", "cudnn", "sets_variable"),
    [
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", True, False, "12.1.1", "8", True),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", True, False, "12.4.1", "", True),
        ("nvidia/cuda:11.0-base", True, False, "11.0", None, True),
        ("nvcr.io/nvidia/cuda:12.6.3-base-ubuntu24.04", True, False, "12.6.3", None, True),
        ("mirror.example.org:5000/docker/nvidia/cuda:11.8.0-runtime-ubi8", True, False, "11.8.0", None, True),
        ("nvidia/cuda", True, False, None, None, True),
        ("nvidia/cuda@sha256:0a", True, False, None, None, True),
        ("r8.im/cog-base:cuda12.1-python3.11-torch2.1", True, False, "12.1", None, True),
        ("r8.im/cog-base:python3.11", False, True, None, None, True),
        ("pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime", True, False, "12.1", "8", False),
        ("falai/base:3.11-12.1.0", True, False, "12.1.0", None, False),
        ("python:3.11-slim", False, True, None, None, False),
        ("docker.io/library/python:3.11", False, True, None, None, False),
        ("registry.example.org/acme/cuda:12.1", False, False, None, None, False),
        ("acme/python:3.11-12.1.0", False, False, None, None, False),
    ],
)
def test_images(
    image: str, is_cuda: bool, is_plain: bool, version: str | None, cudnn: str | None, sets_variable: bool
) -> None:
    base = cuda.base_of(parse(f"FROM {image}\n"))
    assert base is not None
    assert (base.is_cuda, base.is_plain, base.cuda, base.cudnn) == (is_cuda, is_plain, version, cudnn)
    assert base.sets_variable is sets_variable


def test_the_base_is_that_of_the_last_stage() -> None:
    text = "ARG VERSION=12.4.1\nFROM python:3.11 AS deps\nFROM nvidia/cuda:${VERSION}-base AS a\nFROM a AS B\nFROM b\n"
    base = cuda.base_of(parse(text))
    assert base is not None
    assert (base.shown, base.cuda, base.names) == ("nvidia/cuda:12.4.1-base", "12.4.1", ("VERSION",))


@pytest.mark.parametrize("text", ["ARG BASE\nFROM $BASE\n", "FROM ${BASE}\n", "FROM nvidia/cuda:$TAG\n"])
def test_an_image_that_only_the_build_knows(text: str) -> None:
    base = cuda.base_of(parse(text))
    assert base is not None
    assert base.image is None
    assert not base.is_cuda
    assert not base.is_plain
    assert "$" in base.shown


def test_a_stage_named_after_itself_is_an_image() -> None:
    base = cuda.base_of(parse("FROM nvidia/cuda:12.1.1-base AS base\nFROM base AS base\n"))
    assert base is not None
    assert base.cuda == "12.1.1"


@pytest.mark.parametrize(
    ("version", "want", "expected"),
    [
        ("12.1.1", "12.1", True),
        ("12.1.1", "12.1.1", True),
        ("12.1.1", "12.1.0", False),
        ("12.1", "12.1.0", True),
        ("12.10.1", "12.1", False),
        ("11.8.0", "12.1", False),
        ("12.1.1", "12", True),
    ],
)
def test_versions_agree_as_far_as_both_are_written(version: str, want: str, expected: bool) -> None:
    assert cuda.agrees(version, want) is expected


# The injected step


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
    block = "# dockerfix[DF401]: cog.yaml asks for CUDA 11.8\nRUN check\n"
    source = f"FROM python:3.11 AS deps\n{block}FROM nvidia/cuda:12.1.1-base\nENV A=1\n{block}{block}RUN x\n"
    text = outcome("DF401", source, gpu_yaml(cuda_version="12.1")).document.text
    assert text.count("dockerfix[DF401]") == 1
    assert text.startswith("FROM python:3.11 AS deps\nFROM nvidia/cuda:12.1.1-base\nENV A=1\n# dockerfix[DF401]")
    assert "11.8" not in text


# The static check


def levels(found: list[Finding]) -> list[tuple[Severity, str]]:
    return [(each.severity, each.message) for each in found]


@pytest.mark.parametrize(
    ("image", "cog_yaml", "severity", "words"),
    [
        ("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04", gpu_yaml(cuda_version="12.1"), ERROR, "has 11.8.0"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml(cuda_version="12.1.0"), ERROR, "12.1.0"),
        ("nvidia/cuda:13.0.1-cudnn-devel-ubuntu24.04", gpu_yaml(cuda_version="13.0"), WARNING, "newer than"),
        ("nvidia/cuda:11.6.0-cudnn8-devel-ubuntu20.04", gpu_yaml(), WARNING, "11.6.2-cudnn8-devel-ubuntu20.04"),
        ("nvidia/cuda:nonsense", gpu_yaml(), WARNING, "not among the tags"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", "build:\n  gpu: false\n", NOTE, "asks for no GPU"),
        ("python:3.11-slim", gpu_yaml("torch==2.1.0"), NOTE, "bring their own"),
        ("python:3.11-slim", gpu_yaml("tensorflow[and-cuda]==2.15.0"), NOTE, "bring their own"),
        ("python:3.11-slim", gpu_yaml("tensorflow==2.15.0"), WARNING, "needs the CUDA of the image"),
        ("python:3.11-slim", gpu_yaml("onnxruntime_gpu"), WARNING, "`onnxruntime-gpu`"),
        ("python:3.11-slim", gpu_yaml("numpy"), WARNING, "no package is known to bring it"),
        ("acme/base", gpu_yaml(cuda_version="12.1"), NOTE, "the build checks it"),
        ("acme/base", gpu_yaml(), NOTE, "name it under `cuda`"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("tensorflow==2.12.0"), WARNING, "CUDA 11.8"),
        ("nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04", gpu_yaml("tensorflow==2.99.0"), None, ""),
        ("nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04", gpu_yaml("tensorflow==2.15.0"), WARNING, "cuDNN 8.9"),
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", gpu_yaml("torch==2.7.1"), NOTE, "for CUDA 11.8 is installed"),
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


# The GPUs


@pytest.mark.parametrize(
    ("image", "cog_yaml", "severity", "able", "unable"),
    [
        ("nvidia/cuda:12.1.1-base", gpu_yaml(), NOTE, "A100, A6000, L40, RTX4090, H100 and H200", "B200 and RTX5090"),
        ("nvidia/cuda:12.8.1-base", gpu_yaml("torch==2.7.1"), NOTE, "B200 and RTX5090", ""),
        ("nvidia/cuda:12.8.1-base", gpu_yaml("torch==2.6.0"), NOTE, "H100 and H200", "B200 and RTX5090"),
        ("nvidia/cuda:11.6.2-base", gpu_yaml(), WARNING, "A100 and A6000, perhaps on L40 and RTX4090", "H100"),
        ("nvidia/cuda:11.8.0-base", gpu_yaml("torch==1.13.1"), WARNING, "perhaps on L40 and RTX4090", "H100"),
        ("nvidia/cuda:10.2-base", gpu_yaml(), WARNING, "older than all GPUs", ""),
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


# All of it


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
