"""Commands of pip in every form: ``pip``, ``python -m pip``, ``uv pip`` and ``uv run pip``."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerfix.project.pip_options import Option, read_option, skip_options
from dockerfix.syntax.shell import Command, Word, unwrapped

_VERBS = frozenset({"install", "uninstall"})


class Argument(NamedTuple):
    """A part of a command of pip: an option, or an operand (`option` is None), with the words that write it.

    `text` is the option's value ("" without one) or the operand, as written if only the shell knows it.
    """

    text: str
    words: tuple[Word, ...]
    option: Option | None = None


class PipCommand(NamedTuple):
    """``pip install`` or ``pip uninstall``: the command, its verb, and the arguments after it, in order."""

    command: Command
    verb: str
    arguments: tuple[Argument, ...]

    @property
    def options(self) -> tuple[Argument, ...]:
        """The options."""
        return tuple(each for each in self.arguments if each.option is not None)

    @property
    def operands(self) -> tuple[Argument, ...]:
        """The packages, paths and URLs that are not the value of an option."""
        return tuple(each for each in self.arguments if each.option is None)

    @property
    def packages(self) -> tuple[Argument, ...]:
        """The operands, then the editable packages."""
        return (*self.operands, *self._valued("--editable"))

    @property
    def files(self) -> tuple[Argument, ...]:
        """The requirements files."""
        return self._valued("--requirement")

    def _valued(self, long: str) -> tuple[Argument, ...]:
        return tuple(each for each in self.arguments if each.option and each.option.long == long and each.text)


def install(command: Command) -> PipCommand | None:
    """Return the ``pip install`` that `command` is; None for another command."""
    found = read(command)
    return found if found is not None and found.verb == "install" else None


def read(command: Command) -> PipCommand | None:
    """Return the command of pip that `command` is; None for another command, and for other verbs of pip."""
    if not any("pip" in word.text for word in command.words):
        return None
    words = unwrapped(command)
    values = [word.value or word.text for word in words]
    at = _verb(values)
    if at is None or words[at].value not in _VERBS:
        return None
    arguments: list[Argument] = []
    at, verb = at + 1, values[at]
    while at < len(words):
        option, taken = None, 1
        if values[at].startswith("-") and values[at] != "-":
            option, taken = read_option(values[at], values[at + 1] if at + 1 < len(words) else None)
        text = values[at] if option is None else option.value or ""
        arguments.append(Argument(text, words[at : at + taken], option))
        at += taken
    return PipCommand(command, verb, tuple(arguments))


def _verb(values: list[str]) -> int | None:
    """Return the index of pip's verb, after its global options; None for another command."""
    at = 0
    if values[0].rpartition("/")[2] == "uv":
        at = skip_options(values, 1)
        if values[at : at + 1] == ["run"]:
            at = skip_options(values, at + 1)
    name = values[at].rpartition("/")[2] if at < len(values) else ""
    if re.fullmatch(r"python(\d(\.\d+)?)?", name) and values[at + 1 : at + 3] == ["-m", "pip"]:
        at += 2
    elif not re.fullmatch(r"pip(\d(\.\d+)?)?", name):
        return None
    at = skip_options(values, at + 1)
    return at if at < len(values) else None


def is_plain(command: Command) -> bool:
    """Whether a command calls ``pip`` directly, as Cog does, and not as ``python -m pip`` or otherwise."""
    return bool(command.words) and command.words[0].value == "pip"
