"""What is known of a stage: its system, its tools, its Python, its CUDA, the index for torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix.analysis import bases, blocks, cuda, flow, systems, variables
from dockerfix.analysis.cog import era
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.analysis.packages import torch_index
from dockerfix.passes.drop_pget import installs
from dockerfix.passes.install_tools import missing
from dockerfix.project.project import Project
from dockerfix.project.requirements import parse_items
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Stage


def last(text: str) -> tuple[Document, Stage]:
    document = parse(text)
    return document, document.stages[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM debian:12-slim\n", "debian12"),
        ("FROM ubuntu:22.04\n", "ubuntu22.04"),
        ("FROM debian:bookworm\n", None),
        ("FROM python:3.11-slim\n", "debian13"),
        ("FROM python:3.11-slim-bookworm\n", "debian12"),
        ("FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\n", "ubuntu22.04"),
        ("FROM debian:12 AS a\nFROM a AS b\nFROM b\n", "debian12"),
        ("FROM other/image:12\n", None),
        ("FROM\n", None),
    ],
)
def test_systems(text: str, expected: str | None) -> None:
    assert systems.system_of(*last(text)) == expected


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
    assert bases.python_of(*last(text), Project.open(None, cog_yaml).config) == expected


def test_a_document_without_a_stage() -> None:
    document = parse("ARG A\n")
    assert bases.base_python(document) is None
    assert cuda.base_of(document) is None
    assert flow.final_stage(document) is None


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("r8.im/cog-base:cuda11.8-python3.10", "11.8"),
        ("r8.im/cog-base:python3.10", None),
        ("nvidia/cuda:12.1.1-base-ubuntu22.04", "12.1.1"),
        ("nvidia/cuda", None),
        ("other:12.1", None),
    ],
)
def test_the_cuda_of_an_image(image: str, expected: str | None) -> None:
    assert bases.image_cuda(last(f"FROM {image}\n")[1].base) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM\n", (None, False, False)),
        ("FROM nvidia/cuda:12.1.1-base-ubuntu22.04 AS a\nFROM a\n", ("12.1.1", True, False)),
        ("ARG V=11.8.0\nFROM nvidia/cuda:$V-base-ubuntu22.04\n", ("11.8.0", True, False)),
        ("ARG V\nFROM nvidia/cuda:$V\n", (None, False, False)),
        ("FROM python:3.11\n", (None, False, True)),
    ],
)
def test_the_image_below(text: str, expected: tuple[str | None, bool, bool]) -> None:
    base = cuda.base_of(parse(text))
    assert base is not None
    assert (base.cuda, base.is_cuda, base.is_plain) == expected


@pytest.mark.parametrize(
    ("package", "image", "expected"),
    [
        (
            "torch==2.3.1",
            "nvidia/cuda:12.1.1-base-ubuntu22.04",
            ["--extra-index-url", "https://download.pytorch.org/whl/cu121"],
        ),
        ("torch==99.1+cu199", "python:3.11", ["--extra-index-url", "https://download.pytorch.org/whl/cu199"]),
        ("torch==99.1+local", "python:3.11", []),
        ("torch==99.1", "python:3.11", []),
        ("torch", "python:3.11", []),
        ("torchvision==0.16.2", "python:3.11", ["--extra-index-url", "https://download.pytorch.org/whl/cpu"]),
        (
            "torch torchvision==0.16.2",
            "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04",
            ["--extra-index-url", "https://download.pytorch.org/whl/cu121"],
        ),
        (
            "torch==2.0.1 torchvision==0.16.2",
            "nvidia/cuda:12.1.1-base-ubuntu22.04",
            [
                *("--extra-index-url", "https://download.pytorch.org/whl/cu118"),
                *("--extra-index-url", "https://download.pytorch.org/whl/cu121"),
            ],
        ),
        ("torchvision==0.99.0+cu199", "python:3.11", []),
        ("torchvision>=0.16.2 torchaudio==2.1.2", "python:3.11", []),
    ],
)
def test_the_index_of_torch(package: str, image: str, expected: list[str]) -> None:
    document = parse(f"FROM {image}\n")
    context = Context(Project.open(None), Options(), converting=True, era=era(document))
    source = torch_index.torch_source(parse_items([package]), document, context)
    assert [word for option in source.options for word in option] == expected


def test_a_block_ends_where_the_file_does() -> None:
    document = parse("FROM a\n# dockerfix[DF110]: what `x` brought (3 instructions)\nENV A=b\n# own\n")
    (block,) = blocks.find_blocks(document)
    assert [instruction.keyword for instruction in block.instructions] == ["ENV"]


def test_uses_of_a_from_without_an_image() -> None:
    document = parse("FROM\nFROM a\n")
    assert [(use.instruction.index, use.name) for use in flow.uses(document)] == [(1, "a")]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("CMD pget a b\n", 1),
        ('RUN ["pget", "a", "b"]\n', 1),
        ("RUN echo a\n", None),
        ("RUN if pget\n", 1),
        ("RUN echo spaget\n", None),
        ("RUN select x in a; do pget $x; done\n", 1),
        ("RUN for (( ; ; )) { pget a b; }\n", 1),
    ],
)
def test_later_calls_of_pget(rest: str, expected: int | None) -> None:
    found = installs.later_call(parse(f"FROM a\n{rest}"), ())
    assert (None if found is None else found.index) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EXPOSE $P 2\n", ("80", "2")),
        ("VOLUME $P\n", ("80",)),
        ("WORKDIR /a/$P\n", ("/a/80",)),
        ("COPY <<E /$P\nx\nE\n", ("/80",)),
        ("COPY <<E a<< /$P\nx\nE\n", ("a<<", "/80")),
        ("COPY <<E a<<${ /$P\nx\nE\n", ()),
    ],
)
def test_words_of_instructions(line: str, expected: tuple[str, ...]) -> None:
    document = parse(f"FROM a\nENV P=80\n{line}")
    assert variables.of(document.instructions[-1]).words == expected
