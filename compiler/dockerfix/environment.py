"""ENV instructions for the variables of cog.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from dockerfix.syntax.instructions import Env
from dockerfix.syntax.tree import Instruction


@cache
def _word(escape: str) -> re.Pattern[str]:
    """One word of ENV with its quotes closed."""
    mark = re.escape(escape)
    return re.compile(rf"""(?:[^\s"'{mark}]|{mark}.|"(?:[^"{mark}]|{mark}.)*"|'[^']*')*""")


def quote(value: str, escape: str = "\\") -> str:
    """A value as one word of ENV: as it is where that is safe, else in double quotes.

    A value that is one word for Docker already, its own quotes closed, stays as Cog writes it; ``$`` is left to Docker.
    `escape` is the escape character of the Dockerfile.
    """
    if _word(escape).fullmatch(value):
        return value or '""'
    return '"' + value.replace(escape, escape * 2).replace('"', f'{escape}"') + '"'


def render(pairs: Iterable[tuple[str, str]], escape: str = "\\") -> str:
    """The instruction that sets all pairs."""
    return "ENV " + " ".join(f"{name}={quote(value, escape)}" for name, value in pairs)


def sets(instruction: Instruction, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether an ENV sets exactly these names to these values, as Docker reads it."""
    view = instruction.view
    if not isinstance(view, Env) or view.problem:
        return False
    return [(pair.name.value, pair.value.value if pair.value else "") for pair in view.pairs] == [
        (name, value) for name, value in pairs
    ]
