"""Stages and the references between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from typing import NamedTuple

from dockerfix.analysis import variables
from dockerfix.analysis.memo import of_document
from dockerfix.syntax.dockerfile.arguments import name_of
from dockerfix.syntax.dockerfile.instructions import Copy, From, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.edits import Edit


def final_stage(document: Document) -> Stage | None:
    """Return the stage that becomes the image: the last one."""
    return document.stages[-1] if document.stages else None


def stage_of(document: Document, instruction: Instruction) -> Stage | None:
    """Return the stage that `instruction` belongs to; None before the first FROM."""
    at = bisect_right(_bases(document), instruction.index)
    return document.stages[at - 1] if at else None


@of_document
def _bases(document: Document) -> tuple[int, ...]:
    """The indices of the FROMs."""
    return tuple(stage.base.index for stage in document.stages)


@of_document
def _numbers(document: Document) -> dict[str, list[int]]:
    """The numbers of the stages of each name."""
    result: dict[str, list[int]] = {}
    for stage in document.stages:
        if stage.name is not None:
            result.setdefault(stage.name, []).append(stage.index)
    return result


def find_stage(document: Document, name: str, before: int, keyword: str = "COPY") -> Stage | None:
    """Return the stage that an instruction `keyword` of stage number `before` names; None for an image.

    Only COPY knows numbers, and only FROM minds case: a stage's name is in lower case, so ``FROM B`` never means
    the stage `b` (addState, findStateByName and toCommand in
    ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/dockerfile2llb/convert.go``).
    """
    if keyword == "COPY" and name.isascii() and name.isdecimal():
        return document.stages[int(name)] if len(name) < _DIGITS and int(name) < before else None
    wanted = name if keyword == "FROM" else name_of(name)
    numbers = _numbers(document).get(wanted, [])
    at = bisect_left(numbers, before)
    return document.stages[numbers[at - 1]] if at else None


_DIGITS = 10
"""A number of so many digits names no stage, and int() refuses numbers of more than 4300."""


def base_name(base: Instruction) -> str | None:
    """Return the image or stage that a FROM names, variables expanded; None where only the build knows it."""
    view = base.view
    if not isinstance(view, From) or not view.words:
        return None
    if "$" not in view.words[0].value:
        return view.words[0].value
    found = variables.of(base)
    return found.words[0] if found.problem is None and found.words and not found.unset else None


def lineage(document: Document, stage: Stage) -> list[Stage]:
    """Return a stage and the stages that it is built on, itself first; the last one is built on an image."""
    result = [stage]
    while (below := _below(document, result[-1])) is not None:
        result.append(below)
    return result


def bottom(document: Document, stage: Stage) -> Stage:
    """Return the last stage of the `lineage` of a stage, the one that is built on an image."""
    return _bottoms(document)[stage.index]


@of_document
def _bottoms(document: Document) -> list[Stage]:
    found: list[Stage] = []
    for stage in document.stages:
        below = _below(document, stage)
        found.append(stage if below is None else found[below.index])
    return found


def _below(document: Document, stage: Stage) -> Stage | None:
    """Return the stage that a FROM names; None for an image."""
    name = base_name(stage.base)
    return find_stage(document, name, stage.index, "FROM") if name else None


class Use(NamedTuple):
    """An instruction that takes files from a stage, an image or a named context, by the name it writes."""

    instruction: Instruction
    name: str


def uses(document: Document) -> Iterator[Use]:
    """Yield every ``FROM name``, ``COPY --from=name`` and ``RUN --mount=…,from=name``, in order."""
    for instruction in document.instructions:
        yield from uses_of(instruction)


def uses_of(instruction: Instruction) -> Iterator[Use]:
    """Yield the `uses` of one instruction: several for the mounts of a RUN."""
    view = instruction.view
    names: list[str | None] = []
    if isinstance(view, From):
        names = [view.image.text if view.image else None]
    elif isinstance(view, Copy):
        names = [view.source_stage]
    elif isinstance(view, Run):
        names = [mount.source_stage for mount in view.mounts]
    yield from (Use(instruction, name) for name in names if name)


def origin(document: Document, use: Use, before: int) -> Stage | None:
    """Return the stage that a use in stage number `before` takes from; None for an image or a named context."""
    return find_stage(document, use.name, before, use.instruction.keyword)


def users_of(document: Document, stage: Stage) -> tuple[Instruction, ...]:
    """Return the instructions of later stages that take files from `stage` or build on it, each once."""
    return tuple(_users(document).get(stage.index, ()))


@of_document
def _users(document: Document) -> dict[int, dict[Instruction, None]]:
    """The `users_of` each stage, by its number."""
    result: dict[int, dict[Instruction, None]] = {}
    for use in uses(document):
        own = stage_of(document, use.instruction)
        stage = origin(document, use, own.index) if own is not None else None
        if stage is not None:
            result.setdefault(stage.index, {})[use.instruction] = None
    return result


def target(stage: Stage) -> str:
    """Return what tells a stage from others while stages are removed: its name, or else its FROM."""
    return stage.name or stage.base.text.strip()


def targets(document: Document) -> frozenset[str]:
    """Return the `target` of each stage before the last one that no other stage uses."""
    return frozenset(target(stage) for stage in document.stages[:-1] if not users_of(document, stage))


def renumbered(
    document: Document, removed: Collection[Stage], instructions: Collection[Instruction] = ()
) -> tuple[Edit, ...]:
    """Return the edits that adapt ``COPY --from=1`` to the removal of stages and of some instructions of others.

    A number beyond the stages stays: for BuildKit it is one of the images that are copied from, if anything.
    """
    gone = {stage.index for stage in removed}
    in_order = sorted(gone)
    left_alone = frozenset(instructions)
    result: list[Edit] = []
    for use in uses(document):
        instruction, own = use.instruction, stage_of(document, use.instruction)
        flag = instruction.view.flag("from") if isinstance(instruction.view, Copy) else None
        if flag is None or not use.name.isdecimal() or own is None or own.index in gone or instruction in left_alone:
            continue
        number = int(use.name)
        new = number - bisect_left(in_order, number)
        if number not in gone and number < len(document.stages) and new != number:
            result.append(Edit(instruction.original(flag.span), f"--from={new}"))
    return tuple(result)
