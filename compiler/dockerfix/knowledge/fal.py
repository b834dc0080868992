"""What is known of fal: versions of its package, what that requires, machines, its client."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from dockerfix.knowledge.load import strings, table
from dockerfix.knowledge.versions import caps_below, numbers, release, starts_at


class FalRequirement(NamedTuple):
    """A package that fal needs: at least `least`, below `below`; "" where there is no bound."""

    package: str
    least: str
    below: str

    @property
    def specifier(self) -> str:
        """As pip writes it: ``>=0.99.1,<0.137``."""
        bounds = [f">={self.least}" if self.least else "", f"<{self.below}" if self.below else ""]
        return ",".join(bound for bound in bounds if bound)

    def conflicts(self, specifier: str) -> bool:
        """Whether nothing that `specifier` admits will do."""
        return bool(self.least and caps_below(specifier, self.least)) or bool(
            self.below and starts_at(specifier, self.below)
        )


class Machine(NamedTuple):
    """A GPU machine type: VRAM in GB, architecture such as ``sm_90``, the first CUDA toolkit that compiles for it."""

    name: str
    vram: int
    arch: str
    least_cuda: str


class Client(NamedTuple):
    """What fal's client does with the build context: bytes at most for a file, patterns ignored by default."""

    file_size_limit: int
    ignored: tuple[str, ...]


class Runtime(NamedTuple):
    """What a container finds and needs on fal."""

    tools: tuple[str, ...]
    data_folder: str
    huggingface_home: str
    port: int


def fal_package() -> str:
    """The name of fal's package on PyPI."""
    return str(table("fal")["sdk"]["package"])


@cache
def fal_version(python: str | None = None) -> str | None:
    """The version of fal for an image's Python, such as "3.11" or "3.10.6"; the newest for None.

    None for a Python that no version supports.
    """
    rows = [(str(least), str(version)) for least, version in table("fal")["sdk"]["versions"]]
    if python is None:
        return rows[-1][1]
    fitting = [version for least, version in rows if numbers(least) <= numbers(python)]
    return fitting[-1] if fitting else None


@cache
def fal_requirements(python: str | None = None) -> dict[str, FalRequirement]:
    """What fal needs of packages that a model may pin itself, by normalized name. Not to be changed."""
    found: dict[str, FalRequirement] = {}
    for name, least, below, since in table("fal")["requirements"]["packages"]:
        if python is None or numbers(str(since)) <= numbers(python):
            found[str(name)] = FalRequirement(str(name), str(least), str(below))
    return found


def fal_conflict(package: str, specifier: str, python: str | None = None) -> FalRequirement | None:
    """What fal needs of `package` (normalized name), where nothing that `specifier` admits will do; else None."""
    requirement = fal_requirements(python).get(package)
    return requirement if requirement is not None and requirement.conflicts(specifier) else None


@cache
def machines() -> tuple[Machine, ...]:
    """The GPU machine types, by architecture."""
    rows: list[Any] = table("fal")["machines"]["gpu"]
    return tuple(Machine(str(name), int(vram), str(arch), str(cuda)) for name, vram, arch, cuda in rows)


def machines_for_cuda(cuda: str) -> tuple[Machine, ...]:
    """The machines for which a CUDA toolkit can compile."""
    return tuple(machine for machine in machines() if release(machine.least_cuda) <= release(cuda))


@cache
def cpu_machines() -> dict[str, int]:
    """Memory in MB of the machine types without GPU, smallest first. Not to be changed."""
    return {str(name): int(memory) for name, memory in table("fal")["machines"]["cpu"]}


def default_machine() -> str:
    """The machine type of an app that names none."""
    return str(table("fal")["machines"]["default"])


def newest_cuda_seen() -> str:
    """The newest CUDA known to run on fal's hosts; the driver is unpublished, so a newer one is a risk, no error."""
    return str(table("fal")["hosts"]["newest_cuda_seen"])


@cache
def client() -> Client:
    """fal's client."""
    row = table("fal")["client"]
    return Client(int(row["file_size_limit"]), strings(row["ignored"]))


@cache
def runtime() -> Runtime:
    """The container at run time."""
    row = table("fal")["runtime"]
    return Runtime(strings(row["tools"]), str(row["data_folder"]), str(row["huggingface_home"]), int(row["port"]))
