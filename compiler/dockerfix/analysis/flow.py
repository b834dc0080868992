"""How instructions hang together: stages and who copies from whom, shell commands and how one is taken out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from dockerfix.analysis.memo import per_node
from dockerfix.syntax.dockerfile.instructions import Copy, From, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.shell import Command, Script, parse_shell, unwrapped
from dockerfix.text.edits import Edit
from dockerfix.text.source import Span


def final_stage(document: Document) -> Stage | None:
    """The stage that becomes the image: the last one."""
    return document.stages[-1] if document.stages else None


def stage_of(document: Document, instruction: Instruction) -> Stage | None:
    """The stage that `instruction` belongs to."""
    return next((stage for stage in reversed(document.stages) if stage.base.index <= instruction.index), None)


def find_base(document: Document, name: str, before: int) -> Stage | None:
    """The stage that ``FROM name`` means for stage number `before`; a number names no stage there, but an image."""
    return next((stage for stage in reversed(document.stages[:before]) if stage.name == name.lower()), None)


def find_stage(document: Document, name: str, before: int) -> Stage | None:
    """The stage that `name` (a name or a number) means in a COPY of stage number `before`."""
    found = find_base(document, name, before)
    if found is None and name.isdecimal() and int(name) < before:
        return document.stages[int(name)]
    return found


def lineage(document: Document, stage: Stage) -> list[Stage]:
    """A stage and the stages that it is built on, itself first; the last one's base is an image."""
    result = [stage]
    while True:
        view = result[-1].base.view
        image = view.image if isinstance(view, From) else None
        below = find_base(document, image.text, result[-1].index) if image is not None else None
        if below is None:
            return result
        result.append(below)


class Use(NamedTuple):
    """An instruction that takes files from a stage, an image or a named context, by the name it writes."""

    instruction: Instruction
    name: str


def uses(document: Document) -> Iterator[Use]:
    """Every ``FROM name``, ``COPY --from=name`` and ``RUN --mount=…,from=name``, in order."""
    for instruction in document.instructions:
        yield from uses_of(instruction)


def uses_of(instruction: Instruction) -> Iterator[Use]:
    """What `uses` finds in one instruction: several for the mounts of a RUN."""
    view = instruction.view
    if isinstance(view, From):
        if view.image:
            yield Use(instruction, view.image.text)
    elif isinstance(view, Copy):
        if view.source_stage:
            yield Use(instruction, view.source_stage)
    elif isinstance(view, Run):
        for mount in view.mounts:
            if mount.source_stage:
                yield Use(instruction, mount.source_stage)


def origin(document: Document, use: Use, before: int) -> Stage | None:
    """The stage that a use in stage number `before` takes from; None for an image or a named context.

    Only a COPY names stages by number (``moby/buildkit:frontend/dockerfile/dockerfile2llb/convert_runmount.go``).
    """
    find = find_stage if use.instruction.keyword == "COPY" else find_base
    return find(document, use.name, before)


def users_of(document: Document, stage: Stage) -> tuple[Instruction, ...]:
    """The instructions of later stages that take files from `stage` or build on it, each once."""
    result: dict[Instruction, None] = {}
    for use in uses(document):
        own = stage_of(document, use.instruction)
        if own is not None and own.index > stage.index and origin(document, use, own.index) is stage:
            result[use.instruction] = None
    return tuple(result)


class Shell(NamedTuple):
    """The script of a RUN: its arguments, or the body of the heredoc that is all of it."""

    instruction: Instruction
    script: Script
    base: int
    in_heredoc: bool

    def source(self, span: Span) -> Span:
        """Where `span` of the script stands in the document's source."""
        moved = span.shift(self.base)
        return moved if self.in_heredoc else self.instruction.original(moved)


def shell(instruction: Instruction) -> Shell | None:
    """The script of a RUN in shell or heredoc form, else None."""
    view = instruction.view
    if not isinstance(view, Run) or view.is_json:
        return None
    heredocs = instruction.node.heredocs
    if len(heredocs) == 1 and view.arguments.startswith("<<") and len(view.arguments.split()) == 1:
        content = heredocs[0].content
        text = instruction.node.text[content.start : content.end]
        if text.startswith("#!"):
            return None
        return Shell(instruction, parse_shell(text), instruction.start + content.start, in_heredoc=True)
    script = view.script
    return Shell(instruction, script, view.arguments_span.start, in_heredoc=False) if script else None


