"""Divide a Dockerfile into tokens that cover every character of it.

The scanner is written by hand, because what a newline means depends on the escape directive, on comments and blank
lines inside a continuation, and on the heredocs that the line opened. The grammar then checks the shape of the tokens.

The rules are those of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/parser.go`` (``Parse``, ``processLine``,
``trimContinuationCharacter``) and ``directives.go``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from dockerfix.syntax.characters import GO_SPACE, mended
from dockerfix.syntax.dockerfile.arguments import is_json_form, name_of, split_command
from dockerfix.syntax.dockerfile.heredocs import Heredoc, heredoc_openers
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import encode

BOM = "\ufeff"
MAX_LINE_BYTES = 65_535
"""The longest physical line that BuildKit reads (``bufio.MaxScanTokenSize - 1``)."""

MAX_KNOWN_LENGTH = 4096
"""The longest instruction that is kept for reuse, in characters."""

DIRECTIVES = frozenset({"syntax", "escape", "check"})
_DIRECTIVE_SPACE = "\t\n\f\r "
_DIRECTIVE = lazy(f"#[{GO_SPACE}]*([a-zA-Z][a-zA-Z0-9]*)[{_DIRECTIVE_SPACE}]*=")
_LEADING_SPACE = lazy(f"[{GO_SPACE}]*")
_HEREDOC_KEYWORDS = frozenset({"run", "copy", "add"})


class Lexeme:
    """A token: its type and the characters `start` to `end` of the text."""

    __slots__ = ("end", "start", "type")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.type = kind
        self.start = start
        self.end = end


class Problem:
    """Something that BuildKit's parser refuses: its message and the offset in the text."""

    __slots__ = ("message", "offset")

    def __init__(self, message: str, offset: int) -> None:
        self.message = message
        self.offset = offset


class Directive:
    """A parser directive: its name in lower case, its value, and the offset of its line."""

    __slots__ = ("name", "offset", "value")

    def __init__(self, name: str, value: str, offset: int) -> None:
        self.name = name
        self.value = value
        self.offset = offset


