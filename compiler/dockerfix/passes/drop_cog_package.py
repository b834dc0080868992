"""DF103: Cog's own Python package, however it was installed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from dockerfix.analysis import blocks, cog, commands
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages import pip
from dockerfix.knowledge.cog_constructs import FIRST_PACKAGES, HELPER_PREFIX, LIBRARY_FOLDER
from dockerfix.syntax.dockerfile.instructions import Copy, Env
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command, is_range
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF103"
SERVER_BLOCK = "DF311"
"""The block that installs Cog for ``--target server``."""


_WRITERS = frozenset({"base64", "cat", "echo", "printf"})
"""Programs by which the releases of 2021 wrote their library and helper scripts."""


def drop_cog_package(document: Document, context: Context) -> Iterator[Finding]:
    """Remove Cog's Python package: wheels by file or URL, `cog` and `coglet` from an index, the `cog.py` of 2021.

    The wheel is staged under `.cog/`, which `cog debug` deletes when it ends, and Cog's pins (`pydantic<2`) exclude the
    fal SDK (`replicate/cog@v0.9.26:pkg/dockerfile/generator.go`). A `cog` that the user installs is removed as well.
    With `--target server` DF311 installs Cog from PyPI instead.

    When it is wrong: The App brings a module that replaces `cog` for predictors (`fal_cog.py`). It is not enough for
    code that uses Cog's server or its internals: use `--target server` for that. `# dockerfix: ignore=DF103` above a
    RUN keeps an install that comes from an index or a URL; check then that its pins and those of fal agree (DF307). A
    staged wheel can't be kept, because the file is gone.

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
    dropped += [
        command for command, following in pairwise(simple) if _feeds(command, following) and following in dropped
    ]
    if dropped:
        place = found.source(dropped[0].span)
        edits = _without_commands(found, dropped)
        if edits is None:
            yield _refusal(place)
            return
        yield Finding(CODE, place, "removes the install of Cog", edits)
    hidden = [command for command in simple if command not in dropped and _hides_cog(command)]
    for command in simple:
        place = found.source(command.span)
        if command in hidden:
            yield _inside(place)
        elif command not in dropped and _holds_cog(command):
            edits = _without_cog(found, command)
            yield (
                Finding(CODE, place, "removes Cog from the packages installed here", edits)
                if edits
                else _refusal(place)
            )
    if (not hidden and _in_heredoc(instruction, found)) or (
        found.script.opaque and _seems_to_hold_cog(found.script.text)
    ):
        yield _inside(instruction.body_span)


def _refusal(place: Span) -> Finding:
    message = "this step installs Cog and other things and can't be split safely; remove Cog by hand"
    return Finding(CODE, place, message, severity=Severity.ERROR)


def _inside(place: Span) -> Finding:
    message = "this step installs Cog inside the text of another shell, with other things; remove Cog by hand"
    return Finding(CODE, place, message, severity=Severity.WARNING)


def _hides_cog(command: Command) -> bool:
    """Whether a script in a word of a command installs Cog: ``bash -c '…'``, ``trap '…'``."""
    script = commands.nested_script(command)
    if script is not None and script.opaque:
        return _seems_to_hold_cog(script.text)
    return any(_holds_cog(inner) or _hides_cog(inner) for inner in commands.nested_commands(command))


def _seems_to_hold_cog(text: str) -> bool:
    """Whether a script that can't be read has an install of Cog among its words."""
    for line in re.split(r"[\n;&|(`]", text):
        words = [word.strip("\"'(){}") for word in line.split()]
        is_pip = "install" in words and any(re.fullmatch(r"(?:.*/)?pip[\d.]*", word) for word in words)
        if is_pip and any(cog.is_cog_requirement(word) for word in words):
            return True
    return False


def _in_heredoc(instruction: Instruction, found: commands.Shell) -> bool:
    """Whether a heredoc that is the script of another shell installs Cog."""
    if found.in_heredoc or not instruction.node.heredocs:
        return False
    own = commands.simple_commands(instruction)
    return any(
        _holds_cog(call.command)
        for call in commands.every_call(instruction)
        if not any(call.command is command for command in own)
    )


def _in_other_form(instruction: Instruction) -> Iterator[Finding]:
    """Cog in a RUN whose text is not edited: it goes as a whole, or is reported."""
    if commands.whole(instruction, lambda command: cog.installs_cog(command) or cog.uninstalls_cog(command)):
        yield commands.removed(CODE, instruction, "removes the install of Cog")
    elif any(_holds_cog(call.command) for call in commands.every_call(instruction)):
        yield _inside(instruction.body_span)


def _without_commands(found: commands.Shell, dropped: list[Command]) -> tuple[Edit, ...] | None:
    """Return the edits that remove the commands, or the whole step if only ``true`` would be left."""
    idle = [command for command in found.script.commands if commands.program(command) in ("true", ":")]
    everything = commands.drop_commands(found, [*dropped, *idle], _is_cogs_file) if idle else None
    if everything == (commands.drop(found.instruction),):
        return everything
    return commands.drop_commands(found, dropped, _is_cogs_file)


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
    name = commands.program(command)
    if name in _WRITERS and any(_is_cogs_file(target) for target in targets):
        return True
    if name in ("mkdir", "chmod"):
        places = [operand for operand in operands if operand.startswith("/")]
        return bool(places) and all(_is_cogs_file(place) for place in places)
    return _is_for_library(instruction, command)


def _feeds(command: Command, following: Command) -> bool:
    """Whether an ``echo`` feeds the ``base64`` behind it."""
    return commands.program(command) == "echo" and commands.program(following) == "base64" and following.operator == "|"


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
    words = tuple([word for package in cog.cog_packages(reading) for word in package.words])
    if not commands.may_cut(found, command, words):
        return ()
    ends = [word.span.end for word in command.words]
    # a requirement's range, which the shell takes for a redirection (``cog>=0.9``)
    glued = {each.span.start: each.span.end for each in reversed(command.redirections) if is_range(command, each)}
    edits: list[Edit] = []
    for package in cog.cog_packages(reading):
        before = ends[bisect_right(ends, package.words[0].span.start) - 1]
        end = package.words[-1].span.end
        edits.append(Edit(found.source(Span(before, glued.get(end, end))), ""))
    return tuple(edits)
