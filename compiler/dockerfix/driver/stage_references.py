"""Stages that a COPY or mount can't take files from, which BuildKit refuses once it has read the whole file.

The messages are those of ``moby/buildkit@0070379ba808:frontend/dockerfile/dockerfile2llb/convert.go`` (toCommand,
validateCircularDependency, dispatch). A name means the last stage that bears it, wherever it stands; a number beyond
the stages means one of the images that earlier instructions take files from, each counted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerfix.analysis import flow
from dockerfix.analysis.flow import Use
from dockerfix.syntax.dockerfile.instructions import Run
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.lazy_patterns import lazy

_NUMBER = lazy(r"[+-]?[0-9]+")


def refused(document: Document) -> Iterator[tuple[str, int]]:
    """What is wrong with the stages that instructions take files from, and where those stand."""
    found = [use for use in flow.uses(document) if use.instruction.keyword != "FROM"]
    if not found:
        return
    images, built = _images(document), _closure(document, document.stages[-1:], bases=True)
    for use in found:
        own = flow.stage_of(document, use.instruction)
        message = _refusal(document, use, own, images, is_built=own in built) if own is not None else None
        if message:
            yield message, use.instruction.body_span.start


def _refusal(document: Document, use: Use, own: Stage, images: list[tuple[int, str]], *, is_built: bool) -> str | None:
    if _is_number(use) and not 0 <= int(use.name) < len(document.stages):
        known = [name for index, name in images if index < use.instruction.index]
        behind = int(use.name) - len(document.stages)
        exists = 0 <= behind < len(known) and known[behind] != _NOTHING
        return None if exists else f"invalid stage index {int(use.name)}"
    origin = _meant(document, use)
    if origin is None or origin.index < own.index:
        return None
    circle = _closure(document, (origin,))
    if own in circle:
        first = next(stage for stage in document.stages if circle & _closure(document, (stage,)))
        return f"circular dependency detected on stage: {_shown(first)}"
    if use.instruction.keyword == "COPY" and is_built:
        return f'cannot copy from stage "{use.name}", it needs to be defined before current stage "{_shown(own)}"'
    return None


def _shown(stage: Stage) -> str:
    return stage.name or f"stage-{stage.index}"


_NOTHING = "scratch"


def _is_number(use: Use) -> bool:
    """Whether a stage may be meant by its number, which a mount never does."""
    return use.instruction.keyword == "COPY" and _NUMBER.fullmatch(use.name) is not None


def _meant(document: Document, use: Use) -> Stage | None:
    """The stage that BuildKit takes files from, be it before or behind the instruction; None for an image."""
    if _is_number(use):
        return document.stages[int(use.name)] if 0 <= int(use.name) < len(document.stages) else None
    return flow.find_base(document, use.name, len(document.stages))


def _images(document: Document) -> list[tuple[int, str]]:
    """What BuildKit counts behind the stages: the images that COPYs and mounts name, each with its instruction's index.

    For a mount without ``from``, a cache or a secret, it is an empty one, from which nothing can be copied.
    """
    result: list[tuple[int, str]] = []
    for instruction in document.instructions:
        view = instruction.view
        found = [] if instruction.keyword == "FROM" else list(flow.uses_of(instruction))
        if isinstance(view, Run):
            found = [Use(instruction, mount.source_stage or _NOTHING) for mount in view.mounts]
        result += [
            (instruction.index, use.name) for use in found if not _is_number(use) and _meant(document, use) is None
        ]
    return result


def _closure(document: Document, stages: Iterable[Stage], *, bases: bool = False) -> set[Stage]:
    """Stages with all that they take files from, at any distance; with `bases` what they are built on, too."""
    pending = list(stages)
    result: set[Stage] = set()
    while pending:
        stage = pending.pop()
        if stage not in result:
            result.add(stage)
            used = [use for instruction in stage.instructions for use in flow.uses_of(instruction)]
            pending += [origin for use in used if (origin := _meant(document, use)) is not None]
            pending += flow.lineage(document, stage)[1:] if bases else []
    return result
