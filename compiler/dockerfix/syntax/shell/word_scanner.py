"""Inside a shell word: quotes, expansions and nested brackets, with a stack in place of recursion.

The rules are those of POSIX.1-2017 (Shell Command Language, 2.2, 2.3 and 2.6) with what bash adds: ``$'…'``, ``$"…"``,
``<(…)`` and patterns such as ``@(a|b)``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dockerfix.syntax.shell.heredocs import Pending
from dockerfix.text.source import Span

MAX_NESTING: Final = 100
"""How deep brackets, quotes and compound commands may nest. No hand writes that much, and comparing or printing the
result, which Python does by recursion, must not run out of stack."""


class ShellError(Exception):
    """The text is not in the language that the scanner and the grammar know."""


# What may be open at a place: one frame of the stack each, with a note for the way back.
TOP: Final = "top"
COMPOUND: Final = "compound"  # if, while, for and { }; the note says between which words of it
SUBSHELL: Final = "subshell"  # (…)
SUBSTITUTION: Final = "substitution"  # $(…), <(…), >(…); the note is what was expected around it
CASE: Final = "case"
TEST: Final = "test"  # [[ … ]]
ARRAY: Final = "array"  # a=(…)
WORD: Final = "word"  # the note is the word's role
QUOTED: Final = "quoted"  # "…"
PARAMETER: Final = "parameter"  # ${…}
QUOTED_PARAMETER: Final = "quoted parameter"  # "${…}", in which ' is an ordinary character
ARITHMETIC: Final = "arithmetic"  # $((…)) and ((…))
GLOB: Final = "glob"  # @(…)
PAREN: Final = "paren"  # a bracket inside arithmetic
HEREDOC: Final = "heredoc"  # the body of a heredoc whose delimiter isn't quoted
REGEX: Final = "regex"  # right of =~

_PLAIN: Final = {
    kind: re.compile(f"[^{re.escape(special)}]*").match
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
"""What is skipped at once in each kind of frame; the kinds that stand here are those inside a word."""

_BACK_TICKS: Final = re.compile(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL).match
_DOLLAR_QUOTE: Final = re.compile(r"\$'[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL).match
_PATTERN_OPERATOR: Final = re.compile(r"\$\{[!#]?(?:\w+|[@*#?$!-])(?:\[[^]\\\n]{0,80}\])?[#%/^,]").match
"""The beginning of an expansion that takes a pattern: quotes count in it even between double quotes."""


class Mark(NamedTuple):
    """Where to go on if what looks like arithmetic turns out to be commands: ``$((a) | b)``."""

    at: int
    tokens: int
    depth: int
    expect: str
    piece: int
    split: bool
    pending: int


class WordScanner:
    """The state of scanning and its steps inside words.

    `tokens` are type, start and end; `back_ticks` holds for the start of a piece of a word the insides of its
    back-ticks, and whether each stands between double quotes.
    """

    def __init__(self, text: str, start: int, end: int, nesting: int = MAX_NESTING) -> None:
        self.text = text
        self.at = start
        self.end = end
        self._nesting = nesting
        self.tokens: list[tuple[str, int, int]] = []
        self.stack: list[tuple[str, str]] = [(TOP, "")]
        self.back_ticks: dict[int, list[tuple[Span, bool]]] = {}
        self.expect = ""  # what the next word would be
        self.piece = start  # where the present piece of the present word begins
        self.split = False  # whether the present word has given a WORD_HEAD
        self.pending: list[Pending] = []  # heredocs whose body is still to come
        self._marks: list[Mark] = []
        self.commands_at: set[int] = set()  # where $(( and (( are known not to be arithmetic
        self._patience = 8 * (end - start) + 1000  # characters that may be scanned again

    def push(self, kind: str, note: str = "") -> None:
        """Enter a frame. Raises ShellError where nesting is out of reason."""
        self.stack.append((kind, note))
        if len(self.stack) > self._nesting:
            raise ShellError

    def scan_word(self) -> None:
        """Go on in a word until it ends or commands begin inside it."""
        text = self.text
        while True:
            kind = self.stack[-1][0]
            plain = _PLAIN.get(kind)
            if plain is None:
                return
            match = plain(text, self.at, self.end)
            if match is not None:
                self.at = match.end()
            if self.at < self.end:
                self._special(kind, text[self.at])
            elif kind in (WORD, REGEX, HEREDOC):
                self.end_word()
                return
            else:
                self._unclosed()

    def end_word(self) -> None:
        """The present word is complete: give its last token. What that means depends on its role."""
        raise NotImplementedError

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
            self.open_substitution(self.at + 2)
        else:
            self.end_word()

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
        match = _BACK_TICKS(self.text, self.at, self.end)
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
        # ``!(`` in front of a command negates a subshell
        return not (self.at == self.piece + 1 and self.text[self.piece] == "!" and self.at_command())

    def at_command(self) -> bool:
        """Whether the word being scanned stands where a command begins."""
        raise NotImplementedError

    def _close_bracket(self, kind: str) -> None:
        if kind != ARITHMETIC:
            self.stack.pop()
            self.at += 1
        elif self.text.startswith("))", self.at) and self.at + 2 <= self.end:
            self._marks.pop()
            _, note = self.stack.pop()
            if note:
                self.end_word()
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
                self.open_substitution(at + 2)
        elif follower == "{":
            quoted = kind in (QUOTED, QUOTED_PARAMETER, HEREDOC) and not _PATTERN_OPERATOR(text, at, self.end)
            self.push(QUOTED_PARAMETER if quoted else PARAMETER)
            self.at += 2
        elif follower == "'" and kind in (WORD, REGEX, GLOB, PARAMETER):
            match = _DOLLAR_QUOTE(text, at, self.end)
            self._skip_to(match.end() if match else 0)
        else:
            self.at += 1

    def open_arithmetic(self, note: str, inside: int) -> None:
        """Enter ``$((`` or, with a note, ``((``, ready to come back where it turns out to be commands."""
        depth = len(self.stack)
        mark = Mark(self.at, len(self.tokens), depth, self.expect, self.piece, self.split, len(self.pending))
        self._marks.append(mark)
        if note:
            self.tokens.append(("HEAD" if self.expect == "command" else "BRACKET", self.at, inside))
            self.piece, self.split = inside, False
            self.push(WORD, note)
        self.push(ARITHMETIC, note)
        self.at = inside

    def open_substitution(self, inside: int) -> None:
        """Enter commands inside the present word."""
        self.tokens.append(("MIDDLE" if self.split else "WORD_HEAD", self.piece, inside))
        self.push(SUBSTITUTION, self.expect)
        self.at = inside
        self.begin_commands()

    def begin_commands(self) -> None:
        """Commands begin inside the present word."""
        raise NotImplementedError

    def close_substitution(self) -> None:
        """Go back to the word that the commands stood in."""
        _, self.expect = self.stack.pop()
        self.piece = self.at
        self.split = True
        self.at += 1

    def _unclosed(self) -> None:
        """Something isn't closed as it should be: take the innermost arithmetic for commands, or give up."""
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
