"""What in a shell text depends on the status of commands, and so on whether they are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from dockerfix.syntax.shell.tree import Command, Script
from dockerfix.syntax.shell.wrappers import unwrapped
from dockerfix.text.lazy_patterns import lazy

_READS_STATUS: Final = lazy(r"\$\{?[?_](?![A-Za-z0-9_])|PIPESTATUS")
_READS_JOBS: Final = lazy(r"\$!|\$\{!(?!\w)|%[0-9%+-]")
_JOB_BUILTINS: Final = frozenset({"bg", "disown", "fg", "jobs"})
_UNKNOWABLE: Final = frozenset({".", "eval", "source"})


class Status(NamedTuple):
    """How a script uses the status of its commands.

    `is_read`: it has ``$?`` or ``$_``, or ``exit`` or ``return`` without a status. `jobs_are_read`: it has ``$!``,
    ``jobs``, or ``wait`` with arguments. `may_exit`: ``set -e`` could be on somewhere. `surely_exits`: nothing can turn
    it off once it is on. `traps`: there is a ``trap``.
    """

    is_read: bool
    jobs_are_read: bool
    may_exit: bool
    surely_exits: bool
    traps: bool


def status_of(script: Script, kept: Iterable[Command]) -> Status:
    """Return the facts about `script` if only the commands `kept` stay."""
    is_read = _READS_STATUS.search(script.text) is not None
    jobs = _READS_JOBS.search(script.text) is not None
    may_exit = traps = False
    surely = True
    for command in kept:
        words = unwrapped(command)
        name = words[0].value if words else None
        if name in ("exit", "return"):
            is_read = is_read or len(words) == 1
        elif name in _JOB_BUILTINS or (name == "wait" and len(words) > 1):
            jobs = True
        elif name == "set":
            setting = errexit(command)
            may_exit = may_exit or setting is not False
            surely = surely and setting is not None
        elif name in _UNKNOWABLE or (words and name is None):
            may_exit = True
            surely = False
        elif name == "trap":
            traps = may_exit = True
    return Status(is_read, jobs, may_exit, surely, traps)


def errexit(command: Command) -> bool | None:
    """Whether a ``set`` turns ``-e`` on: False if it does not change it, None if it turns it off or may do so."""
    return _sets(command, "e", "errexit")


def nounset(command: Command) -> bool | None:
    """Whether a ``set`` turns ``-u`` on, as `errexit` says it of ``-e``."""
    return _sets(command, "u", "nounset")


def _sets(command: Command, letter: str, name: str) -> bool | None:
    """Whether a ``set`` turns an option on: False if it does not change it, None if it turns it off or may do so."""
    values = [word.value for word in unwrapped(command)]
    if values[:1] != ["set"]:
        return False
    found = False
    for index, value in enumerate(values[1:], 1):
        previous = values[index - 1] or ""
        if value is None:
            return None
        if value == "--" or (value[:1] not in ("-", "+") and not _takes_name(previous)):
            break
        if (value[:1] == "+" and letter in value) or (value == name and previous[0] == "+"):
            return None
        found = found or (value[:1] == "-" and letter in value) or value == name
    return found


def _takes_name(option: str) -> bool:
    return option[:1] in ("-", "+") and option.endswith("o")
