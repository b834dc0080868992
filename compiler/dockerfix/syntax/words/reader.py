"""The reader behind `dockerfix.syntax.words.lexer`: one pass over one text, no recursion.

It follows ``shellWord`` in ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/shell/lex.go`` method by method, with the
open constructs in a list, so that 100,000 nested ``${a:-`` are no danger and take linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockerfix.syntax.characters import GO_SPACE
from dockerfix.syntax.words.patterns import PatternError, replace, trim_prefix, trim_suffix
from dockerfix.syntax.words.text import REPLACEMENT, Budget, Rope, Settings, WordError, flat, plain_run, runes, scanned
from dockerfix.text.lazy_patterns import lazy

_SPECIAL_PARAMETERS = "@*#?-$!"
_SPACES = lazy(f"[{GO_SPACE}]+")
_BLANKS = lazy(r"[\t\r ]*")
_NO_END = "unexpected end of statement while looking for matching "


class _Frame:
    """An open construct, which ends at `stop`.

    `stop` is "" for the whole text, ``"`` for a quote, ``}`` for a modifier's word or a replacement, ``/`` for a
    pattern. `raw` keeps escape tokens. A modifier has its variable's `name`, its `operator`, and a replacement its
    `pattern`.
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
    """Reads `source` once; afterwards `words`, `matched`, `unmatched` and `text_read()` hold what came of it."""

    __slots__ = (
        "_budget",
        "_env",
        "_frames",
        "_position",
        "_settings",
        "_source",
        "_text",
        "_word",
        "matched",
        "unmatched",
        "words",
    )

    def __init__(self, settings: Settings, budget: Budget, source: str, env: Mapping[str, str]) -> None:
        self._settings = settings
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
        self._open("", settings.raw_escapes)

    def read(self) -> None:
        """Read to the end of the text; raises `WordError`."""
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
        """The whole text, expanded."""
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
            self._word.clear()  # BuildKit has one buffer for the word outside and the one inside
        plain = plain_run(stop, self._settings.escape, self._settings.skip_process_quotes)
        self._frames.append(_Frame(stop, raw, plain, name, operator, pattern))

    def _close(self) -> None:
        frame = self._frames.pop()
        if frame.stop == '"':
            quote = '"' if self._settings.raw_quotes else ""
            self._give([quote, frame.parts, quote], split=False)
        elif frame.stop == "/":
            self._open("}", True, frame.name, frame.operator, frame.parts)
        else:
            self._give(self._substitute(frame))

    def _give(self, value: Rope, *, split: bool = True) -> None:
        """Add to the construct that is open; white space of the outermost splits words unless `split` is False."""
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
        kept = slice(start, close + 1) if self._settings.raw_quotes else slice(start + 1, close)
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
        """The next character; at the end what Go makes of it when it prints it."""
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
        if not self._budget.spend(len(value)):
            raise self._error(Budget.exhausted)
        return value

    def _value(self, name: str, otherwise: str) -> str:
        value = self._lookup(name)
        if value is not None:
            return value
        return otherwise if self._settings.skip_unset_env else ""

    def _substitute(self, frame: _Frame) -> Rope:
        """What ``${name<operator>word}`` stands for, its word having been read."""
        name, operator, word = frame.name, frame.operator, frame.parts
        value = self._lookup(name)
        if value is None and self._settings.skip_unset_env:
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
                return replace(pattern, word, value, every=operator == "//", budget=self._budget)
            trim = trim_prefix if operator == "#" else trim_suffix
            greedy = word.startswith(operator)
            return trim(word[1:] if greedy else word, value, greedy=greedy, budget=self._budget)
        except PatternError as error:
            raise self._error(str(error)) from None

    def _unsupported(self, operator: str) -> WordError:
        return self._error(f"unsupported modifier ({operator}) in substitution")

    def _error(self, reason: str) -> WordError:
        """What BuildKit reports: at the end of the text the outermost open ``${`` has the last word."""
        if self._position >= len(self._text):
            for frame in self._frames:
                if frame.stop in ("/", "}"):
                    missing = "'}'" if frame.stop == "}" else "'/' in ${}"
                    return WordError(f"syntax error: missing {missing}", self._source)
        return WordError(reason, self._source)
