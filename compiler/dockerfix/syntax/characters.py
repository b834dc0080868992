"""Which characters BuildKit takes for white space."""

from __future__ import annotations

import re

from dockerfix.text.lazy_patterns import lazy

GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go's ``unicode.IsSpace`` accepts; Python's ``str.isspace`` also takes U+001C to U+001F."""

FIELD_SPACE = "\t\v\f\r "
"""What separates an instruction's name from its arguments (``[\\t\\v\\f\\r ]+`` in
``moby/buildkit:frontend/dockerfile/parser/parser.go``, ``reWhitespace``)."""

_TORN_SPACE = lazy(
    "|".join("".join(chr(0xDC00 + byte) for byte in space.encode("utf-8")) for space in GO_SPACE if not space.isascii())
)


def mended(line: str) -> str:
    """A logical line of the same length, in which white space that a continuation tore in the middle of a character
    is white space again, as it is to BuildKit, which joins lines as bytes.
    """
    return line if line.isascii() else _TORN_SPACE.sub(_as_blanks, line)


def _as_blanks(match: re.Match[str]) -> str:
    return "\u2003" * len(match[0])
