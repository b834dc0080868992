"""How fal's client reads a Dockerfile.

The client uploads only what it finds in the text with patterns of its own
(`fal-ai/fal:projects/fal/src/fal/container.py`, DockerfileParser). This does the same, so that nothing has to list what
the client misreads: an instruction is well if the client and BuildKit take the same sources from it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from dockerfix.syntax.logical import Logical

_JOINT = re.compile(r"\\\n\s*")
_START = re.compile(r"^(copy|add)\s+", re.MULTILINE | re.IGNORECASE)
_CLIENT_FLAG = re.compile(r'--\w+(?:=[^\s\]]+|="[^"]*")?')


class Reading(NamedTuple):
    """What the client takes for a COPY or ADD: where it begins, and the sources it would upload.

    `sources` is empty for what it passes over; `given_up` says that it couldn't divide the arguments and warned.
    """

    offset: int
    sources: tuple[str, ...]
    given_up: bool = False


def client_readings(text: str) -> tuple[Reading, ...]:
    """All that the client takes for COPY and ADD in a Dockerfile, in order."""
    joined = _joined(text)
    result: list[Reading] = []
    at = 0
    while match := _START.search(joined.text, at):
        end = joined.text.find("\n", match.end())
        end = len(joined.text) if end < 0 else end
        rest = joined.text[match.end() : end]
        if len(rest) > 1:
            rest = rest.removesuffix("\\")
        sources = _client_sources(match[1].upper(), rest.strip())
        start = match.start()
        origin = joined.origins[_piece(joined, start)] + start - joined.starts[_piece(joined, start)]
        result.append(Reading(origin, sources or (), sources is None))
        at = max(end, match.end())
    return tuple(result)


def _joined(text: str) -> Logical:
    """The text as the client joins it: a backslash at the very end of a line takes all white space that follows."""
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length = at = 0
    for joint in _JOINT.finditer(text):
        for piece, origin in ((text[at : joint.start()], at), (" ", joint.start())):
            parts.append(piece)
            starts.append(length)
            origins.append(origin)
            length += len(piece)
        at = joint.end()
    return Logical("".join([*parts, text[at:]]), (*starts, length), (*origins, at))


def _piece(joined: Logical, offset: int) -> int:
    return bisect_right(joined.starts, offset) - 1


def _client_sources(keyword: str, rest: str) -> tuple[str, ...] | None:
    """The sources of one instruction, or None where the client gives up."""
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
    """Whether the client takes `expected` from an instruction, and nothing else from its lines."""
    readings = client_readings(text)
    return len(readings) == 1 and readings[0] == Reading(0, expected)
