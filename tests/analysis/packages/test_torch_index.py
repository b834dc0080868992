"""Where torch comes from."""

from __future__ import annotations

import pytest

from dockerfix.analysis.cog import era
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.analysis.packages import torch_index
from dockerfix.project.project import Project
from dockerfix.project.requirements import parse_items
from dockerfix.syntax.dockerfile.parser import parse


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
