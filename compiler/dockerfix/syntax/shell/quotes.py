"""Removing the quotes of a shell word."""

from __future__ import annotations

import re
from typing import Final

from dockerfix.text.lazy_patterns import lazy

_SPECIAL: Final = re.compile(r"[\\'\"$`]").search
_PIECE: Final = lazy(r"[^\\'\"$`]+")
_EXPANDS: Final = re.compile(r"\$[A-Za-z0-9_@*#?$!({\[-]").match


def unquote(text: str) -> str | None:
    """What the shell makes of the word `text` by removing quotes; None where it takes an expansion.

    ``$'…'`` and ``$"…"`` give None too: sh and bash disagree about them. Quotes in `text` are closed, but for a
    single one in arithmetic, which sh takes for an ordinary character.
    """
    if not _SPECIAL(text):
        return text
    parts: list[str] = []
    quoted = False
    at = 0
    while at < len(text):
        character = text[at]
        if character == '"':
            quoted = not quoted
            at += 1
        elif character == "\\":
            parts.append(_escaped(text[at : at + 2], quoted))
            at += 2
        elif character == "'" and not quoted:
            end = text.find("'", at + 1)
            if end < 0:
                return None
            parts.append(text[at + 1 : end])
            at = end + 1
        elif character == "`" or (character == "$" and _expands(text, at, quoted)):
            return None
        elif character in "'$":
            parts.append(character)
            at += 1
        else:
            match = _PIECE.match(text, at)
            assert match is not None  # noqa: S101 - every special character was handled above
            parts.append(match.group())
            at = match.end()
    return "".join(parts)


def _expands(text: str, at: int, quoted: bool) -> bool:
    return _EXPANDS(text, at) is not None or (not quoted and text[at + 1 : at + 2] in ("'", '"'))


def _escaped(pair: str, quoted: bool) -> str:
    if pair == "\\\n":
        return ""
    if len(pair) == 1 or (quoted and pair[1] not in '$`"\\'):
        return pair
    return pair[1]
