"""What base images bring: the parts of Cog's base image tags, and the Python of a stage."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis import cog, flow
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import per_node
from dockerfix.knowledge.cog_base import CogBaseTag, parse_cog_base_tag
from dockerfix.knowledge.cog_constructs import (
    CUDA_IMAGE,
    FIRST_BASE_IMAGE,
    MONOBASE_PYTHON,
    PYTHON_IMAGE,
    UV_IMAGE,
    UV_VARIABLES,
    default_python,
)
from dockerfix.knowledge.cuda import cuda_for_torch
from dockerfix.project.project import CogConfig
from dockerfix.syntax.dockerfile.instructions import Copy, Env, From
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.lazy_patterns import lazy

_VERSION = lazy(r"\d+\.\d+(?:\.\d+)?")


def cog_base_tag(base: Instruction) -> CogBaseTag | None:
    """The versions that the tag of a cog-base image names; None for another image and for a tag such as ``latest``."""
    view = base.view
    if not isinstance(view, From) or view.image is None or view.image.tag is None or not cog.is_cog_base(base):
        return None
    return parse_cog_base_tag(view.image.tag.value)


def minor(version: str) -> str:
    """``3.11`` of ``3.11.4``."""
    return ".".join(version.split(".")[:2])


def is_python_image(base: Instruction) -> bool:
    """A FROM of the official Python image, in any form."""
    view = base.view
    return isinstance(view, From) and view.image is not None and view.image.name == PYTHON_IMAGE


def is_cuda_image(base: Instruction) -> bool:
    """A FROM of NVIDIA's CUDA image, of any registry."""
    view = base.view
    return isinstance(view, From) and view.image is not None and view.image.repository.endswith(CUDA_IMAGE)


def lacks_python(base: Instruction) -> bool:
    """A FROM of an image that is known to come without Python."""
    view = base.view
    if not isinstance(view, From) or view.image is None:
        return False
    return is_cuda_image(base) or view.image.name == FIRST_BASE_IMAGE


class PythonInstall(NamedTuple):
    """How Python gets into a stage: ``pyenv`` or ``uv``, which version, and the last instruction of that."""

    kind: str
    version: str
    last: Instruction


def python_install(stage: Stage) -> PythonInstall | None:
    """The steps of a stage that install Python with pyenv or uv, as Cog writes them and as dockerfix does."""
    result: PythonInstall | None = None
    for instruction in stage.instructions:
        if result is not None and (_links_python(instruction) or sets_uv(instruction)):
            result = result._replace(last=instruction)
            continue
        found = _installs_python(instruction)
        if found is not None:
            result = PythonInstall(*found, instruction)
    return result


@per_node
def _installs_python(instruction: Instruction) -> tuple[str, str] | None:
    """The kind and version of a PythonInstall."""
    found: tuple[str, str] | None = None
    for _command, name, words in flow.calls(instruction):
        if name == "pyenv" and words[:1] in (("install-latest",), ("install",)) and len(words) > 1:
            found = ("pyenv", words[-1] or "")
        elif name == "uv" and words[:2] == ("python", "install"):
            found = ("uv", words[-1] or "")
    return found


@per_node
def _links_python(instruction: Instruction) -> bool:
    """The step behind pyenv that makes /usr/bin/python3 a link."""
    return any(call.program == "ln" and "/usr/bin/python3" in call.arguments for call in flow.calls(instruction))


@per_node
def sets_uv(instruction: Instruction) -> bool:
    """An ENV of the variables that steer uv."""
    view = instruction.view
    return isinstance(view, Env) and any(pair.name.value in UV_VARIABLES for pair in view.pairs)


@per_node
def copies_uv(instruction: Instruction) -> bool:
    """A COPY of uv from its own image."""
    view = instruction.view
    return isinstance(view, Copy) and bool(view.source_stage) and (view.source_stage or "").startswith(UV_IMAGE)


def python_of(document: Document, stage: Stage, config: CogConfig | None) -> str:
    """The minor version of the Python that a stage has: by its install, its base image, the stage it is built on, or
    cog.yaml; Cog's newest default where nothing says.
    """
    stages = flow.lineage(document, stage)
    for each in stages:
        installed = python_install(each)
        if installed and _VERSION.match(installed.version):
            return minor(installed.version)
    base = stages[-1].base
    tag = cog_base_tag(base)
    if tag is not None:
        return minor(tag.python)
    view = base.view
    image = view.image if isinstance(view, From) else None
    version = _VERSION.match(image.tag.value) if image is not None and image.tag is not None else None
    if version and is_python_image(base):
        return minor(version[0])
    if config is not None and config.python_version:
        return minor(config.python_version)
    return default_python()


def cuda_of(document: Document, context: Context, torch: str | None = None) -> str | None:
    """The CUDA that Python packages are chosen for: that of cog.yaml, of the final base image, of torch's newest build;
    None for a model that needs no GPU.
    """
    config = context.config
    stage = flow.final_stage(document)
    tag = image_cuda(stage.base) if stage else None
    if config is None or not config.gpu:
        return tag if config is None else None
    return config.cuda or tag or (cuda_for_torch(torch) if torch else None)


def image_cuda(base: Instruction) -> str | None:
    """The CUDA version in the tag of NVIDIA's image or of cog-base."""
    view = base.view
    if not isinstance(view, From) or view.image is None or view.image.tag is None:
        return None
    tag = cog_base_tag(base)
    if tag is not None:
        return tag.cuda
    version = _VERSION.match(view.image.tag.value)
    return version[0] if version and is_cuda_image(base) else None


def base_python(document: Document) -> str | None:
    """The Python that the final image gets from images which only Replicate has."""
    stage = flow.final_stage(document)
    if stage is None:
        return None
    tag = cog_base_tag(stage.base)
    if tag is not None:
        return tag.python
    for instruction in stage.instructions if cog.is_monobase(stage.base) else ():
        if isinstance(instruction.view, Env):
            for pair in instruction.view.pairs:
                if pair.name.value == MONOBASE_PYTHON and pair.value is not None:
                    return pair.value.value
    return None
