"""Why BuildKit would refuse a file, beyond what its parser says.

The messages are those of ``moby/buildkit@0070379ba808:frontend/dockerfile/dockerfile2llb/convert.go`` (toCommand,
validateCircularDependency, dispatch). A name means the last stage with it, in any position; a number beyond the stages
means one of the images that earlier instructions take files from, counted once for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerfix.analysis import stages
from dockerfix.analysis.stages import Use
from dockerfix.syntax.dockerfile.instructions import From, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.lazy_patterns import lazy

_KEYWORDS = (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR"
)
KNOWN = frozenset(_KEYWORDS.split())
"""The instructions of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/command/command.go``."""

_NUMBER = lazy(r"[+-]?[0-9]+")
_NOTHING = "scratch"


def defects(document: Document) -> list[tuple[str, int]]:
    """Return why BuildKit would refuse the file: messages with their offsets, in order; empty for a good file."""
    found = [(problem.message, problem.offset) for problem in document.problems]
    seen_from = False
    for instruction in document.instructions:
        message = _defect(instruction, seen_from)
        if message:
            found.append((message, instruction.body_span.start))
        seen_from = seen_from or instruction.keyword == "FROM"
    found += _reference_defects(document)
    return sorted(found, key=lambda defect: defect[1])


def _defect(instruction: Instruction, seen_from: bool) -> str | None:
    keyword = instruction.keyword
    if keyword not in KNOWN:
        return f"unknown instruction: `{instruction.node.command.keyword}`"
    view = instruction.view
    if isinstance(view, From) and len(view.words) not in (1, 3):
        return "FROM requires either one or three arguments"
    if keyword not in ("ARG", "FROM") and not seen_from:
        return f"{keyword} comes before the first FROM"
    return None


def _reference_defects(document: Document) -> Iterator[tuple[str, int]]:
    """Yield what is wrong with the stages that COPY and mounts take files from."""
    found = [use for use in stages.uses(document) if use.instruction.keyword != "FROM"]
    if not found:
        return
    images, built = _images(document), _closure(document, document.stages[-1:], bases=True)
    for use in found:
        own = stages.stage_of(document, use.instruction)
        message = _reference_defect(document, use, own, images, is_built=own in built) if own is not None else None
        if message:
            yield message, use.instruction.body_span.start


def _reference_defect(
    document: Document, use: Use, own: Stage, images: list[tuple[int, str]], *, is_built: bool
) -> str | None:
    if _is_number(use) and not 0 <= int(use.name) < len(document.stages):
        known = [name for index, name in images if index < use.instruction.index]
        number = int(use.name) - len(document.stages)
        exists = 0 <= number < len(known) and known[number] != _NOTHING
        return None if exists else f"invalid stage index {int(use.name)}"
    origin = _origin(document, use)
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


def _is_number(use: Use) -> bool:
    """Whether a use may name a stage by its number, which a mount cannot."""
    return use.instruction.keyword == "COPY" and _NUMBER.fullmatch(use.name) is not None


def _origin(document: Document, use: Use) -> Stage | None:
    """Return the stage that BuildKit takes files from, before or after the instruction; None for an image."""
    if _is_number(use):
        return document.stages[int(use.name)] if 0 <= int(use.name) < len(document.stages) else None
    return stages.find_base(document, use.name, len(document.stages))


def _images(document: Document) -> list[tuple[int, str]]:
    """Return what BuildKit numbers after the stages: images that COPY and mounts name, with the instruction's index.

    A mount without ``from``, such as a cache or a secret, counts as an empty image, which nothing can be copied from.
    """
    result: list[tuple[int, str]] = []
    for instruction in document.instructions:
        view = instruction.view
        found = [] if instruction.keyword == "FROM" else list(stages.uses_of(instruction))
        if isinstance(view, Run):
            found = [Use(instruction, mount.source_stage or _NOTHING) for mount in view.mounts]
        result += [
            (instruction.index, use.name) for use in found if not _is_number(use) and _origin(document, use) is None
        ]
    return result


def _closure(document: Document, start: Iterable[Stage], *, bases: bool = False) -> set[Stage]:
    """Return stages with all that they take files from, at any distance; with `bases` also what they are built on."""
    pending = list(start)
    result: set[Stage] = set()
    while pending:
        stage = pending.pop()
        if stage not in result:
            result.add(stage)
            used = [use for instruction in stage.instructions for use in stages.uses_of(instruction)]
            pending += [origin for use in used if (origin := _origin(document, use)) is not None]
            pending += stages.lineage(document, stage)[1:] if bases else []
    return result
