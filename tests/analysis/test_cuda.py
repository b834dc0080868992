"""The base image, and the versions of CUDA in its name."""

from __future__ import annotations

import pytest

from dockerfix.analysis import cuda
from dockerfix.syntax.dockerfile.parser import parse


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
