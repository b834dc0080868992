"""DF103: Cog's own Python package, however it was installed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from dockerfix.analysis import blocks, cog, commands
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages import pip
from dockerfix.knowledge.cog_constructs import FIRST_PACKAGES, HELPER_PREFIX, LIBRARY_FOLDER
from dockerfix.syntax.dockerfile.instructions import Copy, Env
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF103"
SERVER_BLOCK = "DF311"
"""The block that installs Cog for ``--target server``."""


def drop_cog_package(document: Document, context: Context) -> Iterator[Finding]:
    """Remove Cog's Python package: wheels by file or URL, `cog` and `coglet` from an index, the `cog.py` of 2021.

    The wheel is staged under `.cog/`, which `cog debug` deletes when it ends, and Cog's pins (`pydantic<2`) exclude the
    fal SDK (`replicate/cog@v0.9.26:pkg/dockerfile/generator.go`). A `cog` that the user installs is removed as well.
    With `--target server` DF311 installs Cog from PyPI instead.

    Before:

        FROM python:3.11-slim
        COPY .cog/tmp/build1/cog-0.14.7-py3-none-any.whl /tmp/cog-0.14.7-py3-none-any.whl
        RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir /tmp/cog-0.14.7-py3-none-any.whl 'pydantic<2'
        RUN pip install cog==0.9.4 requests && mkdir /weights
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN pip install requests && mkdir /weights
        CMD ["python", "-m", "cog.server.http"]
    """
    del context
    for instruction in document.instructions:
        block = blocks.in_block(document, instruction)
        if block is not None and block.code == SERVER_BLOCK:
            continue
        if _brings_cog(instruction):
            message = f"removes the COPY of `{cog.staged_file(instruction)}`, a file that only Cog's build has"
            yield commands.removed(CODE, instruction, message)
        elif _is_library_path(instruction):
            yield commands.removed(CODE, instruction, "removes the path of Cog's library")
        elif instruction.keyword == "RUN" and _may_hold_cog(instruction):
            yield from _in_run(instruction)


def _may_hold_cog(instruction: Instruction) -> bool:
    """Whether a RUN mentions Cog, or the next line has the path of Cog's first library."""
    return _names_cog(instruction) or (instruction.next is not None and _is_library_path(instruction.next))


@of_node
def _names_cog(instruction: Instruction) -> bool:
    return "cog" in instruction.node.text.lower()


@of_node
def _brings_cog(instruction: Instruction) -> bool:
    if not cog.is_staged(instruction):
        return False
    name = cog.staged_file(instruction) or ""
    view = instruction.view
    in_library = (
        isinstance(view, Copy) and view.destination is not None and view.destination.value.startswith(LIBRARY_FOLDER)
    )
    return cog.is_wheel_name(name) or in_library


@of_node
def _is_library_path(instruction: Instruction) -> bool:
    view = instruction.view
    if not isinstance(view, Env) or len(view.pairs) != 1:
        return False
    pair = view.pairs[0]
    return pair.name.value == "PYTHONPATH" and pair.value is not None and pair.value.value == LIBRARY_FOLDER


def _in_run(instruction: Instruction) -> Iterator[Finding]:
    found = commands.shell(instruction)
    if found is None:
        yield from _in_other_form(instruction)
        return
    simple = commands.simple_commands(instruction)
    dropped = [command for command in simple if _is_cogs(instruction, command)]
    if dropped:
        place = found.source(dropped[0].span)
        edits = _without_commands(found, dropped)
        if edits is None:
            message = "this step installs Cog and other things and can't be split safely; remove Cog by hand"
            yield Finding(CODE, place, message, severity=Severity.ERROR)
            return
        yield Finding(CODE, place, "removes the install of Cog", edits)
    for command in simple:
        edits = _without_cog(found, command) if command not in dropped else ()
        if edits:
            yield Finding(CODE, found.source(command.span), "removes Cog from the packages installed here", edits)
        elif command not in dropped and any(_holds_cog(inner) for inner in commands.nested_commands(command)):
            yield _inside(found.source(command.span))
    if len(simple) == 1 and instruction.node.heredocs and not found.in_heredoc:
        inner = [call.command for call in commands.every_call(instruction)[1:]]
        if any(_holds_cog(each) for each in inner):
            yield _inside(instruction.body_span)


