"""The project's requirements files that a RUN installs, copied in its stage or mounted by it."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockerfix.analysis import commands, stages
from dockerfix.analysis.fal.copies import context_copies
from dockerfix.analysis.packages import pip
from dockerfix.project.project import Project
from dockerfix.project.requirements import Item
from dockerfix.syntax.dockerfile.instructions import Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage


class _Brought(NamedTuple):
    """What is copied from the project, and its target in the image."""

    sources: tuple[str, ...]
    target: str


def copied_items(document: Document, stage: Stage, instruction: Instruction, project: Project) -> Iterator[Item]:
    """Yield the items of the files that a RUN of `stage` passes to pip, with included files; unknown files give none."""
    named = tuple(_named(instruction)) if project.root is not None else ()
    brought = list(_brought(document, stage, instruction)) if named else []
    for place in named:
        # the last one that may have copied it counts
        names = (name for each in reversed(brought) for name in _origins(each, place))
        found = next((name for name in names if project.read(name) is not None), None)
        if found is not None:
            yield from project.requirements_files(found).items


def _named(instruction: Instruction) -> Iterator[str]:
    """Yield the files after ``-r`` in a RUN."""
    for command in commands.simple_commands(instruction):
        reading = pip.install(command)
        yield from (file.text for file in reading.files) if reading is not None else ()


def _brought(document: Document, stage: Stage, instruction: Instruction) -> Iterator[_Brought]:
    """Return what an instruction can see, in order: copied in its stage or one below, then mounted by it."""
    lineage = stages.lineage(document, stage)
    for copy in context_copies(document):
        if copy.instruction.index < instruction.index and stages.stage_of(document, copy.instruction) in lineage:
            yield _Brought(copy.expected, copy.view.words[-1].value)
    view = instruction.view
    for mount in view.mounts if isinstance(view, Run) else ():
        if mount.type == "bind" and not mount.source_stage and mount.target:
            yield _Brought((mount.source or ".",), mount.target)


def _origins(brought: _Brought, place: str) -> Iterator[str]:
    """Yield what a file at `place` would be in the project: a source, or a file in one.

    A relative place is assumed to be in the folder of a relative target.
    """
    if place.startswith("/") != brought.target.startswith("/"):
        return
    inside = posixpath.relpath(posixpath.join("/", place), posixpath.join("/", brought.target))
    for source in brought.sources:
        folder, name = posixpath.split(source)
        if fnmatch.fnmatchcase(inside, name):
            yield posixpath.normpath(posixpath.join(folder, inside))
        yield posixpath.normpath(posixpath.join(source.lstrip("/"), inside))
