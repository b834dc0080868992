"""Calls of a command in shell text, whether or not the shell parser can read it."""

from __future__ import annotations

import pytest

from dockerfix.project.shell_calls import command_calls, shell_calls
from dockerfix.syntax.shell import parse_shell


@pytest.mark.parametrize(
    ("script", "opaque"),
    [
        ("'${A}/pget' x\r\necho y\r\n", False),
        ("echo x\r\npget\r\n", False),
        ('"$BIN/pget" x', False),
        ("case $x in a) pget x;; esac", False),
        ("echo it's; pget x", True),
        ("if x; then\n  sudo /usr/bin/pget x", True),
        ("for (( ; ; )) { 'pget' a b; }", True),
        ('echo "$(pget x', True),
        ("a && \\\n pget x '", True),
        ("fi; bash -c 'pget x'", True),
        ("bash -c \"sh -c 'eval pget x'\"", False),
        ("cat > run.sh <<E\necho\n  pget x\nE\n", False),
    ],
)
def test_a_call(script: str, opaque: bool) -> None:
    assert parse_shell(script).opaque is opaque
    (offset,) = shell_calls(script, "pget")
    assert "pget" in script[offset:].split("\n", maxsplit=1)[0]


@pytest.mark.parametrize("script", ["done # pget x", "fi; echo pget", "fi; mypget x", "$CMD pget", "a=(pget)"])
def test_no_call(script: str) -> None:
    assert shell_calls(script, "pget") == []


def test_nesting_ends() -> None:
    script = "pget x"
    for _ in range(12):
        script = f"eval {script!r}"
    assert shell_calls(script, "pget") == []


def test_words_of_a_command() -> None:
    assert command_calls(["timeout", "60", "pget", None], "pget") == 2
    assert command_calls([None, "pget"], "pget") is None
    assert command_calls(["bash", "-c", None], "pget") is None
    assert command_calls(["bash", "-euc", "pget x", "y"], "pget") == 2
