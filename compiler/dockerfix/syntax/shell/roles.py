"""The roles of words in a shell text: what may come at each place, and what a complete word there means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from dockerfix.syntax.shell import state as frames
from dockerfix.syntax.shell.state import Pending, ShellError, State
from dockerfix.text.lazy_patterns import lazy

SILENT: Final = frozenset({"BLANK", "COMMENT", "LINE_END", "HEREDOC_BODY", "NAME", "IN", "PARENS", "BRACKET", "OR"})
"""Tokens that the grammar never sees, because the other tokens express what they mean."""

# What may come next in a list of commands: the role of a word that starts there.
COMMAND: Final = "command"  # a command, or a reserved word
AFTER: Final = "after"  # after a compound command
PREFIX: Final = "prefix"  # after an assignment or redirection: assignments still count, reserved words don't
ARGUMENT: Final = "argument"
DECLARATION: Final = "declaration"  # an argument of export and the like
VALUE: Final = "value"  # of an assignment
TARGET: Final = "target"  # of a redirection
DELIMITER: Final = "delimiter"  # of a heredoc
NAME: Final = "name"  # after ``for``
RANGE: Final = "range"  # ``in`` or ``do`` after the name
DO: Final = "do"
SUBJECT: Final = "subject"  # after ``case``
CASES: Final = "cases"  # ``in`` after the subject
PATTERN: Final = "pattern"
PATTERN_END: Final = "pattern end"
ELEMENT: Final = "element"  # of an array
OPERAND: Final = "operand"  # in [[ ]]
REGEX: Final = "regex"  # right of =~
ARITHMETIC: Final = "arithmetic"
ARITHMETIC_RANGE: Final = "arithmetic range"  # of a loop

LINE_END_IS_BLANK: Final = frozenset({COMMAND, RANGE, DO, CASES, PATTERN})
IN_CASE_HEAD: Final = frozenset({SUBJECT, CASES, PATTERN, PATTERN_END})
MAY_BE_EMPTY: Final = frozenset({VALUE, ARITHMETIC, ARITHMETIC_RANGE})
ASSIGNABLE: Final = frozenset({COMMAND, PREFIX, DECLARATION})

OPENERS: Final = {"if": "if", "while": "loop", "until": "loop", "{": "group"}
"""Words that open a compound command of lists, and the state it is in then."""

STEPS: Final = {
    ("if", "then"): "then",
    ("then", "elif"): "if",
    ("then", "else"): "else",
    ("loop", "do"): "do",
    ("for", "do"): "do",
}
"""The state of a compound command after a word that starts its next list, by the state before."""

ENDS: Final = frozenset({("then", "fi"), ("else", "fi"), ("do", "done"), ("group", "}")})
"""The states of a compound command and the words that close it."""

CLOSERS: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "}", "esac"})

OPERATORS: Final = {";": "SEPARATOR", "&": "SEPARATOR", "|": "JOIN", "|&": "JOIN", "&&": "JOIN", "||": "JOIN"}
"""The tokens between two commands."""

DECLARATIONS: Final = frozenset({"declare", "export", "local", "readonly", "typeset"})
"""Builtins whose arguments may be assignments."""

LEAD: Final = lazy(
    r"(?P<blank>(?:[ \t]|\\\n)+)|(?P<newline>\n)|(?P<comment>\#[^\n]*)"
    r"|(?P<redirect>(?![<>]\()(?:[0-9]*(?:<<<|<<-|<<|<&|<>|>>|>&|>\||<|>)|&>>|&>))"
    r"|(?P<operator>;;&|;;|;&|&&|\|\||\|&|[;&|()])"
)
TEST_LEAD: Final = lazy(r"(?P<blank>(?:[ \t\n]|\\\n)+)|(?P<comment>\#[^\n]*)|(?P<test>&&|\|\||[()]|[<>](?!\())")
BLANK_LEAD: Final = lazy(r"(?P<blank>(?:[ \t\n]|\\\n)+)")
ARRAY_LEAD: Final = lazy(r"(?P<blank>(?:[ \t\n]|\\\n)+)|(?P<comment>\#[^\n]*)|(?P<array>\))")
ASSIGN: Final = lazy(r"[A-Za-z_][A-Za-z_0-9]*(?:\[[^]\s\\'\"$`;&|<>()]*\])?\+?=")
PARENS: Final = lazy(r"([ \t]*)\([ \t]*\)")
FUNCTION_NAME: Final = lazy(r"(?:[ \t]|\\\n)+[^\s;&|<>()\\'\"$`]+")
"""What comes after the word ``function``."""


def _first(state: State, role: str, kind: str, text: str) -> str:
    if kind == "WORD" and role != PREFIX:
        reserved = _RESERVED.get(text)
        if reserved is not None:
            return reserved(state, text)
        if role == COMMAND and PARENS.match(state.text, state.at, state.end):
            return "FUNCTION_NAME"
        if text == "function":
            match = FUNCTION_NAME.match(state.text, state.at, state.end)
            if match is not None:
                state.at = match.end()
                return "FUNCTION_NAME"
    if role == AFTER:
        raise ShellError
    state.expect = DECLARATION if text in DECLARATIONS else ARGUMENT
    return kind


def _open(state: State, text: str) -> str:
    state.push(frames.COMPOUND, OPENERS[text])
    state.expect = COMMAND
    return "OPEN"


def _close(state: State, text: str) -> str:
    frame, step = state.stack[-1]
    if (text == "esac" and frame == frames.CASE) or (frame == frames.COMPOUND and (step, text) in ENDS):
        kind = "CLOSE"
    elif frame == frames.COMPOUND and (step, text) in STEPS:
        state.stack[-1] = (frame, STEPS[step, text])
        state.expect = COMMAND
        return "MIDDLE"
    else:
        raise ShellError
    state.stack.pop()
    state.expect = AFTER
    return kind


def _for(state: State, _text: str) -> str:
    state.push(frames.COMPOUND, "for")
    state.expect = NAME
    return "HEAD"


def _case(state: State, _text: str) -> str:
    state.push(frames.CASE)
    state.expect = SUBJECT
    return "HEAD"


def _test(state: State, _text: str) -> str:
    state.push(frames.TEST)
    state.expect = OPERAND
    return "HEAD"


def _bang(state: State, _text: str) -> str:
    before = next((token for token in reversed(state.tokens) if token[0] not in SILENT), None)
    if before and before[0] == "JOIN" and state.text[before[1] : before[2]] in ("|", "|&"):
        raise ShellError
    state.expect = COMMAND
    return "BANG"


def _prefix(state: State, _role: str, kind: str, _text: str) -> str:
    if state.expect == COMMAND:
        state.expect = PREFIX
    return kind


def _delimiter(state: State, role: str, kind: str, text: str) -> str:
    if kind != "WORD" or "`" in text:
        raise ShellError
    redirect, tabs = state.redirect
    state.pending.append(Pending(redirect, tabs, text, state.depth()))
    return _prefix(state, role, kind, text)


def _loop_name(state: State, _role: str, kind: str, _text: str) -> str:
    if kind != "WORD":
        raise ShellError
    state.expect = RANGE
    return "NAME"


def _loop_range(state: State, role: str, kind: str, text: str) -> str:
    if kind == "WORD" and text == "in" and role == RANGE:
        state.expect = ARGUMENT
        return "IN"
    if kind == "WORD" and text == "do":
        return _close(state, text)
    raise ShellError


def _subject(state: State, _role: str, kind: str, _text: str) -> str:
    state.expect = CASES
    return kind


def _cases(state: State, _role: str, kind: str, text: str) -> str:
    if kind != "WORD" or text != "in":
        raise ShellError
    state.expect = PATTERN
    return "BREAK"


def _case_pattern(state: State, role: str, kind: str, text: str) -> str:
    if role == PATTERN_END:
        raise ShellError
    if kind == "WORD" and text == "esac":
        return _close(state, text)
    state.expect = PATTERN_END
    return kind


def _operand(state: State, _role: str, kind: str, text: str) -> str:
    if text == "]]" and kind == "WORD":
        state.stack.pop()
        state.expect = AFTER
        return "CLOSE"
    state.expect = REGEX if text == "=~" else OPERAND
    return kind


_Reserved: TypeAlias = "Callable[[State, str], str]"

_RESERVED: Final[dict[str, _Reserved]] = {
    **dict.fromkeys(OPENERS, _open),
    **dict.fromkeys(CLOSERS, _close),
    "for": _for,
    "case": _case,
    "[[": _test,
    "!": _bang,
}

_Role: TypeAlias = "Callable[[State, str, str, str], str]"

ROLES: Final[dict[str, _Role]] = {
    COMMAND: _first,
    AFTER: _first,
    PREFIX: _first,
    VALUE: _prefix,
    TARGET: _prefix,
    DELIMITER: _delimiter,
    NAME: _loop_name,
    RANGE: _loop_range,
    DO: _loop_range,
    SUBJECT: _subject,
    CASES: _cases,
    PATTERN: _case_pattern,
    PATTERN_END: _case_pattern,
    OPERAND: _operand,
    REGEX: _operand,
}
"""For each role, what to do with a complete word: the function takes the state, the role, the type of the word's last
token so far and its text, sets what is expected next, and returns the type."""
