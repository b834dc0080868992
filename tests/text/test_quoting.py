"""Quoting for a terminal and a log; tests/program/test_quoting.py has what is parsed again."""

from __future__ import annotations

import re

import pytest

from dockerfix.text import quoting


def test_a_terminal_gets_our_colours_only() -> None:
    text = "\x1b[31mred\x1b[0m\n\x1b[2Jtext\tx\x07\u202e\udcff\n"
    assert quoting.terminal(text) == "\x1b[31mred\x1b[0m\n\\x1b[2Jtext\tx\\x07\\u202e\\xff\n"


def test_commands_of_a_log_are_stopped_until_a_token() -> None:
    found = [quoting.without_commands("::error::x\n") for _time in range(2)]
    tokens = [re.fullmatch(r"::stop-commands::([0-9a-f]{32})\n::error::x\n\n::\1::\n", each) for each in found]
    assert len({each[1] for each in tokens if each is not None}) == 2
    assert quoting.without_commands("") == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("reads `a<b>` and <b>", "reads `a<b>` and \\<b>"),
        ("`a`<b>`", "`a`\\<b>\\`"),
        ("1. x", "1\\. x"),
        ("# x\ny", "\\# x y"),
        ("a_b _c_ *d* [e](f) &lt; g & h", "a_b \\_c\\_ \\*d\\* \\[e\\](f) \\&lt; g & h"),
        ("a\x1b[2J", "a\\\\x1b\\[2J"),
        ("`` a`b ``", "\\`` a`b \\`\\`"),
    ],
)
def test_markdown(text: str, shown: str) -> None:
    assert quoting.markdown(text) == shown


def test_a_word_of_a_shell_is_one_line() -> None:
    with pytest.raises(ValueError, match="line break"):
        quoting.shell_word("a\nb")
