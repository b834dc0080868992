"""Commands, their packages, and kinds of base images."""

from __future__ import annotations

import pytest

from dockerfix.knowledge.commands import (
    COMMANDS_OF_IMAGE,
    COMPANION_OF_COMMAND,
    PACKAGE_OF_COMMAND,
    debian_of_python,
    image_kind,
    packages_for,
)


@pytest.mark.parametrize(
    ("repository", "tag", "kind"),
    [
        ("python", "3.11-slim", "python-slim"),
        ("docker.io/library/python", "3.11", "python"),
        ("python", "3.11-alpine", None),
        ("nvidia/cuda", "12.1.1-cudnn8-devel-ubuntu22.04", "cuda-devel"),
        ("nvidia/cuda", "12.1.1-runtime-ubuntu22.04", None),
        ("ubuntu", "22.04", "ubuntu"),
        ("debian", "12", "debian"),
        ("someone/image", "1", None),
    ],
)
def test_kinds_of_base_images(repository: str, tag: str, kind: str | None) -> None:
    assert image_kind(repository, tag) == kind


def test_packages_of_commands() -> None:
    assert packages_for("curl") == ("curl", "ca-certificates")
    assert packages_for("g++") == ("g++",)
    assert packages_for("xz") == ("xz-utils",)
    assert packages_for("unheard-of") == ()


def test_the_tables_name_known_commands() -> None:
    for commands in (*COMMANDS_OF_IMAGE.values(), COMPANION_OF_COMMAND):
        assert set(commands) <= set(PACKAGE_OF_COMMAND)


@pytest.mark.parametrize(
    ("tag", "debian"),
    [
        ("3.11-slim-bookworm", "debian12"),
        ("slim-bullseye", "debian11"),
        ("slim", "debian13"),
        ("3.99", "debian13"),
        ("3.9-slim", "debian13"),
        ("3.8-slim", "debian12"),
        ("3.7.16", "debian12"),
        ("3.6", "debian11"),
    ],
)
def test_the_debian_of_a_python_image(tag: str, debian: str) -> None:
    assert debian_of_python(tag) == debian
