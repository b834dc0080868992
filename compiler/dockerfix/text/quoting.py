"""The one place where text of a project is quoted for what it is put into: code, data, a page, a terminal, a log.

A file name, a value in cog.yaml or a string in predict.py may hold anything. Each function here returns it as data of
one language, whatever it holds: never as a statement, a tag, a heading, a control sequence or a command. Text that
can't be printed (control bytes, direction marks, line separators, bytes that aren't UTF-8) is written as an escape, or
as a blank where the language has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerfix.text.lazy_patterns import lazy

SHORT = 60
"""How much of a text a message quotes."""

_CODE = lazy(r"(`{1,2})([^`]+)\1")
_MARKDOWN = lazy(r"[\\`*<\[\]]|(?<!\w)_|_(?!\w)|&(?=[#\w])|~(?=~)|^(?:[#>+=|~-]|[0-9]+(?=[.)]))")
_REFERENCE = lazy(r"(?<=@)(?=\w)|(?<=[#!])(?=[0-9])|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_TICKS = lazy(r"`+")
_BREAKS = {"\r": "%0D", "\n": "%0A"}
_OURS = lazy(r"(\n|\x1b\[[0-9;]*m)")
_NOT_SHELL = lazy(r"[\r\n\0]")


def code_point(character: str) -> str:
    """Return a character as Python escapes it: ``\\x1b``, ``\\u2028``, ``\\U0001f600``."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _printable(text: str, instead: str = " ") -> str:
    return text if text.isprintable() else "".join(each if each.isprintable() else instead for each in text)


# ---- a terminal and other programs


def readable(text: str) -> str:
    """One line of text for people: what could control a terminal is escaped, and bytes that aren't UTF-8; tabs stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\t" else _written_out(each) for each in text)


def terminal(text: str) -> str:
    """Lines of text for a terminal: as `readable`, but for the colours that dockerfix puts in."""
    if text.isprintable():
        return text
    return "".join(part if number % 2 else readable(part) for number, part in enumerate(_OURS.split(text)))


def _written_out(character: str) -> str:
    byte = ord(character) - 0xDC00
    return code_point(chr(byte) if 0x80 <= byte <= 0xFF else character)


def unicode(text: str) -> str:
    """Text for other programs: each byte that isn't UTF-8 becomes U+FFFD, as JSON has no lone surrogates."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


def workflow_message(text: str) -> str:
    """The message of a workflow command of GitHub Actions (`actions/toolkit:packages/core/src/command.ts`)."""
    parts = re.split(r"([\r\n])", unicode(text))
    return "".join(_BREAKS.get(part) or readable(part).replace("%", "%25") for part in parts)


def workflow_property(text: str) -> str:
    """The value of a property of a workflow command, in which ``:`` and ``,`` are escaped too."""
    return workflow_message(text).replace(":", "%3A").replace(",", "%2C")


def without_commands(text: str) -> str:
    """Lines for a log of GitHub Actions, which obeys nothing in them.

    The runner looks for commands in each line (`actions/runner:src/Runner.Common/ActionCommand.cs`) until it is told to
    stop, up to a token that nobody can guess.
    """
    import os

    token = os.urandom(16).hex()
    return f"::stop-commands::{token}\n{text}\n::{token}::\n" if text else ""


# ---- Python


def python_string(text: str) -> str:
    """A string literal in the quotes that need fewer escapes, double quotes if both need as many."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(each, quote) for each in text) + quote


def _escaped(character: str, quote: str) -> str:
    known = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", quote: "\\" + quote}
    if character in known:
        return known[character]
    return character if character.isprintable() else code_point(character)


def python_docstring(text: str, *more: str) -> list[str]:
    """The lines of a docstring: the sentence `text`, and below it the lines `more`, if there are any."""
    first, *rest = (_in_docstring(line) for line in (text, *more))
    if rest:
        return [f'"""{first}', *rest, '"""']
    return [f'"""{first}{" " if first.endswith(chr(34)) else ""}"""']


def _in_docstring(line: str) -> str:
    return _printable(line.replace("\\", "\\\\").replace('"""', '"\\"\\"').strip())


def python_comment(text: str) -> str:
    """A comment of one line."""
    return f"# {_printable(text)}"


# ---- data


def toml_string(text: str) -> str:
    """A basic string of TOML (1.0.0, "String"); it has no surrogates."""
    escaped = unicode(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else _in_toml(each) for each in escaped) + '"'


def _in_toml(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def json_text(value: object, indent: int | None = None) -> str:
    """A value as JSON in which letters of all languages stay readable, and nothing is raw that can't be printed."""
    import json

    text = json.dumps(value, indent=indent, ensure_ascii=False)
    plain = text.isprintable() or "".join(text.split("\n")).isprintable()
    return text if plain else "".join(each if _stays(each) else json.dumps(each)[1:-1] for each in text)


def _stays(character: str) -> bool:
    return character.isprintable() or character == "\n"


def shell_word(text: str) -> str:
    """Return `text` as one word of a POSIX shell, always in single quotes.

    Raises ValueError for a line break or NUL, which no quoting can keep inside one instruction.
    """
    if _NOT_SHELL.search(text):
        raise ValueError("a word of a RUN instruction can't contain a line break or NUL")
    return "'" + text.replace("'", "'\"'\"'") + "'"


# ---- Markdown and HTML


def code_spans(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a message in which back-ticks mark code: the back-ticks around each ("" for plain text), and it."""
    end = 0
    for match in _CODE.finditer(text):
        if match.start() > end:
            yield "", text[end : match.start()]
        yield match[1], match[2]
        end = match.end()
    if end < len(text):
        yield "", text[end:]


def markdown(text: str) -> str:
    """A message as one line of Markdown: code stays code, and all else is plain text (CommonMark 0.31, 2.4)."""
    return _markdown(text, comment=False)


def markdown_comment(text: str) -> str:
    """A message as `markdown` for a comment on GitHub or GitLab: it mentions nobody and links to nothing.

    These services make links of ``@name``, ``#1``, ``!1`` and bare addresses in plain text, though not in code; a blank
    without width keeps them apart.
    """
    return _markdown(text, comment=True)


def _markdown(text: str, *, comment: bool) -> str:
    parts: list[str] = []
    for ticks, part in code_spans(readable(" ".join(text.split("\n")))):
        if ticks:
            parts.append(f"{ticks}{part}{ticks}")
        else:
            escaped = _MARKDOWN.sub(_backslashed, part if not parts else f"\0{part}")
            shown = escaped.removeprefix("\0")
            parts.append(_REFERENCE.sub("&#8203;", shown) if comment else shown)
    return "".join(parts)


def markdown_code(text: str) -> str:
    """Text as a code span of Markdown, whatever back-ticks it has (CommonMark 0.31, 6.1)."""
    shown = readable(text.replace("\n", " "))
    ticks = "`" * (_longest_ticks(shown) + 1)
    pad = " " if not shown.strip(" ") or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def markdown_block(text: str, language: str = "") -> str:
    """Lines of text as a fenced code block of Markdown (CommonMark 0.31, 4.5)."""
    lines = "\n".join(map(readable, text.removesuffix("\n").split("\n")))
    fence = "`" * max(3, _longest_ticks(lines) + 1)
    return f"{fence}{language}\n{lines}\n{fence}"


def _longest_ticks(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


def _backslashed(match: re.Match[str]) -> str:
    found = match[0]
    return f"{found}\\" if found.isdigit() else f"\\{found}"  # `1\\.` is no list


def html(text: str) -> str:
    """Text as HTML text or the value of an attribute in quotes; never markup."""
    from html import escape

    return escape(readable(text), quote=True)
