"""Debian packages: what a step installs, and the step that Cog writes for `system_packages`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.analysis import blocks, commands
from dockerfix.analysis.commands import Call
from dockerfix.analysis.memo import of_node
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import unwrapped
from dockerfix.text.lazy_patterns import lazy

_NAME = lazy(r"[A-Za-z0-9][A-Za-z0-9+.:*-]*(?:=[A-Za-z0-9.+:~*-]+)?(?:/[A-Za-z0-9-]+)?")
_RELEASE = lazy(r"[A-Za-z0-9][A-Za-z0-9.+~-]*")
_RELEASE_OPTIONS = ("-t", "--target-release", "--default-release")
_VALUED = frozenset(
    {*_RELEASE_OPTIONS, "-a", "--host-architecture", "-c", "--config-file", "-o", "--option", "--solver"}
)
"""Options of apt-get with a value (apt-get(8))."""
_KEPT = frozenset({"--no-install-recommends", "--install-recommends", "--no-install-suggests", "--install-suggests"})
_RANGE = lazy(r"(?:[<>~!]=?|==)[A-Za-z0-9.+:~-]*")


def name_in(word: str) -> str | None:
    """Return the package name in one word of `system_packages`, without a version range; None for another word.

    It may end in ``=version`` or ``/release``, and contains nothing that a shell interprets.
    """
    match = _NAME.match(word)
    rest = word[match.end() :] if match else word
    return match[0] if match and (not rest or _RANGE.fullmatch(rest)) else None


class Part(NamedTuple):
    """A package or an option among `system_packages`, with its value; `text` is as written.

    `words` are what apt-get gets for it, none for an option or a text that can't be taken over.
    """

    text: str
    words: tuple[str, ...]
    is_option: bool


def parts(texts: Iterable[str]) -> tuple[Part, ...]:
    """Read the items of `system_packages`: an item may have several words, and options of apt-get."""
    return tuple(part for text in texts for part in _parts(text.split()))


def _parts(words: list[str]) -> Iterator[Part]:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if not word.startswith("-"):
            name = name_in(word)
            yield Part(word, (name,) if name is not None else (), is_option=False)
            continue
        flag, equals, value = word.partition("=")
        if word[:2] in _VALUED and not word.startswith("--"):  # as in `-tbackports` and `-t=backports`
            flag, value = word[:2], word[2:].removeprefix("=")
            equals = word[2:]
        if flag in _VALUED and not equals and at < len(words):
            value = words[at]
            word = f"{word} {value}"
            at += 1
        yield Part(word, _option(flag, value), is_option=True)


def _option(flag: str, value: str) -> tuple[str, ...]:
    """Return the words of an option that only chooses packages; none for others, which may run commands."""
    if flag in _RELEASE_OPTIONS and _RELEASE.fullmatch(value):
        return ("-t", value)
    return (flag,) if flag in _KEPT and not value else ()


def options(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of the options among `system_packages` that are kept."""
    kept = dict.fromkeys(part.words for part in parts(texts) if part.is_option)
    return tuple(word for words in kept for word in words)


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the package names in items of `system_packages`; an item may have several."""
    return tuple(word for part in parts(texts) if not part.is_option for word in part.words)


def bare(name: str) -> str:
    """Return the name of a package without architecture, version and release: ``curl`` of ``curl:amd64=8.*``."""
    return re.split(r"[:=/]", name, maxsplit=1)[0]


def installs(call: Call) -> tuple[str, ...] | None:
    """Return the packages of an ``apt-get install`` or ``apt install``; None for another command."""
    if call.program not in ("apt-get", "apt"):
        return None
    result: list[str] = []
    valued = False
    for word, argument in zip(unwrapped(call.command)[1:], call.arguments, strict=True):
        text = argument if argument is not None else word.text if _NAME.fullmatch(word.text) else ""
        if not valued and not text.startswith("-"):
            result.append(text)
        valued = not valued and text in _VALUED
    return tuple(result[result.index("install") + 1 :]) if "install" in result else None


@of_node
def installed(instruction: Instruction) -> tuple[str, ...]:
    """Return all Debian packages that a RUN installs, in order."""
    return tuple(name for call in commands.every_call(instruction) for name in installs(call) or ())


def installed_by(document: Document) -> frozenset[str]:
    """Return the bare names of all Debian packages that the steps of a document install, those of blocks aside."""
    steps = [each for each in document.instructions if blocks.in_block(document, each) is None]
    return frozenset(bare(name) for step in steps for name in installed(step))


def is_cogs_step(instruction: Instruction, wanted: Iterable[str]) -> bool:
    """Whether Cog wrote a RUN for `system_packages`: update, install of some of `wanted` or of nothing, clean-up."""
    calls = commands.calls(instruction)
    if [call.program for call in calls] != ["apt-get", "apt-get", "rm"]:
        return False
    found = installs(calls[1])
    if found is None or installs(calls[0]) is not None or blocks.in_block(instruction.document, instruction):
        return False
    possible = {*names(wanted), *(word for text in wanted for word in text.split())}
    return set(found) <= possible


def is_torn(instruction: Instruction) -> bool:
    """Whether an install has a redirection: a version range (``name>=1.9``) without quotes."""
    return any(call.command.redirections for call in commands.calls(instruction) if installs(call) is not None)
