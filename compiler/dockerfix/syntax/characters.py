"""Text as BuildKit, a Go program, sees it: white space, bytes that are not UTF-8, and quoting in messages."""

from __future__ import annotations

import re

from dockerfix.text.lazy_patterns import lazy

GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go's ``unicode.IsSpace`` accepts; Python's ``str.isspace`` also accepts U+001C to U+001F."""

FIELD_SPACE = "\t\v\f\r "
"""What separates an instruction's name from its arguments (``[\\t\\v\\f\\r ]+`` in
``moby/buildkit:frontend/dockerfile/parser/parser.go``, ``reWhitespace``)."""

REPLACEMENT = "\ufffd"
"""What Go reads for a byte that is not UTF-8, and prints for "no character"."""

_TORN_SPACE = lazy(
    "|".join("".join(chr(0xDC00 + byte) for byte in space.encode("utf-8")) for space in GO_SPACE if not space.isascii())
)
_UNDECODED = lazy("[\ud800-\udfff]")
_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def mended(line: str) -> str:
    """Return a logical line with white space for each white-space character that a continuation tore apart.

    BuildKit joins lines as bytes, so it sees the whole character. The length stays the same.
    """
    return line if line.isascii() else _TORN_SPACE.sub(_as_blanks, line)


def _as_blanks(match: re.Match[str]) -> str:
    return "\u2003" * len(match[0])


def runes(text: str) -> str:
    """Return `text` with U+FFFD for every undecodable byte (lone surrogate), as Go reads it."""
    return text if text.isascii() else _UNDECODED.sub(REPLACEMENT, text)


def scanned(text: str) -> str:
    """Return `text` as Go's ``text/scanner`` reads it: as `runes`, without a byte order mark at its start."""
    return runes(text).removeprefix("\ufeff")


def go_quote(text: str) -> str:
    """Return `text` as Go's ``%q`` prints it: in double quotes, with escapes for what can't be printed."""
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
