"""What a shell text is made of: commands, words, assignments and redirections, each a span of the text."""

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

    `value` is what the shell makes of it by removing quotes (patterns, ``~`` and ``{a,b}`` as they stand), and None
    where that takes an expansion, or where sh and bash disagree (``$'…'``). `substitutions` are the commands inside
    ``$(…)``, back-ticks and ``<(…)``, one list after the other, each beginning with an empty operator.
    """

    span: Span
    text: str
    value: str | None
    substitutions: tuple[Command, ...] = ()


class Assignment(NamedTuple):
    """``NAME=value``, ``NAME+=value``, ``NAME[i]=value`` or ``NAME=(…)``; `name` without index and operator.

    The value of ``NAME=`` is an empty word; that of an array is the brackets with everything between, its `value` None.
    """

    span: Span
    name: str
    value: Word


class Redirection(NamedTuple):
    """``2>&1``: `fd` 2, `operator` ``>&``, `target` the word ``1``; without a number `fd` is None.

    For ``<<`` and ``<<-`` the target is the delimiter, `heredoc` the lines of the body and `delimiter` the line that
    ends it, both with their line ends (None where the text ends first, or has no line for a body);
    `substitutions` are the commands that the body holds.
    """

    span: Span
    fd: int | None
    operator: str
    target: Word
    heredoc: Span | None = None
    delimiter: Span | None = None
    substitutions: tuple[Command, ...] = ()


class Command(NamedTuple):
    """A command of a list, as mvdan.cc/sh divides one, with pipelines and ``&&`` chains laid out flat.

    `span` leaves out the ``;`` or ``&`` that ends the command (`terminator`) and the bodies of heredocs. `operator`
    joins it to the command before it: ``""`` begins a list, a line end and an ``&`` count as ``;``. `negated` is the
    ``!`` in front, which concerns the whole pipeline that begins here; `background` is true for every command of a
    chain that ``&`` ends.

    `words` are those of a call, the list of a ``for``, the subject and the patterns of a ``case``, what stands in
    ``[[ ]]`` and ``(( ))``. `body` holds the lists of a compound command one after the other (condition, ``then``, …),
    each beginning with an empty operator, or the one compound command of a function.
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
        """The commands directly inside this one, in the order of the text."""
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
    """A shell text and its commands; `opaque` where it could not be read and is one command of that kind."""

    text: str
    commands: tuple[Command, ...]
    opaque: bool

    def walk(self) -> Iterator[Command]:
        """Every command, each before those inside it, in the order of the text."""
        return walk(self.commands)

    def slice(self, span: Span) -> str:
        """The text of `span`."""
        return self.text[span.start : span.end]


def walk(commands: tuple[Command, ...]) -> Iterator[Command]:
    """`commands` and all commands inside them, each before those it holds."""
    waiting = list(reversed(commands))
    while waiting:
        command = waiting.pop()
        yield command
        parts = command.parts()
        parts.reverse()
        waiting += parts


def lists(commands: tuple[Command, ...]) -> list[tuple[Command, ...]]:
    """The lists laid out in `commands`, such as the body of a compound command."""
    found: list[list[Command]] = []
    for command in commands:
        if command.operator == "" or not found:
            found.append([])
        found[-1].append(command)
    return [tuple(commands) for commands in found]
