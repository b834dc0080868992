"""What a complete word means to the shell scanner, by the place it stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from dockerfix.syntax.shell import places
from dockerfix.syntax.shell import word_scanner as inside
from dockerfix.syntax.shell.heredocs import Pending
from dockerfix.syntax.shell.word_scanner import ShellError

if TYPE_CHECKING:
    from dockerfix.syntax.shell.scanner import ShellScanner


def _first(scanner: ShellScanner, role: str, kind: str, text: str) -> str:
    if kind == "WORD" and role != places.PREFIX:
        reserved = _RESERVED.get(text)
        if reserved is not None:
            return reserved(scanner, text)
        if role == places.COMMAND and places.PARENS(scanner.text, scanner.at, scanner.end):
            return "FUNCTION_NAME"
        if text == "function":
            match = places.FUNCTION_NAME(scanner.text, scanner.at, scanner.end)
            if match is not None:
                scanner.at = match.end()
                return "FUNCTION_NAME"
    if role == places.AFTER:
        raise ShellError
    scanner.expect = places.DECLARATION if text in places.DECLARATIONS else places.ARGUMENT
    return kind


def _open(scanner: ShellScanner, text: str) -> str:
    scanner.push(inside.COMPOUND, places.OPENERS[text])
    scanner.expect = places.COMMAND
    return "OPEN"


def _close(scanner: ShellScanner, text: str) -> str:
    frame, state = scanner.stack[-1]
    if (text == "esac" and frame == inside.CASE) or (frame == inside.COMPOUND and (state, text) in places.ENDS):
        kind = "CLOSE"
    elif frame == inside.COMPOUND and (state, text) in places.STEPS:
        scanner.stack[-1] = (frame, places.STEPS[state, text])
        scanner.expect = places.COMMAND
        return "MIDDLE"
    else:
        raise ShellError
    scanner.stack.pop()
    scanner.expect = places.AFTER
    return kind


def _for(scanner: ShellScanner, _text: str) -> str:
    scanner.push(inside.COMPOUND, "for")
    scanner.expect = places.NAME
    return "HEAD"


def _case(scanner: ShellScanner, _text: str) -> str:
    scanner.push(inside.CASE)
    scanner.expect = places.SUBJECT
    return "HEAD"


def _test(scanner: ShellScanner, _text: str) -> str:
    scanner.push(inside.TEST)
    scanner.expect = places.OPERAND
    return "HEAD"


def _bang(scanner: ShellScanner, _text: str) -> str:
    before = next((token for token in reversed(scanner.tokens) if token[0] not in places.SILENT), None)
    if before and before[0] == "JOIN" and scanner.text[before[1] : before[2]] in ("|", "|&"):
        raise ShellError
    scanner.expect = places.COMMAND
    return "BANG"


def _prefix(scanner: ShellScanner, _role: str, kind: str, _text: str) -> str:
    if scanner.expect == places.COMMAND:
        scanner.expect = places.PREFIX
    return kind


def _delimiter(scanner: ShellScanner, role: str, kind: str, text: str) -> str:
    if kind != "WORD" or "`" in text:
        raise ShellError
    redirect, tabs = scanner.redirect
    scanner.pending.append(Pending(redirect, tabs, text, scanner.depth()))
    return _prefix(scanner, role, kind, text)


def _loop_name(scanner: ShellScanner, _role: str, kind: str, _text: str) -> str:
    if kind != "WORD":
        raise ShellError
    scanner.expect = places.RANGE
    return "NAME"


def _loop_range(scanner: ShellScanner, role: str, kind: str, text: str) -> str:
    if kind == "WORD" and text == "in" and role == places.RANGE:
        scanner.expect = places.ARGUMENT
        return "IN"
    if kind == "WORD" and text == "do":
        return _close(scanner, text)
    raise ShellError


def _subject(scanner: ShellScanner, _role: str, kind: str, _text: str) -> str:
    scanner.expect = places.CASES
    return kind


def _cases(scanner: ShellScanner, _role: str, kind: str, text: str) -> str:
    if kind != "WORD" or text != "in":
        raise ShellError
    scanner.expect = places.PATTERN
    return "BREAK"


def _case_pattern(scanner: ShellScanner, role: str, kind: str, text: str) -> str:
    if role == places.PATTERN_END:
        raise ShellError
    if kind == "WORD" and text == "esac":
        return _close(scanner, text)
    scanner.expect = places.PATTERN_END
    return kind


def _operand(scanner: ShellScanner, _role: str, kind: str, text: str) -> str:
    if text == "]]" and kind == "WORD":
        scanner.stack.pop()
        scanner.expect = places.AFTER
        return "CLOSE"
    scanner.expect = places.REGEX if text == "=~" else places.OPERAND
    return kind


_Reserved: TypeAlias = "Callable[[ShellScanner, str], str]"

_RESERVED: Final[dict[str, _Reserved]] = {
    **dict.fromkeys(places.OPENERS, _open),
    **dict.fromkeys(places.CLOSERS, _close),
    "for": _for,
    "case": _case,
    "[[": _test,
    "!": _bang,
}

_Role: TypeAlias = "Callable[[ShellScanner, str, str, str], str]"

ROLES: Final[dict[str, _Role]] = {
    places.COMMAND: _first,
    places.AFTER: _first,
    places.PREFIX: _first,
    places.VALUE: _prefix,
    places.TARGET: _prefix,
    places.DELIMITER: _delimiter,
    places.NAME: _loop_name,
    places.RANGE: _loop_range,
    places.DO: _loop_range,
    places.SUBJECT: _subject,
    places.CASES: _cases,
    places.PATTERN: _case_pattern,
    places.PATTERN_END: _case_pattern,
    places.OPERAND: _operand,
    places.REGEX: _operand,
}
"""For a role, what to do with a word in it: takes the scanner, the role, the type of the word's last token so far and
the token's text, sets what is expected next, and gives the type."""
