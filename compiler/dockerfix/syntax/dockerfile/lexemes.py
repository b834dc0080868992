"""What the scanner hands out: tokens, problems and directives."""

from __future__ import annotations


class Lexeme:
    """A token: its type and the characters `start` to `end` of the text."""

    __slots__ = ("end", "start", "type")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.type = kind
        self.start = start
        self.end = end


class Problem:
    """Something that BuildKit's parser refuses: a message and the offset it belongs to."""

    __slots__ = ("message", "offset")

    def __init__(self, message: str, offset: int) -> None:
        self.message = message
        self.offset = offset


class Directive:
    """A parser directive: `name` in lower case, its value, and where the line begins."""

    __slots__ = ("name", "offset", "value")

    def __init__(self, name: str, value: str, offset: int) -> None:
        self.name = name
        self.value = value
        self.offset = offset
