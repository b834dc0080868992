"""What a command does beside running its program: what it needs a stand-in for, and what makes it stay.

A command that goes counts as ``true``. Around it the shell does more: it opens files, runs the commands in
substitutions, replaces itself for ``exec``, and looks functions up first. What can be kept is kept in the stand-in;
the rest is a reason to refuse.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from dockerfix.syntax.shell.status import nounset
from dockerfix.syntax.shell.tree import Command, Redirection, Script, Word, walk
from dockerfix.syntax.shell.wrappers import unwrapped
from dockerfix.text.lazy_patterns import lazy

PLAIN: Final = "true"

_DEVICE: Final = lazy(r"/dev/(?:null|tty|zero|std(?:in|out|err)|fd/\d+)")
_DUPLICATE: Final = lazy(r"\d*-?")
_RANGE: Final = lazy(r"=?\d[\w.*]*")
"""What ``pip install cog>=0.9`` takes for a file."""
_CHANGES: Final = lazy(r"\$\{\w+:?[=?]|\$\(\((?:[^()]|\([^()]*\))*(?:\+\+|--|(?<![=!<>])=(?!=))")
"""Expansions that set a variable or end the shell."""
_NEEDS_A_VALUE: Final = lazy(r"\$(?:(\w+)|\{[#!]?(\w+)(?!\w|:?[-+=?]))")
"""Variables that must be set under ``set -u``; those with a default need not."""
_LAST_ARGUMENT: Final = lazy(r"\$(?:_(?!\w)|\{_(?!\w))")
_OTHERWISE: Final = frozenset({"builtin", "coproc"})
"""Words before a program with which the command isn't what it is alone."""
_IDLE: Final = frozenset({"subshell", "group", "if", "for", "case"})
"""Compound commands that do nothing, and succeed, if nothing in them does."""


class Refusal(Exception):
    """The commands can't be removed, or not in this way."""


def _nothing(_: object) -> bool:
    return False


class Going(NamedTuple):
    """What the caller knows about commands that go.

    `owns` is whether a file, by its path, goes along; `only_reads` whether a command has no effect but what it prints.
    `needs_values` is whether ``-u`` ends the shell at a variable without a value; `is_set` whether one has a value.
    """

    owns: Callable[[str], bool] = _nothing
    only_reads: Callable[[Command], bool] = _nothing
    needs_values: bool = False
    is_set: Callable[[str], bool] = _nothing


def in_script(script: Script, going: Going) -> Going:
    """Return `going` with what a script does to its variables."""
    if not (going.needs_values or any(nounset(command) is not False for command in script.walk())):
        return going
    given: set[str] = set()
    for command in script.walk():
        given.update(each.name for each in command.assignments)
        given.update(word.value.partition("=")[0] for word in command.words if word.value)  # as of `read` and `export`
        if command.kind == "for":
            given.add(script.slice(command.span).split(maxsplit=2)[1])
    return going._replace(needs_values=True, is_set=lambda name: name in given or going.is_set(name))


def words_of(command: Command) -> Iterator[Word]:
    """Yield the words, the values of assignments and the targets of redirections of a command."""
    yield from command.words
    yield from (assignment.value for assignment in command.assignments)
    yield from (redirection.target for redirection in command.redirections)


def own_text(word: Word) -> str:
    """Return a word as it is written, without the commands in its substitutions."""
    pieces: list[str] = []
    at = 0
    for inside in word.substitutions:
        pieces.append(word.text[at : inside.span.start - word.span.start])
        at = inside.span.end - word.span.start
    return "".join([*pieces, word.text[at:]])


def last_argument_is_read(script: Script) -> bool:
    """Whether a script has ``$_`` anywhere."""
    return _LAST_ARGUMENT.search(script.text) is not None


def reads_last_argument(script: Script, command: Command) -> bool:
    """Whether a command itself has ``$_``."""
    texts = [word.text for word in words_of(command)]
    texts += [script.slice(each.heredoc) for each in command.redirections if each.heredoc is not None]
    return any(_LAST_ARGUMENT.search(text) for text in texts)


