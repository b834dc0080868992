"""What the shell grammar is applied to: a text, or one inside it, as the tokens that mean something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dockerfix.syntax.shell.places import SILENT
from dockerfix.syntax.shell.scanner import ShellScanner
from dockerfix.syntax.shell.word_scanner import MAX_NESTING
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_ESCAPED: Final = lazy(r"\\([$`\\])")
_ESCAPED_IN_QUOTES: Final = lazy(r"\\([$`\\\"])")


class Fragment:
    """A text to read, the whole or one inside it: what stands in back-ticks, or the body of a heredoc.

    `source` is the whole text, `positions` says where in it each character of `text` (and its end) stands; None means
    that they are the same. `heredoc` says that it is the body of one: quotes mean nothing there.
    """

    __slots__ = ("heredoc", "nesting", "positions", "scanner", "source", "text")

    def __init__(
        self, text: str, inside: Span | None = None, outer: Fragment | None = None, *, heredoc: bool = False
    ) -> None:
        self.text = text
        self.source: str = text if outer is None else outer.source
        self.positions: Sequence[int] | None = None if outer is None else outer.positions
        # half for each text inside another, so that the whole doesn't nest twice as deep
        self.nesting: int = MAX_NESTING if outer is None else outer.nesting // 2
        self.heredoc = heredoc
        self.scanner = ShellScanner(text, inside, heredoc=heredoc, nesting=self.nesting)

    def span(self, start: int, end: int) -> Span:
        """The place in the whole text."""
        positions = self.positions
        return Span(start, end) if positions is None else Span(positions[start], positions[end])

    def lexemes(self) -> Iterator[Lexeme]:
        """What the grammar gets to see of the text."""
        for kind, start, end in self.scanner.tokens:
            if kind not in SILENT:
                yield Lexeme(kind, start, end, self)

    def in_back_ticks(self, inside: Span, quoted: bool) -> Fragment | None:
        """What stands between two back-ticks, where a backslash guards ``$``, back-tick and backslash once more.

        `quoted` says that double quotes are around them, which makes it guard ``"`` as well. None where they are empty.
        """
        if not self.text[inside.start : inside.end].strip():
            return None
        if self.text.find("\\", inside.start, inside.end) < 0:
            return Fragment(self.text, inside, self)
        parts: list[str] = []
        places: list[int] = []
        at = inside.start
        for match in (_ESCAPED_IN_QUOTES if quoted else _ESCAPED).finditer(self.text, inside.start, inside.end):
            parts += (self.text[at : match.start()], match.group(1))
            places += range(at, match.start())
            places.append(match.start())
            at = match.end()
        parts.append(self.text[at : inside.end])
        places += range(at, inside.end + 1)
        fragment = Fragment("".join(parts), None, self)
        fragment.positions = places if self.positions is None else [self.positions[place] for place in places]
        return fragment

    def in_heredoc(self, body: Span) -> Fragment | None:
        """The body of a heredoc, where commands can stand in it."""
        if self.text.find("$(", body.start, body.end) < 0 and self.text.find("`", body.start, body.end) < 0:
            return None
        return Fragment(self.text, body, self, heredoc=True)


class Lexeme:
    """A token of `fragment`: its type and the characters `start` to `end` of the fragment's text."""

    __slots__ = ("end", "fragment", "start", "type")

    def __init__(self, kind: str, start: int, end: int, fragment: Fragment) -> None:
        self.type = kind
        self.start = start
        self.end = end
        self.fragment = fragment

    @property
    def text(self) -> str:
        """The characters, as the shell that reads the fragment sees them."""
        return self.fragment.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """The place in the whole text."""
        return self.fragment.span(self.start, self.end)