class Scanner:
    """Scans `text` from `start`.

    `header` is whether directives can still come. `stops` are offsets at which scanning ends, if a new node starts
    there (to read one changed part of a text again). `known` are the instructions that were read before, by escape
    character: each ends by itself, whatever text follows. `tokens` fills in `directives`, `problems`, `heredocs` (by
    the start of their instruction), `escape` and `end` as it goes.
    """

    __slots__ = (
        "_header",
        "_known",
        "_seen",
        "_stops",
        "directives",
        "end",
        "escape",
        "heredocs",
        "problems",
        "start",
        "text",
    )

    def __init__(
        self,
        text: str,
        start: int = 0,
        *,
        escape: str = "\\",
        header: bool = True,
        stops: Container[int] = (),
        known: Mapping[str, Container[str]] | None = None,
    ) -> None:
        self.text = text
        self.start = start
        self.end = start
        self.escape = escape
        self.directives: list[Directive] = []
        self.problems: list[Problem] = []
        self.heredocs: dict[int, tuple[Heredoc, ...]] = {}
        self._header = header
        self._seen: set[str] = set()
        self._stops = stops
        self._known = known or {}

    def tokens(self) -> Iterator[Lexeme]:
        """Yield the tokens, in order; each starts where the last one ended."""
        text, at = self.text, self.start
        if self._header and at == 0 and text.startswith(BOM):
            at = len(BOM)
            yield Lexeme("BOM", 0, at)
        while at < len(text) and at not in self._stops:
            if not self._header:
                end = self._end_of_known(at)
                if end:
                    yield Lexeme("KNOWN", at, end)
                    at = end
                    continue
            content, after = self._line(at)
            first = self._skip_space(at, content)
            if self._header and self._read_directive(at, first, content):
                kind = "DIRECTIVE"
            elif first == content:
                kind = "BLANK"
            elif text[first] == "#":
                kind = "COMMENT"
            else:
                lexemes, line = self._instruction(at, first)
                at = lexemes[-1].end
                if text[lexemes[0].start : at] in self._known.get(self.escape, ()):
                    yield Lexeme("KNOWN", lexemes[0].start, at)
                else:
                    yield from _with_keyword(text, lexemes, line)
                continue
            yield Lexeme(kind, at, after)
            at = after
        self.end = at

    def _end_of_known(self, at: int) -> int:
        """The end of the instruction at `at` if it is a known one, or 0.

        The end is a guess: the first line without a continuation. That is safe, because a known instruction ends by
        itself: a text that starts with one is read as that one, whatever follows.
        """
        text, escape = self.text, self.escape
        known = self._known.get(escape)
        if not known:
            return 0
        end = text.find("\n", at)
        while at < end - 1 and text[end - 1] == escape != text[end - 2] and end - at < MAX_KNOWN_LENGTH:
            end = text.find("\n", end + 1)
        return end + 1 if end > at and text[at : end + 1] in known else 0

    def _line(self, at: int) -> tuple[int, int]:
        """The end of the content of the physical line at `at` (before CRs and LF), and the start of the next line."""
        text = self.text
        newline = text.find("\n", at)
        content, after = (len(text), len(text)) if newline < 0 else (newline, newline + 1)
        if content - at > MAX_LINE_BYTES // 4 and self._is_too_long(at, content):
            self.problems.append(Problem(f"dockerfile line greater than max allowed size of {MAX_LINE_BYTES}", at))
        while content > at and text[content - 1] == "\r":
            content -= 1
        return content, after

    def _is_too_long(self, at: int, end: int) -> bool:
        return len(encode(self.text[at:end])) > MAX_LINE_BYTES

    def _skip_space(self, at: int, end: int) -> int:
        if at < end and self.text[at] > " " and self.text[at] < "\x7f":
            return at
        match = _LEADING_SPACE.match(self.text, at, end)
        return match.end() if match else at

    def _read_directive(self, line: int, first: int, content: int) -> bool:
        """Whether the line is a directive; the first line that is not one ends the header."""
        match = _DIRECTIVE.match(self.text, first, content)
        given = self.text[match.end() : content] if match else ""
        name = match[1].lower() if match else ""
        if not given or name not in DIRECTIVES:
            self._header = False
            return False
        # BuildKit's expression needs one character, and takes a blank if there is no other
        value = given.strip(_DIRECTIVE_SPACE) or given[-1]
        if name in self._seen:
            self.problems.append(Problem(f"only one {name} parser directive can be used", line))
            return True
        self._seen.add(name)
        self.directives.append(Directive(name, value, line))
        if name == "escape":
            if value in ("\\", "`"):
                self.escape = value
            else:
                self.problems.append(Problem(f"invalid escape token '{value}' does not match ` or \\", line))
        return True

    def _continuation(self, first: int, content: int) -> int:
        """The offset of the escape character at the end of the line `first` to `content`, or -1 without one."""
        text, at = self.text, content
        while at > first and text[at - 1] in " \t":
            at -= 1
        if at == first or text[at - 1] != self.escape:
            return -1
        return at - 1 if at - 1 == first or text[at - 2] != self.escape else -1

    def _instruction(self, at: int, first: int) -> tuple[list[Lexeme], str]:
        """The tokens of the instruction at `at`, whose text starts at `first`, and its logical line.

        The keyword and the arguments are not divided yet.
        """
        lexemes: list[Lexeme] = [Lexeme("INDENT", at, first)] if first > at else []
        text, start, line_start = self.text, at, first
        while True:
            content, after = self._line(at)
            joint = self._continuation(line_start, content)
            stop = content if joint < 0 else joint
            if stop > line_start:
                lexemes.append(Lexeme("TEXT", line_start, stop))
            if joint < 0:
                break
            lexemes.append(Lexeme("CONTINUATION", joint, after))
            at = line_start = self._skip_inner(after, lexemes)
            if at == len(text):
                content = after = at
                break
        lexemes.append(Lexeme("END", content, after))
        line = "".join([text[lexeme.start : lexeme.end] for lexeme in lexemes if lexeme.type == "TEXT"])
        if "<<" in line and _can_contain_heredoc(line, self.escape):
            heredocs = self._openers(line, first)
            if heredocs:
                self.heredocs[start] = heredocs
                self._read_heredocs(first, after, heredocs, lexemes)
        return lexemes, line

    def _openers(self, line: str, first: int) -> tuple[Heredoc, ...]:
        try:
            return heredoc_openers(line)
        except ValueError as error:
            self.problems.append(Problem(str(error), first))
            return ()

    def _skip_inner(self, at: int, lexemes: list[Lexeme]) -> int:
        """Take the comments and blank lines inside a continuation, and return the offset of the line after them."""
        text = self.text
        while at < len(text):
            content, after = self._line(at)
            first = self._skip_space(at, content)
            if first == content:
                lexemes.append(Lexeme("INNER_BLANK", at, after))
            elif text[first] == "#":
                lexemes.append(Lexeme("INNER_COMMENT", at, after))
            else:
                break
            at = after
        return at

    def _read_heredocs(self, first: int, at: int, heredocs: tuple[Heredoc, ...], lexemes: list[Lexeme]) -> None:
        text = self.text
        for heredoc in heredocs:
            body = at
            while at < len(text):
                content, after = self._line(at)
                candidate = text[at:content]
                if (candidate.lstrip("\t") if heredoc.chomp else candidate) == heredoc.name:
                    if at > body:
                        lexemes.append(Lexeme("HEREDOC", body, at))
                    lexemes.append(Lexeme("HEREDOC_END", at, after))
                    at = after
                    break
                at = after
            else:
                lexemes.append(Lexeme("UNTERMINATED", body, at))
                self.problems.append(Problem("unterminated heredoc", first))
                return