def check_expansions(
    script: Script, command: Command, words: Iterable[Word], goes: Callable[[Command], bool], going: Going
) -> None:
    """Raise Refusal if the shell does something for `words` of a command, or for its heredocs, that has to stay."""
    heredocs = [each for each in command.redirections if each.heredoc is not None]
    words = list(words)
    texts = [own_text(word) for word in words if word.value is None]
    texts += [script.slice(each.heredoc) for each in heredocs if each.heredoc is not None]
    if any(_CHANGES.search(text) for text in texts):
        raise Refusal
    if going.needs_values:
        names = {plain or braced for text in texts for plain, braced in _NEEDS_A_VALUE.findall(text)}
        if not all(going.is_set(name) for name in names):
            raise Refusal
    inside = [each for word in words for each in word.substitutions]
    inside += [each for heredoc in heredocs for each in heredoc.substitutions]
    for each in walk(tuple(inside)):
        if goes(each):
            if stand_in(script, each, goes, going) != PLAIN:
                raise Refusal
        elif each.kind == "opaque" or not (each.kind in _IDLE or going.only_reads(each)):
            raise Refusal


def stand_in(script: Script, command: Command, goes: Callable[[Command], bool], going: Going) -> str:
    """Return what has the effects of a command that goes, without its program. Raises Refusal if nothing has."""
    if command.negated:
        raise Refusal
    check_expansions(script, command, words_of(command), goes, going)
    words = unwrapped(command) if command.kind in ("call", "decl") else ()
    before = [word.value for word in command.words[: len(command.words) - len(words)]] if words else []
    text = PLAIN
    if any(word in _OTHERWISE for word in before):
        raise Refusal
    if "exec" in before:
        if before[0] != "exec":
            raise Refusal
        text = f"exec {PLAIN}"
    kept = [each for each in command.redirections if opens_file(command, each, going)]
    if any(each.target.value is None for each in kept):
        raise Refusal  # under `set -u` an unset variable would end the shell, and not only the command
    return " ".join([text, *(script.slice(each.span) for each in kept)])


def opens_file(command: Command, redirection: Redirection, going: Going) -> bool:
    """Whether a redirection opens a file that stays: no device, and none that goes along."""
    target = redirection.target.value
    if redirection.operator.startswith("<<"):
        return False
    if target is None:
        return True
    if redirection.operator in (">&", "<&") and _DUPLICATE.fullmatch(target):
        return False
    if is_range(command, redirection):
        return False
    return not (_DEVICE.fullmatch(target) or going.owns(target))


def is_range(command: Command, redirection: Redirection) -> bool:
    """Whether a redirection was meant as the range of a requirement: ``pip install cog>=0.9``."""
    if redirection.operator != ">" or redirection.fd is not None or _RANGE.fullmatch(redirection.target.text) is None:
        return False
    start = redirection.span.start
    at = bisect_left(command.words, start, key=lambda word: word.span.end)
    return at < len(command.words) and command.words[at].span.end == start


def may_cut(script: Script, command: Command, words: tuple[Word, ...], going: Going) -> bool:
    """Whether words of a command can go without another effect than that the program doesn't get them."""
    try:
        going = in_script(script, going)
        check_expansions(script, command._replace(redirections=()), words, _nothing, going)
    except Refusal:
        return False
    return True


def is_idle(script: Script, command: Command, goes: Callable[[Command], bool], going: Going) -> bool:
    """Whether nothing is left of a command: it goes, or it only holds what goes."""
    if goes(command):
        return stand_in(script, command, goes, going) in (PLAIN, f"exec {PLAIN}")
    if command.negated or command.kind not in _IDLE or command.redirections:
        return False
    check_expansions(script, command, words_of(command), goes, going)
    return all(is_idle(script, each, goes, going) for each in command.body)


def check_script(script: Script, dropped: Iterable[Command], kept: list[Command]) -> None:
    """Raise Refusal if commands that stay redefine those that go, or depend on variables that they set."""
    dropped = list(dropped)
    names = {PLAIN, ":"}
    for command in dropped:
        names.update(word.value for word in command.words if word.value)
    variables = {each.name for command in dropped if not command.words for each in command.assignments}
    for command in kept:
        if command.kind == "function" and command.name in names:
            raise Refusal
        program = command.words[0].value if command.words else None
        if program == "alias" and any(word.text.partition("=")[0].strip("'\"") in names for word in command.words):
            raise Refusal
        if program == "trap" and any(word.value == "DEBUG" for word in command.words):
            raise Refusal
        texts = [word.text for word in words_of(command)] if variables else []
        texts += [script.slice(each.heredoc) for each in command.redirections if variables and each.heredoc]
        if any(re.search(rf"\b{re.escape(name)}\b", text) for name in variables for text in texts):
            raise Refusal
