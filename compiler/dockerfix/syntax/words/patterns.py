"""The wildcard patterns of ``${name#pattern}``, ``${name%pattern}`` and ``${name/pattern/text}``.

BuildKit converts them to Go regular expressions (``convertShellPatternToRegex`` in
``moby/buildkit@73ed6825c4b7:frontend/dockerfile/shell/lex.go``): ``*`` is ``.*`` and ``?`` is ``.``, so neither matches
a line end, and there are no brackets. Go matches in linear time, Python's `re` would not (``*a*a*a*a``). So the pattern
runs here as an automaton whose set of states is the bits of one integer.

`spend` is called with the characters that are made, or with steps that take as long; it raises if they are too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dockerfix.syntax.characters import REPLACEMENT, runes, scanned
from dockerfix.text.lazy_patterns import lazy

_TOKEN = lazy(r"\\?.", re.DOTALL)
_STEP_COST = 4
"""One step of the matcher takes about as long as making this many characters."""


class PatternError(ValueError):
    """BuildKit refuses the pattern; the text is its message."""


class _Pattern:
    """A pattern as bit masks: bit N of a state is set if the first N tokens have matched."""

    __slots__ = ("any", "end", "literals", "stars", "tokens")

    def __init__(self, tokens: list[str | bool]) -> None:
        self.tokens = tokens
        self.end = 1 << len(tokens)
        self.stars = self.any = 0
        self.literals: dict[str, int] = {}
        for number, token in enumerate(tokens):
            bit = 1 << number
            if token is True:
                self.stars |= bit
            elif token is False:
                self.any |= bit
            else:
                self.literals[token] = self.literals.get(token, 0) | bit

    def reversed(self) -> _Pattern:
        return _Pattern(self.tokens[::-1])

    def begin(self) -> int:
        return 1 | ((1 & self.stars) << 1)

    def step(self, state: int, character: str) -> int:
        taken = self.literals.get(character, 0)
        if character == "\n":
            following = (state & taken) << 1
        else:
            following = ((state & (taken | self.any)) << 1) | (state & self.stars)
        return following | ((following & self.stars) << 1)

    def match_end(self, value: str, start: int, *, greedy: bool) -> int | None:
        """The end of the longest, or the shortest, match at `start`; None without one."""
        state = self.begin()
        found = start if state & self.end else None
        for position in range(start, len(value)):
            if found is not None and not greedy:
                break
            state = self.step(state, value[position])
            if not state:
                break
            if state & self.end:
                found = position + 1
        return found

    def starts(self, value: str) -> list[int]:
        """The positions of `value` at which a match starts, ascending."""
        backwards = self.reversed()
        begin = backwards.begin()
        state = begin
        found = [len(value)] if state & self.end else []
        for position in range(len(value) - 1, -1, -1):
            state = backwards.step(state, value[position]) | begin
            if state & self.end:
                found.append(position)
        return found[::-1]


def _read(pattern: str) -> list[str | bool]:
    """The tokens of `pattern`: a character, False for any one, True for any number. Raises `PatternError`."""
    tokens: list[str | bool] = []
    text = scanned(pattern)
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "*":
            if not (tokens and tokens[-1] is True):
                tokens.append(True)
        elif character == "?":
            tokens.append(False)
        elif character == "\\":
            following = text[position : position + 1]
            if following and following in "}/":
                continue
            if not following or following not in "*?\\":
                raise PatternError(f"invalid escape '\\{following or REPLACEMENT}'")
            tokens.append(following)
            position += 1
        else:
            tokens.append(character)
    return tokens


def _compile(pattern: str, value: str, spend: Callable[[int], None]) -> _Pattern:
    try:
        tokens = _read(pattern)
    except PatternError as error:
        raise PatternError(f"invalid pattern ({pattern}) in substitution: {error}") from None
    spend(_STEP_COST * (len(value) + len(tokens) + 1) * (1 + len(tokens) // 64))
    return _Pattern(tokens)


def trim_prefix(pattern: str, value: str, *, greedy: bool, spend: Callable[[int], None]) -> str:
    """Return `value` without the shortest, or the longest, prefix that `pattern` matches. Raises `PatternError`."""
    end = _compile(pattern, value, spend).match_end(runes(value), 0, greedy=greedy)
    return value if end is None else value[end:]


def trim_suffix(pattern: str, value: str, *, greedy: bool, spend: Callable[[int], None]) -> str:
    """Return `value` without the shortest, or the longest, suffix that `pattern` matches. Raises `PatternError`."""
    backwards = "".join(reversed(_TOKEN.findall(runes(pattern))))
    return trim_prefix(backwards, runes(value)[::-1], greedy=greedy, spend=spend)[::-1]


def replace(pattern: str, replacement: str, value: str, *, every: bool, spend: Callable[[int], None]) -> str:
    """Return `value` with the first match of `pattern`, or every one, replaced. Raises `PatternError`.

    If every one is replaced, ``$0`` in `replacement` is the match and any other ``$name`` is empty, because BuildKit
    passes it to Go's ``ReplaceAllString``.
    """
    compiled = _compile(pattern, value, spend)
    seen = runes(value)
    parts: list[str] = []
    last = search = 0
    for start in compiled.starts(seen):
        if start < search:
            continue
        end = compiled.match_end(seen, start, greedy=True)
        if end is None:
            continue
        parts.append(value[last:start])
        if not every:
            parts.append(replacement)
            last = end
            break
        if end > last or start == 0:
            parts.append(_expand(replacement, value[start:end]))
            spend(len(parts[-1]))
        last = end
        search = max(search + 1, end)
    return "".join([*parts, value[last:]])


def _expand(template: str, match: str) -> str:
    """`template` expanded as by Go's ``Regexp.Expand``, for a pattern without groups."""
    first, *others = template.split("$")
    pieces = [first]
    after_dollar = False
    for number, text in enumerate(others):
        if after_dollar:
            after_dollar = False
            pieces.append(text)
        elif not text and number + 1 < len(others):
            after_dollar = True
            pieces.append("$")
        else:
            pieces.append(_reference(text, match))
    return "".join(pieces)


def _reference(text: str, match: str) -> str:
    """The value of a ``$`` with the `text` after it."""
    start = 1 if text.startswith("{") else 0
    end = start
    while end < len(text) and (text[end] == "_" or text[end].isalpha() or text[end].isdecimal()):
        end += 1
    name = text[start:end]
    if start:
        end = end + 1 if text.startswith("}", end) else 0
    if not name or not end:
        return "$" + text
    return (match if name == "0" else "") + text[end:]
