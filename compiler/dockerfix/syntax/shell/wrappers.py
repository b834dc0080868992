"""The words of a command without wrappers: commands that only run another one, such as ``sudo``."""

from __future__ import annotations

from typing import Final, NamedTuple

from dockerfix.syntax.shell.tree import Command, Word
from dockerfix.text.lazy_patterns import lazy


class _Wrapper(NamedTuple):
    """The arguments of a wrapper: options without and with a value, and the number of operands before the command."""

    flags: frozenset[str]
    valued: frozenset[str]
    operands: int = 0
    assignments: bool = False

    @property
    def long(self) -> set[str]:
        """The options that can take a value after a ``=``."""
        return {option for option in self.flags | self.valued if option.startswith("--")}


def _wrapper(flags: str = "", valued: str = "", operands: int = 0, *, assignments: bool = False) -> _Wrapper:
    return _Wrapper(frozenset(flags.split()), frozenset(valued.split()), operands, assignments)


# Options as POSIX.1-2017 (command, env, exec, nice, nohup, time), GNU coreutils 9.4, util-linux 2.39 and sudo 1.9
# document them, without those that do not run the command (``command -v``).
_WRAPPERS: Final = {
    "builtin": _wrapper(),
    "chronic": _wrapper("-v -e"),
    "command": _wrapper("-p"),
    "coproc": _wrapper(),
    "env": _wrapper("- -i --ignore-environment", "-u --unset -C --chdir", assignments=True),
    "exec": _wrapper("-c -l", "-a"),
    "gosu": _wrapper(operands=1),
    "ionice": _wrapper("-t --ignore", "-c --class -n --classdata"),
    "nice": _wrapper("", "-n --adjustment"),
    "nohup": _wrapper(),
    # without -u it takes a user and starts a shell, as su does
    "runuser": _wrapper("", "-u --user -g --group -G --supp-group -w --whitelist-environment"),
    "setsid": _wrapper("-c -f -w --ctty --fork --wait"),
    "stdbuf": _wrapper("", "-i --input -o --output -e --error"),
    "su-exec": _wrapper(operands=1),
    "sudo": _wrapper(
        "-A -b -E -H -k -n -P -S --askpass --background --non-interactive --preserve-env --set-home --stdin",
        "-C -g -h -p -r -t -T -u --chdir --group --host --prompt --role --type --user",
        assignments=True,
    ),
    "time": _wrapper("-p"),
    "timeout": _wrapper("--foreground --preserve-status -v --verbose", "-k --kill-after -s --signal", 1),
}

_ASSIGNMENT: Final = lazy(r"[A-Za-z_][A-Za-z0-9_]*=")


def unwrapped(command: Command) -> tuple[Word, ...]:
    """Return the command's words without ``sudo``, ``env A=b``, ``exec``, ``time`` and the like before them.

    A wrapper with an unknown option, or without a command after it, stays, with all words after it.
    """
    words = command.words if command.kind in ("call", "decl") else ()
    start = 0
    while start < len(words):
        name = words[start].value
        wrapper = _WRAPPERS.get(name.rpartition("/")[2]) if name else None
        behind = None if wrapper is None else _behind(wrapper, words, start)
        if behind is None or behind >= len(words):
            break
        start = behind
    return words[start:]


def _behind(wrapper: _Wrapper, words: tuple[Word, ...], start: int) -> int | None:
    """The index after a wrapper at `start` and its arguments; None if they are not known."""
    at = _options(wrapper, words, start + 1)
    if at is None:
        return None
    if wrapper.assignments:
        while at < len(words) and _is_assignment(words[at]):
            at += 1
    return at + wrapper.operands


def _is_assignment(word: Word) -> bool:
    return _ASSIGNMENT.match(word.text.lstrip("\"'")) is not None


def _options(wrapper: _Wrapper, words: tuple[Word, ...], at: int) -> int | None:
    """The index after the options that begin at `at`; None if an option is not known."""
    while at < len(words):
        value = words[at].value
        if value is None:
            # an expansion at the start could make it an option
            return at if words[at].text.lstrip("\"'")[:1].isalnum() else None
        if not value.startswith("-"):
            return at
        at += 1
        if value == "--":
            return at
        name, equals, _ = value.partition("=")
        if value in wrapper.flags or (equals and name in wrapper.long):
            continue
        if value in wrapper.valued:
            at += 1
        elif not _is_cluster(wrapper, value):
            return None
    return at


def _is_cluster(wrapper: _Wrapper, value: str) -> bool:
    """Whether `value` is several short options (``-EH``), or one with its value (``-n10``)."""
    if value.startswith("--") or len(value) < 3:
        return False
    return value[:2] in wrapper.valued or all("-" + letter in wrapper.flags for letter in value[1:])
