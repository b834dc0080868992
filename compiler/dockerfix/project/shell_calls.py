"""Calls of a command in shell text outside the Dockerfile: scripts of the project, and strings in its Python code.

`syntax/shell` reads the text. A coarse search handles what it cannot read; it may report a call that does not exist,
but does not miss one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dockerfix.syntax.shell import Script, parse_shell
from dockerfix.text.lazy_patterns import lazy

HOLE = "\ufffc"
"""Represents a value that only the running program knows (``{url}`` in an f-string)."""

_WRAPPERS = frozenset(
    (
        *("sudo", "env", "nohup", "nice", "ionice", "time", "timeout", "exec", "command", "xargs", "stdbuf", "setsid"),
        *("if", "then", "elif", "else", "while", "until", "do", "!", "which", "type", "hash", "builtin", "busybox"),
    )
)
_SHELLS = frozenset(["sh", "bash", "dash", "zsh", "ash"])
_ASSIGNMENT = lazy(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_SKIPPED_BY_WRAPPER = lazy(r"-|\d+(\.\d+)?[smhd]?$")
_COARSE_COMMAND = lazy(r"[^\n;&|()`{}]+")
_COARSE_WORD = lazy(r"(?:\\\n|[^\s\\]|\\.)+")
_MAX_NESTING = 5


def shell_calls(text: str, name: str, nesting: int = 0) -> list[int]:
    """Return the offsets of the words in `text` that call the command `name`, by its bare name or by a path.

    Substitutions, ``bash -c '…'`` and ``eval`` are read too, and ``sudo``, ``timeout 60`` and the like are skipped.
    """
    if name not in text or nesting > _MAX_NESTING:
        return []
    text = text.replace("\r\n", " \n")
    script = parse_shell(text)
    found: set[int] = set()
    for words in _coarse_commands(text) if script.opaque else _commands(script):
        index = command_calls([word for word, _offset in words], name, nesting)
        if index is not None:
            found.add(words[index][1])
    for command in script.walk():
        for body in (each.heredoc for each in command.redirections if each.heredoc is not None):
            # it may be a script for another shell, or one that is written to a file
            found.update(body.start + offset for offset in shell_calls(script.slice(body), name, nesting + 1))
    return sorted(found)


def _commands(script: Script) -> Iterator[list[tuple[str, int]]]:
    """Yield the words of each simple command without quotes, with their offsets."""
    for command in script.walk():
        if command.kind in ("call", "decl"):
            yield [(word.value or _unquoted(word.text), word.span.start) for word in command.words]


def _coarse_commands(text: str) -> Iterator[list[tuple[str, int]]]:
    """Yield what may be the words of commands, with their offsets, without regard to quotes."""
    for command in _COARSE_COMMAND.finditer(text):
        words = [(word[0], word.start()) for word in _COARSE_WORD.finditer(text, *command.span())]
        comment = next((number for number, (word, _offset) in enumerate(words) if word[0] == "#"), len(words))
        yield [(_unquoted(word), offset) for word, offset in words[:comment]]


def command_calls(words: Sequence[str | None], name: str, nesting: int = 0) -> int | None:
    """Return the index of the word of one command that calls `name`; None if none does. An unknown word is None.

    The script of ``["bash", "-c", "…"]`` is read too.
    """
    found = _command_word(words, name)
    if found is not None:
        return found
    return next((index for index in _scripts(words) if shell_calls(words[index] or "", name, nesting + 1)), None)


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
    """Yield the indexes of words that are scripts: after the ``-c`` of a shell, and after ``eval``."""
    known = [word.rpartition("/")[2] if word is not None else "" for word in words]
    for index, base in enumerate(known):
        if base == "eval":
            yield from range(index + 1, len(words))
        if base in _SHELLS:
            options = range(index + 1, len(words) - 1)
            yield from [at + 1 for at in options if re.fullmatch(r"-[a-z]*c", known[at])][:1]


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)|['\"]", lambda match: match.group(1) or "", word, flags=re.DOTALL)
