"""Which commands a piece of shell text runs: enough to find one by name in scripts and in strings of Python code.

This reads text that never becomes part of a Dockerfile, so it may be coarse, but only in one direction: it rather
reports a call that isn't one than misses one. RUN instructions have their own, exact parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dockerfix.text.lazy_patterns import lazy

HOLE = "\ufffc"
"""Stands for a value that only the running program knows (``{url}`` of an f-string)."""

_TOKEN = lazy(
    r"""(?P<blank>[ \t\r]+|\\\n)
      | (?P<comment>(?<![^\s;&|()`])\#[^\n]*)
      | (?P<control>\$\(|[\n;&|()`{}])
      | (?P<word>(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\{[^}\n]*\}|[^\s;&|()`{}'"\\$]|\$(?!\()|['"\\])+)""",
    re.VERBOSE | re.DOTALL,
)
_WRAPPERS = frozenset(
    (
        *("sudo", "env", "nohup", "nice", "ionice", "time", "timeout", "exec", "command", "xargs", "stdbuf", "setsid"),
        *("if", "then", "elif", "else", "while", "until", "do", "!", "which", "type", "hash", "builtin", "busybox"),
    )
)
_SHELLS = frozenset(["sh", "bash", "dash", "zsh", "ash"])
_ASSIGNMENT = lazy(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_SKIPPED_BY_WRAPPER = lazy(r"-|\d+(\.\d+)?[smhd]?$")
_MAX_NESTING = 5


def shell_calls(text: str, name: str, nesting: int = 0) -> list[int]:
    """Offsets of the words in `text` that call the command `name`, by bare name or by any path.

    Looks into ``$()``, backquotes, ``bash -c '…'`` and ``eval``, and through ``sudo``, ``timeout 60`` and the like.
    """
    result: list[int] = []
    command: list[tuple[str, int]] = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            command.append((match.group(), match.start()))
            result.extend(_in_quotes(match.group(), match.start(), name, nesting))
        elif match.lastgroup == "control":
            result.extend(_in_command(command, name, nesting))
            command = []
    result.extend(_in_command(command, name, nesting))
    return sorted(set(result))


def command_calls(words: Sequence[str | None], name: str) -> int | None:
    """The index of the word of one command, already split, that calls `name`; None where none does.

    An unknown word is None. The script of ``["bash", "-c", "…"]`` is looked into.
    """
    found = _command_word(words, name)
    if found is not None:
        return found
    for index in _scripts(words):
        script = words[index]
        if script is not None and shell_calls(script, name, 1):
            return index
    return None


def _in_command(command: list[tuple[str, int]], name: str, nesting: int) -> Iterator[int]:
    words = [_unquote(word) for word, _at in command]
    found = _command_word(words, name)
    if found is not None:
        yield command[found][1]
    if nesting < _MAX_NESTING:
        for index in _scripts(words):
            if shell_calls(words[index], name, nesting + 1):
                yield command[index][1]


def _command_word(words: Sequence[str | None], name: str) -> int | None:
    wrapped = False
    for index, word in enumerate(words):
        if word is None:
            return None
        base = word.rpartition("/")[2]
        if base == name:
            return index
        if _ASSIGNMENT.match(word) or (wrapped and _SKIPPED_BY_WRAPPER.match(word)):
            continue
        if base not in _WRAPPERS:
            return None
        wrapped = True
    return None


def _scripts(words: Sequence[str | None]) -> Iterator[int]:
    """Indexes of words that are scripts themselves: after a shell's ``-c``, and after ``eval``."""
    known = [word.rpartition("/")[2] if word is not None else "" for word in words]
    for index, base in enumerate(known):
        if base == "eval":
            yield from range(index + 1, len(words))
        if base in _SHELLS:
            for at in range(index + 1, len(words) - 1):
                if re.fullmatch(r"-[a-z]*c", known[at]):
                    yield at + 1
                    break


def _in_quotes(word: str, offset: int, name: str, nesting: int) -> Iterator[int]:
    """Calls in substitutions inside double quotes; the place is that of the word."""
    if nesting < _MAX_NESTING and '"' in word and name in word:
        for match in re.finditer(r"\$\(|`", word):
            if shell_calls(word[match.end() :].replace('"', " "), name, nesting + 1):
                yield offset
                return


def _unquote(word: str) -> str:
    return re.sub(r"\\(.)|['\"]", lambda match: match.group(1) or "", word, flags=re.DOTALL)
