"""ENV instructions for the variables of cog.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dockerfix.syntax.instructions import Env
from dockerfix.syntax.tree import Instruction

_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')*""")


def quote(value: str) -> str:
    """A value as one word of ENV: as it is where that is safe, else in double quotes.

    A value that is one word for Docker already, its own quotes closed, stays as Cog writes it; ``$`` is left to Docker.
    """
    if _WORD.fullmatch(value):
        return value or '""'
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def render(pairs: Iterable[tuple[str, str]]) -> str:
    """The instruction that sets all pairs."""
    return "ENV " + " ".join(f"{name}={quote(value)}" for name, value in pairs)


def sets(instruction: Instruction, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether an ENV sets exactly these names to these values, as Docker reads it."""
    view = instruction.view
    if not isinstance(view, Env) or view.problem:
        return False
    return [(pair.name.value, pair.value.value if pair.value else "") for pair in view.pairs] == [
        (name, value) for name, value in pairs
    ]
