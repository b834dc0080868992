"""What all views of instructions share: arguments, flags, spans."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.syntax.dockerfile.arguments import ArgumentError, CommandLine, Text
from dockerfix.text.source import Span

if TYPE_CHECKING:
    from dockerfix.syntax.dockerfile.tree import HeredocBody


class Flag(NamedTuple):
    """A flag such as ``--from=deps``: name without dashes, value or None, and the span of the whole."""

    name: str
    value: str | None
    span: Span


class View:
    """An instruction's arguments; the base class serves instructions that are not known.

    `problem` is BuildKit's parser's objection to them, or None.
    """

    def __init__(self, command: CommandLine, escape: str, heredocs: tuple[HeredocBody, ...]) -> None:
        self.command = command
        self.escape = escape
        self.heredocs = heredocs
        self.problem: str | None = None
        try:
            self.read()
        except ArgumentError as error:
            self.problem = str(error)

    def read(self) -> None:
        """Read the arguments at once where BuildKit's parser may refuse them. Raises ArgumentError."""

    @property
    def arguments(self) -> str:
        """The arguments after the flags, as one text."""
        return self.command.rest

    @property
    def arguments_span(self) -> Span:
        """Where the arguments stand."""
        return Span(self.command.rest_at, self.command.rest_at + len(self.command.rest))

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """The flags, in order."""
        result: list[Flag] = []
        for word in self.command.flags:
            name, separator, value = word.value[2:].partition("=")
            result.append(Flag(name, value if separator else None, word.span))
        return tuple(result)

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name."""
        found = [flag for flag in self.flags if flag.name == name]
        return found[-1] if found else None

    def _place(self, found: Text) -> Text:
        return Text(found.value, found.span.shift(self.command.rest_at))
