"""Word expansion and splitting, as BuildKit does it.

The rules are those of ``Lex`` and ``shellWord`` in ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/shell/lex.go``:
quotes, escapes and variables of a Dockerfile word, with the modifiers ``:- - :+ + :? ? # ## % %% / //``. These oddities
stay on purpose, because files depend on them: a byte that is not UTF-8 counts as U+FFFD, a U+FEFF at the very start is
dropped, white space after ``<<`` belongs to the word, and if words are split, a modifier's word makes the lexer forget
what it has of the current word (``a${X:-b}`` is the one word ``b`` for `Lexer.process_words`, but ``ab`` for
`Lexer.process_word`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from dockerfix.syntax.characters import GO_SPACE, REPLACEMENT, go_quote, runes, scanned
from dockerfix.syntax.words.patterns import PatternError, replace, trim_prefix, trim_suffix
from dockerfix.text.lazy_patterns import lazy

Rope: TypeAlias = "str | list[Rope]"
"""Text in pieces, so that deep nesting does not copy the innermost word once per level."""

_SPECIAL_PARAMETERS = "@*#?-$!"
_SPACES = lazy(f"[{GO_SPACE}]+")
_BLANKS = lazy(r"[\t\r ]*")
_NO_END = "unexpected end of statement while looking for matching "


class WordError(ValueError):
    """BuildKit refuses the word `source` for the `reason`.

    ``str(error)`` is BuildKit's whole message, ``failed to process "WORD": REASON``.
    """

    def __init__(self, reason: str, source: str) -> None:
        super().__init__(reason, source)
        self.reason = reason
        self.source = source

    def __str__(self) -> str:
        return f"failed to process {go_quote(self.source)}: {self.reason}"


class Budget:
    """How many characters all words that share it may still make or match.

    BuildKit has no such limit: forty lines ``ENV A=$A$A`` take all its memory.
    """

    __slots__ = ("left",)

    exhausted = "the variables expand to too much text"

    def __init__(self, characters: int = 1 << 22) -> None:
        self.left = characters

    def spend(self, amount: int) -> bool:
        """Subtract `amount` and return True; if less is left, return False and leave nothing."""
        enough = amount <= self.left
        self.left = self.left - amount if enough else 0
        return enough


@lru_cache(maxsize=64)
def plain_run(stop: str, escape: str, skip_quotes: bool) -> re.Pattern[str]:
    """Return the pattern of a run of ordinary characters inside the construct that `stop` ends."""
    special = '"$' if stop == '"' else "$<" + stop + ("" if skip_quotes else "'\"")
    return re.compile(f"[^{re.escape(special + escape)}]+")


class WordResult(NamedTuple):
    """An expanded word: its text, the same text split at white space, and the variables it refers to.

    `matched` are the names of variables that are set, `unmatched` the names of the others.
    """

    text: str
    words: tuple[str, ...]
    matched: frozenset[str]
    unmatched: frozenset[str]


class Lexer:
    """Expands words, always with the same settings.

    `escape` is the escape token (``\\`` or a back-tick). `raw_quotes` and `raw_escapes` keep quotes and escape tokens
    in the result, `skip_unset_env` leaves references to unset variables as they are written, `skip_process_quotes`
    makes quotes ordinary characters. `budget` limits how much text all calls that share it may make; without one each
    call has its own (see `Budget`).
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
        self.budget = budget

    def process(self, text: str, env: Mapping[str, str]) -> WordResult:
        """Expand `text` with the variables `env`. Raises `WordError` if BuildKit refuses it."""
        reader = Reader(self, Budget() if self.budget is None else self.budget, text, env)
        reader.read()
        return WordResult(
            reader.text_read(), tuple(reader.words), frozenset(reader.matched), frozenset(reader.unmatched)
        )

    def process_word(self, text: str, env: Mapping[str, str]) -> str:
        """Return `text` expanded, with its white space. Raises `WordError`."""
        if text.isascii() and plain_run("", self.escape, self.skip_process_quotes).fullmatch(text):
            return text
        return self.process(text, env).text

    def process_words(self, text: str, env: Mapping[str, str]) -> list[str]:
        """Return `text` expanded and split at white space that no quote or escape protects. Raises `WordError`."""
        return list(self.process(text, env).words)


def flat(rope: Rope) -> str:
    """Return the pieces of `rope` as one text."""
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


