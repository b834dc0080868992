"""Debian packages: what a step installs, and the step that Cog writes for `system_packages`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dockerfix.analysis import blocks, commands
from dockerfix.analysis.commands import Call
from dockerfix.analysis.memo import of_node
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.lazy_patterns import lazy

_NAME = lazy(r"[a-z0-9][a-z0-9+.:-]*(?:=[A-Za-z0-9.+:~-]+)?(?:/[a-z0-9-]+)?", re.IGNORECASE)
_RANGE = lazy(r"(?:[<>~!]=?|==)[A-Za-z0-9.+:~-]*")


def name_in(word: str) -> str | None:
    """Return the package name in one word of `system_packages`, without a version range; None for another word.

    It may end in ``=version`` or ``/release``, and contains nothing that a shell interprets.
    """
    match = _NAME.match(word)
    rest = word[match.end() :] if match else word
    return match[0] if match and (not rest or _RANGE.fullmatch(rest)) else None


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the package names in items of `system_packages`; an item may have several."""
    return tuple(name for text in texts for word in text.split() if (name := name_in(word)) is not None)


def installs(call: Call) -> tuple[str, ...] | None:
    """Return the packages of an ``apt-get install`` or ``apt install``; None for another command."""
    if call.program not in ("apt-get", "apt") or "install" not in call.arguments:
        return None
    rest = call.arguments[call.arguments.index("install") + 1 :]
    return tuple(word or "" for word in rest if word is None or not word.startswith("-"))


@of_node
def installed(instruction: Instruction) -> tuple[str, ...]:
    """Return all Debian packages that a RUN installs, in order."""
    return tuple(name for call in commands.calls(instruction) for name in installs(call) or ())


def installed_by(document: Document) -> frozenset[str]:
    """Return all Debian packages that the steps of a document install."""
    return frozenset(name for instruction in document.instructions for name in installed(instruction))


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
