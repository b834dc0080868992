"""Read commands that install Python packages, whichever way pip is called."""

from __future__ import annotations

import re

from dockerfix.analysis import flow
from dockerfix.syntax.shell import Command, Word

EDITABLE = frozenset(["-e", "--editable"])
"""Options whose value is a package."""


class Install:
    """One install of Python packages: the command, its options and its operands as words."""

    __slots__ = ("command", "first", "operands", "options")

    def __init__(self, command: Command, first: int, options: list[tuple[Word, ...]], operands: list[Word]) -> None:
        self.command = command
        self.first = first
        self.options = options
        self.operands = operands


_VALUED = frozenset(
    [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-t",
        "--target",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--cache-dir",
        "--prefix",
        "--root",
        "-e",
        "--editable",
        "--python",
        "-p",
        "--platform",
        "--index",
        "--default-index",
        "--index-strategy",
        "--timeout",
        "--retries",
        "--upgrade-strategy",
        "--no-binary",
        "--only-binary",
        "--progress-bar",
        "--proxy",
        "--cert",
        "--trusted-host",
        "--src",
        "--config-settings",
        "--global-option",
        "--build-option",
        "--python-version",
        "--abi",
        "--implementation",
        "--override",
        "--overrides",
        "--with",
        "-d",
        "--dest",
    ]
)


def install(command: Command) -> Install | None:
    """Read ``pip install``, ``python -m pip install``, ``uv pip install`` and ``uv run pip install``.

    `first` is the number of the word after ``install``; options that take a value come with it.
    """
    if not any("pip" in word.text for word in command.words):
        return None
    words = flow.unwrapped(command)
    values = [word.value for word in words]
    at = after_pip(values)
    if at is None:
        return None
    while at < len(values) and (values[at] or "").startswith("-"):
        at += 1
    if at >= len(values) or values[at] != "install":
        return None
    options: list[tuple[Word, ...]] = []
    operands: list[Word] = []
    index = at + 1
    while index < len(words):
        value = values[index] or words[index].text
        if value.startswith("-") and value != "-":
            taken = 2 if value in _VALUED and index + 1 < len(words) else 1
            options.append(tuple(words[index : index + taken]))
            index += taken
        else:
            operands.append(words[index])
            index += 1
    return Install(command, at + 1, options, operands)


def after_pip(values: list[str | None]) -> int | None:
    """The index after the word that is pip, for every way to call it."""
    at = 0
    if values and (values[0] or "").rpartition("/")[2] == "uv":
        at = 2 if values[1:2] == ["run"] else 1
    name = (values[at] or "").rpartition("/")[2] if at < len(values) else ""
    if re.fullmatch(r"python(\d(\.\d+)?)?", name) and values[at + 1 : at + 3] == ["-m", "pip"]:
        return at + 3
    return at + 1 if re.fullmatch(r"pip(\d(\.\d+)?)?", name) else None


def is_pip(command: Command) -> bool:
    """Whether a command is plain ``pip``, as Cog writes it."""
    return bool(command.words) and command.words[0].value == "pip"
