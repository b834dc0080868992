"""The shell text of a RUN as commands, and the removal of some of them."""

from __future__ import annotations

from dockerfix.syntax.shell.effects import Going, is_range, last_argument_is_read, may_cut, opens_file, own_text
from dockerfix.syntax.shell.parser import parse_shell
from dockerfix.syntax.shell.removal import remove_commands
from dockerfix.syntax.shell.tree import Assignment, Command, Kind, Redirection, Script, Word
from dockerfix.syntax.shell.wrappers import unwrapped

__all__ = [
    "Assignment",
    "Command",
    "Going",
    "Kind",
    "Redirection",
    "Script",
    "Word",
    "is_range",
    "last_argument_is_read",
    "may_cut",
    "opens_file",
    "own_text",
    "parse_shell",
    "remove_commands",
    "unwrapped",
]
