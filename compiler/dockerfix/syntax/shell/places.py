"""What a place in a shell text may hold: the roles of words, reserved words, and what stands between words."""

from __future__ import annotations

import re
from typing import Final

from dockerfix.text.lazy_patterns import lazy

SILENT: Final = frozenset({"BLANK", "COMMENT", "LINE_END", "HEREDOC_BODY", "NAME", "IN", "PARENS", "BRACKET", "OR"})
"""Tokens that the grammar never sees: what they mean shows in the others."""

# What may come next in a list of commands; a word that begins takes it as its role.
COMMAND: Final = "command"  # a command, or a reserved word
AFTER: Final = "after"  # behind a compound command
PREFIX: Final = "prefix"  # behind an assignment or redirection: assignments still count, reserved words don't
ARGUMENT: Final = "argument"
DECLARATION: Final = "declaration"  # an argument of export and the like
VALUE: Final = "value"  # of an assignment
TARGET: Final = "target"  # of a redirection
DELIMITER: Final = "delimiter"  # of a heredoc
NAME: Final = "name"  # behind ``for``
RANGE: Final = "range"  # ``in`` or ``do`` behind the name
DO: Final = "do"
SUBJECT: Final = "subject"  # behind ``case``
CASES: Final = "cases"  # ``in`` behind the subject
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
"""Words that open a compound command made of lists, and the state it is in then."""

STEPS: Final = {
    ("if", "then"): "then",
    ("then", "elif"): "if",
    ("then", "else"): "else",
    ("loop", "do"): "do",
    ("for", "do"): "do",
}
"""The state of a compound command behind a word that begins its next list."""

ENDS: Final = frozenset({("then", "fi"), ("else", "fi"), ("do", "done"), ("group", "}")})
"""Which word closes a compound command in which state."""

CLOSERS: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "}", "esac"})

OPERATORS: Final = {";": "SEPARATOR", "&": "SEPARATOR", "|": "JOIN", "|&": "JOIN", "&&": "JOIN", "||": "JOIN"}
"""The tokens that stand between two commands."""

DECLARATIONS: Final = frozenset({"declare", "export", "local", "readonly", "typeset"})
"""Builtins whose arguments may be assignments."""

LEAD: Final = lazy(
    r"(?P<blank>(?:[ \t]|\\\n)+)|(?P<newline>\n)|(?P<comment>\#[^\n]*)"
    r"|(?P<redirect>(?![<>]\()(?:[0-9]*(?:<<<|<<-|<<|<&|<>|>>|>&|>\||<|>)|&>>|&>))"
    r"|(?P<operator>;;&|;;|;&|&&|\|\||\|&|[;&|()])"
).match
TEST_LEAD: Final = re.compile(
    r"(?P<blank>(?:[ \t\n]|\\\n)+)|(?P<comment>\#[^\n]*)|(?P<test>&&|\|\||[()]|[<>](?!\())"
).match
BLANK_LEAD: Final = re.compile(r"(?P<blank>(?:[ \t\n]|\\\n)+)").match
ARRAY_LEAD: Final = re.compile(r"(?P<blank>(?:[ \t\n]|\\\n)+)|(?P<comment>\#[^\n]*)|(?P<array>\))").match
ASSIGN: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(?:\[[^]\s\\'\"$`;&|<>()]*\])?\+?=").match
PARENS: Final = re.compile(r"([ \t]*)\([ \t]*\)").match
FUNCTION_NAME: Final = re.compile(r"(?:[ \t]|\\\n)+[^\s;&|<>()\\'\"$`]+").match
"""What stands behind the word ``function``."""
