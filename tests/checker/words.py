"""What Docker makes of a word: quotes, backslashes and variables (Dockerfile reference, environment replacement)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#]")


def listed(text: str) -> tuple[str, ...]:
    """The names of a text, one after another."""
    return tuple(text.split())


def evaluate(word: str, variables: Mapping[str, str]) -> str:
    """The value of `word`, with unknown variables empty."""
    return _Reader(word, variables).read()


def is_word(text: str) -> bool:
    """Whether Docker takes `text` behind ``NAME=`` as one word: no blank outside quotes, and all quotes closed."""
    quote = ""
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and quote != "'":
            at += 2
            if at > len(text):
                return False
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character.isspace():
            return False
        at += 1
    return not quote


class _Reader:
    def __init__(self, word: str, variables: Mapping[str, str]) -> None:
        self.word = word
        self.at = 0
        self.variables = variables

    def read(self, stop: str = "") -> str:
        result: list[str] = []
        while self.at < len(self.word) and self.word[self.at] not in (stop or "\0"):
            character = self.word[self.at]
            self.at += 1
            if character == "'":
                result.append(self._until_single_quote())
            elif character == '"':
                result.append(self._double_quoted())
            elif character == "$":
                result.append(self._variable())
            elif character == "\\":
                result.append(self.word[self.at : self.at + 1])
                self.at += 1
            else:
                result.append(character)
        return "".join(result)

    def _until_single_quote(self) -> str:
        end = self.word.find("'", self.at)
        end = len(self.word) if end < 0 else end
        text, self.at = self.word[self.at : end], end + 1
        return text

    def _double_quoted(self) -> str:
        result: list[str] = []
        while self.at < len(self.word) and self.word[self.at] != '"':
            character = self.word[self.at]
            self.at += 1
            if character == "$":
                result.append(self._variable())
            elif character == "\\":
                following = self.word[self.at : self.at + 1]
                result.append(following if following in ('"', "$", "\\") else character + following)
                self.at += 1
            else:
                result.append(character)
        self.at += 1
        return "".join(result)

    def _variable(self) -> str:
        braces = self.word.startswith("{", self.at)
        self.at += braces
        match = _NAME.match(self.word, self.at)
        if not match:
            return "${" if braces else "$"
        self.at = match.end()
        value = self.variables.get(match[0], "")
        if not braces:
            return value
        operator = re.compile(r":?[-+?]?").match(self.word, self.at)
        sign = operator[0] if operator else ""
        self.at += len(sign)
        alternative = self.read("}")
        self.at += 1
        known = bool(value) if sign.startswith(":") else match[0] in self.variables
        if sign.endswith("+"):
            return alternative if known else ""
        return alternative if sign.endswith("-") and not known else value
