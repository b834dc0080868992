"""What GPU code needs of an image, read from ``gpu.yaml``."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dockerfix.knowledge.load import strings, table
from dockerfix.knowledge.versions import release


class ImageCuda(NamedTuple):
    """The CUDA that an image's name tells: versions as the tag writes them, None where it doesn't.

    `is_cuda` is whether it has CUDA, `sets_variable` whether it sets the variable with the version for certain.
    """

    is_cuda: bool
    cuda: str | None
    cudnn: str | None
    sets_variable: bool


class Architecture(NamedTuple):
    """A GPU architecture (``9.0``), the first CUDA toolkit that compiles for it, the first torch that runs on it."""

    name: str
    least_cuda: str
    least_torch: str

    @property
    def sm(self) -> str:
        """The name as compilers write it: ``sm_90``."""
        return "sm_" + self.name.replace(".", "")


class GpuPackages(NamedTuple):
    """Packages by what they do about CUDA; names are normalized."""

    bring: frozenset[str]
    look_for: frozenset[str]
    compile: frozenset[str]
    tensorflow: frozenset[str]


def image_cuda(repository: str, tag: str) -> ImageCuda | None:
    """What the repository and the tag of a CUDA image tell; None for an image that is not in the table."""
    for name, expression, sets_variable, always in table("gpu")["images"]["tags"]:
        if repository == name or repository.endswith(f"/{name}"):
            found = re.search(str(expression), tag)
            parts = found.groupdict() if found else {}
            cuda = parts.get("cuda")
            return ImageCuda(bool(always) or cuda is not None, cuda, parts.get("cudnn"), bool(sets_variable))
    return None


def is_plain_image(repository: str) -> bool:
    """Whether an image is known to come without CUDA."""
    return repository.removeprefix("library/") in strings(table("gpu")["images"]["plain"])


@cache
def gpu_packages() -> GpuPackages:
    """The packages."""
    row = table("gpu")["packages"]
    return GpuPackages(*(frozenset(strings(row[name])) for name in ("bring", "look_for", "compile", "tensorflow")))


def extra_with_cuda(package: str) -> str | None:
    """The beginning of the extras with which a package carries CUDA (``and-cuda``)."""
    extra = table("gpu")["packages"]["extras"].get(package)
    return None if extra is None else str(extra)


@cache
def architectures() -> tuple[Architecture, ...]:
    """The architectures that are found on fal, oldest first."""
    return tuple(Architecture(*map(str, row)) for row in table("gpu")["architectures"]["rows"])


def architecture_variable() -> str:
    """The variable by which projects choose architectures."""
    return str(table("gpu")["architectures"]["variable"])


def architectures_for(cuda: str) -> tuple[Architecture, ...]:
    """The architectures for which a CUDA toolkit can compile."""
    return tuple(each for each in architectures() if release(each.least_cuda) <= release(cuda))


def usual_machines() -> tuple[str, ...]:
    """Machine types of fal that most models are meant for: one that can't run there deserves a warning."""
    return strings(table("gpu")["architectures"]["usual"])


def version_variable() -> str:
    """The variable in which CUDA images name their version."""
    return str(table("gpu")["version"]["variable"])


def version_files() -> tuple[str, ...]:
    """The files in which a CUDA toolkit names its version."""
    return strings(table("gpu")["version"]["files"])
