"""The shell text of a RUN as commands, and what can be done with them."""

from __future__ import annotations

from dockerfix.syntax.shell.argv import argv, unwrapped
from dockerfix.syntax.shell.parser import parse_shell
from dockerfix.syntax.shell.remove import removal
from dockerfix.syntax.shell.tree import Assignment, Command, Kind, Redirection, Script, Word

__all__ = [
    "Assignment",
    "Command",
    "Kind",
    "Redirection",
    "Script",
    "Word",
    "argv",
    "parse_shell",
    "removal",
    "unwrapped",
]
