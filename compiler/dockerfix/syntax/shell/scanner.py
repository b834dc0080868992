"""The shell scanner: divides a text into tokens that cover every character of it.

It decides what a shell decides by the place of a word: reserved words, assignments, names of functions, what each ``)``
closes, and where the bodies of heredocs are. The terminals are those that ``grammar/shell.lark`` declares, and those in
`roles.SILENT`. The language is POSIX sh with what bash adds; where dash disagrees (``&>``, ``function``), it is bash's.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dockerfix.syntax.shell import roles
from dockerfix.syntax.shell import state as frames
from dockerfix.syntax.shell.state import MAX_NESTING, Pending, ShellError
from dockerfix.syntax.shell.word_scanner import WordScanner
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_QUOTES: Final = lazy(r"\\(.)|['\"]", re.DOTALL)


class Heredoc(NamedTuple):
    """The spans of a heredoc's body and of the line that ends it, and whether the shell expands the body."""

    body: Span
    delimiter: Span | None
    expands: bool


class ShellScanner(WordScanner):
    """Scans `part` of `text` when it is constructed. Raises ShellError for what it does not understand.

    With `heredoc` the part is the body of a heredoc, which is one word. `nesting` limits how deep frames may nest.
    `heredocs` has the heredocs by the offset of their REDIRECT token.
    """

    def __init__(
        self, text: str, part: Span | None = None, *, heredoc: bool = False, nesting: int = MAX_NESTING
    ) -> None:
        start, end = part or (0, len(text))
        super().__init__(text, start, end, nesting)
        self.heredocs: dict[int, Heredoc] = {}
        self._resume = ""  # what is expected after the target of a redirection
        self.expect = roles.COMMAND
        if heredoc:
            self.push(frames.HEREDOC, roles.ARGUMENT)
        self._run()

    def _run(self) -> None:
        while True:
            self.scan_word()
            if self.at >= self.end:
                break
            match = self._lead().match(self.text, self.at, self.end)
            if match is None or (self.expect == roles.TARGET and match[0][:1].isdigit()):
                self._start_word()
            else:
                self._separate(match.lastgroup or "", match.end())
        if len(self.stack) > 1:
            raise ShellError
        for pending in self.pending:
            self.heredocs[pending.redirect] = Heredoc(Span(self.end, self.end), None, False)

    def _lead(self) -> re.Pattern[str]:
        frame = self.stack[-1][0]
        if frame == frames.TEST:
            return roles.BLANK_LEAD if self.expect == roles.REGEX else roles.TEST_LEAD
        return roles.ARRAY_LEAD if frame == frames.ARRAY else roles.LEAD

    def _separate(self, group: str, end: int) -> None:
        if group == "blank":
            self.emit("BLANK", end)
        elif group == "operator":
            self._operator(self.text[self.at : end], end)
        elif group == "redirect":
            self._redirection(end)
        elif group == "newline":
            self._newline(end)
        elif group == "comment":
            self.emit("COMMENT", end)
        elif group == "test":
            self.emit("WORD", end)
        else:
            _, self.expect = self.stack.pop()
            self.emit("ARRAY_CLOSE", end)

    def _newline(self, end: int) -> None:
        if self.expect in roles.LINE_END_IS_BLANK:
            self.emit("LINE_END", end)
        elif self._in_range():
            self.emit("LINE_END", end)
            self.expect = roles.DO
        else:
            self.emit("SEPARATOR", end)
            self.expect = roles.COMMAND
        if self.pending:
            self._read_heredocs()

    def _in_section(self) -> bool:
        """Whether the commands of a ``case`` can end here."""
        return self.stack[-1][0] == frames.CASE and self.expect not in roles.IN_CASE_HEAD

    def _in_range(self) -> bool:
        """Whether a ``;`` or line end would end the words of a ``for``."""
        return self.stack[-1] == (frames.COMPOUND, "for") and self.expect in (roles.RANGE, roles.ARGUMENT)

    def _redirection(self, end: int) -> None:
        if self.expect in (roles.TARGET, roles.DELIMITER):
            raise ShellError
        operator = self.text[self.at : end].lstrip("0123456789")
        self.redirect = (self.at, operator == "<<-")
        self.emit("REDIRECT", end)
        self._resume = self.expect
        self.expect = roles.DELIMITER if operator in ("<<", "<<-") else roles.TARGET

    def _operator(self, operator: str, end: int) -> None:
        if operator == "(":
            self._open(end)
        elif operator == ")":
            self._close(end)
        elif operator in (";;", ";&", ";;&") and self._in_section():
            self.emit("BREAK", end)
            self.expect = roles.PATTERN
        elif operator == "|" and self.expect == roles.PATTERN_END:
            self.emit("OR", end)
            self.expect = roles.PATTERN
        elif operator == ";" and self._in_range():
            self.emit("LINE_END", end)
            self.expect = roles.DO
        elif operator in roles.OPERATORS:
            self.emit(roles.OPERATORS[operator], end)
            self.expect = roles.COMMAND
        else:
            raise ShellError

    def _open(self, end: int) -> None:
        if self.expect == roles.PATTERN:
            self.emit("BRACKET", end)
        elif self.expect not in (roles.COMMAND, roles.NAME):
            raise ShellError
        elif self.text.startswith("((", self.at) and self.at not in self.commands_at:
            loop = self.expect == roles.NAME
            self.open_arithmetic(roles.ARITHMETIC_RANGE if loop else roles.ARITHMETIC, end + 1)
        else:
            self.emit("OPEN", end)
            self.push(frames.SUBSHELL)
            self.expect = roles.COMMAND

    def _close(self, end: int) -> None:
        frame = self.stack[-1][0]
        if frame == frames.SUBSHELL:
            self.stack.pop()
            self.emit("CLOSE", end)
            self.expect = roles.AFTER
        elif frame == frames.SUBSTITUTION:
            if self.pending and self.pending[-1].depth == self.depth():
                raise ShellError
            self.close_substitution()
        elif frame == frames.CASE and self.expect == roles.PATTERN_END:
            self.emit("MIDDLE", end)
            self.expect = roles.COMMAND
        else:
            raise ShellError

    def _start_word(self) -> None:
        role = self.expect
        if role in (roles.TARGET, roles.DELIMITER):
            self.expect = self._resume
        elif role in roles.ASSIGNABLE:
            match = roles.ASSIGN.match(self.text, self.at, self.end)
            if match is not None:
                self.emit("ASSIGN", match.end())
                role = roles.VALUE
                if self.text.startswith("(", self.at):
                    self.push(frames.ARRAY, roles.DECLARATION if self.expect == roles.DECLARATION else roles.PREFIX)
                    self.emit("ARRAY_OPEN", self.at + 1)
                    self.expect = roles.ELEMENT
                    return
        self.piece, self.split = self.at, False
        self.push(frames.REGEX if role == roles.REGEX else frames.WORD, role)

    def _read_heredocs(self) -> None:
        depth = self.depth()
        for pending in self.pending:
            if pending.depth != depth:
                raise ShellError
            heredoc = _heredoc(pending, self.text, self.at, self.end)
            self.heredocs[pending.redirect] = heredoc
            end = (heredoc.delimiter or heredoc.body).end
            if end > self.at:
                self.emit("HEREDOC_BODY", end)
        self.pending.clear()


def _heredoc(pending: Pending, text: str, start: int, end: int) -> Heredoc:
    """The heredoc whose body starts at `start`; without its delimiter it continues to `end`, as in shells."""
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
