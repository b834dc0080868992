"""Which characters BuildKit takes for white space."""

from __future__ import annotations

GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go's ``unicode.IsSpace`` accepts; Python's ``str.isspace`` also takes U+001C to U+001F."""

FIELD_SPACE = "\t\v\f\r "
"""What separates an instruction's name from its arguments (``[\\t\\v\\f\\r ]+`` in
``moby/buildkit:frontend/dockerfile/parser/parser.go``, ``reWhitespace``)."""
