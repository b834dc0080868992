"""Wrappers: commands that only run another one."""

from __future__ import annotations

import pytest

from dockerfix.syntax.shell import parse_shell, unwrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install x", "pip install x"),
        ("sudo -EH -u root A=1 env -i -u C B=2 pip install", "pip install"),
        ("sudo --user=root -- pip", "pip"),
        ("exec -a x pip", "pip"),
        ("command -v pip", "command -v pip"),
        ("command pip", "pip"),
        ("time -p nice -n10 nohup pip x", "pip x"),
        ("timeout -k 5 60 curl x", "curl x"),
        ("env", "env"),
        ("env A=1", "env A=1"),
        ('env "PATH=$P" pip', "pip"),
        ("sudo $x pip", "sudo $x pip"),
        ("sudo $x", "sudo $x"),
        ("/usr/bin/env python", "python"),
        ("$SUDO pip", "$SUDO pip"),
        ("env -S pip", "env -S pip"),
        ("A=1 > f", ""),
        ("{ a; }", ""),
    ],
)
def test_unwrapped(text: str, expected: str) -> None:
    (command,) = parse_shell(text).commands
    assert " ".join(word.text for word in unwrapped(command)) == expected
