"""The state of the shell scanner: where it is in the text, what is open there, and what may come next."""

from __future__ import annotations

from typing import Final, NamedTuple

from dockerfix.text.source import Span

MAX_NESTING: Final = 100
"""How deep brackets, quotes and compound commands may nest. Nobody writes that much by hand, and Python compares and
prints the result by recursion, which must not exhaust the stack."""

# Constructs that can be open at a place: each is a frame of the stack, with a note for the way back.
TOP: Final = "top"
COMPOUND: Final = "compound"  # if, while, for and { }; the note is the state it is in
SUBSHELL: Final = "subshell"  # (…)
SUBSTITUTION: Final = "substitution"  # $(…), <(…), >(…); the note is what was expected before it
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


class ShellError(Exception):
    """The text is not in the language that the scanner and the grammar know."""


class Pending(NamedTuple):
    """A heredoc whose body is still to come.

    `redirect` is the offset of its operator, `tabs` whether leading tabs are ignored (``<<-``), `delimiter` the word
    after it as written, `depth` the number of substitutions around it.
    """

    redirect: int
    tabs: bool
    delimiter: str
    depth: int


class State:
    """Where scanning is, and what it has found.

    `tokens` are type, start and end. `back_ticks` has, by the start of a piece of a word, the contents of its
    back-ticks and whether each is between double quotes.
    """

    def __init__(self, text: str, start: int, end: int, nesting: int) -> None:
        self.text = text
        self.at = start
        self.end = end
        self._nesting = nesting
        self.tokens: list[tuple[str, int, int]] = []
        self.stack: list[tuple[str, str]] = [(TOP, "")]
        self.back_ticks: dict[int, list[tuple[Span, bool]]] = {}
        self.expect = ""  # the role of the next word
        self.piece = start  # the start of the present piece of the present word
        self.split = False  # whether the present word has a WORD_HEAD already
        self.redirect = (start, False)  # the last redirection operator, and whether it is <<-
        self.pending: list[Pending] = []  # heredocs whose body is still to come

    def push(self, kind: str, note: str = "") -> None:
        """Enter a frame. Raises ShellError if frames nest too deep."""
        self.stack.append((kind, note))
        if len(self.stack) > self._nesting:
            raise ShellError

    def depth(self) -> int:
        """Return the number of open substitutions."""
        return sum(frame[0] == SUBSTITUTION for frame in self.stack)

    def emit(self, kind: str, end: int) -> None:
        """Add a token from here to `end`, and go there."""
        self.tokens.append((kind, self.at, end))
        self.at = end
