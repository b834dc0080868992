"""Comparing version numbers as far as the compiler needs it: by their leading numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from dockerfix.text.lazy_patterns import lazy

_CLAUSE = lazy(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*v?(\d{1,9}(?:\.\d{1,9})*)(\.\*)?", re.ASCII)


_VERSION = lazy(r"v?\d{1,9}(?:\.\d{1,9})*[\w.+-]*", re.ASCII)


def is_version(text: str) -> bool:
    """Whether a text is the number of a release, as pip takes it behind ``==``: ``2.1.0``, ``2.1.0rc1``."""
    return bool(_VERSION.fullmatch(text))


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


def admits(specifier: str, version: str) -> bool:
    """Whether `version` satisfies `specifier`: ``admits(">=1,!=1.2.*", "1.3")`` is true.

    A clause that isn't understood admits everything.
    """
    return all(_clause_admits(clause, numbers(version)) for clause in specifier.split(","))


def overlap(one: str, other: str) -> bool:
    """Whether there can be a version that satisfies both specifiers."""
    # both change only at the versions that they name, so one of these, or what comes just after it, lies in each part
    edges = [(0,), *_edges(one), *_edges(other)]
    points = [".".join(map(str, (*edge, *after))) for edge in edges for after in ((), (0, 0, 0, 1))]
    return any(admits(one, point) and admits(other, point) for point in points)


def _edges(specifier: str) -> Iterator[tuple[int, ...]]:
    for clause in specifier.split(","):
        match = _CLAUSE.match(clause)
        if match is not None:
            written = numbers(match[2])
            yield written
            yield (*written[:-1], written[-1] + 1)
            if len(written) > 1:
                yield (*written[:-2], written[-2] + 1)


def _clause_admits(clause: str, version: tuple[int, ...]) -> bool:
    match = _CLAUSE.match(clause)
    if match is None:
        return True
    operator, text, star = match.groups()
    written = numbers(text)
    length = max(len(written), len(version))
    have, want = _padded(version, length), _padded(written, length)
    if operator == "~=":
        return have >= want and have[: len(written) - 1] == written[:-1]
    same = have[: len(written)] == written if star else have == want
    if operator in ("==", "==="):
        return same
    if operator == "!=":
        return not same
    return {"<": have < want, "<=": have <= want, ">": have > want, ">=": have >= want}[operator]


def _padded(version: tuple[int, ...], length: int) -> tuple[int, ...]:
    return version + (0,) * (length - len(version))


def newest_for(python: str | None, releases: Sequence[tuple[str, str]]) -> str | None:
    """Return the newest version that runs on `python`, or the newest of all for None; None if there is none.

    `releases` are pairs of the lowest Python and the version, from old to new.
    """
    fitting = [version for least, version in releases if python is None or numbers(least) <= numbers(python)]
    return fitting[-1] if fitting else None