class _Frame:
    """An open construct, which `stop` ends.

    `stop` is "" for the whole text, ``"`` for a quote, ``}`` for a modifier's word or a replacement, ``/`` for a
    pattern. `raw` keeps escape tokens. A modifier has the `name` of its variable and an `operator`, a replacement also
    a `pattern`.
    """

    __slots__ = ("name", "operator", "parts", "pattern", "plain", "raw", "stop")

    def __init__(self, stop: str, raw: bool, plain: re.Pattern[str], name: str, operator: str, pattern: Rope) -> None:
        self.stop = stop
        self.raw = raw
        self.plain = plain
        self.name = name
        self.operator = operator
        self.pattern = pattern
        self.parts: list[Rope] = []


class Reader:
    """Reads one text in one pass; afterwards `words`, `matched`, `unmatched` and `text_read()` have the result.

    It keeps open constructs in a list instead of recursing, so that 100,000 nested ``${a:-`` take linear time.
    """

    __slots__ = (
        "_budget",
        "_env",
        "_frames",
        "_lexer",
        "_position",
        "_source",
        "_text",
        "_word",
        "matched",
        "unmatched",
        "words",
    )

    def __init__(self, lexer: Lexer, budget: Budget, source: str, env: Mapping[str, str]) -> None:
        self._lexer = lexer
        self._budget = budget
        self._source = source
        self._text = scanned(source)
        self._position = 0
        self._env = env
        self._word: list[str] = []
        self._frames: list[_Frame] = []
        self.words: list[str] = []
        self.matched: set[str] = set()
        self.unmatched: set[str] = set()
        self._open("", lexer.raw_escapes)

    def read(self) -> None:
        """Read to the end of the text. Raises `WordError`."""
        text, end = self._text, len(self._text)
        while True:
            frame = self._frames[-1]
            plain = frame.plain.match(text, self._position)
            if plain is not None:
                self._position = plain.end()
                self._give(plain.group())
            if self._position < end:
                self._special(frame, text[self._position])
            elif frame.stop:
                raise self._error(_NO_END + ("double-quote" if frame.stop == '"' else frame.stop))
            else:
                self._end_word()
                return

    def text_read(self) -> str:
        """Return the whole text, expanded."""
        return flat(self._frames[0].parts)

    def _special(self, frame: _Frame, character: str) -> None:
        if character == frame.stop:
            self._position += 1
            self._close()
        elif character == "$":
            self._dollar()
        elif character == '"':
            self._position += 1
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
            self._word.clear()  # BuildKit has one buffer for the words outside and inside
        plain = plain_run(stop, self._lexer.escape, self._lexer.skip_process_quotes)
        self._frames.append(_Frame(stop, raw, plain, name, operator, pattern))

    def _close(self) -> None:
        frame = self._frames.pop()
        if frame.stop == '"':
            quote = '"' if self._lexer.raw_quotes else ""
            self._give([quote, frame.parts, quote], split=False)
        elif frame.stop == "/":
            self._open("}", True, frame.name, frame.operator, frame.parts)
        else:
            self._give(self._substitute(frame))

    def _give(self, value: Rope, *, split: bool = True) -> None:
        """Add to the open construct; in the outermost one, white space splits words unless `split` is False."""
        if len(self._frames) > 1:
            if value:
                self._frames[-1].parts.append(value)
            return
        text = flat(value)
        self._frames[0].parts.append(text)
        if not split:
            self._word.append(text)
            return
        first, *others = _SPACES.split(runes(text))
        self._word.append(first)
        if others:
            self._end_word()
            self.words.extend(others[:-1])
            self._word.append(others[-1])

    def _end_word(self) -> None:
        word = "".join(self._word)
        self._word.clear()
        if word:
            self.words.append(word)

    def _single_quote(self) -> None:
        start = self._position
        close = self._text.find("'", start + 1)
        if close < 0:
            self._position = len(self._text)
            raise self._error(_NO_END + "single-quote")
        self._position = close + 1
        kept = slice(start, close + 1) if self._lexer.raw_quotes else slice(start + 1, close)
        self._give(self._text[kept], split=False)

    def _angle(self) -> None:
        start = self._position
        end = start + 1
        if self._text.startswith("<", end):
            blanks = _BLANKS.match(self._text, end + 1)
            end = blanks.end() if blanks is not None else end + 1
        self._position = end
        self._give(self._text[start:end], split=False)

    def _escape(self, frame: _Frame) -> None:
        start = self._position
        self._position = min(start + 2, len(self._text))
        self._give(self._text[start if frame.raw else start + 1 : self._position], split=False)

    def _escape_in_quote(self, frame: _Frame) -> None:
        token = self._take()
        following = self._text[self._position : self._position + 1]
        if following and following in ('"', "$", token):
            self._position += 1
        else:
            following = token
        self._give(token + following if frame.raw else following)

    def _take(self) -> str:
        """The next character; at the end of the text, what Go prints for it."""
        character = self._text[self._position : self._position + 1]
        self._position += len(character)
        return character or REPLACEMENT

    def _name(self) -> str:
        text, start, size = self._text, self._position, len(self._text)
        end = start
        first = text[start : start + 1]
        if first.isdecimal():
            while end < size and text[end].isdecimal():
                end += 1
        elif first and first in _SPECIAL_PARAMETERS:
            end += 1
        else:
            while end < size and (text[end] == "_" or text[end].isalpha() or text[end].isdecimal()):
                end += 1
        self._position = end
        return text[start:end]

    def _dollar(self) -> None:
        self._position += 1
        if not self._text.startswith("{", self._position):
            name = self._name()
            self._give(self._value(name, "$" + name) if name else "$")
            return
        self._position += 1
        following = self._text[self._position : self._position + 1]
        if not following:
            raise self._error("syntax error: missing '}'")
        if following in "{}:":
            raise self._error("syntax error: bad substitution")
        name = self._name()
        operator = self._take()
        if operator == "}":
            self._give(self._value(name, "${" + name + "}"))
        elif operator == "/":
            if self._text.startswith("/", self._position):
                operator += self._take()
            self._open("/", True, name, operator)
        elif operator in ":+-?#%":
            self._modifier(name, operator)
        else:
            raise self._unsupported(operator)

    def _modifier(self, name: str, operator: str) -> None:
        if operator == ":":
            operator += self._take()
            if operator[1] in "#%":
                raise self._unsupported(operator)
        self._open("}", operator in "#%", name, operator)

    def _lookup(self, name: str) -> str | None:
        value = self._env.get(name)
        if value is None:
            self.unmatched.add(name)
            return None
        self.matched.add(name)
        self._spend(len(value))
        return value

    def _spend(self, amount: int) -> None:
        if not self._budget.spend(amount):
            raise self._error(Budget.exhausted)

    def _value(self, name: str, otherwise: str) -> str:
        value = self._lookup(name)
        if value is not None:
            return value
        return otherwise if self._lexer.skip_unset_env else ""

    def _substitute(self, frame: _Frame) -> Rope:
        """The value of ``${name<operator>word}``, once its word is read."""
        name, operator, word = frame.name, frame.operator, frame.parts
        value = self._lookup(name)
        if value is None and self._lexer.skip_unset_env:
            middle: list[Rope] = ["/", frame.pattern, "/"] if operator[0] == "/" else [operator]
            return ["${", name, *middle, word, "}"]
        if operator in ("#", "%", "/", "//"):
            return self._match(operator, flat(frame.pattern), flat(word), value or "")
        if operator[-1] not in "-+?":
            raise self._unsupported(operator)
        empty = value is None or (operator[0] == ":" and not value)
        if operator[-1] == "+":
            return "" if empty else word
        if not empty:
            return value or ""
        if operator[-1] == "-":
            return word
        state = "unset" if value is None else "empty"
        raise self._error(f"{name}: {flat(word) or f'is not allowed to be {state}'}")

    def _match(self, operator: str, pattern: str, word: str, value: str) -> str:
        try:
            if operator[0] == "/":
                return replace(pattern, word, value, every=operator == "//", spend=self._spend)
            trim = trim_prefix if operator == "#" else trim_suffix
            greedy = word.startswith(operator)
            return trim(word[1:] if greedy else word, value, greedy=greedy, spend=self._spend)
        except PatternError as error:
            raise self._error(str(error)) from None

    def _unsupported(self, operator: str) -> WordError:
        return self._error(f"unsupported modifier ({operator}) in substitution")

    def _error(self, reason: str) -> WordError:
        """The error that BuildKit reports: at the end of the text it is that of the outermost open ``${``."""
        if self._position >= len(self._text):
            for frame in self._frames:
                if frame.stop in ("/", "}"):
                    missing = "'}'" if frame.stop == "}" else "'/' in ${}"
                    return WordError(f"syntax error: missing {missing}", self._source)
        return WordError(reason, self._source)
