"""The CUDA of a document: what it has, what cog.yaml wants, and the packages and GPUs that depend on it."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis import images
from dockerfix.analysis.context import Context
from dockerfix.analysis.images import BaseImage
from dockerfix.analysis.packages import requested
from dockerfix.analysis.packages.requested import Requested
from dockerfix.analysis.python import minor
from dockerfix.knowledge.cuda import TorchRow, cuda_for_torch, torch_row
from dockerfix.knowledge.gpu import ARCHITECTURES, Architecture
from dockerfix.knowledge.versions import begins_with, numbers, release
from dockerfix.syntax.dockerfile.tree import Document


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


def torch_pin(found: tuple[Requested, ...]) -> str | None:
    """Return the version that torch is pinned to."""
    torch = requested.find(found, "torch")
    return torch.requirement.pin if torch is not None else None


def usable(cuda: str | None, torch: str | None) -> tuple[Architecture, ...]:
    """Return the architectures of fal's GPUs that a CUDA toolkit and a release of torch support; None sets no limit."""
    return tuple(
        each
        for each in ARCHITECTURES
        if (cuda is None or release(each.least_cuda) <= release(cuda))
        and (torch is None or release(each.least_torch) <= release(torch))
    )