def _can_contain_heredoc(line: str, escape: str) -> bool:
    """Whether a line is a RUN, COPY or ADD, also after ONBUILD, and not in the JSON form."""
    keyword, _flags, rest, _at = split_command(line, escape)
    if name_of(keyword) == "onbuild":
        keyword, _flags, rest, _at = split_command(rest, escape)
    return name_of(keyword) in _HEREDOC_KEYWORDS and not is_json_form(rest)


def _with_keyword(text: str, lexemes: list[Lexeme], line: str) -> list[Lexeme]:
    """Divide the text of an instruction into white space before the keyword, the keyword, and the arguments."""
    lead = _LEADING_SPACE.match(mended(line))
    left = lead.end() if lead else 0
    keyword, _flags, _rest, _at = split_command(line, flags=False)
    remaining = len(keyword)
    result: list[Lexeme] = []
    done = False
    for lexeme in lexemes:
        kind, start, end = lexeme.type, lexeme.start, lexeme.end
        if done or kind != "TEXT":
            if kind == "CONTINUATION" and not done and not left and remaining and remaining < len(keyword):
                lexeme.type = "SPLIT"
            elif kind == "END" and not done:
                result.append(Lexeme("KEYWORD", start, start))
                done = True
            result.append(lexeme)
            continue
        space = min(left, end - start)
        if space:
            result.append(Lexeme("SPACE", start, start + space))
            left -= space
            start += space
        if start == end:
            continue
        head = min(remaining, end - start)
        result.append(Lexeme("KEYWORD", start, start + head))
        remaining -= head
        start += head
        done = remaining == 0
        if start < end:
            match = _LEADING_SPACE.match(text, start, end)
            gap = match.end() if match else start
            if gap > start:
                result.append(Lexeme("SPACE", start, gap))
            if gap < end:
                result.append(Lexeme("TEXT", gap, end))
    return result
