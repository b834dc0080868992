"""The argument languages of instructions: keyword and flags, words, name=value pairs, the JSON form.

These are BuildKit's state machines (``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/split_command.go`` and
``line_parsers.go``) over the logical line, whose continuations are joined, with the span of every part. Spans are
offsets in the text that is passed; white space is what Go's ``unicode.IsSpace`` accepts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from dockerfix.syntax.characters import FIELD_SPACE, GO_SPACE, go_quote, mended, runes
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span, decode, encode

_SPACE_BYTES = frozenset("\t\n\v\f\r \udc85\udca0")
"""White space where BuildKit reads byte by byte; the last two stand for single bytes that are not valid UTF-8."""
_FIELD = lazy(f"[{FIELD_SPACE}]+")
_JSON_STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
_JSON_SPACE = r"[ \t\r\n]*"
_JSON_FORM = lazy(rf"\[{_JSON_SPACE}(?:\]|{_JSON_STRING}(?:{_JSON_SPACE},{_JSON_SPACE}{_JSON_STRING})*{_JSON_SPACE}\])")
_JSON_ELEMENT = lazy(_JSON_STRING)


class Text(NamedTuple):
    """A piece of a line: its value without quotes and escapes, and the span of the whole."""

    value: str
    span: Span

    def shift(self, offset: int) -> Text:
        """Return the same piece moved by `offset` characters."""
        return Text(self.value, self.span.shift(offset))


class CommandLine(NamedTuple):
    """The parts of a logical line: keyword, flags (``--name=value``), and the arguments after them, at `rest_at`."""

    keyword: str
    flags: tuple[Text, ...]
    rest: str
    rest_at: int


def name_of(keyword: str) -> str:
    """Return the instruction that `keyword` names, in lower case as Go's ``strings.ToLower`` converts it."""
    return keyword.lower() if keyword.isascii() else keyword.replace("\u0130", "i").lower()


def split_command(line: str, escape: str = "\\", *, flags: bool = True) -> CommandLine:
    """Divide a logical line as BuildKit does; without `flags`, everything after the keyword is arguments."""
    shape = mended(line)
    end = len(shape.rstrip(GO_SPACE))
    start = end - len(shape[:end].lstrip(GO_SPACE))
    field = _FIELD.search(line, start, end)
    if not field:
        return CommandLine(line[start:end], (), "", end)
    at = field.end()
    found: tuple[Text, ...] = ()
    while flags and at < end and line[at] in _SPACE_BYTES:
        at += 1
    if flags and line.startswith("--", at):
        found, at, torn = _read_flags(line, at, end, escape)
        if torn:
            return CommandLine(line[start : field.start()], found, torn + line[at:end], at - len(torn))
    at = end - len(shape[at:end].lstrip(GO_SPACE))
    return CommandLine(line[start : field.start()], found, line[at:end], at)


def _read_flags(line: str, at: int, end: int, escape: str) -> tuple[tuple[Text, ...], int, str]:
    """Return the words that start with ``--``, the offset of the first other word, and a torn-off piece before it.

    BuildKit reads flags byte by byte: a byte 0x85 or 0xA0 inside a character separates words, and every byte that is
    not ASCII becomes a character. A line with such bytes is read the same way here. If the flags end inside a
    character, its last bytes are the first of the arguments.
    """
    part = line[at:end]
    if part.isascii():
        words, rest = _scan_flags(part, escape)
        return tuple([word.shift(at) for word in words]), at + rest, ""
    data = encode(part)
    words, rest = _scan_flags(data.decode("latin-1"), escape)
    starts = list(accumulate((len(encode(character)) for character in part), initial=0))

    def place(offset: int) -> int:
        return at + bisect_left(starts, offset)

    found = tuple(Text(value, Span(place(span.start), place(span.end))) for value, span in words)
    return found, place(rest), decode(data[rest : starts[place(rest) - at]])


def _scan_flags(text: str, escape: str) -> tuple[list[Text], int]:
    words: list[Text] = []
    at, length = 0, len(text)
    while True:
        while at < length and text[at] in GO_SPACE:
            at += 1
        if not text.startswith("--", at):
            return words, at
        value, quoted, stop = _scan_flag(text, at, escape)
        if stop < length and value == "--":
            return words, stop
        if value != "--" and (quoted or value):
            words.append(Text(value, Span(at, stop)))
        at = stop


def _scan_flag(text: str, at: int, escape: str) -> tuple[str, bool, int]:
    """Return the flag at `at`: its value, whether it has a quote, and the offset of its end."""
    parts: list[str] = []
    quote = ""
    quoted = False
    length = len(text)
    while at < length:
        character = text[at]
        if not quote and character in GO_SPACE:
            break
        if not quote and character in "'\"":
            quote, quoted = character, True
        elif quote and character == quote:
            quote = ""
        elif character == escape:
            at += 1
            if at == length:
                break
            parts.append(text[at])
        else:
            parts.append(character)
        at += 1
    return "".join(parts), quoted, at


