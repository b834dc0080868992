"""Commands, the Debian packages that bring them, and the base images that have them anyway."""

from __future__ import annotations

from functools import cache
from typing import Literal

from dockerfix.knowledge.load import strings, table

ImageKind = Literal["python", "python-slim", "cuda-devel", "ubuntu", "debian"]


@cache
def _packages() -> dict[str, str]:
    return {str(command): str(package) for command, package in table("tools")["packages"]["commands"].items()}


@cache
def _companions() -> dict[str, tuple[str, ...]]:
    return {str(command): strings(packages) for command, packages in table("tools")["packages"]["with"].items()}


@cache
def _present() -> dict[str, frozenset[str]]:
    return {str(kind): frozenset(strings(commands)) for kind, commands in table("tools")["images"]["have"].items()}


def package_for(command: str) -> str | None:
    """The Debian package that brings a command such as ``g++`` or ``aria2c``; None where that isn't known."""
    return _packages().get(command)


def packages_for(command: str) -> tuple[str, ...]:
    """`package_for` with what the command needs beside it (``ca-certificates`` for curl); () if unknown."""
    package = package_for(command)
    return (package, *_companions().get(command, ())) if package is not None else ()


def commands_of(package: str) -> tuple[str, ...]:
    """The known commands that a Debian package brings."""
    return tuple(command for command, found in _packages().items() if found == package)


def image_has(kind: ImageKind, command: str) -> bool:
    """Whether a kind of base image has a command; ``python`` is the full one, ``cuda-devel`` nvidia/cuda's devel."""
    return command in _present()[kind]


def image_kind(repository: str, tag: str) -> ImageKind | None:
    """The kind of a public image by repository and tag; None for another image and for other flavours of CUDA."""
    name = repository.removeprefix("docker.io/").removeprefix("library/")
    if name == "python":
        return None if "alpine" in tag or "windows" in tag else "python-slim" if "slim" in tag else "python"
    if name == "nvidia/cuda":
        return "cuda-devel" if "devel" in tag and "ubuntu" in tag else None
    return "ubuntu" if name == "ubuntu" else "debian" if name == "debian" else None
