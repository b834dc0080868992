"""The commands of a RUN, read with `shlex`: coarse on purpose, and independent of the compiler's own shell parser."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from checker.reading import Instruction
from checker.words import listed

PUNCTUATION = frozenset("();<>|&")
_REDIRECT = re.compile(r"&?[<>]{1,3}[-|&]?")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_OPENERS = frozenset(["{", "}", "!", "if", "then", "elif", "else", "fi", "do", "done", "while", "until", "time"])
_WRAPPERS = frozenset(["sudo", "exec", "command", "nohup", "env"])
_PIP = re.compile(r"pip(\d+(\.\d+)?)?")
_PYTHON = re.compile(r"python(\d+(\.\d+)?)?")
VALUED = frozenset(
    listed(
        """-t --target -r --requirement -c --constraint -e --editable -f --find-links -i --index-url --extra-index-url
    --cache-dir --python --prefix --root --trusted-host --timeout --retries --platform --python-version --abi
    --implementation --no-binary --only-binary --upgrade-strategy --progress-bar --config-settings --global-option
    --src --log --proxy --cert --exists-action --report --index --default-index --index-strategy --prerelease
    --torch-backend"""
    )
)
"""Options of pip and `uv pip` that take a value."""


class Install(NamedTuple):
    """A `pip install`: its launcher's words, options with their values, what it installs, and all words behind it."""

    launcher: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    requirements: tuple[str, ...]
    words: tuple[str, ...]

    def values(self, *names: str) -> list[str]:
        """The values of the options with one of these names, in order."""
        return [value for name, value in self.options if name in names]


@cache
def commands(script: str) -> tuple[tuple[str, ...], ...]:
    """The simple commands of a script, each as its words; one command of its plain words where quotes don't close."""
    result: list[tuple[str, ...]] = []
    current: list[str] = []
    skip = False
    for token in [*_tokens(script), ";"]:
        if token and set(token) <= PUNCTUATION:
            if _REDIRECT.fullmatch(token):
                skip = True
                if current and current[-1] in ("1", "2"):
                    current.pop()
                continue
            words = _plain(current)
            if words:
                result.append(words)
            current, skip = [], False
        elif skip:
            skip = False
        else:
            current.append(token)
    return tuple(result)


def _tokens(script: str) -> list[str]:
    lines = script.replace("\\\n", " ").split("\n")
    return [token for line in lines for token in [*_line_tokens(line), ";"]]


def _line_tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return line.split()


def words(line: str) -> list[str]:
    """The words of a line, operators among them."""
    return _line_tokens(line)


def _plain(words: list[str]) -> tuple[str, ...]:
    """The words of a command without keywords, assignments and wrappers before its name."""
    at = 0
    while at < len(words):
        word = words[at]
        wrapped = at > 0 and words[at - 1] in _WRAPPERS and word.startswith("-")
        if not (word in _OPENERS or word in _WRAPPERS or _ASSIGNMENT.match(word) or wrapped):
            break
        at += 1
    return tuple(words[at:])


def program(command: tuple[str, ...]) -> str:
    """The name of a command's program, without its folder."""
    return command[0].rpartition("/")[2]


def of(instruction: Instruction) -> tuple[tuple[str, ...], ...]:
    """The commands of a RUN."""
    return commands(instruction.script) if instruction.keyword == "RUN" else ()


def _after_launcher(command: tuple[str, ...]) -> int | None:
    """The index behind pip's name: of `pip`, `python -m pip`, `uv pip`, `uv run … pip`."""
    name, at = program(command), 0
    if name == "uv":
        if command[1:2] == ("pip",):
            return 2
        if command[1:2] != ("run",):
            return None
        at = 2
        while at < len(command) and command[at].startswith("-"):
            at += 1
        if at == len(command):
            return None
        name = command[at].rpartition("/")[2]
    if _PIP.fullmatch(name):
        return at + 1
    if _PYTHON.fullmatch(name):
        words = command[at + 1 :]
        for index, word in enumerate(words):
            if word == "-m" and words[index + 1 : index + 2] == ("pip",):
                return at + index + 3
            if not word.startswith("-"):
                break
    return None


def pip_command(command: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """pip's own subcommand and the words behind it, or None where the command is not pip."""
    at = _after_launcher(command)
    if at is None:
        return None
    rest = list(command[at:])
    while rest and rest[0].startswith("-"):
        rest.pop(0)
    return (rest[0], tuple(rest[1:])) if rest else None


def installs(instruction: Instruction) -> Iterator[Install]:
    """The pip installs of a RUN."""
    for command in of(instruction):
        reading = pip_command(command)
        if reading is None or reading[0] != "install":
            continue
        words = split_options(reading[1])
        yield _install(command[: len(command) - len(reading[1]) - 1], words)


def split_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words with ``--option=value`` and ``-rFILE`` as two."""
    result: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if name in VALUED and equals and name.startswith("--"):
            result += [name, value]
        elif len(word) > 2 and word[:2] in VALUED and word[1] != "-":
            result += [word[:2], word[2:]]
        else:
            result.append(word)
    return tuple(result)


def _install(launcher: tuple[str, ...], words: tuple[str, ...]) -> Install:
    options: list[tuple[str, str]] = []
    requirements: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word in VALUED:
            value = words[at + 1] if at + 1 < len(words) else ""
            options.append((word, value))
            if word in ("-e", "--editable"):
                requirements.append(value)
            at += 1
        elif word.startswith("-"):
            options.append((word, ""))
        else:
            requirements.append(word)
        at += 1
    return Install(launcher, tuple(options), tuple(requirements), words)


def apt_packages(instruction: Instruction) -> list[str]:
    """The Debian packages that a RUN installs, in order."""
    result: list[str] = []
    for command in of(instruction):
        if program(command) not in ("apt-get", "apt", "aptitude") or "install" not in command:
            continue
        words = list(command[command.index("install") + 1 :])
        while words:
            word = words.pop(0)
            if word in ("-o", "-t", "-c", "--option", "--target-release"):
                words = words[1:]
            elif not word.startswith("-"):
                result.append(word)
    return result
