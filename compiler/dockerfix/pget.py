"""Find the installs of pget in a Dockerfile by what their commands do."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from dockerfix import flow
from dockerfix.knowledge.idioms import idioms
from dockerfix.syntax.instructions import Copy
from dockerfix.syntax.shell import Command
from dockerfix.syntax.tree import Document, Instruction, Stage

_MOVES = frozenset({"chmod", "chown", "cp", "install", "ln", "mv", "rm"})
_TARGET_OPTIONS = frozenset({"-o", "--output", "-O", "--output-document", "--out"})


class Install(NamedTuple):
    """What one instruction has to do with the install: commands of a RUN, or a whole COPY (then `shell` is None)."""

    instruction: Instruction
    shell: flow.Shell | None
    commands: tuple[Command, ...]


def installs(document: Document) -> tuple[Install, ...]:
    """Everything that installs pget, in order; nothing if nothing fetches it."""
    if idioms().pget.url_part not in document.text:
        return ()
    result: list[Install] = []
    files: dict[int, set[str]] = {}
    for stage in document.stages:
        own: set[str] = set()
        for instruction in stage.instructions:
            found = _of_copy(document, stage, instruction, files, own) or _of_run(instruction, own)
            if found:
                result.append(found)
        files[stage.index] = own
    return tuple(result)


def _of_copy(
    document: Document, stage: Stage, instruction: Instruction, files: dict[int, set[str]], own: set[str]
) -> Install | None:
    """A COPY of the binary from a stage that fetched it; its new place is added to `own`."""
    view = instruction.view
    if not isinstance(view, Copy) or not view.source_stage or view.destination is None:
        return None
    origin = flow.find_stage(document, view.source_stage, stage.index)
    if origin is None or not view.sources:
        return None
    if not all(source.value in files.get(origin.index, set()) for source in view.sources):
        return None
    own.add(view.destination.value)
    return Install(instruction, None, ())


def _of_run(instruction: Instruction, own: set[str]) -> Install | None:
    found = flow.shell(instruction)
    if found is None:
        return None
    commands: list[Command] = []
    for command in flow.simple_commands(instruction):
        if is_fetch(command):
            commands.append(command)
            own.update(_target(command))
        elif flow.program(command) in _MOVES:
            operands = [word for word in flow.arguments(command) if word and not word.startswith(("-", "+"))]
            if any(operand in own for operand in operands):
                commands.append(command)
                own.update(_copied_to(command, operands))
    return Install(instruction, found, tuple(commands)) if commands else None


def is_fetch(command: Command) -> bool:
    """Whether a command downloads pget's release asset."""
    return any(idioms().pget.url_part in word.text for word in command.words[1:])


def _target(command: Command) -> list[str]:
    """The files that a download writes: the value of its output option, a redirection, or the asset's own name."""
    words = flow.unwrapped(command)
    targets = [redirection.target.value or "" for redirection in command.redirections if redirection.operator == ">"]
    for word, following in pairwise(words):
        if word.value in _TARGET_OPTIONS and following.value:
            targets.append(following.value)
    for word in words[1:]:
        name, separator, value = (word.value or "").partition("=")
        if separator and name in _TARGET_OPTIONS:
            targets.append(value)
        elif len(name) > 2 and name[:2] in ("-o", "-O") and not name.startswith("--") and not separator:
            targets.append(name[2:])
    return [target for target in targets if target and "://" not in target] or [idioms().pget.usual_path]


def _copied_to(command: Command, operands: list[str]) -> list[str]:
    if flow.program(command) not in ("cp", "install", "ln", "mv") or len(operands) < 2:
        return []
    place = operands[-1]
    name = operands[0].rpartition("/")[2]
    return [place, place.rstrip("/") + "/" + name]


def later_call(document: Document, found: tuple[Install, ...]) -> Instruction | None:
    """The first step that runs pget, other than the installs themselves."""
    own = {id(command) for install in found for command in install.commands}
    name = idioms().pget.command
    for instruction in document.instructions:
        for command in flow.simple_commands(instruction):
            if id(command) not in own and flow.program(command) == name:
                return instruction
    return None
