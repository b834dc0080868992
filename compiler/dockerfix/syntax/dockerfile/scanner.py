"""Cut a Dockerfile into tokens that cover every character of it.

A hand-written scanner, because what a newline means depends on the escape directive, on comments and blank lines inside
a continuation, and on the heredocs that the line opened; lark's parser then checks the shape of what comes out.

The rules are those of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/parser.go`` (``Parse``, ``processLine``,
``trimContinuationCharacter``) and ``directives.go``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from dockerfix.syntax.characters import GO_SPACE, mended
from dockerfix.syntax.dockerfile.arguments import is_json_form, name_of, split_command
from dockerfix.syntax.dockerfile.heredocs import Heredoc, heredoc_openers
from dockerfix.syntax.dockerfile.lexemes import Directive, Lexeme, Problem
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import encode

BOM = "\ufeff"
MAX_LINE_BYTES = 65_535
"""The longest physical line that BuildKit reads (``bufio.MaxScanTokenSize - 1``)."""

MAX_KNOWN_LENGTH = 4096
"""The longest instruction that is kept to be known again, in characters."""

DIRECTIVES = frozenset({"syntax", "escape", "check"})
_DIRECTIVE_SPACE = "\t\n\f\r "
_DIRECTIVE = lazy(f"#[{GO_SPACE}]*([a-zA-Z][a-zA-Z0-9]*)[{_DIRECTIVE_SPACE}]*=")
_LEADING_SPACE = lazy(f"[{GO_SPACE}]*")
_HEREDOC_KEYWORDS = frozenset({"run", "copy", "add"})


class Scanner:
    """The tokens of `text` from `start`, and what was learnt on the way.

    `header` says whether directives can still stand there, `stops` are offsets at which scanning ends as soon as a new
    node would begin (used to read one changed part of a text again). `known` are instructions that were read before, by
    escape character: texts that end by themselves, whatever follows. `directives`, `problems` and `escape` are
    filled in while the tokens are taken.
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
        """All tokens, in order; each begins where the last ended."""
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
        """The end of the instruction at `at` if it is a known one, else 0.

        Where it ends is only guessed, at the first line without a continuation: known ones end by themselves, so that
        text which begins with one is read as that one, whatever follows.
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
        """Where the content of the physical line at `at` ends (before CRs and LF), and where the next line begins."""
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
        """Whether the line is a directive; the first line that has not the form of one ends the header."""
        match = _DIRECTIVE.match(self.text, first, content)
        given = self.text[match.end() : content] if match else ""
        name = match[1].lower() if match else ""
        if not given or name not in DIRECTIVES:
            self._header = False
            return False
        # BuildKit's expression asks for one character, and takes a blank where there is no other
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
        """The offset of the character that continues the line `first` to `content`, or -1 if it ends here."""
        text, at = self.text, content
        while at > first and text[at - 1] in " \t":
            at -= 1
        if at == first or text[at - 1] != self.escape:
            return -1
        return at - 1 if at - 1 == first or text[at - 2] != self.escape else -1

    def _instruction(self, at: int, first: int) -> tuple[list[Lexeme], str]:
        """The tokens of the instruction whose first line begins at `at`, its text at `first`, before the keyword is
        divided from its arguments; and its logical line.
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
        """Take the comments and blank lines that stand inside a continuation; the offset of the line after them."""
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
    """Only RUN, COPY and ADD, or one of them behind ONBUILD, and not in their JSON form."""
    keyword, _flags, rest, _at = split_command(line, escape)
    if name_of(keyword) == "onbuild":
        keyword, _flags, rest, _at = split_command(rest, escape)
    return name_of(keyword) in _HEREDOC_KEYWORDS and not is_json_form(rest)


def _with_keyword(text: str, lexemes: list[Lexeme], line: str) -> list[Lexeme]:
    """Divide the text of an instruction into white space before its keyword, the keyword, and its arguments."""
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
