"""The Python of a stage: from its base image, or installed by pyenv or uv."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis import cog, commands, stages
from dockerfix.analysis.images import base_image
from dockerfix.analysis.memo import of_node
from dockerfix.knowledge.cog_constructs import MONOBASE_PYTHON, UV_IMAGE, UV_VARIABLES, default_python
from dockerfix.knowledge.versions import numbers
from dockerfix.project.project import CogConfig
from dockerfix.syntax.dockerfile.instructions import Copy, Env
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage


class PythonInstall(NamedTuple):
    """How a stage installs Python: ``pyenv`` or ``uv``, the version, and the last instruction that belongs to it."""

    kind: str
    version: str
    last: Instruction


def python_install(stage: Stage) -> PythonInstall | None:
    """Return the install of Python by pyenv or uv in a stage, as Cog or dockerfix writes it; None without one."""
    result: PythonInstall | None = None
    for instruction in stage.instructions:
        if result is not None and (_links_python(instruction) or sets_uv(instruction)):
            result = result._replace(last=instruction)
            continue
        found = _installs_python(instruction)
        if found is not None:
            result = PythonInstall(*found, instruction)
    return result


@of_node
def _installs_python(instruction: Instruction) -> tuple[str, str] | None:
    """Return the kind and the version of a PythonInstall."""
    found: tuple[str, str] | None = None
    for _command, name, words in commands.calls(instruction):
        if name == "pyenv" and words[:1] in (("install-latest",), ("install",)) and len(words) > 1:
            found = ("pyenv", words[-1] or "")
        elif name == "uv" and words[:2] == ("python", "install"):
            found = ("uv", words[-1] or "")
    return found


@of_node
def _links_python(instruction: Instruction) -> bool:
    """Whether this is the step after pyenv that makes /usr/bin/python3 a link."""
    return any(call.program == "ln" and "/usr/bin/python3" in call.arguments for call in commands.calls(instruction))


@of_node
def sets_uv(instruction: Instruction) -> bool:
    """Whether an ENV sets variables of uv."""
    view = instruction.view
    return isinstance(view, Env) and any(pair.name.value in UV_VARIABLES for pair in view.pairs)


@of_node
def copies_uv(instruction: Instruction) -> bool:
    """Whether a COPY takes uv from its own image."""
    view = instruction.view
    return isinstance(view, Copy) and (view.source_stage or "").startswith(UV_IMAGE)


def python_of(document: Document, stage: Stage, config: CogConfig | None) -> str:
    """Return the minor version of a stage's Python.

    It is that of its install, its base image, a stage below, or cog.yaml; otherwise Cog's newest default.
    """
    lineage = stages.lineage(document, stage)
    for each in lineage:
        installed = python_install(each)
        if installed and len(numbers(installed.version)) > 1:
            return minor(installed.version)
    known = base_image(document, lineage[-1]).python or (config.python_version if config is not None else None)
    return minor(known) if known else default_python()


def base_python(document: Document) -> str | None:
    """Return the Python that the final image gets from an image that only Replicate has; None for other images."""
    stage = stages.final_stage(document)
    if stage is None:
        return None
    tag = base_image(document, stage).cog
    if tag is not None:
        return tag.python
    for instruction in stage.instructions if cog.is_monobase(stage.base) else ():
        if isinstance(instruction.view, Env):
            for pair in instruction.view.pairs:
                if pair.name.value == MONOBASE_PYTHON and pair.value is not None:
                    return pair.value.value
    return None


def minor(version: str) -> str:
    """Return major and minor number: ``3.11`` of ``3.11.4``."""
    return ".".join(version.split(".")[:2])
