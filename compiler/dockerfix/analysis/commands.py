"""Shell commands of RUN instructions: reading them, and removing some of them.

Passes name the commands that may go. `drop_commands` and `whole` decide whether they can, and what stands for them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from dockerfix.analysis.memo import of_document, of_node
from dockerfix.knowledge.commands import DOWNLOADERS, READERS
from dockerfix.syntax.dockerfile.instructions import Arg, Env, ListView, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import (
    Command,
    Going,
    Redirection,
    Script,
    Word,
    last_argument_is_read,
    opens_file,
    own_text,
    parse_shell,
    unwrapped,
)
from dockerfix.syntax.shell import may_cut as words_may_go
from dockerfix.text.edits import Edit, emit
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span

SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
"""Programs whose ``-c`` takes a script."""
_USER_SHELLS = frozenset({"runuser", "su"})
"""Programs that run a shell as another user."""
POSIX_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
"""Shells that read the script of a RUN as we do."""
_OF_EVERY_SHELL = frozenset({"HOME", "IFS", "OPTIND", "PATH", "PPID", "PWD"})
"""Variables that the shell or the builder always sets."""
_ONLY_NAME = frozenset({"echo", "mkdir", "printf"})
"""Programs to which it means nothing whether a file that they name is there."""


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
            waiting += _calls(parse_shell(instruction.node.text[heredoc.content.start : heredoc.content.end]))
    result: list[Call] = []
    while waiting:
        command = waiting.popleft()
        result.append(Call(command, program(command), arguments(command)))
        waiting.extendleft(reversed(nested_commands(command)))
    return tuple(result)


def _in_other_forms(instruction: Instruction) -> list[Command]:
    """Return the commands of the exec form, and those of a heredoc that names a shell as its interpreter."""
    return [command for script in _other_scripts(instruction) for command in _calls(script)]


def _other_scripts(instruction: Instruction) -> Iterator[Script]:
    view = instruction.view
    if not isinstance(view, Run):
        return
    if view.exec_form:
        import shlex

        yield parse_shell(shlex.join(word.value for word in view.exec_form))
        return
    for heredoc in instruction.node.heredocs:
        text = instruction.node.text[heredoc.content.start : heredoc.content.end]
        if text.startswith("#!") and not SHELLS.isdisjoint(text.partition("\n")[0].replace("/", " ").split()):
            yield parse_shell(text)


def _calls(script: Script) -> list[Command]:
    return [command for command in script.walk() if command.kind == "call"]


def nested_commands(command: Command) -> tuple[Command, ...]:
    """Return the simple commands of the `nested_script` of a command, with spans in that text; () without one.

    A text with expansions is read as it is written: the real one is only known to the shell.
    """
    script = nested_script(command)
    return tuple(_calls(script)) if script is not None else ()


def nested_script(command: Command) -> Script | None:
    """Return the text of ``bash -c '…'``, ``su -c '…'``, ``eval`` or ``trap`` as a script; None for another command."""
    name = program(command)
    if name not in SHELLS and name not in _USER_SHELLS and name not in ("eval", "trap"):
        return None
    words = deque(_text(word) for word in unwrapped(command)[1:])
    if name in _USER_SHELLS:
        text = _of_user_shell(words)
        return parse_shell(text) if text else None
    if name == "eval":
        # one eval means the same as several, which could be any number
        return parse_shell(" ".join(word for word in words if word != "eval")) if words else None
    if name == "trap":
        found = [word for word in words if word != "--"]
        return parse_shell(found[0]) if len(found) > 1 and found[0] and not found[0].startswith("-") else None
    while words and words[0].startswith(("-", "+")):
        option = words.popleft()
        if option.endswith("c") and not option.startswith("--"):
            return parse_shell(words[0]) if words and words[0] else None
        if option.endswith(("o", "O")) and words:
            words.popleft()
    return None


def _of_user_shell(words: deque[str]) -> str | None:
    """Return the script of ``su``, whose options may come after the user (util-linux 2.39)."""
    while words:
        word = words.popleft()
        name, equals, value = word.partition("=")
        short = re.fullmatch(r"-[flmp]*c(.*)", word, re.DOTALL)
        if short is not None:
            return short[1] or (words.popleft() if words else None)
        if name in ("--command", "--session-command"):
            return value if equals else words.popleft() if words else None
    return None


def _text(word: Word) -> str:
    """Return a word's value, or what is between its double quotes if it has expansions."""
    if word.value is not None:
        return word.value
    text = word.text
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\([\"\\$`])", r"\1", text[1:-1])
    return text


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


def downloads_only(command: Command, address: str) -> bool:
    """Whether a command downloads from URLs with `address` in them, and nothing else."""
    if program(command) not in DOWNLOADERS:
        return False
    urls = [text for word in unwrapped(command)[1:] if "://" in (text := own_text(word)) and not _is_option(text)]
    return bool(urls) and all(address in url for url in urls)


def _is_option(text: str) -> bool:
    """Whether a word with a URL is an option (``--referer=https://…``)."""
    return text.startswith("-")


def drop(instruction: Instruction) -> Edit:
    """Return the edit that removes an instruction with its continuation lines and heredocs."""
    return Edit(instruction.span, "")


def removed(code: str, instruction: Instruction, message: str) -> Finding:
    """Return the finding of a pass that removes an instruction."""
    return Finding(code, instruction.body_span, message, (drop(instruction),))


def no_file(_path: str) -> bool:
    """Return False: no file goes along with the commands that go."""
    return False


def drop_commands(
    found: Shell,
    commands: Collection[Command],
    owns: Callable[[str], bool] = no_file,
    edited: Collection[Command] = (),
) -> tuple[Edit, ...] | None:
    """Return the edits that remove commands from a RUN and keep the meaning of the others; None where that is unsafe.

    `owns` is whether a file is one that goes along: commands that stay must not name it, but for those in `edited`.
    Without any command left the instruction goes. Comments between continuation lines stay if something follows them.
    """
    exits = _exits_on_error(found.instruction)
    going = _going(found.instruction, owns)
    if not has_posix_shell(found.instruction) or not all(_is_one(command, going) for command in commands):
        return None
    if any(_names_any(command, owns) for command in _others(found.script, [*commands, *edited])):
        return None
    from dockerfix.syntax.shell import remove_commands

    replacements = remove_commands(found.script, commands, exits_on_error=exits, going=going)
    if replacements is None:
        return None
    if replacements == ((Span(0, len(found.script.text)), ""),):
        return (drop(found.instruction),)
    if not _keeps_form(found, emit(found.script.text, [Edit(*replacement) for replacement in replacements])):
        return None
    return tuple(_edit(found, span, text) for span, text in replacements)


def _keeps_form(found: Shell, text: str) -> bool:
    """Whether Docker reads what is left as a script, too: not as a list, a heredoc, a flag or with an interpreter."""
    text = text.lstrip()
    if found.in_heredoc:
        return not text.startswith("#!")
    if text.startswith("["):
        import json

        try:
            return not isinstance(json.loads(text), list)
        except (ValueError, RecursionError):
            return True
    return not text.startswith(("<<", "--"))


def may_cut(found: Shell, command: Command, words: tuple[Word, ...]) -> bool:
    """Whether words of a command can go and everything else stays as it is."""
    if command.words[-1] in words and _reads_last_argument(found.instruction):
        return False
    going = _going(found.instruction, no_file)
    return has_posix_shell(found.instruction) and words_may_go(found.script, command, words, going)


def _going(instruction: Instruction, owns: Callable[[str], bool]) -> Going:
    """Return what is known about commands of a RUN that go."""
    return Going(owns, only_reads, _needs_values(instruction), lambda name: _is_set(instruction, name))


@of_node
def _reads_last_argument(instruction: Instruction) -> bool:
    found = shell(instruction)
    return found is not None and last_argument_is_read(found.script)


def whole(instruction: Instruction, belongs: Callable[[Command], bool], owns: Callable[[str], bool] = no_file) -> bool:
    """Whether nothing is left of a RUN, in any form, without the commands that `belongs` names."""
    found = shell(instruction)
    scripts = [found.script] if found is not None else list(_other_scripts(instruction))
    if not scripts or (found is not None and not has_posix_shell(instruction)):
        return False
    going = _going(instruction, owns)
    return all(_goes_whole(script, belongs, going) for script in scripts)


def _goes_whole(script: Script, belongs: Callable[[Command], bool], going: Going) -> bool:
    """Whether nothing is left of a script; a shell whose script would be empty goes with it."""
    every = _calls(script)
    if script.opaque or not every:
        return False
    for command in every:
        inner = nested_script(command)
        if inner is None and not belongs(command):
            return False
        if inner is not None and not (_is_shell(command) and _goes_whole(inner, belongs, _in_new_shell(going))):
            return False
    from dockerfix.syntax.shell import remove_commands

    return remove_commands(script, every, going=going) == ((Span(0, len(script.text)), ""),)


def _in_new_shell(going: Going) -> Going:
    """Return what is known in a shell that another one starts: options don't pass on."""
    return going._replace(needs_values=False)


def _is_one(command: Command, going: Going) -> bool:
    """Whether a command that goes is one for the shell of the RUN, and not a script with a meaning of its own."""
    inner = nested_script(command)
    if inner is None:
        return program(command) not in ("eval", "trap")
    return _is_shell(command) and _goes_whole(inner, lambda _: True, _in_new_shell(going))


def _is_shell(command: Command) -> bool:
    """Whether a command is another shell, and its script is known."""
    return program(command) in SHELLS | _USER_SHELLS and None not in arguments(command)


def _others(script: Script, commands: Collection[Command]) -> Iterator[Command]:
    """Yield the commands of a script that are not among `commands`."""
    own = {(command.span, command.kind) for command in commands}
    return (command for command in script.walk() if (command.span, command.kind) not in own)


def _names_any(command: Command, owns: Callable[[str], bool]) -> bool:
    """Whether a command that stays names a file that goes."""
    if owns is no_file or program(command) in _ONLY_NAME:
        return False
    words: list[Word] = [*command.words, *(each.target for each in command.redirections if each.operator == "<")]
    return any(owns(word.value if word.value is not None else own_text(word).strip("\"'")) for word in words)


def only_reads(command: Command) -> bool:
    """Whether a command has no effect but what it prints, as those in ``pget_$(uname -s)``."""
    if command.kind == "test":
        return True
    name = program(command)
    more = READERS.get(name) if name is not None else None
    if more is None or command.assignments or any(each.operator not in ("<", "<<<") for each in _opened(command)):
        return False
    return not any(re.fullmatch(more, word.value or word.text, re.DOTALL) for word in unwrapped(command)[1:])


def _opened(command: Command) -> Iterator[Redirection]:
    return (each for each in command.redirections if opens_file(command, each, Going()))


def has_posix_shell(instruction: Instruction) -> bool:
    """Whether the shell is still sh: no SHELL instruction before this one names another."""
    words = _shell_words(instruction)
    return words is None or any(word.rpartition("/")[2] in POSIX_SHELLS for word in words)


def _shell_words(instruction: Instruction) -> list[str] | None:
    """Return the words of the last SHELL before an instruction, in any stage; None without one."""
    other = _shell_instruction(instruction)
    if other is None or not isinstance(other.view, ListView):
        return None
    return [word.value for word in other.view.exec_form or ()]


def _shell_instruction(instruction: Instruction) -> Instruction | None:
    places, found = _shells(instruction.document)
    at = bisect_left(places, instruction.index)
    return found[at - 1] if at else None


@of_document
def _shells(document: Document) -> tuple[list[int], list[Instruction]]:
    found = [each for each in document.instructions if each.keyword == "SHELL" and isinstance(each.view, ListView)]
    return [each.index for each in found], found


@of_document
def _bases(document: Document) -> list[int]:
    """Return the places of the FROM instructions."""
    return [each.index for each in document.instructions if each.keyword == "FROM"]


def _exits_on_error(instruction: Instruction) -> bool | None:
    """Whether SHELL starts the shell with ``-e``; None if only that of an earlier stage does, which may be its base."""
    if not _starts_with(instruction, "e", "errexit"):
        return False
    other, bases = _shell_instruction(instruction), _bases(instruction.document)
    if other is None or bisect_left(bases, other.index) != bisect_left(bases, instruction.index):
        return None
    return True


def _needs_values(instruction: Instruction) -> bool:
    """Whether SHELL may start the shell with ``-u``."""
    return _starts_with(instruction, "u", "nounset")


def _starts_with(instruction: Instruction, letter: str, name: str) -> bool:
    """Whether the last SHELL has an option, by its letter or its name."""
    words = _shell_words(instruction) or []
    return any(re.fullmatch(rf"-[A-Za-z]*{letter}[A-Za-z]*|{name}", word) for word in words[1:])


def _is_set(instruction: Instruction, name: str) -> bool:
    """Whether a variable has a value when the shell of a RUN starts: the system's, or one of ENV or ARG before it."""
    return (
        name in _OF_EVERY_SHELL or _first_values(instruction.document).get(name, instruction.index) < instruction.index
    )


@of_document
def _first_values(document: Document) -> dict[str, int]:
    """The first instruction that gives each variable a value."""
    found: dict[str, int] = {}
    for each in document.instructions:
        for pair in each.view.pairs if isinstance(each.view, Env | Arg) else ():
            if pair.value is not None or each.keyword == "ENV":
                found.setdefault(pair.name.value, each.index)
    return found


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
