"""What a shell script would run, told by bash itself and with nothing run.

The script runs in a restricted bash that finds no program, may not redirect and may not name one by its path: each
program that it calls ends in a handler that only records it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

BASH = shutil.which("bash") or "/bin/bash"
_PROLOGUE = r"""
PS4=$'\1'
command_not_found_handle() { { set +x; } 2>/dev/null; printf '\2'; printf '\3%s' "$@"; printf '\n'; }
"""
_OF_THE_HANDLER = ("set", "printf")


class Trace(NamedTuple):
    """`programs` are the first words of all commands that ran, nested ones too; `calls` the words of those outside."""

    programs: frozenset[str]
    calls: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=10_000)
def trace(script: str) -> Trace:
    """Run `script` where nothing can run."""
    with tempfile.TemporaryDirectory() as name:
        prologue, folder = Path(name) / "prologue", Path(name) / "empty"
        prologue.write_text(_PROLOGUE, encoding="utf-8")
        folder.mkdir()
        done = subprocess.run(
            [BASH, "-r", "-x", "-c", script],
            env={"PATH": "/nonexistent", "BASH_ENV": str(prologue), "LC_ALL": "C.UTF-8"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert not list(folder.iterdir())
    errors = done.stderr.decode("utf-8", "replace")
    programs = {match[1] for match in re.finditer(r"\x01+(?!\w+=)(\S+)", errors)}
    calls = re.findall(r"\x02((?:\x03[^\x02\x03]*)*)\n", done.stdout.decode("utf-8", "replace"))
    words = tuple(tuple(text.split("\3")[1:]) for text in calls)
    return Trace(frozenset(programs.difference(_OF_THE_HANDLER)), words)
