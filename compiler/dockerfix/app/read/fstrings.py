"""F-strings as Python 3.12 reads them: quotes of any kind, backslashes, comments and line ends inside ``{}``.

Older Pythons refuse such a file. To tell it from a broken one, its f-strings are replaced by empty strings; if the
rest, and what was in their braces, is then Python, only the f-strings were too new.
"""

from __future__ import annotations

import re

from dockerfix.text.lazy_patterns import lazy

_STRING = lazy(r"""(?<![\w])([A-Za-z]{0,2})('''|\"\"\"|'|\")""")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class _Broken(Exception):
    """The text ends inside a string or a bracket."""


def without_fstrings(text: str) -> list[str] | None:
    """The program with empty strings in place of f-strings, and the expressions in those; None if a string is open."""
    found: list[str] = []
    try:
        return [_code(text, 0, "", found)[0], *found]
    except _Broken:
        return None


def _code(text: str, at: int, end: str, parts: list[str]) -> tuple[str, int]:
    """Code up to one of the characters of `end` outside brackets (or the end of the text), and the place of that.

    Expressions in its f-strings are added to `parts`.
    """
    out: list[str] = []
    open_: list[str] = []
    while at < len(text):
        character = text[at]
        string = _STRING.match(text, at) if character in "'\"" or character.isalpha() else None
        if string is not None and set(string[1].lower()) <= set("rbuf"):
            found, at = _string(text, string, parts)
            out.append(found)
        elif character == "#":
            stop = text.find("\n", at)
            at = len(text) if stop < 0 else stop
        elif not open_ and character in end and text[at : at + 2] not in ("!=", ":="):
            return "".join(out), at
        else:
            if character in _CLOSING:
                open_.append(_CLOSING[character])
            elif open_ and character == open_[-1]:
                open_.pop()
            word = re.compile(r"\w+|.", re.DOTALL).match(text, at)
            out.append(word.group() if word else character)
            at += len(out[-1])
    if end:
        raise _Broken
    return "".join(out), at


def _string(text: str, start: re.Match[str], parts: list[str]) -> tuple[str, int]:
    """A string as it is, or an empty one for an f-string, and the place after it."""
    prefix, quote = start[1].lower(), start[2]
    at = start.end()
    if "f" in prefix:
        return '""', _fields(text, at, quote, parts, raw="r" in prefix) + len(quote)
    while not text.startswith(quote, at):
        at += 2 if text[at : at + 1] == "\\" else 1
        if at >= len(text):
            raise _Broken
    return text[start.start() : at + len(quote)], at + len(quote)


def _fields(text: str, at: int, end: str, parts: list[str], *, raw: bool) -> int:
    """Read an f-string or a format up to its `end`, the place of which is returned."""
    while not text.startswith(end, at):
        if at >= len(text):
            raise _Broken
        if (text[at] == "\\" and not raw) or text.startswith("{{", at):
            at += 2
        elif text[at] == "{":
            part, at = _code(text, at + 1, "!:}", parts)
            parts.append("(" + re.sub(r"(?<![=!<>])=\s*$", "", part) + "\n)")
            if text[at] == "!":
                at = text.find(":", at) if re.match(r"!\s*\w+\s*:", text[at:]) else text.find("}", at)
            if at < 0:
                raise _Broken
            if text[at] == ":":
                at = _fields(text, at + 1, "}", parts, raw=raw)
            at += 1
        else:
            at += 1
    return at
