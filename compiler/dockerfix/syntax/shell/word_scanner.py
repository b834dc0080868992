"""Inside a shell word: quotes, expansions and nested brackets.

The rules are those of POSIX.1-2017 (Shell Command Language, 2.2, 2.3 and 2.6) with what bash adds: ``$'…'``, ``$"…"``,
``<(…)`` and patterns such as ``@(a|b)``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dockerfix.syntax.shell import roles
from dockerfix.syntax.shell.state import (
    ARITHMETIC,
    GLOB,
    HEREDOC,
    PARAMETER,
    PAREN,
    QUOTED,
    QUOTED_PARAMETER,
    REGEX,
    SUBSTITUTION,
    WORD,
    ShellError,
    State,
)
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_SPECIAL: Final = lazy(r"[\\'\"$`]")
_PIECE: Final = lazy(r"[^\\'\"$`]+")
_EXPANDS: Final = lazy(r"\$[A-Za-z0-9_@*#?$!({\[-]")
_PLAIN: Final = {
    kind: lazy(f"[^{re.escape(special)}]*")
    for kind, special in {
        WORD: " \t\n;&|<>()\\'\"$`",
        REGEX: " \t\n()\\'\"$`",
        GLOB: "()\\'\"$`",
        QUOTED: '"\\$`',
        PARAMETER: "}\\'\"$`",
        QUOTED_PARAMETER: '}\\"$`',
        ARITHMETIC: '()\\"$`',
        PAREN: '()\\"$`',
        HEREDOC: "\\$`",
    }.items()
}
"""The ordinary characters in each kind of frame inside a word, which are skipped at once."""

_BACK_TICKS: Final = lazy(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
_DOLLAR_QUOTE: Final = lazy(r"\$'[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL)
_PATTERN_OPERATOR: Final = lazy(r"\$\{[!#]?(?:\w+|[@*#?$!-])(?:\[[^]\\\n]{0,80}\])?[#%/^,]")
"""The start of an expansion with a pattern: quotes count in it even between double quotes."""


class Mark(NamedTuple):
    """Where to continue if what looks like arithmetic turns out to be commands: ``$((a) | b)``."""

    at: int
    tokens: int
    depth: int
    expect: str
    piece: int
    split: bool
    pending: int


class WordScanner(State):
    """The steps of the scanner inside words. It needs no recursion, because `stack` has what is open."""

    def __init__(self, text: str, start: int, end: int, nesting: int) -> None:
        super().__init__(text, start, end, nesting)
        self._marks: list[Mark] = []
        self.commands_at: set[int] = set()  # where $(( and (( are known not to be arithmetic
        self._patience = 8 * (end - start) + 1000  # characters that may be scanned again

    def scan_word(self) -> None:
        """Continue in a word until it ends or commands start inside it."""
        text = self.text
        while True:
            kind = self.stack[-1][0]
            plain = _PLAIN.get(kind)
            if plain is None:
                return
            match = plain.match(text, self.at, self.end)
            if match is not None:
                self.at = match.end()
            if self.at < self.end:
                self._special(kind, text[self.at])
            elif kind in (WORD, REGEX, HEREDOC):
                self._end_word()
                return
            else:
                self._unclosed()

    def _end_word(self) -> None:
        """The present word is complete: add its last token. What it means depends on its role."""
        _, role = self.stack.pop()
        if self.at == self.piece and role not in roles.MAY_BE_EMPTY:
            raise ShellError
        kind = "WORD_TAIL" if self.split else "WORD"
        if role in roles.ROLES:
            kind = roles.ROLES[role](self, role, kind, self.text[self.piece : self.at])
        self.tokens.append((kind, self.piece, self.at))
        if role == roles.ARITHMETIC:
            self.emit("CLOSE", self.at + 2)
            self.expect = roles.AFTER
        elif role == roles.ARITHMETIC_RANGE:
            self.emit("BRACKET", self.at + 2)
            self.expect = roles.RANGE
        elif kind == "FUNCTION_NAME":
            self._parens()

    def _parens(self) -> None:
        self.expect = roles.COMMAND
        match = roles.PARENS.match(self.text, self.at, self.end)
        if match is not None:
            if match.end(1) > self.at:
                self.emit("BLANK", match.end(1))
            self.emit("PARENS", match.end())

    def _special(self, kind: str, character: str) -> None:
        if character == "\\":
            self.at = min(self.at + 2, self.end)
        elif character == "$":
            self._dollar(kind)
        elif character == "`":
            self._back_tick(kind)
        elif character == "'":
            self._skip_to(self.text.find("'", self.at + 1, self.end) + 1)
        elif character == '"':
            self._double_quote(kind)
        elif character == "}" and kind in (PARAMETER, QUOTED_PARAMETER):
            self.stack.pop()
            self.at += 1
        elif character == "(" and self._opens_bracket(kind):
            self.push(PAREN if kind in (ARITHMETIC, PAREN) else GLOB)
            self.at += 1
        elif character == ")" and kind in (ARITHMETIC, PAREN, GLOB):
            self._close_bracket(kind)
        elif character in "<>" and self.text.startswith("(", self.at + 1) and self.at + 2 <= self.end:
            self._open_substitution(self.at + 2)
        else:
            self._end_word()

    def _skip_to(self, end: int) -> None:
        if end > 0:
            self.at = end
        else:
            self.at = self.end
            self._unclosed()

    def _double_quote(self, kind: str) -> None:
        self.at += 1
        if kind == QUOTED:
            self.stack.pop()
        else:
            self.push(QUOTED)

    def _back_tick(self, kind: str) -> None:
        match = _BACK_TICKS.match(self.text, self.at, self.end)
        if match is None:
            self.at = self.end
            self._unclosed()
            return
        inside = Span(self.at + 1, match.end() - 1)
        self.back_ticks.setdefault(self.piece, []).append((inside, kind in (QUOTED, QUOTED_PARAMETER)))
        self.at = match.end()

    def _opens_bracket(self, kind: str) -> bool:
        if kind != WORD:
            return True
        if self.at == self.piece or self.text[self.at - 1] not in "?*+@!":
            return False
        # ``!(`` before a command negates a subshell
        return not (self.at == self.piece + 1 and self.text[self.piece] == "!" and self.stack[-1][1] == roles.COMMAND)

    def _close_bracket(self, kind: str) -> None:
        if kind != ARITHMETIC:
            self.stack.pop()
            self.at += 1
        elif self.text.startswith("))", self.at) and self.at + 2 <= self.end:
            self._marks.pop()
            _, note = self.stack.pop()
            if note:
                self._end_word()
            else:
                self.at += 2
        else:
            self._unclosed()

    def _dollar(self, kind: str) -> None:
        text, at = self.text, self.at
        follower = text[at + 1 : min(at + 2, self.end)]
        if follower == "(":
            if text.startswith("((", at + 1) and at not in self.commands_at:
                self.open_arithmetic("", at + 3)
            else:
                self._open_substitution(at + 2)
        elif follower == "{":
            quoted = kind in (QUOTED, QUOTED_PARAMETER, HEREDOC) and not _PATTERN_OPERATOR.match(text, at, self.end)
            self.push(QUOTED_PARAMETER if quoted else PARAMETER)
            self.at += 2
        elif follower == "'" and kind in (WORD, REGEX, GLOB, PARAMETER):
            match = _DOLLAR_QUOTE.match(text, at, self.end)
            self._skip_to(match.end() if match else 0)
        else:
            self.at += 1

    def open_arithmetic(self, note: str, inside: int) -> None:
        """Enter ``$((`` or, with a note, ``((``; a mark allows going back if it turns out to be commands."""
        depth = len(self.stack)
        mark = Mark(self.at, len(self.tokens), depth, self.expect, self.piece, self.split, len(self.pending))
        self._marks.append(mark)
        if note:
            self.tokens.append(("HEAD" if self.expect == roles.COMMAND else "BRACKET", self.at, inside))
            self.piece, self.split = inside, False
            self.push(WORD, note)
        self.push(ARITHMETIC, note)
        self.at = inside

    def _open_substitution(self, inside: int) -> None:
        """Enter the commands inside the present word."""
        self.tokens.append(("MIDDLE" if self.split else "WORD_HEAD", self.piece, inside))
        self.push(SUBSTITUTION, self.expect)
        self.at = inside
        self.expect = roles.COMMAND

    def close_substitution(self) -> None:
        """Go back to the word around the commands."""
        _, self.expect = self.stack.pop()
        self.piece = self.at
        self.split = True
        self.at += 1

    def _unclosed(self) -> None:
        """Something is not closed: read the innermost arithmetic as commands. Raises ShellError without one."""
        if not self._marks:
            raise ShellError
        mark = self._marks.pop()
        self._patience -= self.at - mark.at
        if self._patience < 0:
            raise ShellError
        self.commands_at.add(mark.at)
        del self.tokens[mark.tokens :]
        del self.stack[mark.depth :]
        self.at, self.expect = mark.at, mark.expect
        self.piece, self.split = mark.piece, mark.split
        del self.pending[mark.pending :]
        while self.back_ticks:
            piece, inside = self.back_ticks.popitem()
            kept = [each for each in inside if each[0].start < mark.at]
            if kept:
                self.back_ticks[piece] = kept
                break


def unquote(text: str) -> str | None:
    """Return the word `text` without its quotes; None if it has an expansion.

    ``$'…'`` and ``$"…"`` give None too, because sh and bash disagree about them. Quotes in `text` are closed, except
    for a single one in arithmetic, which is an ordinary character in sh.
    """
    if not _SPECIAL.search(text):
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
    return _EXPANDS.match(text, at) is not None or (not quoted and text[at + 1 : at + 2] in ("'", '"'))


def _escaped(pair: str, quoted: bool) -> str:
    if pair == "\\\n":
        return ""
    if len(pair) == 1 or (quoted and pair[1] not in '$`"\\'):
        return pair
    return pair[1]
