"""The shell text of a RUN as commands, and the removal of some of them."""

from __future__ import annotations

from dockerfix.syntax.shell.parser import parse_shell
from dockerfix.syntax.shell.removal import remove_commands
from dockerfix.syntax.shell.tree import Assignment, Command, Kind, Redirection, Script, Word
from dockerfix.syntax.shell.wrappers import unwrapped

__all__ = [
    "Assignment",
    "Command",
    "Kind",
    "Redirection",
    "Script",
    "Word",
    "parse_shell",
    "remove_commands",
    "unwrapped",
]