@per_node
def simple_commands(instruction: Instruction) -> tuple[Command, ...]:
    """Every simple command of a RUN, also those in groups, subshells and substitutions."""
    found = shell(instruction) if instruction.keyword == "RUN" else None
    return tuple([command for command in found.script.walk() if command.kind == "call"]) if found else ()


class Call(NamedTuple):
    """A simple command as it is called: the name of its program, and the words after it (None where only the shell
    knows them).
    """

    command: Command
    program: str | None
    arguments: tuple[str | None, ...]


@per_node
def calls(instruction: Instruction) -> tuple[Call, ...]:
    """Every simple command of a RUN with its program and arguments."""
    return tuple([Call(command, program(command), arguments(command)) for command in simple_commands(instruction)])


def nested_commands(command: Command) -> tuple[Command, ...]:
    """The simple commands in the text of ``bash -c '…'``, with spans in that text; () for another command."""
    if program(command) not in SHELLS:
        return ()
    words = arguments(command)
    if len(words) < 2 or not words[1] or not (words[0] or "").endswith("c"):
        return ()
    return tuple(inner for inner in parse_shell(words[1]).walk() if inner.kind == "call")


SHELLS = frozenset({"sh", "bash", "dash", "zsh"})


def program(command: Command) -> str | None:
    """The name of the program a command runs, without its folder and past ``sudo``, ``env`` and the like."""
    words = unwrapped(command)
    value = words[0].value if words else None
    return value.rpartition("/")[2] if value else None


def arguments(command: Command) -> tuple[str | None, ...]:
    """The words after the program's name; None for one that only the shell knows."""
    return tuple(word.value for word in unwrapped(command)[1:])


def drop(instruction: Instruction) -> Edit:
    """Remove an instruction with its continuation lines and heredocs."""
    return Edit(instruction.span, "")


def drop_commands(found: Shell, commands: Collection[Command]) -> tuple[Edit, ...] | None:
    """Remove commands from a RUN so that the others keep their meaning, or None where that is not safe.

    When none is left the instruction goes. Comments between continuation lines stay where something follows them.
    """
    top = found.script.commands
    if all(any(command is dropped for dropped in commands) for command in top):
        return (drop(found.instruction),)
    from dockerfix.syntax.shell import remove_commands

    replacements = remove_commands(found.script, commands)
    if replacements is None:
        return None
    return tuple(_edit(found, span, text) for span, text in replacements)


def _edit(found: Shell, span: Span, text: str) -> Edit:
    """The edit of one replacement; comments on lines of their own inside of it stay, in front of what follows."""
    place = found.source(span)
    if not text and span.start > 0 and span.end == len(found.script.text):
        # a continuation between what stays and the end would take the next line of the file along
        place = Span(found.source(Span(span.start - 1, span.start)).end, place.end)
    node, start = found.instruction.node, found.instruction.start
    comments = [
        token.span.shift(start)
        for token in node.tokens
        if token.kind == "INNER_COMMENT" and place.contains(token.span.shift(start))
    ]
    if not comments or found.in_heredoc or span.end == len(found.script.text):
        return Edit(place, text)
    source = found.instruction.document.source
    kept = "".join(source.slice(comment) for comment in comments)
    tail = source.slice(Span(comments[-1].end, place.end)).rpartition("\n")[2]
    indent = tail[: len(tail) - len(tail.lstrip(" \t"))]
    line = source.text.rfind("\n", 0, place.start) + 1
    if not text.strip() and line > start and not source.text[line : place.start].strip():
        return Edit(Span(line, place.end), kept + indent)
    end = "\r\n" if kept.endswith("\r\n") else "\n"
    return Edit(place, f"{text.rstrip()} {node.escape}{end}{kept}{indent}".removeprefix(" "))


__all__ = [
    "Shell",
    "Use",
    "arguments",
    "drop",
    "drop_commands",
    "final_stage",
    "find_base",
    "find_stage",
    "lineage",
    "nested_commands",
    "origin",
    "program",
    "shell",
    "simple_commands",
    "stage_of",
    "unwrapped",
    "users_of",
    "uses",
    "uses_of",
]
