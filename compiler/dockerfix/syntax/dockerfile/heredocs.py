"""Which words of an instruction open a heredoc.

As ``heredocsFromLine`` and ``ParseHeredoc`` do it in
``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/parser.go``. The escape token is a backslash here whatever the
file's escape directive says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy

_OPENER = lazy(r"([0-9]*)<<(-?)[\t\n\f\r ]*")
_PLAIN = lazy(r"[A-Za-z0-9_.,:;@%+=/()|&>~^!#*?\[\]-]+")
_LARGEST_FD = (1 << 64) - 1
_NOTHING: Mapping[str, str] = {}


class Heredoc(NamedTuple):
    """A heredoc as its opener announces it.

    `name` is the line that ends it, `expand` whether no part of the name was quoted, `chomp` whether it was ``<<-``,
    `fd` the number before it (0 without one).
    """

    name: str
    expand: bool
    chomp: bool
    fd: int


def heredoc_openers(line: str) -> tuple[Heredoc, ...]:
    """The heredocs that a logical line (its name included) opens, in order.

    A line whose quotes or variables can't be read opens none. Raises `WordError` in the rare case that only the name of
    a heredoc can't be read; BuildKit refuses the file then.
    """
    if "<<" not in line:
        return ()
    from dockerfix.syntax.words.lexer import Lexer, WordError

    lexer = Lexer(raw_quotes=True, raw_escapes=True, skip_unset_env=True)
    try:
        words = lexer.process_words(line, _NOTHING)
    except WordError:
        return ()
    found = (opener(word) for word in words if "<<" in word)
    return tuple(heredoc for heredoc in found if heredoc is not None)


def opener(word: str) -> Heredoc | None:
    """The heredoc that `word` (``<<EOF``, ``3<<-"EOF"``, ``<< EOF``) opens, if it opens one; raises `WordError`."""
    match = _OPENER.match(word)
    if match is None:
        return None
    rest = word[match.end() :]
    if not rest or "<" in rest:
        return None
    digits, dash = match.groups()
    if _PLAIN.fullmatch(rest):
        return Heredoc(rest, True, dash == "-", _descriptor(digits))
    from dockerfix.syntax.words.lexer import Lexer, WordError

    names = Lexer(skip_unset_env=True).process_words(rest, _NOTHING)
    if len(names) != 1:
        return None
    raw = Lexer(skip_unset_env=True, raw_quotes=True).process_words(rest, _NOTHING)
    if len(raw) != 1:
        raise WordError("internal lexing of heredoc produced inconsistent results", rest)
    return Heredoc(names[0], _quotes(names[0]) == _quotes(raw[0]), dash == "-", _descriptor(digits))


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def _descriptor(digits: str) -> int:
    significant = digits.lstrip("0")
    if len(significant) > 20:
        return _LARGEST_FD
    return min(int(significant or "0"), _LARGEST_FD)
