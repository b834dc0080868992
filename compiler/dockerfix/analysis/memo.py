"""The one way to keep an answer: with the node of an instruction, or with the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from dockerfix.syntax.dockerfile.tree import Document, Instruction

_Answer = TypeVar("_Answer")
_Others = ParamSpec("_Others")


def of_node(function: Callable[[Instruction], _Answer]) -> Callable[[Instruction], _Answer]:
    """Ask `function` once for each node; documents share nodes, and passes ask the same things again.

    Its answer must depend on the node's own text only, not on the place or the neighbours, and must not change later.
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


def of_document(
    function: Callable[Concatenate[Document, _Others], _Answer],
) -> Callable[Concatenate[Document, _Others], _Answer]:
    """Ask `function` once for each document and each set of other arguments.

    The document keeps the arguments themselves as the key, so that none of them can be freed and mistaken for another.
    """
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(document: Document, /, *others: _Others.args, **named: _Others.kwargs) -> _Answer:
        known: dict[tuple[object, ...], _Answer] = document.__dict__.setdefault(key, {})
        arguments = (*others, *named.items())
        try:
            return known[arguments]
        except KeyError:
            answer = known[arguments] = function(document, *others, **named)
            return answer

    return kept
