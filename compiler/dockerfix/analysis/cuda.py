"""The CUDA of a document: what it has, what cog.yaml wants, and the packages and GPUs that depend on it."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerfix.analysis import images, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.images import BaseImage
from dockerfix.analysis.memo import of_document
from dockerfix.analysis.packages import requested
from dockerfix.analysis.packages.requested import Requested
from dockerfix.analysis.python import minor, python_of
from dockerfix.knowledge.cog_constructs import CUDA_IMAGE
from dockerfix.knowledge.cuda import (
    COMPANIONS,
    TORCH,
    TORCH_WHEELS,
    TorchRow,
    cuda_for_torch,
    is_newer,
    newest_torch,
    torch_for,
    torch_row,
    torch_rows,
)
from dockerfix.knowledge.gpu import (
    ARCHITECTURES,
    CHOOSE_TORCH,
    COMPILE_CUDA,
    INSTALL_CUDA,
    USE_CUDA_OF_IMAGE,
    Architecture,
    is_plain_image,
)
from dockerfix.knowledge.versions import admits, begins_with, numbers, release
from dockerfix.project.pip_options import Option
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.lazy_patterns import lazy

_BUILD_INDEX = lazy(r"https?://download\.pytorch\.org/whl/(?:cu(\d+)(\d)|cpu)/?(?:torch_stable\.html)?", re.ASCII)
_PYPI = lazy(r"https?://pypi\.(?:org|python\.org)/")
_INDEX_OPTIONS = ("--index-url", "--extra-index-url", "--find-links")


def cuda_for_packages(document: Document, context: Context, torch: str | None = None) -> str | None:
    """Return the CUDA that Python packages are chosen for; None for a model that needs no GPU.

    It is that of cog.yaml, of the base image, or of the newest build of `torch`.
    """
    config, image = context.config, images.final_image(document)
    cuda = image.cuda if image is not None else None
    if config is None or not config.gpu:
        return cuda if config is None else None
    return config.cuda or cuda or (cuda_for_torch(torch) if torch else None)


def needs_gpu(context: Context, image: BaseImage) -> bool:
    """Whether the model runs on a GPU: by cog.yaml, or without one by the base image."""
    return context.config.gpu if context.config is not None else image.has_cuda is True


class Wanted(NamedTuple):
    """The CUDA version that the image must have, and whether cog.yaml asks for it or the tag of the base image."""

    version: str
    by_config: bool

    @property
    def reason(self) -> str:
        """Who asks for it, for messages."""
        who = "cog.yaml asks for" if self.by_config else "the base image's tag promises"
        return f"{who} CUDA {self.version}"


def wanted(context: Context, image: BaseImage) -> Wanted | None:
    """Return the CUDA that the image must have: the version in cog.yaml, or major and minor of the one in the tag."""
    config = context.config
    if config is not None and config.cuda:
        return Wanted(config.cuda, True)
    return Wanted(minor(image.cuda), False) if image.cuda else None


def agrees(version: str, want: str) -> bool:
    """Whether CUDA `version` is what `want` asks for, as far as both are written out."""
    length = min(len(numbers(version)), len(numbers(want)))
    return begins_with(version, ".".join(want.split(".")[:length]))


def torch_build(document: Document, context: Context, found: tuple[Requested, ...]) -> TorchRow | None:
    """Return the build of torch that the pinned version installs; None where no known version is pinned."""
    pin = torch_pin(found)
    return torch_row(pin, cuda_for_packages(document, context, pin)) if pin is not None else None


class TorchWheel(NamedTuple):
    """The wheel of torch that pip takes today: its release, its CUDA (None for CPU, and for an unknown release).

    `pin` is the requirement that asks for it. `is_known` is whether the tables have the wheel. If not, `version` is ""
    for a companion that they lack; or `cuda` is that of the index, which may or may not have the release.
    """

    pin: Requested
    version: str
    cuda: str | None
    from_pypi: bool
    is_known: bool = True


@of_document
def torch_wheel(document: Document, context: Context) -> TorchWheel | None:
    """Return the wheel of torch that the image gets; None where the tables and the project's text can't tell.

    A pin has the wheel of the index that the project or dockerfix names, or else that of PyPI. Where a range or another
    package asks for torch, pip takes the newest release for the image's Python.
    """
    stage, asked = stages.final_stage(document), _asks_for_torch(requested.requirements(document, context), context)
    if stage is None or asked is None:
        return None
    pin, specifier = asked
    if specifier is None:
        newer = is_newer(pin.name, pin.requirement.pin or "")
        return TorchWheel(pin, "", None, from_pypi=True, is_known=False) if newer else None
    version, _, local = _exact(specifier).partition("+")
    indexes = [
        option
        for line in requested.lines(document, context)
        if line.span == pin.span  # an index of another install is not asked for torch
        for option in line.item.options
        if option.long in _INDEX_OPTIONS and not _PYPI.match(option.value or "")
    ]
    if local:
        return TorchWheel(pin, version, _cuda_of_local(local), from_pypi=False)
    # as Cog, dockerfix names the index for a pin of torch or torchvision
    if version and not indexes and pin.file is not None and pin.name in ("torch", "torchvision"):
        row = torch_row(version, cuda_for_packages(document, context, version))
        if row is not None and row.index_url is not None:
            return TorchWheel(pin, row.torch, row.cuda, from_pypi=False)
    if not version and not _is_bare(images.bottom_image(document, stage)):
        return None  # torch may be there already
    return _from_indexes(pin, specifier, indexes, python_of(document, stage, context.config))


def _asks_for_torch(found: tuple[Requested, ...], context: Context) -> tuple[Requested, str | None] | None:
    """The requirement that decides about torch, and the versions that it admits; None for a release not in the tables.

    It is that of torch, of torchvision or torchaudio, or of a package that needs torch, which a constraint may limit.
    """
    torch = requested.find(found, "torch")
    if torch is not None and torch.requirement.pin:
        return torch, f"=={torch.requirement.pin}"
    for name in COMPANIONS:
        companion = requested.find(found, name)
        if companion is not None and companion.requirement.pin:
            specifier = torch_for(name, companion.requirement.pin)
            if specifier != "" and (specifier is None or _exact(specifier) or torch is None):
                return companion, specifier
    if any(pin.name in CHOOSE_TORCH for pin in found):
        return None
    if torch is not None:
        return torch, torch.requirement.specifier
    bringing = next((pin for pin in found if pin.name in INSTALL_CUDA and not _needs_no_torch(pin)), None)
    return (bringing, _limit(bringing, context)) if bringing is not None else None


def _limit(bringing: Requested, context: Context) -> str:
    """The versions of torch that a constraint of the project leaves to a package which needs any torch."""
    limit = requested.constraints(context).get("torch") if bringing.file is not None else None
    return limit.specifier.replace(" ", "") if limit is not None else ""


def _exact(specifier: str) -> str:
    """The version of a specifier that admits one; else ""."""
    return specifier[2:] if re.fullmatch(r"==[^,*=]+", specifier) else ""


def _needs_no_torch(pin: Requested) -> bool:
    """Whether it is a release of torchaudio that leaves torch to the user."""
    return pin.name in COMPANIONS and pin.requirement.pin is not None and torch_for(pin.name, pin.requirement.pin) == ""


def _is_bare(base: BaseImage) -> bool:
    return base.repository.endswith(CUDA_IMAGE) or is_plain_image(base.repository)


def _from_indexes(pin: Requested, specifier: str, indexes: list[Option], python: str) -> TorchWheel | None:
    """The wheel of the newest release that `specifier` admits, from PyPI and what the project names."""
    requirement = pin.requirement
    if requirement.is_url or requirement.is_path or len(indexes) > 1:
        return None
    newest = newest_torch(specifier, python)
    if _exact(specifier) in TORCH_WHEELS:
        newest = _exact(specifier)
    if indexes:
        return _from_build_index(pin, specifier, newest, indexes[0])
    if newest is not None:
        return TorchWheel(pin, newest, TORCH_WHEELS[newest][0], from_pypi=True)
    least = max(lower_bounds(specifier), key=numbers, default="")
    return TorchWheel(pin, least, None, from_pypi=True, is_known=False) if is_newer("torch", least) else None


def lower_bounds(specifier: str) -> list[str]:
    """Return the versions from which the clauses of a specifier admit releases."""
    return [clause.strip("=>~ ") for clause in specifier.split(",") if clause.strip()[:1] in ("=", ">", "~")]


def _from_build_index(pin: Requested, specifier: str, newest: str | None, index: Option) -> TorchWheel | None:
    """The wheel that pip takes beside an index of PyTorch for one CUDA, or None for another index.

    `newest` is what PyPI has. Unless it is the only index, pip takes the higher release, and from this one if both have
    it.
    """
    match = _BUILD_INDEX.fullmatch(index.value or "")
    if match is None:
        return None
    cuda = f"{match[1]}.{match[2]}" if match[1] else None
    releases = [release for release in TORCH if cuda in {row.cuda for row in torch_rows(release)}]
    is_served = releases[-1:] == list(TORCH)[-1:]  # and so it may have what is newer than the table, too
    held = [release for release in releases if admits(specifier, release)]
    if newest is not None and newest in held:
        return TorchWheel(pin, newest, cuda, from_pypi=False)
    if newest is not None and newest not in TORCH and is_served:
        is_known = index.long == "--index-url" or cuda is None
        return TorchWheel(pin, newest, cuda, from_pypi=False, is_known=is_known)
    best = max(held, key=numbers, default=None)
    if index.long == "--index-url":
        return TorchWheel(pin, best, cuda, from_pypi=False) if best is not None else None
    if newest is None or (best is not None and numbers(best) >= numbers(newest)):
        return TorchWheel(pin, best, cuda, from_pypi=False) if best is not None else None
    return TorchWheel(pin, newest, TORCH_WHEELS[newest][0], from_pypi=True)


def _cuda_of_local(local: str) -> str | None:
    match = re.fullmatch(r"cu(\d+)(\d)", local, re.ASCII)
    return f"{match[1]}.{match[2]}" if match else None


def torch_pin(found: tuple[Requested, ...]) -> str | None:
    """Return the version that torch is pinned to."""
    torch = requested.find(found, "torch")
    return torch.requirement.pin if torch is not None else None


class Deciding(NamedTuple):
    """The CUDA and the torch that decide on which GPUs a model runs; None where nothing is known."""

    cuda: str | None
    torch: str | None

    @property
    def text(self) -> str:
        """Both, for messages: ``CUDA 12.1 with torch 2.3.1``; "" if neither is known."""
        parts = [f"CUDA {minor(self.cuda)}"] if self.cuda else []
        return " with ".join([*parts, f"torch {self.torch}"] if self.torch else parts)


@of_document
def deciding(document: Document, context: Context) -> Deciding:
    """Return what decides: CUDA and torch of the wheel, and the toolkit of the image if something else uses it."""
    base = images.final_image(document)
    of_config = context.config.cuda if context.config is not None else None
    toolkit = None if base is None else base.cuda or (of_config if base.has_cuda is not False else None)
    found, wheel = requested.requirements(document, context), torch_wheel(document, context)
    if wheel is not None and wheel.is_known and wheel.cuda is not None:
        uses_image = any(pin.name in COMPILE_CUDA | USE_CUDA_OF_IMAGE for pin in found)
        versions = (wheel.cuda, toolkit if uses_image else None)
        return Deciding(min((version for version in versions if version), key=release), wheel.version)
    pin = torch_pin(found)
    return Deciding(toolkit, pin.partition("+")[0] if pin is not None else None)


def usable(cuda: str | None, torch: str | None) -> tuple[Architecture, ...]:
    """Return the architectures of fal's GPUs that a CUDA toolkit and a release of torch support; None sets no limit."""
    return tuple(
        each
        for each in ARCHITECTURES
        if (cuda is None or release(each.least_cuda) <= release(cuda))
        and (torch is None or release(each.least_torch) <= release(torch))
    )
