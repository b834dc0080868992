"""DF309: commands that won't find their program or their file."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.analysis import blocks, commands, images, stages, variables
from dockerfix.analysis.commands import Call
from dockerfix.analysis.context import Context
from dockerfix.analysis.fal.copies import context_copies
from dockerfix.analysis.fal.uploads import Coverage
from dockerfix.analysis.memo import of_document, of_node
from dockerfix.analysis.packages import pip, requested
from dockerfix.knowledge.cog_constructs import MODEL_FOLDERS
from dockerfix.knowledge.commands import (
    CALLED_BY_MODELS,
    COMMANDS_OF_IMAGE,
    FILE_READERS,
    PACKAGE_FILES,
    PACKAGE_OF_COMMAND,
)
from dockerfix.project.imports import imported_modules, is_standard, opened_files
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.requirements import local_path, normalize, parse_item
from dockerfix.syntax.dockerfile.instructions import Copy, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.shell import unwrapped
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.lazy_patterns import lazy

CODE = "DF309"

_VARIABLE = lazy(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_OWN_NAME = lazy(r"(?<![$\w{])[A-Za-z_]\w*")
_NOT_PLAIN = lazy(r"[$`'\"\\*?\[]")


def check_commands(document: Document, context: Context) -> Iterator[Finding]:
    """Report programs that the model calls and nothing installs, and steps that need a file before it is copied.

    A model that calls `wget` or `ffmpeg` fails in `setup` if the image lacks it, on Cog as on fal (`replicate/cog#1535`);
    the code that the predictor reaches is searched. A `run` command works before the project is copied
    (`replicate/cog@v0.22.0:docs/yaml.md`), so a script of the project isn't there yet (`replicate/cog#2313`). Scripts, local
    packages, and what Python code in the step imports or opens by a plain name are found, also through variables of ENV and
    ARG; a name that the code computes is not.

    When it is wrong: A program that only a branch calls which is never taken is reported too. In an image that dockerfix
    does not know it expects every program, so one that is missing there is not reported. Add the package to
    `system_packages`, or use `--ignore DF309`; `# dockerfix: ignore=DF309` above a RUN silences the message about that
    step.

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
            yield from _files(document, stage, instruction, context)


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


class _Read(NamedTuple):
    """What may be a file of the project that a step reads; `module` is the one whose import needs it."""

    path: str
    module: str | None = None


def _files(document: Document, stage: Stage, instruction: Instruction, context: Context) -> Iterator[Finding]:
    """Files of the project that a step reads before an instruction copies them."""
    project = context.project
    reads = _read(instruction)
    if "$" in instruction.node.text:
        known = _values(document, stage, instruction)
        reads = (*reads, *_reads(instruction, [_expanded(call, known) for call in commands.every_call(instruction)]))
    named = {each.path: each.module for each in reads if project.read(each.path) is not None}
    if not named:
        return
    lineage = stages.lineage(document, stage)
    copies = [each for each in context_copies(document) if stages.stage_of(document, each.instruction) in lineage]
    before = [copy.expected for copy in copies if copy.instruction.index < instruction.index]
    there = Coverage(source for sources in before for source in sources)
    for path, module in named.items():
        if module is not None and _is_installed(document, context, module):
            continue
        if not there.covers(path) and any(Coverage(copy.expected).covers(path) for copy in copies):
            message = (
                f"this step reads `{path}`, which is copied only later; run it in `setup`, or write the command without "
                "the file"
            )
            yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)


def _is_installed(document: Document, context: Context, module: str) -> bool:
    """Whether a module may be that of a package, though the project has one of its name."""
    return any(each.name == normalize(module) for each in requested.requirements(document, context))


def _values(document: Document, stage: Stage, instruction: Instruction) -> dict[str, str]:
    """Return the variables that ENV and ARG set before a step and that its own script leaves alone."""
    text = instruction.text
    named = {match[1] or match[2] for match in _VARIABLE.finditer(f"{text}\n{instruction.node.text}")}
    # `NAME=x`, `export NAME`, `for NAME in`
    changed = set(_OWN_NAME.findall(text)) if named else set()
    result: dict[str, str] = {}
    for each in stages.lineage(document, stage) if named - changed else ():
        known = _set_in(document, each.index)
        for name in (named - changed) & known.keys():
            before = bisect_left(known[name], (instruction.index, ""))
            if before:
                result[name] = known[name][before - 1][1]
    return result


@of_document
def _set_in(document: Document, number: int) -> dict[str, list[tuple[int, str]]]:
    """Return the values that ENV and ARG give each name in a stage, with the indices of the instructions."""
    result: dict[str, list[tuple[int, str]]] = {}
    for each in document.stages[number].instructions:
        if each.keyword in ("ENV", "ARG"):
            for name, value in variables.of(each).pairs:
                if value:
                    result.setdefault(name, []).append((each.index, value))
    return result


def _expanded(call: Call, known: dict[str, str]) -> Call:
    """Return a call with the words that `known` variables make plain."""
    words = unwrapped(call.command)[1:]
    return call._replace(
        arguments=tuple([_plain(word.text, known) if word.value is None else word.value for word in words])
    )


def _plain(text: str, known: dict[str, str]) -> str | None:
    value = _VARIABLE.sub(lambda match: known.get(match[1] or match[2], match[0]), text)
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return None if _NOT_PLAIN.search(value) else value


@of_node
def _read(instruction: Instruction) -> tuple[_Read, ...]:
    """What may be files of the project among the words of a RUN: programs, and operands of those that read files."""
    return _reads(instruction, commands.every_call(instruction))


def _reads(instruction: Instruction, calls: Iterable[Call]) -> tuple[_Read, ...]:
    view = instruction.view
    if not isinstance(view, Run) or any(mount.type == "bind" for mount in view.mounts):
        return ()
    result: list[_Read] = []
    folder = "."
    for call in calls:
        if call.program in ("cd", "pushd"):
            changed = _in_project(folder, (call.arguments or ("",))[-1])
            if changed is None:
                break  # from here on the words mean files elsewhere
            folder = changed
            continue
        if call.program == "git":
            break  # it may bring files of any name
        for read in (*map(_Read, _read_by(call)), *_read_by_code(instruction, call)):
            place = _in_project(folder, read.path)
            if place is not None:
                result.append(read._replace(path=place))
    return tuple(dict.fromkeys(result))


def _read_by_code(instruction: Instruction, call: Call) -> Iterator[_Read]:
    """Yield the files that Python code in the step imports or opens: after ``-c``, or in a heredoc."""
    if not (call.program or "").startswith("python"):
        return
    words = call.arguments
    if "-c" in words[:-1]:
        code = [words[words.index("-c") + 1] or ""]
    elif all(word is not None and word.startswith(("-", "<")) for word in words) and "-m" not in words:
        node = instruction.node
        code = [node.text[each.content.start : each.content.end] for each in node.heredocs]
    else:
        return
    for text in code:
        for module, _line in imported_modules(text):
            if not is_standard(module):
                yield from (_Read(f"{module}.py", module), _Read(f"{module}/__init__.py", module))
        yield from map(_Read, opened_files(text))


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
