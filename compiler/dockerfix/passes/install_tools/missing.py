"""The commands that a stage calls, and the steps and base images that provide them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dockerfix.analysis import commands, images, stages
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages import apt
from dockerfix.knowledge.commands import COMMANDS_OF_IMAGE, PACKAGE_OF_COMMAND, packages_for
from dockerfix.knowledge.fal import RUNTIME_COMMANDS
from dockerfix.passes.install_tools.copied_requirements import copied_items
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage


def missing_packages(
    document: Document,
    stage: Stage,
    ignored: Collection[Instruction],
    project: Project,
    gone: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the Debian packages for tools that the stage calls before a step provides them; `ignored` steps don't count.

    What fal needs at run time counts as called at the end. An unknown base image is assumed to have every tool except
    the packages `gone`, which a removed step installed.
    """
    installed: set[str] = set()
    needed: dict[str, None] = {}
    for instruction in stage.instructions:
        if instruction in ignored or instruction.keyword != "RUN":
            continue
        for tool in (*_called(instruction), *_called_for_files(document, stage, instruction, project)):
            if not _brought(document, stage, tool, installed, gone):
                needed.update(dict.fromkeys(packages_for(tool)))
        installed.update(map(apt.bare, apt.installed(instruction)))
    late = [tool for tool in RUNTIME_COMMANDS if not _brought(document, stage, tool, installed, gone)]
    needed = {**dict.fromkeys(name for tool in late for name in packages_for(tool)), **needed}
    return tuple(name for name in needed if not _companion_is_there(name, installed))


def _companion_is_there(name: str, installed: set[str]) -> bool:
    return name in installed and name not in PACKAGE_OF_COMMAND.values()


@of_node
def _called(instruction: Instruction) -> tuple[str, ...]:
    """Return the known tools that a RUN calls before it installs them itself."""
    return tuple(_before_installed(instruction))


def _before_installed(instruction: Instruction) -> Iterator[str]:
    own: set[str] = set()
    for call in commands.every_call(instruction):
        name = call.program
        if name and name in PACKAGE_OF_COMMAND and PACKAGE_OF_COMMAND[name] not in own:
            yield name
        own.update(map(apt.bare, apt.installs(call) or ()))
        if name in ("pip", "pip3", "uv", "python", "python3") and _builds_from_git(call.arguments):
            yield "git"


def _called_for_files(document: Document, stage: Stage, instruction: Instruction, project: Project) -> Iterator[str]:
    """Return what pip calls for the requirements files that it installs."""
    if any(_builds_from_git(item.words) for item in copied_items(document, stage, instruction, project)):
        yield "git"


def _builds_from_git(words: tuple[str | None, ...]) -> bool:
    return any(word is not None and "git+" in word for word in words)


def _brought(document: Document, stage: Stage, tool: str, installed: set[str], gone: Collection[str]) -> bool:
    package = PACKAGE_OF_COMMAND.get(tool)
    if package in installed or _in_build_essential(package, installed):
        return True
    return _base_has(document, stage, tool, gone)


def _in_build_essential(package: str | None, installed: Collection[str]) -> bool:
    return "build-essential" in installed and package in ("gcc", "g++", "make")


def _base_has(document: Document, stage: Stage, tool: str, gone: Collection[str]) -> bool:
    """Whether a tool is there before the stage's first step: from the stages below, or from the image below these."""
    lineage = stages.lineage(document, stage)
    steps = [instruction for origin in lineage[1:] for instruction in origin.instructions]
    package = PACKAGE_OF_COMMAND.get(tool)
    if any(package == apt.bare(name) for step in steps for name in apt.installed(step)):
        return True
    kind = images.base_image(document, lineage[-1]).kind
    if kind is not None:
        return tool in COMMANDS_OF_IMAGE[kind]
    return package not in gone and not _in_build_essential(package, gone)
