"""The CUDA of an image by its name, and the architectures of a toolkit."""

from __future__ import annotations

import pytest

from dockerfix.knowledge.gpu import ImageCuda, architectures_for, image_cuda, is_plain_image


@pytest.mark.parametrize(
    ("repository", "tag", "expected"),
    [
        ("nvidia/cuda", "12.1.1-cudnn8-devel-ubuntu22.04", ImageCuda(True, "12.1.1", "8", True)),
        ("mirror.example/nvidia/cuda", "latest", ImageCuda(True, None, None, True)),
        ("r8.im/cog-base", "cuda12.1-python3.11-torch2.3.1", ImageCuda(True, "12.1", None, True)),
        ("r8.im/cog-base", "python3.11", ImageCuda(False, None, None, True)),
        ("pytorch/pytorch", "2.4.0-cuda12.4-cudnn9-runtime", ImageCuda(True, "12.4", "9", False)),
        ("falai/base", "3.11-12.1.0", ImageCuda(True, "12.1.0", None, False)),
        ("python", "3.11", None),
        ("someone/cuda", "12.1", None),
    ],
)
def test_the_cuda_of_an_image(repository: str, tag: str, expected: ImageCuda | None) -> None:
    assert image_cuda(repository, tag) == expected


def test_images_without_cuda() -> None:
    assert is_plain_image("python")
    assert is_plain_image("library/ubuntu")
    assert not is_plain_image("nvidia/cuda")


@pytest.mark.parametrize(
    ("cuda", "names"),
    [
        ("10.2", []),
        ("11", ["8.0"]),
        ("11.8.0", ["8.0", "8.9", "9.0"]),
        ("12.8", ["8.0", "8.9", "9.0", "10.0", "12.0"]),
    ],
)
def test_architectures_of_a_toolkit(cuda: str, names: list[str]) -> None:
    assert [each.name for each in architectures_for(cuda)] == names
