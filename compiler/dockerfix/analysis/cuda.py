"""The CUDA of a document: what its base image says, what cog.yaml wants, and which packages are concerned."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis import bases, flow, variables
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import requested
from dockerfix.analysis.packages.requested import Pin
from dockerfix.knowledge.cuda import TorchRow, torch_row
from dockerfix.knowledge.gpu import ARCHITECTURES, Architecture, image_cuda, is_plain_image
from dockerfix.knowledge.versions import begins_with, numbers, release
from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.references import ImageReference, parse_image
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.source import Span


class Base(NamedTuple):
    """The image at the bottom of the last stage.

    `instruction` is its FROM, `image` the image with variables expanded (None where only the build knows it), `names`
    the variables that were expanded. `is_cuda` is whether it is known to have CUDA, `is_plain` whether it is known to
    have none; `cuda` and `cudnn` are what its tag says, `sets_variable` whether it sets CUDA_VERSION for certain.
    """

    instruction: Instruction
    image: ImageReference | None
    names: tuple[str, ...]
    is_cuda: bool
    is_plain: bool
    cuda: str | None
    cudnn: str | None
    sets_variable: bool

    @property
    def shown(self) -> str:
        """The image for messages."""
        if self.image is not None:
            return self.image.text
        view = self.instruction.view
        return view.words[0].value if isinstance(view, From) and view.words else ""


def base_of(document: Document) -> Base | None:
    """The base image of the last stage, past stages that it is built on; None without a stage."""
    stage = flow.final_stage(document)
    while stage is not None:
        image = _image(stage.base)
        origin = flow.find_base(document, image.text, stage.index) if image is not None else None
        if origin is None:
            return _base(stage.base, image)
        stage = origin
    return None


def _image(base: Instruction) -> ImageReference | None:
    view = base.view
    if not isinstance(view, From) or not view.words:
        return None
    if "$" not in view.words[0].value:
        return view.image
    found = variables.of(base)
    text = found.words[0] if found.problem is None and found.words else ""
    if not text or found.unset:
        return None
    return parse_image(Text(text, Span(0, len(text))))


def _base(instruction: Instruction, image: ImageReference | None) -> Base:
    names = variables.names_in(variables.words_of(instruction.view)[:1])
    if image is None:
        return Base(instruction, None, names, False, False, None, None, False)
    found = image_cuda(image.repository, image.tag.value if image.tag else "")
    if found is None:
        plain = is_plain_image(image.repository)
        return Base(instruction, image, names, False, plain, None, None, False)
    return Base(
        instruction, image, names, found.is_cuda, not found.is_cuda, found.cuda, found.cudnn, found.sets_variable
    )


def needs_gpu(context: Context, base: Base) -> bool:
    """Whether the model runs on a GPU: what cog.yaml says, or the base image where there is none."""
    return context.config.gpu if context.config is not None else base.is_cuda


class Wanted(NamedTuple):
    """The CUDA version that the image must have, and who says so: cog.yaml, or the tag of the base image."""

    version: str
    by_config: bool

    @property
    def reason(self) -> str:
        """Who asks for it, for messages."""
        who = "cog.yaml asks for" if self.by_config else "the base image's tag promises"
        return f"{who} CUDA {self.version}"


def wanted(context: Context, base: Base) -> Wanted | None:
    """The CUDA that the image must have: that of cog.yaml as it is written there, else major and minor of the tag's."""
    config = context.config
    if config is not None and config.cuda:
        return Wanted(config.cuda, True)
    return Wanted(minor(base.cuda), False) if base.cuda else None


def minor(version: str) -> str:
    """Major and minor number: ``12.1`` of ``12.1.1``."""
    return ".".join(version.split(".")[:2])


def agrees(version: str, want: str) -> bool:
    """Whether a base with CUDA `version` is what `want` asks for, as far as both are written out."""
    length = min(len(numbers(version)), len(numbers(want)))
    return begins_with(version, ".".join(want.split(".")[:length]))


def torch_build(document: Document, context: Context, found: tuple[Pin, ...]) -> TorchRow | None:
    """The build of torch that the pinned version installs; None where no known version is pinned."""
    pin = torch_pin(found)
    if pin is None or pin.requirement.pin is None:
        return None
    return torch_row(pin.requirement.pin, bases.cuda_of(document, context, pin.requirement.pin))


def torch_pin(found: tuple[Pin, ...]) -> Pin | None:
    """The requirement that pins torch."""
    pin = requested.find(found, "torch")
    return pin if pin is not None and pin.requirement.pin else None


def usable(cuda: str | None, torch: str | None) -> tuple[Architecture, ...]:
    """The architectures of fal's GPUs that a CUDA toolkit, and a release of torch, can run on; None doesn't limit."""
    return tuple(
        each
        for each in ARCHITECTURES
        if (cuda is None or release(each.least_cuda) <= release(cuda))
        and (torch is None or release(each.least_torch) <= release(torch))
    )
