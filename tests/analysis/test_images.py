"""Base images: what their names say."""

from __future__ import annotations

import pytest

from dockerfix.analysis import images
from dockerfix.analysis.images import BaseImage, final_image
from dockerfix.syntax.dockerfile.parser import parse


def final(text: str) -> BaseImage:
    image = final_image(parse(text))
    assert image is not None
    return image


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
def test_distributions(text: str, expected: str | None) -> None:
    assert final(text).distribution == expected


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
    assert final(f"FROM {image}\n").cuda == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM\n", (None, None)),
        ("FROM nvidia/cuda:12.1.1-base-ubuntu22.04 AS a\nFROM a\n", ("12.1.1", True)),
        ("ARG V=11.8.0\nFROM nvidia/cuda:$V-base-ubuntu22.04\n", ("11.8.0", True)),
        ("ARG V\nFROM nvidia/cuda:$V\n", (None, None)),
        ("FROM python:3.11\n", (None, False)),
    ],
)
def test_the_image_below(text: str, expected: tuple[str | None, bool | None]) -> None:
    base = final(text)
    assert (base.cuda, base.has_cuda) == expected


@pytest.mark.parametrize(
    ("image", "has_cuda", "version", "cudnn", "sets_variable"),
    [
        ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", True, "12.1.1", "8", True),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", True, "12.4.1", "", True),
        ("nvidia/cuda:11.0-base", True, "11.0", None, True),
        ("nvcr.io/nvidia/cuda:12.6.3-base-ubuntu24.04", True, "12.6.3", None, True),
        ("mirror.example.org:5000/docker/nvidia/cuda:11.8.0-runtime-ubi8", True, "11.8.0", None, True),
        ("nvidia/cuda", True, None, None, True),
        ("nvidia/cuda@sha256:0a", True, None, None, True),
        ("r8.im/cog-base:cuda12.1-python3.11-torch2.1", True, "12.1", None, True),
        ("r8.im/cog-base:python3.11", False, None, None, True),
        ("pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime", True, "12.1", "8", False),
        ("falai/base:3.11-12.1.0", True, "12.1.0", None, False),
        ("python:3.11-slim", False, None, None, False),
        ("docker.io/library/python:3.11", False, None, None, False),
        ("registry.example.org/acme/cuda:12.1", None, None, None, False),
        ("acme/python:3.11-12.1.0", None, None, None, False),
    ],
)
def test_images(image: str, has_cuda: bool | None, version: str | None, cudnn: str | None, sets_variable: bool) -> None:
    base = final(f"FROM {image}\n")
    assert (base.has_cuda, base.cuda, base.cudnn) == (has_cuda, version, cudnn)
    assert base.sets_cuda_version is sets_variable


def test_the_base_is_that_of_the_last_stage() -> None:
    text = "ARG VERSION=12.4.1\nFROM python:3.11 AS deps\nFROM nvidia/cuda:${VERSION}-base AS a\nFROM a AS B\nFROM b\n"
    base = final(text)
    assert (base.text, base.cuda, base.variables) == ("nvidia/cuda:12.4.1-base", "12.4.1", ("VERSION",))


@pytest.mark.parametrize("text", ["ARG BASE\nFROM $BASE\n", "FROM ${BASE}\n", "FROM nvidia/cuda:$TAG\n"])
def test_an_image_that_only_the_build_knows(text: str) -> None:
    base = final(text)
    assert (base.repository, base.tag, base.has_cuda, base.kind) == ("", "", None, None)
    assert "$" in base.text


def test_a_stage_named_after_itself_is_an_image() -> None:
    assert final("FROM nvidia/cuda:12.1.1-base AS base\nFROM base AS base\n").cuda == "12.1.1"


@pytest.mark.parametrize(
    ("image", "python", "has_python"),
    [
        ("python:3.9.1-slim", "3.9.1", True),
        ("mirror.example.org/library/python:3.12", "3.12", True),
        ("python", None, True),
        ("r8.im/cog-base:cuda12.1-python3.10-torch2.3.1", "3.10", None),
        ("nvidia/cuda:12.1.1-base-ubuntu22.04", None, False),
        ("ubuntu:22.04", None, False),
        ("other:3.9", None, None),
    ],
)
def test_the_python_of_an_image(image: str, python: str | None, has_python: bool | None) -> None:
    base = final(f"FROM {image}\n")
    assert (base.python, base.has_python) == (python, has_python)


def test_the_parts_of_a_name() -> None:
    text = "FROM  r8.im/cog-base:cuda12.1-python3.11-torch2.3.1@sha256:0a AS x\n"
    base = final(text)
    assert (base.registry, base.repository, base.has_digest) == ("r8.im", "cog-base", True)
    assert base.is_cog
    assert base.cog is not None
    assert base.cog.torch == "2.3.1"
    assert text[base.place.start : base.place.end] == base.text


@pytest.mark.parametrize(
    ("distribution", "package", "expected"),
    [
        ("debian13", "libgl1-mesa-glx", "libgl1"),
        ("ubuntu22.04", "libgl1-mesa-glx", "libgl1-mesa-glx"),
        (None, "libgl1-mesa-glx", "libgl1-mesa-glx"),
        ("debian13", "ffmpeg", "ffmpeg"),
    ],
)
def test_successors(distribution: str | None, package: str, expected: str) -> None:
    assert images.successor(distribution, package) == expected


@pytest.mark.parametrize(
    ("text", "kind", "python"),
    [
        ("FROM public.ecr.aws/docker/library/python:3.11-slim\n", "python-slim", "3.11"),
        ("FROM acme.jfrog.io/docker-remote/python:3.11-bookworm\n", "python", "3.11"),
        ("FROM localhost:5000/cache/nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\n", "cuda-devel", None),
        ("FROM mirror.example.org/hub/ubuntu:22.04\n", "ubuntu", None),
        ("ARG M\nFROM ${M}python:3.11-slim\n", "python-slim", "3.11"),
        ("ARG M\nARG V=3.11\nFROM $M/library/python:$V\n", "python", "3.11"),
        ("ARG M=mirror.example.org/\nFROM ${M}python:3.11-slim\n", "python-slim", "3.11"),
        ("FROM public.ecr.aws/lambda/python:3.11\n", None, "3.11"),
        ("FROM acme/python:3.11-slim\n", None, "3.11"),
        ("ARG V\nFROM python:$V\n", None, None),
        ("ARG B\nFROM ${B}\n", None, None),
        ("ARG M\nARG V\nFROM ${M}python:$V\n", None, None),
    ],
)
def test_images_behind_registries_and_mirrors(text: str, kind: str | None, python: str | None) -> None:
    assert (final(text).kind, final(text).python) == (kind, python)
