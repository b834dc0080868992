"""Answers about an instruction that its own text decides, kept with its node: documents share nodes, and passes ask
the same things again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from dockerfix.syntax.dockerfile.tree import Instruction

_Answer = TypeVar("_Answer")


def per_node(function: Callable[[Instruction], _Answer]) -> Callable[[Instruction], _Answer]:
    """Ask `function` once for each node. Its answer must depend on the node alone, never on the place or on neighbours,
    and must not change afterwards.
    """
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(instruction: Instruction) -> _Answer:
        known: dict[str, _Answer] = instruction.node.__dict__
        try:
            return known[key]
        except KeyError:
            answer = known[key] = function(instruction)
            return answer

    return kept
