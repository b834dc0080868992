"""Shell commands of RUN instructions: reading them, and removing some of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import NamedTuple

from dockerfix.analysis.memo import of_node
from dockerfix.syntax.dockerfile.instructions import Run
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.syntax.shell import Command, Script, parse_shell, unwrapped
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span

SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
"""Programs whose ``-c`` takes a script."""


class Shell(NamedTuple):
    """The script of a RUN: its arguments, or the body of the heredoc that is all of it."""

    instruction: Instruction
    script: Script
    base: int
    in_heredoc: bool

    def source(self, span: Span) -> Span:
        """Return the place of `span` of the script in the document's source."""
        moved = span.shift(self.base)
        return moved if self.in_heredoc else self.instruction.original(moved)


def shell(instruction: Instruction) -> Shell | None:
    """Return the script of a RUN in shell or heredoc form; None for the exec form and other instructions."""
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


@of_node
def simple_commands(instruction: Instruction) -> tuple[Command, ...]:
    """Return every simple command of a RUN, those in groups, subshells and substitutions included."""
    found = shell(instruction) if instruction.keyword == "RUN" else None
    return tuple([command for command in found.script.walk() if command.kind == "call"]) if found else ()


class Call(NamedTuple):
    """A simple command with the name of its program and the words after it, None where only the shell knows them."""

    command: Command
    program: str | None
    arguments: tuple[str | None, ...]


@of_node
def calls(instruction: Instruction) -> tuple[Call, ...]:
    """Return every simple command of a RUN with its program and arguments."""
    return tuple([Call(command, program(command), arguments(command)) for command in simple_commands(instruction)])


@of_node
def every_call(instruction: Instruction) -> tuple[Call, ...]:
    """Return the calls of a RUN in any form, and those of scripts that it passes to a shell, by ``-c`` or as a heredoc.

    Their spans may be places in such a script: they are for reports, not for edits.
    """
    waiting = deque(simple_commands(instruction) or _in_other_forms(instruction))
    if any(program(command) in SHELLS for command in waiting):
        for heredoc in instruction.node.heredocs:
            waiting += _simple(instruction.node.text[heredoc.content.start : heredoc.content.end])
    result: list[Call] = []
    while waiting:
        command = waiting.popleft()
        result.append(Call(command, program(command), arguments(command)))
        waiting.extendleft(reversed(nested_commands(command)))
    return tuple(result)


def _in_other_forms(instruction: Instruction) -> list[Command]:
    """Return the command of the exec form, and those of a heredoc that names a shell as its interpreter."""
    view = instruction.view
    if not isinstance(view, Run):
        return []
    if view.exec_form:
        import shlex

        return _simple(shlex.join(word.value for word in view.exec_form))
    found: list[Command] = []
    for heredoc in instruction.node.heredocs:
        text = instruction.node.text[heredoc.content.start : heredoc.content.end]
        if text.startswith("#!") and not SHELLS.isdisjoint(text.partition("\n")[0].replace("/", " ").split()):
            found += _simple(text)
    return found


def _simple(text: str) -> list[Command]:
    return [command for command in parse_shell(text).walk() if command.kind == "call"]


def nested_commands(command: Command) -> tuple[Command, ...]:
    """Return the simple commands in the text of ``bash -c '…'``, with spans in that text; () for another command."""
    if program(command) not in SHELLS:
        return ()
    words = deque(arguments(command))
    while words and (words[0] or "").startswith(("-", "+")):
        option = words.popleft() or ""
        if option.endswith("c") and not option.startswith("--"):
            return tuple(_simple(words[0])) if words and words[0] else ()
        if option.endswith(("o", "O")) and words:
            words.popleft()
    return ()


def program(command: Command) -> str | None:
    """Return the name of the program that a command runs, without its folder, ``sudo``, ``env`` and the like."""
    value = program_path(command)
    return value.rpartition("/")[2] if value else None


def program_path(command: Command) -> str | None:
    """Return the program that a command runs as it is written, without ``sudo``, ``env`` and the like."""
    words = unwrapped(command)
    return words[0].value if words else None


def arguments(command: Command) -> tuple[str | None, ...]:
    """Return the words after the program's name; None for one that only the shell knows."""
    return tuple(word.value for word in unwrapped(command)[1:])


def drop(instruction: Instruction) -> Edit:
    """Return the edit that removes an instruction with its continuation lines and heredocs."""
    return Edit(instruction.span, "")


def removed(code: str, instruction: Instruction, message: str) -> Finding:
    """Return the finding of a pass that removes an instruction."""
    return Finding(code, instruction.body_span, message, (drop(instruction),))


def drop_commands(found: Shell, commands: Collection[Command]) -> tuple[Edit, ...] | None:
    """Return the edits that remove commands from a RUN and keep the meaning of the others; None where that is unsafe.

    Without any command left the instruction goes. Comments between continuation lines stay if something follows them.
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
    """Return the edit of one replacement; comments on lines of their own inside it move in front of what follows."""
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
