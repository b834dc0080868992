"""Word expansion and splitting, as BuildKit does it.

What ``Lex`` does in ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/shell/lex.go``: quotes, escapes and variables of a
Dockerfile word, with the modifiers ``:- - :+ + :? ? # ## % %% / //``. Kept on purpose, because files depend on it: a
byte that is not UTF-8 counts as U+FFFD, a U+FEFF at the very beginning is dropped, white space after ``<<`` belongs to
the word, and a modifier's word forgets what its word held so far when words are split (``a${X:-b}`` is the one word
``b`` for `Lexer.process_words`, but ``ab`` for `Lexer.process_word`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Union

from dockerfix.syntax.characters import GO_SPACE
from dockerfix.syntax.words_patterns import Budget, PatternError, replace, trim_prefix, trim_suffix

Rope = Union[str, "list[Rope]"]
"""Text in pieces, so that deep nesting does not copy the innermost word once a level."""

_NAME = re.compile(r"[0-9]+|[@*#?\-$!]|[A-Za-z_][A-Za-z0-9_]*")
_SPACES = re.compile(f"[{GO_SPACE}]+")
_BLANKS = re.compile(r"[\t\r ]*")
_UNDECODED = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


class WordError(ValueError):
    """BuildKit refuses the word; `reason` is what it says, `source` the word.

    ``str(error)`` is BuildKit's whole message, ``failed to process "WORD": REASON``.
    """

    def __init__(self, reason: str, source: str) -> None:
        super().__init__(reason, source)
        self.reason = reason
        self.source = source

    def __str__(self) -> str:
        return f"failed to process {go_quote(self.source)}: {self.reason}"


class WordResult(NamedTuple):
    """What became of a word: its text, the same split at white space, and the variables it named."""

    text: str
    words: tuple[str, ...]
    matched: frozenset[str]
    unmatched: frozenset[str]


class Lexer:
    """Expands words; an instance holds the settings and the work it may still do.

    `escape` is the escape token (``\\`` or a back-tick). `raw_quotes` and `raw_escapes` keep quotes and escape tokens
    in the result, `skip_unset_env` leaves references to unset variables as they stand, `skip_process_quotes` takes quotes
    for ordinary characters. `budget` bounds how much text all the calls together may make (`Budget`).
    """

    __slots__ = ("budget", "escape", "raw_escapes", "raw_quotes", "skip_process_quotes", "skip_unset_env")

    def __init__(
        self,
        escape: str = "\\",
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        skip_unset_env: bool = False,
        skip_process_quotes: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_escapes
        self.skip_unset_env = skip_unset_env
        self.skip_process_quotes = skip_process_quotes
        self.budget = Budget() if budget is None else budget

    def process(self, text: str, env: Mapping[str, str]) -> WordResult:
        """Expand `text` with the variables `env`; raises `WordError` where BuildKit gives an error."""
        reader = _Reader(self, text, env)
        reader.read()
        return WordResult(
            _flat(reader.frames[0].parts),
            tuple(reader.words),
            frozenset(reader.matched),
            frozenset(reader.unmatched),
        )

    def process_word(self, text: str, env: Mapping[str, str]) -> str:
        """`text` expanded, its white space kept; raises `WordError`."""
        return self.process(text, env).text

    def process_words(self, text: str, env: Mapping[str, str]) -> list[str]:
        """`text` expanded and split at white space that no quote or escape protects; raises `WordError`."""
        return list(self.process(text, env).words)


class _Frame:
    """An open construct: the whole text (`stop` ""), a modifier's word, a pattern, a replacement, or a quote."""

    __slots__ = ("name", "operator", "parts", "pattern", "plain", "raw", "stop")

    def __init__(self, stop: str, raw: bool, plain: re.Pattern[str], name: str, operator: str, pattern: Rope) -> None:
        self.stop = stop
        self.raw = raw
        self.plain = plain
        self.name = name
        self.operator = operator
        self.pattern = pattern
        self.parts: list[Rope] = []


