"""DF309: commands that won't find their program or their file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from dockerfix.analysis import blocks, commands, images, stages
from dockerfix.analysis.commands import Call
from dockerfix.analysis.context import Context
from dockerfix.analysis.fal.copies import context_copies
from dockerfix.analysis.fal.uploads import Coverage
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages import pip
from dockerfix.knowledge.cog_constructs import MODEL_FOLDERS
from dockerfix.knowledge.commands import (
    CALLED_BY_MODELS,
    COMMANDS_OF_IMAGE,
    FILE_READERS,
    PACKAGE_FILES,
    PACKAGE_OF_COMMAND,
)
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.requirements import local_path, parse_item
from dockerfix.syntax.dockerfile.instructions import Copy, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.findings import Finding, Severity

CODE = "DF309"


def check_commands(document: Document, context: Context) -> Iterator[Finding]:
    """Report programs that the model calls and nothing installs, and steps that need a file before it is copied.

    A model that calls `wget` or `ffmpeg` fails in `setup` if the image lacks it, on Cog as on fal (`replicate/cog#1535`);
    the code that the predictor reaches is searched. A `run` command works before the project is copied
    (`replicate/cog@v0.22.0:docs/yaml.md`), so a script of the project isn't there yet (`replicate/cog#2313`).

    Before:

        FROM python:3.11-slim
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]
    """
    stage, config = stages.final_stage(document), context.config
    if stage is None or config is None or context.project.root is None:
        return
    yield from _programs(document, stage, context.project, config)
    for instruction in stage.instructions:
        if instruction.keyword == "RUN" and not blocks.in_block(document, instruction):
            yield from _files(document, stage, instruction, context.project)


def _programs(document: Document, stage: Stage, project: Project, config: CogConfig) -> Iterator[Finding]:
    """Programs that the model's code calls."""
    kind = images.bottom_image(document, stage).kind
    if kind is None:
        return
    missing = [name for name in CALLED_BY_MODELS if name not in COMMANDS_OF_IMAGE[kind]]
    calls = {name: project.find_calls_of_command(name) for name in missing if not _is_named(document, name)}
    reached = project.reached_files(config.predict, config.train) if any(calls.values()) else frozenset()
    for name, places in calls.items():
        file, line = next(((file, line) for file, line in places if file in reached), (None, None))
        if file is not None:
            package = PACKAGE_OF_COMMAND[name]
            message = f"`{file}:{line}` calls `{name}`, which nothing installs; add `{package}` to `system_packages`"
            yield Finding(CODE, stage.base.body_span, message, severity=Severity.WARNING, file=file, line=line)


def _is_named(document: Document, name: str) -> bool:
    """Whether a step names a program or its package: it may bring it in some way."""
    return any(_names(instruction, name) for instruction in document.instructions)


def _names(instruction: Instruction, name: str) -> bool:
    if not isinstance(instruction.view, Run | Copy):
        return False
    package = PACKAGE_OF_COMMAND[name]
    return (
        re.search(rf"(?<![a-z0-9])(?:{re.escape(name)}|{re.escape(package)})(?![a-z0-9])", instruction.text) is not None
    )


def _files(document: Document, stage: Stage, instruction: Instruction, project: Project) -> Iterator[Finding]:
    """Files of the project that a step reads before an instruction copies them."""
    named = [path for path in _read(instruction) if project.read(path) is not None]
    if not named:
        return
    lineage = stages.lineage(document, stage)
    copies = [each for each in context_copies(document) if stages.stage_of(document, each.instruction) in lineage]
    before = [copy.expected for copy in copies if copy.instruction.index < instruction.index]
    there = Coverage(source for sources in before for source in sources)
    for path in named:
        if not there.covers(path) and any(Coverage(copy.expected).covers(path) for copy in copies):
            message = f"this step reads `{path}`, which is copied only later; run it in `setup`, or write the command without the file"
            yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)


@of_node
def _read(instruction: Instruction) -> tuple[str, ...]:
    """What may be files of the project among the words of a RUN: programs, and operands of those that read files."""
    view = instruction.view
    if not isinstance(view, Run) or any(mount.type == "bind" for mount in view.mounts):
        return ()
    result: list[str] = []
    folder = "."
    for call in commands.every_call(instruction):
        if call.program in ("cd", "pushd"):
            changed = _in_project(folder, (call.arguments or ("",))[-1])
            if changed is None:
                break  # from here on the words mean files elsewhere
            folder = changed
            continue
        if call.program == "git":
            break  # it may bring files of any name
        places = [_in_project(folder, word) for word in _read_by(call)]
        result += [place for place in places if place is not None]
    return tuple(dict.fromkeys(result))


def _in_project(folder: str, word: str | None) -> str | None:
    """Return the path in the project that `word` means in a folder of it; None if it is elsewhere or not known."""
    if not word:
        return None
    inside = next((word[len(each) :].lstrip("/") for each in MODEL_FOLDERS if f"{word}/".startswith(f"{each}/")), None)
    path = posixpath.join(folder, word) if inside is None else inside or "."
    path = posixpath.normpath(path)
    return None if path.startswith(("/", "..", "~")) else path


def _read_by(call: Call) -> Iterator[str]:
    """Yield the words of a call that may be files: its program, what it reads, and what these stand for."""
    program = commands.program_path(call.command)
    if program and "/" in program:
        yield program
    yield from (each.target.value or "" for each in call.command.redirections if each.operator == "<")
    if call.program not in FILE_READERS:
        return
    words = [word or "" for word in call.arguments]
    if call.program.startswith("python") and "-m" in words[:-1]:
        module = words[words.index("-m") + 1].replace(".", "/")
        yield from (f"{module}.py", f"{module}/__main__.py")
    installs = pip.install(call.command)
    for package in installs.packages if installs is not None else ():
        for requirement in parse_item(package.text).requirements:
            local = local_path(requirement)
            if local is not None:
                yield from (local.path, *(f"{local.path}/{name}" for name in PACKAGE_FILES))
    yield from (word for word in words if word and not word.startswith("-"))
