"""How fal's client reads a Dockerfile.

The client uploads only what its own patterns find in the text
(`fal-ai/fal:projects/fal/src/fal/container.py`, DockerfileParser). This module does the same, so no list of misreadings
is needed: an instruction is correct if the client and BuildKit find the same sources in it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy

_JOINT = lazy(r"\\\n\s*")
"""The client replaces a backslash at the very end of a line, and all white space after it, with a blank."""
_START = lazy(r"^(copy|add)\s+", re.MULTILINE | re.IGNORECASE)
_CLIENT_FLAG = lazy(r'--\w+(?:=[^\s\]]+|="[^"]*")?')


class Reading(NamedTuple):
    """A COPY or ADD as the client sees it: its offset, and the sources to upload.

    `sources` is empty if it skips the instruction; `given_up` if it couldn't divide the arguments and warned.
    """

    offset: int
    sources: tuple[str, ...]
    given_up: bool = False


def client_readings(text: str) -> tuple[Reading, ...]:
    """Return all that the client takes for COPY and ADD in a Dockerfile, in order."""
    joints = _JOINT.finditer(text)
    joint = next(joints, None)
    joined = _JOINT.sub(" ", text)
    removed = 0
    result: list[Reading] = []
    at = 0
    while match := _START.search(joined, at):
        end = joined.find("\n", match.end())
        end = len(joined) if end < 0 else end
        rest = joined[match.end() : end]
        if len(rest) > 1:
            rest = rest.removesuffix("\\")
        sources = _client_sources(match[1].upper(), rest.strip())
        while joint is not None and joint.start() - removed < match.start():
            removed += joint.end() - joint.start() - 1
            joint = next(joints, None)
        result.append(Reading(match.start() + removed, sources or (), sources is None))
        at = max(end, match.end())
    return tuple(result)


@lru_cache(maxsize=1024)
def _client_sources(keyword: str, rest: str) -> tuple[str, ...] | None:
    """Return the sources of one instruction; None if the client gives up."""
    if keyword == "COPY" and rest[:7].lower() == "--from=":
        return ()
    if keyword == "ADD" and re.search(r"https?://", rest, re.IGNORECASE):
        return ()
    rest = _CLIENT_FLAG.sub("", rest).strip()
    if not rest:
        return ()
    words = _client_words(rest)
    if words is None or not all(isinstance(word, str) for word in words):
        return None
    return tuple(word.lstrip("/") for word in words[:-1])


def _client_words(rest: str) -> list[str] | None:
    try:
        if rest.endswith("]"):
            import json

            words = json.loads(rest)
            return words if isinstance(words, list) else None
        import shlex

        return shlex.split(rest)
    except (ValueError, RecursionError):
        return None


def client_agrees(text: str, expected: tuple[str, ...]) -> bool:
    """Whether the client finds `expected` in an instruction, and nothing more in its lines."""
    readings = client_readings(text)
    return len(readings) == 1 and readings[0] == Reading(0, expected)
