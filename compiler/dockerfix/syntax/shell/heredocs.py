"""Heredocs inside a shell text: where their bodies end."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_QUOTES: Final = lazy(r"\\(.)|['\"]", re.DOTALL)


class Heredoc(NamedTuple):
    """Where a heredoc's body and the line that ends it lie, and whether the shell expands the body."""

    body: Span
    delimiter: Span | None
    expands: bool


class Pending(NamedTuple):
    """A heredoc whose body has yet to come.

    `redirect` is where its operator begins, `tabs` whether leading tabs don't count (``<<-``), `delimiter` the word
    behind it as it is written, `depth` how many substitutions it stands in.
    """

    redirect: int
    tabs: bool
    delimiter: str
    depth: int


def read(pending: Pending, text: str, start: int, end: int) -> Heredoc:
    """The heredoc whose body begins at `start`; without its delimiter it lasts to `end`, as shells have it."""
    expands = _QUOTES.search(pending.delimiter) is None
    delimiter = _QUOTES.sub(lambda match: match.group(1) or "", pending.delimiter)
    at = start
    continued = False
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = text[at:stop]
        if not continued and (line.lstrip("\t") if pending.tabs else line) == delimiter:
            return Heredoc(Span(start, at), Span(at, min(stop + 1, end)), expands)
        continued = expands and (len(line) - len(line.rstrip("\\"))) % 2 == 1
        at = stop + 1
    return Heredoc(Span(start, end), None, expands)
