"""Comparing version numbers as far as the compiler needs it: by their leading numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dockerfix.text.lazy_patterns import lazy

_CLAUSE = lazy(r"\s*(===|==|~=|<=|<)\s*v?(\d+(?:\.\d+)*)(\.\*)?")


@lru_cache(maxsize=1024)
def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers: (2, 1, 0) for ``2.1.0+cu118``, ``2.1.0`` and ``2.1.0rc1``; () where there are none."""
    match = re.match(r"v?(\d+(?:\.\d+)*)", version.strip(), re.ASCII)
    return tuple(int(number[:9]) for number in match.group(1).split(".")) if match else ()


def release(version: str) -> tuple[int, ...]:
    """`numbers` without zeros at the end, so that 2, 2.0 and 2.0.0 are equal."""
    parts = list(numbers(version))
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple(parts)


def begins_with(version: str, prefix: str) -> bool:
    """Whether `version` is `prefix` or a patch of it: 12.1.1 begins with 12.1, and 12.10 doesn't."""
    wanted = numbers(prefix)
    return bool(wanted) and numbers(version)[: len(wanted)] == wanted


def caps_below(specifier: str, version: str) -> bool:
    """Whether `specifier` admits nothing from `version` on: ``caps_below(">=1,<2", "2")`` is true.

    A clause that isn't understood counts as admitting everything.
    """
    return any(_caps(clause, release(version)) for clause in specifier.split(","))


def _caps(clause: str, bound: tuple[int, ...]) -> bool:
    match = _CLAUSE.match(clause)
    if match is None:
        return False
    operator, text, star = match.groups()
    written, value = numbers(text), release(text)
    if operator == "<":
        return value <= bound
    if operator == "~=":
        return len(written) > 1 and (*written[:-2], written[-2] + 1) <= bound
    if star:
        return written < bound[: len(written)]
    return value < bound


def starts_at(specifier: str, version: str) -> bool:
    """Whether `specifier` admits nothing below `version`: ``starts_at(">=2", "2")`` and ``starts_at("==2.1", "2")``."""
    bound = release(version)
    for clause in specifier.split(","):
        match = re.match(r"\s*(===|==|~=|>=|>)\s*v?(\d+(?:\.\d+)*)", clause)
        if match is not None and release(match.group(2)) >= bound:
            return True
    return False


def newest_for(python: str | None, releases: Sequence[tuple[str, str]]) -> str | None:
    """Return the newest version that runs on `python`, or the newest of all for None; None if there is none.

    `releases` are pairs of the lowest Python and the version, from old to new.
    """
    fitting = [version for least, version in releases if python is None or numbers(least) <= numbers(python)]
    return fitting[-1] if fitting else None
