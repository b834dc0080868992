"""The shell scanner: a text to tokens that cover every character of it.

What a shell decides by the place of a word is decided here: reserved words, assignments, names of functions, which
``)`` closes what, and where the bodies of heredocs lie. The terminals are those that ``grammar/shell.lark`` declares,
and the SILENT ones of `shell_places`. The language is POSIX sh with what bash adds to it; where dash disagrees (``&>``,
``function``), bash is followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dockerfix.syntax.shell import heredocs, places
from dockerfix.syntax.shell import word_scanner as inside
from dockerfix.syntax.shell.heredocs import Heredoc
from dockerfix.syntax.shell.roles import ROLES
from dockerfix.syntax.shell.word_scanner import ShellError, WordScanner
from dockerfix.text.source import Span


class ShellScanner(WordScanner):
    """Scans `part` of `text` when made; ShellError is raised for what isn't understood.

    With `heredoc` it is the body of a heredoc, which gives one word. `nesting` limits how deep things may nest.
    `heredocs` holds what belongs to the REDIRECT token that begins at an offset.
    """

    def __init__(
        self, text: str, part: Span | None = None, *, heredoc: bool = False, nesting: int = inside.MAX_NESTING
    ) -> None:
        start, end = part or (0, len(text))
        super().__init__(text, start, end, nesting)
        self.heredocs: dict[int, Heredoc] = {}
        self.redirect = (start, False)  # the last redirection operator, and whether it is <<-
        self._resume = ""  # what is expected behind the target of a redirection
        self.expect = places.COMMAND
        if heredoc:
            self.push(inside.HEREDOC, places.ARGUMENT)
        self._run()

    def _run(self) -> None:
        while True:
            self.scan_word()
            if self.at >= self.end:
                break
            match = self._lead()(self.text, self.at, self.end)
            if match is None or (self.expect == places.TARGET and match[0][:1].isdigit()):
                self._start_word()
            else:
                self._separate(match.lastgroup or "", match.end())
        if len(self.stack) > 1:
            raise ShellError
        for pending in self.pending:
            self.heredocs[pending.redirect] = Heredoc(Span(self.end, self.end), None, False)

    def _lead(self) -> Callable[[str, int, int], re.Match[str] | None]:
        frame = self.stack[-1][0]
        if frame == inside.TEST:
            return places.BLANK_LEAD if self.expect == places.REGEX else places.TEST_LEAD
        return places.ARRAY_LEAD if frame == inside.ARRAY else places.LEAD

    def _emit(self, kind: str, end: int) -> None:
        self.tokens.append((kind, self.at, end))
        self.at = end

    def _separate(self, group: str, end: int) -> None:
        if group == "blank":
            self._emit("BLANK", end)
        elif group == "operator":
            self._operator(self.text[self.at : end], end)
        elif group == "redirect":
            self._redirection(end)
        elif group == "newline":
            self._newline(end)
        elif group == "comment":
            self._emit("COMMENT", end)
        elif group == "test":
            self._emit("WORD", end)
        else:
            _, self.expect = self.stack.pop()
            self._emit("ARRAY_CLOSE", end)

    def _newline(self, end: int) -> None:
        if self.expect in places.LINE_END_IS_BLANK:
            self._emit("LINE_END", end)
        elif self._in_range():
            self._emit("LINE_END", end)
            self.expect = places.DO
        else:
            self._emit("SEPARATOR", end)
            self.expect = places.COMMAND
        if self.pending:
            self._read_heredocs()

    def _in_section(self) -> bool:
        """Whether the commands of a ``case`` can end here."""
        return self.stack[-1][0] == inside.CASE and self.expect not in places.IN_CASE_HEAD

    def _in_range(self) -> bool:
        """Whether a ``;`` or line end would end the words of a ``for``."""
        return self.stack[-1] == (inside.COMPOUND, "for") and self.expect in (places.RANGE, places.ARGUMENT)

    def _redirection(self, end: int) -> None:
        if self.expect in (places.TARGET, places.DELIMITER):
            raise ShellError
        operator = self.text[self.at : end].lstrip("0123456789")
        self.redirect = (self.at, operator == "<<-")
        self._emit("REDIRECT", end)
        self._resume = self.expect
        self.expect = places.DELIMITER if operator in ("<<", "<<-") else places.TARGET

    def _operator(self, operator: str, end: int) -> None:
        if operator == "(":
            self._open(end)
        elif operator == ")":
            self._close(end)
        elif operator in (";;", ";&", ";;&") and self._in_section():
            self._emit("BREAK", end)
            self.expect = places.PATTERN
        elif operator == "|" and self.expect == places.PATTERN_END:
            self._emit("OR", end)
            self.expect = places.PATTERN
        elif operator == ";" and self._in_range():
            self._emit("LINE_END", end)
            self.expect = places.DO
        elif operator in places.OPERATORS:
            self._emit(places.OPERATORS[operator], end)
            self.expect = places.COMMAND
        else:
            raise ShellError

    def _open(self, end: int) -> None:
        if self.expect == places.PATTERN:
            self._emit("BRACKET", end)
        elif self.expect not in (places.COMMAND, places.NAME):
            raise ShellError
        elif self.text.startswith("((", self.at) and self.at not in self.commands_at:
            loop = self.expect == places.NAME
            self.open_arithmetic(places.ARITHMETIC_RANGE if loop else places.ARITHMETIC, end + 1)
        else:
            self._emit("OPEN", end)
            self.push(inside.SUBSHELL)
            self.expect = places.COMMAND

    def _close(self, end: int) -> None:
        frame = self.stack[-1][0]
        if frame == inside.SUBSHELL:
            self.stack.pop()
            self._emit("CLOSE", end)
            self.expect = places.AFTER
        elif frame == inside.SUBSTITUTION:
            if self.pending and self.pending[-1].depth == self.depth():
                raise ShellError
            self.close_substitution()
        elif frame == inside.CASE and self.expect == places.PATTERN_END:
            self._emit("MIDDLE", end)
            self.expect = places.COMMAND
        else:
            raise ShellError

    def _start_word(self) -> None:
        role = self.expect
        if role in (places.TARGET, places.DELIMITER):
            self.expect = self._resume
        elif role in places.ASSIGNABLE:
            match = places.ASSIGN(self.text, self.at, self.end)
            if match is not None:
                self._emit("ASSIGN", match.end())
                role = places.VALUE
                if self.text.startswith("(", self.at):
                    self.push(inside.ARRAY, places.DECLARATION if self.expect == places.DECLARATION else places.PREFIX)
                    self._emit("ARRAY_OPEN", self.at + 1)
                    self.expect = places.ELEMENT
                    return
        self.piece, self.split = self.at, False
        self.push(inside.REGEX if role == places.REGEX else inside.WORD, role)

    def begin_commands(self) -> None:  # noqa: D102 - as in WordScanner
        self.expect = places.COMMAND

    def at_command(self) -> bool:  # noqa: D102 - as in WordScanner
        return self.stack[-1][1] == places.COMMAND

    def end_word(self) -> None:  # noqa: D102 - as in WordScanner
        _, role = self.stack.pop()
        if self.at == self.piece and role not in places.MAY_BE_EMPTY:
            raise ShellError
        kind = "WORD_TAIL" if self.split else "WORD"
        if role in ROLES:
            kind = ROLES[role](self, role, kind, self.text[self.piece : self.at])
        self.tokens.append((kind, self.piece, self.at))
        if role == places.ARITHMETIC:
            self._emit("CLOSE", self.at + 2)
            self.expect = places.AFTER
        elif role == places.ARITHMETIC_RANGE:
            self._emit("BRACKET", self.at + 2)
            self.expect = places.RANGE
        elif kind == "FUNCTION_NAME":
            self._parens()

    def _parens(self) -> None:
        self.expect = places.COMMAND
        match = places.PARENS(self.text, self.at, self.end)
        if match is not None:
            if match.end(1) > self.at:
                self._emit("BLANK", match.end(1))
            self._emit("PARENS", match.end())

    def depth(self) -> int:
        """How many substitutions are open here."""
        return sum(frame[0] == inside.SUBSTITUTION for frame in self.stack)

    def _read_heredocs(self) -> None:
        depth = self.depth()
        for pending in self.pending:
            if pending.depth != depth:
                raise ShellError
            heredoc = heredocs.read(pending, self.text, self.at, self.end)
            self.heredocs[pending.redirect] = heredoc
            end = (heredoc.delimiter or heredoc.body).end
            if end > self.at:
                self._emit("HEREDOC_BODY", end)
        self.pending.clear()
