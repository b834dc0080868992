"""The text side of taking commands out: replacements that leave what stands around them as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from dockerfix.syntax.shell.parser import parse_shell
from dockerfix.syntax.shell.tree import Command, Script
from dockerfix.text.edits import Edit, emit
from dockerfix.text.source import Span

Replacements: TypeAlias = tuple[tuple[Span, str], ...]
Key: TypeAlias = tuple[Span, str]

_TO_OPERATOR: Final = re.compile(r"(?:[ \t]|\\\n)*(?:&&|\|\||;|&)?").match
_COMMENT: Final = re.compile(r"[ \t]*#[^\n]*").match


class Refused(Exception):
    """It can't be done, or not in this way."""


def key(command: Command) -> Key:
    """What tells a command of a script from the others."""
    return command.span, command.kind


def kept(commands: tuple[Command, ...], keys: set[Key]) -> Iterator[Command]:
    """The commands that stay if those with `keys` go, as `walk` gives them."""
    waiting = list(reversed(commands))
    while waiting:
        command = waiting.pop()
        if key(command) not in keys:
            yield command
            waiting += reversed(command.parts())


class Splice:
    """Collects the replacements for taking the commands with `keys` out of `script`."""

    def __init__(self, script: Script, keys: set[Key]) -> None:
        self._script = script
        self._keys = keys
        self._found: list[tuple[Span, str]] = []
        self._foreign: list[Span] = []  # bodies of heredocs that stay, with the lines that end them
        self._own: list[Span] = []  # and of those that go
        staying = {key(command) for command in kept(script.commands, keys)}
        for command in script.walk():
            bodies = self._foreign if key(command) in staying else self._own
            for redirection in command.redirections:
                if redirection.heredoc is not None:
                    bodies.append(Span(redirection.heredoc.start, (redirection.delimiter or redirection.heredoc).end))

    def replace(self, span: Span, text: str = "") -> None:
        """Replace the text of `span`. Raises Refused where the body of a heredoc that stays lies in it."""
        if _touches(span, self._foreign):
            raise Refused
        self._found.append((span, text))

    def resume(self, end: int, start: int) -> int:
        """Where to go on behind a command that goes and ends at `end`, if the next one begins at `start`.

        Comments on lines of their own in between are about what follows, and stay.
        """
        text = self._script.text
        match = _TO_OPERATOR(text, end, start)
        newline = text.find("\n", match.end() if match else end, start)
        comment = text.find("#", newline, start) if newline >= 0 else -1
        return start if comment < 0 or _touches(Span(end, start), self._own) else comment

    def tail(self, before: int, start: int, end: int) -> Span:
        """What goes if a list is to end at `before`, where `start` to `end` is the rest of its commands."""
        if "#" not in self._script.text[before:start] and not _touches(Span(before, start), self._foreign):
            start = before
        comment = _COMMENT(self._script.text, end)
        return Span(start, comment.end() if comment else end)

    def result(self) -> Replacements:
        """All replacements in order.

        Raises Refused if reading what they make doesn't give the commands that should stay, in their order.
        """
        replacements = self._merged()
        made = parse_shell(emit(self._script.text, [Edit(*replacement) for replacement in replacements]))
        inserted: set[int] = set()
        shift = 0
        for span, text in replacements:
            if text:
                inserted.add(span.start + shift)
            shift += len(text) - (span.end - span.start)
        now = [_essence(made, command) for command in made.walk() if command.span.start not in inserted]
        then = [_essence(self._script, command) for command in kept(self._script.commands, self._keys)]
        if made.opaque or now != then:
            raise Refused
        return tuple(replacements)

    def _merged(self) -> list[tuple[Span, str]]:
        """The replacements and the bodies of heredocs that go, without overlaps."""
        result: list[tuple[Span, str]] = []
        for span, text in sorted([*self._found, *((body, "") for body in self._own)]):
            if result and span.start < result[-1][0].end:
                if text or span.end > result[-1][0].end:
                    raise Refused
            elif result and not text and not result[-1][1] and span.start == result[-1][0].end:
                result[-1] = (Span(result[-1][0].start, span.end), "")
            else:
                result.append((span, text))
        return result


def _touches(span: Span, bodies: list[Span]) -> bool:
    return any(span.start < body.end and body.start < span.end for body in bodies)


def _essence(script: Script, command: Command) -> tuple[object, ...]:
    """What must stay the same about a command that stays."""
    return (
        command.kind,
        command.name,
        command.negated,
        command.background,
        [word.text for word in command.words],
        [script.slice(assignment.span) for assignment in command.assignments],
        [
            (script.slice(redirection.span), redirection.heredoc and script.slice(redirection.heredoc))
            for redirection in command.redirections
        ],
    )