def split_at_space(text: str) -> tuple[str, str]:
    """Return the first word and the text after the white space behind it, found byte by byte as for flags."""
    data = text if text.isascii() else encode(text).decode("latin-1")
    end = next((at for at, character in enumerate(data) if character in GO_SPACE), len(data))
    first, rest = data[:end], data[end:].lstrip(GO_SPACE)
    return (first, rest) if data is text else (decode(first.encode("latin-1")), decode(rest.encode("latin-1")))


def words(text: str, escape: str) -> Iterator[Text]:
    """Yield the words of ENV, LABEL and ARG; quotes and escapes stay in the value (expansion resolves them)."""
    shape = mended(text)
    at, length = 0, len(text)
    while at < length:
        if shape[at] in GO_SPACE:
            at += 1
            continue
        start = at
        at, end = _scan_word(shape, at, escape)
        if end > start:
            yield Text(text[start:end], Span(start, at))


def _scan_word(text: str, at: int, escape: str) -> tuple[int, int]:
    """Return where the word at `at` ends, and where its value ends."""
    length = len(text)
    quote = ""
    while at < length:
        character = text[at]
        if not quote and character in GO_SPACE:
            break
        if character == escape and quote != "'":
            if at + 1 == length:
                # BuildKit drops an escape character at the end of the line
                return length, at
            at += 2
            continue
        if quote and character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        at += 1
    return at, at


def fields(text: str) -> Iterator[Text]:
    """Yield the words divided by white space only, as in FROM, EXPOSE and the shell form of COPY."""
    if not text:
        return
    at = 0
    for gap in _FIELD.finditer(text):
        yield Text(text[at : gap.start()], Span(at, gap.start()))
        at = gap.end()
    yield Text(text[at:], Span(at, len(text)))


class Pair(NamedTuple):
    """A name and a value of ENV, LABEL or ARG; `separator` is ``=``, or empty for ``ENV name value``."""

    name: Text
    value: Text | None
    separator: str

    @property
    def span(self) -> Span:
        """From the name to the end of the value."""
        return Span(self.name.span.start, (self.value or self.name).span.end)

    def shift(self, offset: int) -> Pair:
        """Return the same pair moved by `offset` characters."""
        return Pair(self.name.shift(offset), self.value and self.value.shift(offset), self.separator)


class ArgumentError(ValueError):
    """BuildKit's parser refuses the arguments; the message is its own."""


def pairs(text: str, keyword: str, escape: str) -> tuple[Pair, ...]:
    """Return the pairs of an ENV or LABEL. Raises ArgumentError."""
    found = list(words(text, escape))
    if not found:
        return ()
    if "=" not in found[0].value:
        gap = _FIELD.search(text)
        if not gap:
            raise ArgumentError(f"{keyword} must have two arguments")
        name = Text(text[: gap.start()], Span(0, gap.start()))
        return (Pair(name, Text(text[gap.end() :], Span(gap.end(), len(text))), ""),)
    result: list[Pair] = []
    for word in found:
        if "=" not in word.value:
            shown = go_quote(runes(word.value))
            raise ArgumentError(f"Syntax error - can't find = in {shown}. Must be of the form: name=value")
        result.append(_pair(word))
    return tuple(result)


def arguments_of_arg(text: str, escape: str) -> tuple[Pair, ...]:
    """Return the names of an ARG, each with its default or None."""
    return tuple(_pair(word) if "=" in word.value else Pair(word, None, "") for word in words(text, escape))


def _pair(word: Text) -> Pair:
    name, _, value = word.value.partition("=")
    middle = word.span.start + len(name)
    return Pair(Text(name, Span(word.span.start, middle)), Text(value, Span(middle + 1, word.span.end)), "=")


def is_json_form(text: str) -> bool:
    """Whether arguments are in the JSON form, with nothing after the array."""
    return text.startswith("[") and _JSON_FORM.fullmatch(text) is not None


def json_form(text: str) -> tuple[Text, ...] | None:
    """Return the elements of the JSON form, each span with the quotes, or None for another form.

    Raises ArgumentError for a JSON array with anything but strings.
    """
    if not text.startswith("["):
        return None
    if not _JSON_FORM.fullmatch(text):
        _refuse_other_arrays(text)
        return None
    result: list[Text] = []
    for element in _JSON_ELEMENT.finditer(text):
        value = element[0][1:-1]
        if "\\" in value:
            import json

            value = json.loads(element[0])
        result.append(Text(runes(value), Span(*element.span())))
    return tuple(result)


def _refuse_other_arrays(text: str) -> None:
    """Raise ArgumentError for valid JSON, since it is not a list of strings; anything else is the shell form."""
    import json

    def reject(_constant: str) -> float:
        raise ValueError("not JSON")

    try:
        json.loads(text, parse_constant=reject)
    except (ValueError, RecursionError):
        return
    raise ArgumentError("when using JSON array syntax, arrays must be comprised of strings only")