class _Reader:
    """One pass over one text; the open constructs are a list, not recursion, so depth is no danger."""

    __slots__ = ("buffer", "env", "frames", "lexer", "matched", "position", "source", "text", "unmatched", "words")

    def __init__(self, lexer: Lexer, source: str, env: Mapping[str, str]) -> None:
        self.lexer = lexer
        self.source = source
        self.text = _decoded(source).removeprefix("\ufeff")
        self.position = 0
        self.env = env
        self.matched: set[str] = set()
        self.unmatched: set[str] = set()
        self.words: list[str] = []
        self.buffer: list[str] = []
        self.frames: list[_Frame] = []
        self._open("", lexer.raw_escapes)

    def read(self) -> None:
        text, end = self.text, len(self.text)
        while True:
            frame = self.frames[-1]
            plain = frame.plain.match(text, self.position)
            if plain is not None:
                self.position = plain.end()
                self._give(plain.group(), split=frame.stop != '"')
            if self.position == end:
                if not frame.stop:
                    self._flush()
                    return
                kind = {"'": "single-quote", '"': "double-quote"}.get(frame.stop, frame.stop)
                raise self._error(f"unexpected end of statement while looking for matching {kind}")
            self._special(frame, text[self.position])

    def _special(self, frame: _Frame, character: str) -> None:
        if character == frame.stop:
            self.position += 1
            self._close()
        elif character == "$":
            self.position += 1
            self._dollar()
        elif character == '"':
            self.position += 1
            self._open('"', frame.raw)
        elif character == "'":
            self._single_quote()
        elif character == "<":
            self._angle()
        elif frame.stop == '"':
            self._escape_in_quote(frame)
        else:
            self._escape(frame)

    def _open(self, stop: str, raw: bool, name: str = "", operator: str = "", pattern: Rope = "") -> None:
        if stop != '"':
            self.buffer.clear()
        lexer = self.lexer
        plain = _plain(stop, lexer.escape, lexer.skip_process_quotes)
        self.frames.append(_Frame(stop, raw, plain, name, operator, pattern))

    def _close(self) -> None:
        frame = self.frames.pop()
        if frame.stop == '"':
            quote = '"' if self.lexer.raw_quotes else ""
            self._give([quote, frame.parts, quote], split=False)
        elif frame.stop == "/":
            self._open("}", True, frame.name, frame.operator, frame.parts)
        else:
            self.buffer.clear()
            self._give(self._substitute(frame), split=True)

    def _give(self, value: Rope, *, split: bool) -> None:
        frames = self.frames
        if len(frames) > 1:
            if value:
                frames[-1].parts.append(value)
            return
        text = value if isinstance(value, str) else _flat(value)
        frames[0].parts.append(text)
        text = _decoded(text)
        if not split:
            self.buffer.append(text)
            return
        first, *others = _SPACES.split(text)
        self.buffer.append(first)
        if others:
            self._flush()
            self.words.extend(others[:-1])
            self.buffer.append(others[-1])

    def _flush(self) -> None:
        word = "".join(self.buffer)
        self.buffer.clear()
        if word:
            self.words.append(word)

    def _single_quote(self) -> None:
        start = self.position
        close = self.text.find("'", start + 1)
        if close < 0:
            self.position = len(self.text)
            raise self._error("unexpected end of statement while looking for matching single-quote")
        self.position = close + 1
        inner = self.text[start : close + 1] if self.lexer.raw_quotes else self.text[start + 1 : close]
        self._give(inner, split=False)

    def _angle(self) -> None:
        end = self.position + 1
        if self.text.startswith("<", end):
            match = _BLANKS.match(self.text, end + 1)
            end = end + 1 if match is None else match.end()
        self._give(self.text[self.position : end], split=False)
        self.position = end

    def _escape(self, frame: _Frame) -> None:
        start = self.position
        self.position = min(start + 2, len(self.text))
        self._give(self.text[start if frame.raw else start + 1 : self.position], split=False)

    def _escape_in_quote(self, frame: _Frame) -> None:
        token = self.text[self.position]
        self.position += 1
        following = self.text[self.position : self.position + 1]
        kept = token if frame.raw else ""
        if not following:
            self._give(kept, split=False)
        elif following in ('"', "$", token):
            self.position += 1
            self._give(kept + following, split=False)
        else:
            self._give(kept + token, split=False)

    def _name(self) -> str:
        text, start = self.text, self.position
        match = _NAME.match(text, start)
        end = match.end() if match is not None else start
        first = text[start : start + 1]
        if first.isdecimal():
            while end < len(text) and text[end].isdecimal():
                end += 1
        elif first == "_" or first.isalpha():
            while end < len(text) and (text[end] == "_" or text[end].isalpha() or text[end].isdecimal()):
                end += 1
        self.position = end
        return text[start:end]

    def _take(self) -> str:
        """The next character, or what Go makes of the end of the text when it prints it."""
        character = self.text[self.position : self.position + 1]
        self.position += len(character)
        return character or _REPLACEMENT

    def _dollar(self) -> None:
        if not self.text.startswith("{", self.position):
            name = self._name()
            self._give(self._value(name, "$" + name) if name else "$", split=self.frames[-1].stop != '"')
            return
        self.position += 1
        following = self.text[self.position : self.position + 1]
        if not following:
            raise self._error("syntax error: missing '}'")
        if following in "{}:":
            raise self._error("syntax error: bad substitution")
        name = self._name()
        operator = self._take() if self.position < len(self.text) else _REPLACEMENT
        if operator == "}":
            self._give(self._value(name, "${" + name + "}"), split=self.frames[-1].stop != '"')
        elif operator == "/":
            if self.text.startswith("/", self.position):
                self.position += 1
                operator = "//"
            self._open("/", True, name, operator)
        elif operator in ":+-?#%":
            self._modifier(name, operator)
        else:
            raise self._error(f"unsupported modifier ({operator}) in substitution")

    def _modifier(self, name: str, operator: str) -> None:
        if operator == ":":
            operator += self._take()
            if operator[1] in "#%":
                raise self._error(f"unsupported modifier ({operator}) in substitution")
        self._open("}", operator in "#%", name, operator)

    def _lookup(self, name: str) -> str | None:
        value = self.env.get(name)
        (self.unmatched if value is None else self.matched).add(name)
        if value is not None:
            self._spend(len(value))
        return value

    def _value(self, name: str, otherwise: str) -> str:
        value = self._lookup(name)
        if value is None:
            return otherwise if self.lexer.skip_unset_env else ""
        return value

    def _spend(self, amount: int) -> None:
        if not self.lexer.budget.spend(amount):
            raise self._error("the variables expand to too much text")

    def _substitute(self, frame: _Frame) -> Rope:
        """What ``${name<operator>word}`` stands for, its word having been read."""
        name, operator, word = frame.name, frame.operator, frame.parts
        value = self._lookup(name)
        if value is None and self.lexer.skip_unset_env:
            if operator[0] == "/":
                return ["${", name, "/", frame.pattern, "/", word, "}"]
            return ["${", name, operator, word, "}"]
        empty = value is None or (operator[0] == ":" and not value)
        kind = operator[-1]
        if kind == "-":
            return word if empty else value or ""
        if kind == "+":
            return "" if empty else word
        if kind == "?":
            if empty:
                state = "unset" if value is None else "empty"
                raise self._error(f"{name}: {_flat(word) or f'is not allowed to be {state}'}")
            return value or ""
        if operator in ("#", "%", "/", "//"):
            return self._match(operator, _flat(frame.pattern), _flat(word), value or "")
        raise self._error(f"unsupported modifier ({operator}) in substitution")

    def _match(self, operator: str, pattern: str, word: str, value: str) -> str:
        budget = self.lexer.budget
        try:
            if operator[0] == "/":
                return replace(pattern, word, value, every=operator == "//", budget=budget)
            trim = trim_prefix if operator == "#" else trim_suffix
            greedy = word.startswith(operator)
            return trim(word[1:] if greedy else word, value, greedy=greedy, budget=budget)
        except PatternError as error:
            raise self._error(str(error)) from None

    def _error(self, reason: str) -> WordError:
        """The error that BuildKit reports: at the end of the text, the outermost open ``${`` has the last word."""
        if self.position >= len(self.text):
            for frame in self.frames:
                if frame.stop == "/":
                    reason = "syntax error: missing '/' in ${}"
                    break
                if frame.stop == "}":
                    reason = "syntax error: missing '}'"
                    break
        return WordError(reason, self.source)


@lru_cache(maxsize=64)
def _plain(stop: str, escape: str, skip_quotes: bool) -> re.Pattern[str]:
    """A run of characters that mean nothing special in the construct that ends at `stop`."""
    special = '"$' + escape if stop == '"' else "$<" + escape + stop + ("" if skip_quotes else "'\"")
    return re.compile(f"[^{re.escape(special)}]+")


def _decoded(text: str) -> str:
    return text if text.isascii() else _UNDECODED.sub(_REPLACEMENT, text)


def _flat(rope: Rope) -> str:
    if isinstance(rope, str):
        return rope
    pieces: list[str] = []
    stack: list[Rope] = [rope]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            stack.extend(reversed(piece))
    return "".join(pieces)


_QUOTED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_QUOTED.update({"\\": "\\\\", '"': '\\"'})


def go_quote(text: str) -> str:
    """`text` as Go's ``%q`` prints it: in double quotes, what can't be printed as an escape."""
    return '"' + "".join(map(_quoted, text)) + '"'


def _quoted(character: str) -> str:
    known = _QUOTED.get(character)
    if known is not None:
        return known
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
