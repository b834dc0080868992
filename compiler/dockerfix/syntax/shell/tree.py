"""The parts of a shell text: commands, words, assignments and redirections, each with its span."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from dockerfix.text.source import Span

Kind: TypeAlias = Literal[
    "call",
    "decl",
    "subshell",
    "group",
    "if",
    "for",
    "while",
    "until",
    "case",
    "function",
    "test",
    "arith",
    "opaque",
]


class Word(NamedTuple):
    """One word as it is written.

    `value` is the word without its quotes (patterns, ``~`` and ``{a,b}`` stay as written); None if it has an expansion,
    or if sh and bash disagree about it (``$'…'``). `substitutions` are the commands inside ``$(…)``, back-ticks and
    ``<(…)``, one list after the other; the first command of each list has an empty operator.
    """

    span: Span
    text: str
    value: str | None
    substitutions: tuple[Command, ...] = ()


class Assignment(NamedTuple):
    """``NAME=value``, ``NAME+=value``, ``NAME[i]=value`` or ``NAME=(…)``; `name` without index and operator.

    ``NAME=`` has an empty word as value; an array has the text with its parentheses, whose `value` is None.
    """

    span: Span
    name: str
    value: Word


class Redirection(NamedTuple):
    """``2>&1``: `fd` 2, `operator` ``>&``, `target` the word ``1``; without a number `fd` is None.

    For ``<<`` and ``<<-`` the target is the delimiter, `heredoc` the lines of the body and `delimiter` the line that
    ends it, both with their line ends (None if the text ends before them); `substitutions` are the commands in the
    body.
    """

    span: Span
    fd: int | None
    operator: str
    target: Word
    heredoc: Span | None = None
    delimiter: Span | None = None
    substitutions: tuple[Command, ...] = ()


class Command(NamedTuple):
    """A command of a list, as in mvdan.cc/sh, but with flat pipelines and ``&&`` chains.

    `span` does not include the ``;`` or ``&`` that ends the command (`terminator`), nor the bodies of heredocs.
    `operator` joins it to the command before it: ``""`` starts a list, a line end and an ``&`` count as ``;``.
    `negated` is whether a ``!`` is before it, which negates the whole pipeline that starts here; `background` is true
    for every command of a chain that ``&`` ends.

    `words` are those of a call, the list of a ``for``, the subject and the patterns of a ``case``, and the text of ``[[
    ]]`` and ``(( ))``. `body` has the lists of a compound command one after the other (condition, ``then``, …), each
    starting with an empty operator, or the one compound command of a function.
    """

    span: Span
    kind: Kind
    operator: str = ""
    words: tuple[Word, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    negated: bool = False
    background: bool = False
    terminator: Span | None = None
    body: tuple[Command, ...] = ()
    name: str | None = None

    def parts(self) -> list[Command]:
        """Return the commands directly inside this one, in the order of the text."""
        found = list(self.body)
        for word in self.words:
            found += word.substitutions
        for assignment in self.assignments:
            found += assignment.value.substitutions
        for redirection in self.redirections:
            found += redirection.target.substitutions
            found += redirection.substitutions
        if len(found) > len(self.body):
            found.sort(key=lambda command: command.span)
        return found


class Script(NamedTuple):
    """A shell text and its commands; `opaque` if it could not be parsed, and is one command of that kind."""

    text: str
    commands: tuple[Command, ...]
    opaque: bool

    def walk(self) -> Iterator[Command]:
        """Yield every command, each before those inside it, in the order of the text."""
        return walk(self.commands)

    def slice(self, span: Span) -> str:
        """Return the text of `span`."""
        return self.text[span.start : span.end]


def walk(commands: tuple[Command, ...]) -> Iterator[Command]:
    """Yield `commands` and all commands inside them, each before those inside it."""
    waiting = list(reversed(commands))
    while waiting:
        command = waiting.pop()
        yield command
        parts = command.parts()
        parts.reverse()
        waiting += parts


def lists(commands: tuple[Command, ...]) -> list[tuple[Command, ...]]:
    """Return the lists in `commands`, which is for example the body of a compound command."""
    found: list[list[Command]] = []
    for command in commands:
        if command.operator == "" or not found:
            found.append([])
        found[-1].append(command)
    return [tuple(commands) for commands in found]
