"""Heredocs: which words of an instruction open one, and their bodies.

The rules are those of ``heredocsFromLine`` and ``ParseHeredoc`` in
``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/parser.go``. The escape token here is always a backslash,
whatever the escape directive of the file says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_OPENER = lazy(r"([0-9]*)<<(-?)[\t\n\f\r ]*")
_PLAIN = lazy(r"[A-Za-z0-9_.,:;@%+=/()|&>~^!#*?\[\]-]+")
_LARGEST_FD = (1 << 64) - 1
_NOTHING: Mapping[str, str] = {}


class Heredoc(NamedTuple):
    """A heredoc as its opener declares it.

    `name` is the line that ends it. `expand` is whether variables in it are expanded, which is so if no part of the
    name is quoted. `chomp` is whether the operator is ``<<-``, `fd` the number before the operator (0 without one).
    """

    name: str
    expand: bool
    chomp: bool
    fd: int


class HeredocBody:
    """A heredoc and the span of its content in the node's text; `closed` is whether the line that ends it was found."""

    __slots__ = ("closed", "content", "opener")

    def __init__(self, opener: Heredoc, content: Span, closed: bool) -> None:
        self.opener = opener
        self.content = content
        self.closed = closed


def heredoc_openers(line: str) -> tuple[Heredoc, ...]:
    """Return the heredocs that a logical line (with the instruction's name) opens, in order.

    A line whose quotes or variables are malformed opens none. Raises `WordError` in the rare case that only the name of
    a heredoc is malformed; BuildKit refuses the file then.
    """
    if "<<" not in line:
        return ()
    from dockerfix.syntax.words.lexer import Lexer, WordError

    try:
        words = Lexer(raw_quotes=True, raw_escapes=True, skip_unset_env=True).process_words(line, _NOTHING)
    except WordError:
        return ()
    found = [opener(word) for word in words if "<<" in word]
    return tuple([heredoc for heredoc in found if heredoc is not None])


def opener(word: str) -> Heredoc | None:
    """Return the heredoc that `word` (``<<EOF``, ``3<<-"EOF"``, ``<< EOF``) opens, or None. Raises `WordError`."""
    match = _OPENER.match(word)
    if match is None:
        return None
    rest = word[match.end() :]
    if not rest or "<" in rest:
        return None
    chomp, fd = match[2] == "-", _descriptor(match[1])
    if _PLAIN.fullmatch(rest):
        return Heredoc(rest, True, chomp, fd)
    from dockerfix.syntax.words.lexer import Lexer, WordError

    names = Lexer(skip_unset_env=True).process_words(rest, _NOTHING)
    if len(names) != 1:
        return None
    raw = Lexer(skip_unset_env=True, raw_quotes=True).process_words(rest, _NOTHING)
    if len(raw) != 1:
        raise WordError("internal lexing of heredoc produced inconsistent results", rest)
    return Heredoc(names[0], _quotes(names[0]) == _quotes(raw[0]), chomp, fd)


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def _descriptor(digits: str) -> int:
    # `int` refuses numbers of more than 4300 digits
    return min(int(digits.lstrip("0")[:21] or "0"), _LARGEST_FD)
