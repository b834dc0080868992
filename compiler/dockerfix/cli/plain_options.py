"""Reads most calls of the main command without click, whose import takes twice as long as Python's own start.

`command` declares every option; this knows the usual ones, written in full and with each value as a word of its own. It
gives up on anything else, and on every mistake: click reads that call, and prints the messages and the help.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dockerfix.cli import config
from dockerfix.cli.rewrite import Request

_FLAGS = {
    "-i": "in_place",
    "--in-place": "in_place",
    "--check": "check",
    "--diff": "diff",
    "--dry-run": "diff",
    "--force": "force",
    "--statistics": "statistics",
    "--exit-zero": "exit_zero",
    "--no-config": "no_config",
}
"""The fields of Request that an option without a value sets."""

_PATHS = {"-o": "output", "--output": "output", "--against": "against"}
"""The fields of Request that an option with a path sets."""

_SHORT = {"-v": "--verbose", "-q": "--quiet", "-j": "--jobs"}


def read(arguments: Sequence[str]) -> tuple[Request, dict[str, Any]] | None:
    """Return what a call asks for and the settings it gives, as click would; None where click has to read it."""
    files: list[str] = []
    fields: dict[str, Any] = {}
    given: dict[str, Any] = {}
    words = iter(arguments)
    for word in words:
        option = _SHORT.get(word, word)
        if not word.startswith("-") or word == "-":
            files.append(word)
        elif word in _FLAGS:
            fields[_FLAGS[word]] = True
        elif word in _PATHS:
            fields[_PATHS[word]] = next(words, "")
            if not _is_value(fields[_PATHS[word]]):
                return None
        elif not _read_setting(option.removeprefix("--"), words, given):
            return None
    if given.get("keep", frozenset()) & given.get("drop", frozenset()):
        return None
    return Request(files=tuple(files), **fields), given


def _is_value(word: str) -> bool:
    return word == "-" or (word != "" and not word.startswith("-"))


def _read_setting(option: str, words: Iterator[str], given: dict[str, Any]) -> bool:
    """Add a setting to `given`, with a value from `words` if it takes one; False where click has to read it."""
    key = config.KEY.get(option) or config.KEY.get(option.removeprefix("no-"))
    if key is None or (option != key.name and key.name in ("verbose", "quiet")):
        return False
    name = key.name.replace("-", "_")
    if name == "quiet":
        given[name] = given.get(name, 0) + 1
        return True
    if key.kind == "flag":
        given[name] = option == key.name
        return True
    value = next(words, "")
    if option != key.name or not _is_value(value):
        return False
    try:
        chosen = _checked(key, value)
    except ValueError:
        return False
    given[name] = given.get(name, frozenset()) | chosen if isinstance(chosen, frozenset) else chosen
    return True


def _checked(key: config.Key, value: str) -> Any:
    """Return a value from the command line as `Settings` has it. Raises ValueError where click has to read it."""
    if key.kind in ("names", "codes"):
        return config.check(key, [each.strip() for each in value.split(",") if each.strip()])
    if key.kind == "path":
        return Path(config.check(key, value))
    if key.kind == "count" and value.isascii() and value.isdigit():
        return int(value)
    if key.kind in ("choice", "version"):
        return config.check(key, value)
    raise ValueError(key.kind)
