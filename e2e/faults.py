"""Faults that are put into a converted Dockerfile on purpose: each must make its row red."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Fault(NamedTuple):
    """`put` changes a converted Dockerfile; `told` is what the red row must say."""

    put: Callable[[str], str]
    told: str


def _before_last(pattern: str, line: str) -> Callable[[str], str]:
    """Put a line before the last place of `pattern`. Raises ValueError where there is none."""

    def put(text: str) -> str:
        places = list(re.finditer(pattern, text, re.MULTILINE))
        if not places:
            raise ValueError(f"no place for a fault: {pattern}")
        return text[: places[-1].start()] + line + "\n" + text[places[-1].start() :]

    return put


def _without_package(text: str) -> str:
    """Take the last of several packages out of its step."""
    changed = re.sub(r"(?<=') \\\n    '[A-Za-z][^'\n]*'\n", "\n", text, count=1)
    if changed == text:
        raise ValueError("no place for a fault: two packages, each on its line")
    return changed


def _other_python(text: str) -> str:
    """Take another Python than cog.yaml's."""
    changed = re.sub(r"^(FROM python:)3\.\d+", r"\g<1>3.10", text, flags=re.MULTILINE | re.IGNORECASE)
    if changed == text:
        raise ValueError("no place for a fault: FROM python")
    return changed


def _tag_of_no_image(text: str) -> str:
    """Name a version of Python that never was."""
    changed = re.sub(r"^FROM python:\S*", "FROM python:3.9.99-slim", text, flags=re.MULTILINE)
    if changed == text:
        raise ValueError("no place for a fault: FROM python")
    return changed


COPY_ALL = r"^COPY \. /src"
FAULTS = {
    "bad mount key": Fault(
        _before_last(COPY_ALL, "RUN --mount=type=cache,targt=/root/.cache/pip true"), "unexpected key 'targt'"
    ),
    "missing package": Fault(_without_package, "is not installed"),
    "copy of what is not uploaded": Fault(_before_last(COPY_ALL, "COPY .env /opt/settings"), '"/.env": not found'),
    "wrong Python": Fault(_other_python, "python is 3.10"),
    "tag that is not served": Fault(_tag_of_no_image, "serves no python:"),
}