def _inside(place: Span) -> Finding:
    message = "this step installs Cog inside the text of another shell, with other things; remove Cog by hand"
    return Finding(CODE, place, message, severity=Severity.WARNING)


def _in_other_form(instruction: Instruction) -> Iterator[Finding]:
    """Cog in a RUN whose text is not edited: it goes as a whole, or is reported."""
    every = [call.command for call in commands.every_call(instruction) if not commands.nested_commands(call.command)]
    if every and all(cog.installs_cog(each) or cog.uninstalls_cog(each) for each in every):
        yield commands.removed(CODE, instruction, "removes the install of Cog")
    elif any(_holds_cog(each) for each in every):
        yield _inside(instruction.body_span)


def _without_commands(found: commands.Shell, dropped: list[Command]) -> tuple[Edit, ...] | None:
    """Return the edits that remove the commands, or the whole step if only ``true`` would be left."""
    top = found.script.commands
    idle = [command for command in top if command not in dropped and commands.program(command) in ("true", ":")]
    everything = [*dropped, *idle]
    whole = all(any(command is other for other in everything) for command in top)
    return commands.drop_commands(found, everything if whole else dropped)


def _holds_cog(command: Command) -> bool:
    reading = pip.install(command)
    return reading is not None and bool(cog.cog_packages(reading))


def _is_cogs(instruction: Instruction, command: Command) -> bool:
    """Whether a command only installs, removes or prepares Cog."""
    if cog.installs_cog(command) or cog.uninstalls_cog(command):
        return True
    inner = commands.nested_commands(command)
    if inner and all(cog.installs_cog(each) or cog.uninstalls_cog(each) for each in inner):
        return True
    targets = [redirection.target.value or "" for redirection in command.redirections]
    operands = [word.value or "" for word in command.words[1:]]
    if any(_is_cogs_file(target) for target in targets):
        return True
    name = commands.program(command)
    if name in ("mkdir", "chmod"):
        places = [operand for operand in operands if operand.startswith("/")]
        return bool(places) and all(_is_cogs_file(place) for place in places)
    if name in ("echo", "base64"):
        return LIBRARY_FOLDER in instruction.text
    return _is_for_library(instruction, command)


def _is_cogs_file(path: str) -> bool:
    """Whether a COPY takes a helper script or the library of 2021."""
    return path.startswith(HELPER_PREFIX) or f"{path}/".startswith(f"{LIBRARY_FOLDER}/")


def _is_for_library(instruction: Instruction, command: Command) -> bool:
    """Whether a RUN installs the packages for the `cog.py` of 2021, whose path is set next."""
    following = instruction.next
    found = pip.install(command)
    if following is None or found is None or not _is_library_path(following):
        return False
    return all(each.text in FIRST_PACKAGES for each in found.operands)


def _without_cog(found: commands.Shell, command: Command) -> tuple[Edit, ...]:
    """Return the edits that remove Cog's packages from an install of several, with the blanks before each."""
    reading = pip.install(command)
    if reading is None:
        return ()
    ends = [word.span.end for word in command.words]
    # a requirement's range, which the shell takes for a redirection (``cog>=0.9``)
    glued = {each.span.start: each.span.end for each in reversed(command.redirections)}
    edits: list[Edit] = []
    for package in cog.cog_packages(reading):
        before = ends[bisect_right(ends, package.words[0].span.start) - 1]
        end = package.words[-1].span.end
        edits.append(Edit(found.source(Span(before, glued.get(end, end))), ""))
    return tuple(edits)
