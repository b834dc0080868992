"""Shell text to commands: runs the scanner's tokens through the grammar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from dockerfix.syntax.lalr import Parser, Unexpected
from dockerfix.syntax.shell.roles import DECLARATIONS, SILENT
from dockerfix.syntax.shell.scanner import Heredoc, ShellScanner
from dockerfix.syntax.shell.state import MAX_NESTING, ShellError
from dockerfix.syntax.shell.tree import Assignment, Command, Kind, Redirection, Script, Word
from dockerfix.syntax.shell.word_scanner import unquote
from dockerfix.syntax.tables import shell
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_NAME: Final = lazy(r"[^A-Za-z0-9_]")

_KINDS: Final[dict[str, Kind]] = {
    "(": "subshell",
    "{": "group",
    "if": "if",
    "while": "while",
    "until": "until",
    "for": "for",
    "case": "case",
    "[[": "test",
    "((": "arith",
}
"""The kind of a compound command, by the token that opens it."""
_ESCAPED: Final = lazy(r"\\([$`\\])")
_ESCAPED_IN_QUOTES: Final = lazy(r"\\([$`\\\"])")


class Fragment:
    """A text to parse: the whole, or one inside it, which is the content of back-ticks or the body of a heredoc.

    `source` is the whole text, `positions` the offset in it of each character of `text` and of its end; None if they
    are the same. `heredoc` is whether it is the body of one, where quotes have no meaning.
    """

    __slots__ = ("heredoc", "nesting", "positions", "scanner", "source", "text")

    def __init__(
        self, text: str, inside: Span | None = None, outer: Fragment | None = None, *, heredoc: bool = False
    ) -> None:
        self.text = text
        self.source: str = text if outer is None else outer.source
        self.positions: Sequence[int] | None = None if outer is None else outer.positions
        # half for each text inside another, so that the whole does not nest twice as deep
        self.nesting: int = MAX_NESTING if outer is None else outer.nesting // 2
        self.heredoc = heredoc
        self.scanner = ShellScanner(text, inside, heredoc=heredoc, nesting=self.nesting)

    def span(self, start: int, end: int) -> Span:
        """Return the span in the whole text."""
        positions = self.positions
        return Span(start, end) if positions is None else Span(positions[start], positions[end])

    def lexemes(self) -> Iterator[Lexeme]:
        """Yield the tokens that the grammar sees."""
        for kind, start, end in self.scanner.tokens:
            if kind not in SILENT:
                yield Lexeme(kind, start, end, self)

    def in_back_ticks(self, inside: Span, quoted: bool) -> Fragment | None:
        """Return the text between two back-ticks, where a backslash escapes ``$``, back-tick and backslash once more.

        `quoted` is whether double quotes are around them: then it escapes ``"`` too. None if there is no text.
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
        """Return the body of a heredoc; None if it can't have commands."""
        if self.text.find("$(", body.start, body.end) < 0 and self.text.find("`", body.start, body.end) < 0:
            return None
        return Fragment(self.text, body, self, heredoc=True)


class Lexeme:
    """A token of `fragment`: its type, and the characters `start` to `end` of the fragment's text."""

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


@lru_cache(maxsize=4096)
def parse_shell(text: str) -> Script:
    """Return the commands of `text`, which is what a shell reads; no input raises.

    A text that can't be parsed is one command of the kind ``opaque``. Spans are offsets in `text`.
    """
    try:
        return Script(text, tuple(_read(Fragment(text))), False)
    except (ShellError, Unexpected):
        return Script(text, (Command(Span(0, len(text)), "opaque"),), True)


def _read(fragment: Fragment | None) -> list[Command]:
    if fragment is None:
        return []
    return cast("list[Command]", _parser.parse(fragment.lexemes()))


class _Draft:
    """A command while its parts are added, before its list joins it to the others."""

    __slots__ = ("assignments", "body", "end", "kind", "name", "redirections", "shape", "start", "words")

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.kind: Kind = "call"
        self.name: str | None = None  # of a function, whose body starts at `shape`
        self.shape = start
        self.words: list[Word] = []
        self.assignments: list[Assignment] = []
        self.redirections: list[Redirection] = []
        self.body: list[Command] = []

    def add(self, child: Any) -> None:
        """Add the next part: a token, a word, an assignment, a redirection or a list of commands."""
        sort = type(child)
        if sort is list:
            if not child and self.kind != "case":
                raise ShellError
            self.body += child
            return
        self.end = child.span.end
        if sort is Lexeme:
            self._token(child)
        elif sort is Word:
            self.words.append(child)
        elif sort is Redirection:
            self.redirections.append(child)
        else:
            self.assignments.append(child)

    def _token(self, lexeme: Lexeme) -> None:
        if lexeme.type == "WORD":
            self.words.append(_word(lexeme))
        elif lexeme.type in ("OPEN", "HEAD"):
            self.kind = _KINDS[lexeme.text]
            self.shape = lexeme.span.start
        elif lexeme.type == "FUNCTION_NAME":
            self.name = lexeme.text.split()[-1]

    def command(self, operator: str, negation: Span | None, background: bool, terminator: Span | None) -> Command:
        """Return the command, joined by `operator` to the one before it."""
        span = Span(self.start if negation is None else negation.start, self.end)
        joints = (negation is not None, background, terminator)
        if self.name is not None:
            body = self._made(Span(self.shape, self.end), "", (False, False, None))
            return Command(span, "function", operator, (), (), (), *joints, (body,), self.name)
        return self._made(span, operator, joints)

    def _made(self, span: Span, operator: str, joints: tuple[bool, bool, Span | None]) -> Command:
        words, kind = self.words, self.kind
        if kind == "call" and words and words[0].text in DECLARATIONS:
            kind = "decl"
        assignments, redirections = tuple(self.assignments), tuple(self.redirections)
        return Command(span, kind, operator, tuple(words), assignments, redirections, *joints, tuple(self.body))


