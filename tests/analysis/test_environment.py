"""How the values of cog.yaml's `environment` are quoted for ENV."""

from __future__ import annotations

import pytest

from dockerfix.analysis.environment import quote
from dockerfix.syntax.words.lexer import Lexer


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("plain", "plain"),
        ("", ""),
        ("two words", "two words"),
        ('say "hi" now', 'say "hi" now'),
        ("C:\\one two\\", "C:\\one two\\"),
        ("at $HOME now", "at /root now"),
        (r"cost \$5 now", "cost $5 now"),
        (r"\$HOME", "$HOME"),
        (r"two \\$HOME now", r"two \\/root now"),
        (r"three \\\$HOME now", r"three \\$HOME now"),
        ("${OPEN now", "${OPEN now"),
        (r"${OPEN \$5 now", "${OPEN $5 now"),
    ],
)
@pytest.mark.parametrize("escape", ["\\", "`"])
def test_what_docker_reads(value: str, read: str, escape: str) -> None:
    value, read = value.replace("\\", escape), read.replace("\\", escape)
    assert Lexer(escape).process_word(quote(value, escape), {"HOME": "/root"}) == read
