"""What the modules of the word lexer share: its settings and limits, its error, and text as Go sees it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, Union

from dockerfix.text.lazy_patterns import lazy

Rope = Union[str, "list[Rope]"]
"""Text in pieces, so that deep nesting does not copy the innermost word once a level."""

REPLACEMENT = "\ufffd"
"""What Go reads where a byte is not UTF-8, and prints for "no character"."""

_UNDECODED = lazy("[\ud800-\udfff]")
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_ESCAPES.update({"\\": "\\\\", '"': '\\"'})


class WordError(ValueError):
    """BuildKit refuses the word; `reason` is what it says, `source` the word.

    ``str(error)`` is BuildKit's whole message, ``failed to process "WORD": REASON``.
    """

    def __init__(self, reason: str, source: str) -> None:
        super().__init__(reason, source)
        self.reason = reason
        self.source = source

    def __str__(self) -> str:
        return f"failed to process {go_quote(self.source)}: {self.reason}"


class Settings(NamedTuple):
    """How to read; see `dockerfix.syntax.words.lexer.Lexer`."""

    escape: str
    raw_quotes: bool
    raw_escapes: bool
    skip_unset_env: bool
    skip_process_quotes: bool


class Budget:
    """How many characters may still be made or matched, over all words that share it.

    BuildKit has no such bound; forty times ``ENV A=$A$A`` takes all its memory.
    """

    __slots__ = ("left",)

    exhausted = "the variables expand to too much text"

    def __init__(self, characters: int = 1 << 22) -> None:
        self.left = characters

    def spend(self, amount: int) -> bool:
        """Take `amount` away; False, and nothing is left, if there was less."""
        enough = amount <= self.left
        self.left = self.left - amount if enough else 0
        return enough


@lru_cache(maxsize=64)
def plain_run(stop: str, escape: str, skip_quotes: bool) -> re.Pattern[str]:
    """A run of characters that mean nothing special inside the construct that ends at `stop`."""
    special = '"$' if stop == '"' else "$<" + stop + ("" if skip_quotes else "'\"")
    return re.compile(f"[^{re.escape(special + escape)}]+")


def runes(text: str) -> str:
    """`text` with every undecodable byte (lone surrogate) as U+FFFD, as Go reads it."""
    return text if text.isascii() else _UNDECODED.sub(REPLACEMENT, text)


def scanned(text: str) -> str:
    """`text` as Go's ``text/scanner`` reads it: `runes`, without a byte order mark at its beginning."""
    return runes(text).removeprefix("\ufeff")


def flat(rope: Rope) -> str:
    """The pieces of `rope` as one text."""
    if isinstance(rope, str):
        return rope
    pieces: list[str] = []
    stack: list[Rope] = [rope]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            stack.extend(reversed(piece))
    return "".join(pieces)


def go_quote(text: str) -> str:
    """`text` as Go's ``%q`` prints it: in double quotes, what can't be printed as an escape."""
    return '"' + "".join(map(_quoted, text)) + '"'


def _quoted(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