class _Chain:
    """The commands between two of ``;``, ``&`` and line ends: ``&`` puts all of them into the background."""

    __slots__ = ("links",)

    def __init__(self) -> None:
        self.links: list[tuple[_Draft, str, Span | None]] = []

    def finish(self, commands: list[Command], end: Lexeme | None) -> None:
        """Add the commands to those before, knowing what ends the chain, and start a new one."""
        text = "" if end is None else end.text
        last = len(self.links) - 1
        for index, (draft, operator, negation) in enumerate(self.links):
            terminator = end.span if end is not None and index == last and text != "\n" else None
            commands.append(draft.command(operator, negation, text == "&", terminator))
        self.links.clear()


def _word(child: Word | Lexeme) -> Word:
    """The word of a token; a word stays as it is."""
    if isinstance(child, Word):
        return child
    text, span, fragment = child.text, child.span, child.fragment
    written = text if fragment.positions is None else fragment.source[span.start : span.end]
    if child.start in fragment.scanner.back_ticks:
        return Word(span, written, None, tuple(_back_ticks(child)))
    return Word(span, written, unquote(text))


def _back_ticks(lexeme: Lexeme) -> list[Command]:
    found: list[Command] = []
    for inside, quoted in lexeme.fragment.scanner.back_ticks.get(lexeme.start, ()):
        found += _read(lexeme.fragment.in_back_ticks(inside, quoted))
    return found


class Builder:
    """Makes the parts of ``shell.lark``: words from tokens, drafts of commands from words, lists from drafts."""

    def script(self, children: list[Any]) -> list[Command]:
        """Make a list of commands, each with the operator that joins it to the one before."""
        commands: list[Command] = []
        chain = _Chain()
        operator, negation = "", None
        for child in children:
            if type(child) is _Draft:
                chain.links.append((child, operator, negation))
                negation = None
            elif child.type == "BANG":
                negation = child.span
            elif child.type == "SEPARATOR":
                chain.finish(commands, child)
                operator = ";"
            else:
                operator = child.text
        chain.finish(commands, None)
        return commands

    def command(self, children: list[Any]) -> _Draft:
        """Add a part to a command, or start one."""
        draft = children[0]
        if type(draft) is _Draft:
            draft.add(children[1])
            return draft
        draft = _Draft(children[0].span.start)
        for child in children:
            draft.add(child)
        return draft

    def composite(self, children: list[Any]) -> Word:
        """Make a word from tokens and what is between them: lists of commands, or the words of an array."""
        inside: list[Command] = []
        for child in children:
            if type(child) is list:
                inside += child
            elif type(child) is Word or child.type == "WORD":
                inside += _word(child).substitutions
            else:
                inside += _back_ticks(child)
        span = Span(children[0].span.start, children[-1].span.end)
        return Word(span, children[0].fragment.source[span.start : span.end], None, tuple(inside))

    def assignment(self, children: list[Any]) -> Assignment:
        """Make an assignment from ``NAME=`` and the word after it."""
        assign, value = children[0], _word(children[1])
        return Assignment(Span(assign.span.start, value.span.end), _NAME.split(assign.text)[0], value)

    def redirection(self, children: list[Any]) -> Redirection:
        """Make a redirection from an operator and its target, with the heredoc that it opened."""
        lexeme, target = children[0], _word(children[1])
        text = lexeme.text
        operator = text.lstrip("0123456789")
        digits = text[: len(text) - len(operator)]
        simple = Redirection(
            Span(lexeme.span.start, target.span.end), int(digits) if 0 < len(digits) < 10 else None, operator, target
        )
        heredoc = lexeme.fragment.scanner.heredocs.get(lexeme.start)
        if heredoc is None or (heredoc.delimiter is None and heredoc.body.start == heredoc.body.end):
            return simple
        place = lexeme.fragment.span
        return simple._replace(
            heredoc=place(*heredoc.body),
            delimiter=None if heredoc.delimiter is None else place(*heredoc.delimiter),
            substitutions=tuple(_heredoc(lexeme.fragment, heredoc)),
        )


_parser = Parser(shell.STATES, shell.RULES, Builder())


def _heredoc(fragment: Fragment, heredoc: Heredoc) -> list[Command]:
    """The commands in the body of a heredoc, which is read as one word."""
    commands = _read(fragment.in_heredoc(heredoc.body)) if heredoc.expands else []
    return [inside for command in commands for word in command.words for inside in word.substitutions]
