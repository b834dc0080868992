"""The LALR(1) automaton: drives the tables that lark made of a grammar.

lark's own driver does the same over the same tables, and the tests hold the two against each other. This one exists
because importing lark takes longer than rewriting a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Protocol

END = "$END"
"""The symbol behind the last token."""


class Token(Protocol):
    """What a scanner hands out: anything that has the name of its terminal."""

    type: str


class Unexpected(Exception):
    """A token that the grammar does not allow at its place."""


class _End:
    type = END


_AT_END = (_End(),)


class Parser:
    """The parser of one grammar, over tokens; threads may share it.

    A state of `states` maps each symbol to what to do at it: to go on to a state (0 and up), or to reduce by a rule
    (its complement). A rule of `rules` is its symbol, how many parts it takes, and the places of those parts that are
    laid out flat: rules whose names begin with ``_`` give no node of their own. The method of `builder` that is named
    like the symbol makes the node from the list of the parts.
    """

    def __init__(
        self,
        states: Sequence[dict[str, int]],
        rules: Iterable[tuple[str, int, tuple[int, ...]]],
        builder: object,
    ) -> None:
        self._states = states
        self._rules = [(symbol, length, flat, _maker(symbol, builder)) for symbol, length, flat in rules]

    def parse(self, tokens: Iterable[Token]) -> Any:
        """What the builder makes of the start symbol. Raises Unexpected where the tokens don't have the shape."""
        states, rules = self._states, self._rules
        row = states[0]
        rows = [row]
        values: list[Any] = []
        for token in chain(tokens, _AT_END):
            action = row.get(token.type)
            while action is not None and action < 0:
                symbol, length, flat, make = rules[~action]
                parts = values[-length:] if length else []
                if length:
                    del values[-length:], rows[-length:]
                if flat:
                    parts = _laid_out(parts, flat)
                values.append(make(parts) if make else parts)
                row = states[rows[-1][symbol]]
                rows.append(row)
                action = row.get(token.type)
            if action is None:
                raise Unexpected(token.type)
            row = states[action]
            rows.append(row)
            values.append(token)
        return values[0]


def _maker(symbol: str, builder: object) -> Callable[[list[Any]], Any] | None:
    if symbol.startswith("_"):
        return None
    maker: Callable[[list[Any]], Any] = getattr(builder, symbol)
    return maker


def _laid_out(parts: list[Any], flat: tuple[int, ...]) -> list[Any]:
    """The parts with the lists at the places `flat` dissolved into them.

    A repetition holds what came before as its first part: that list is carried on, so that n parts take n steps.
    """
    if flat[0] == 0:
        result: list[Any] = parts[0]
        if len(flat) == 1:
            result += parts[1:]
            return result
    else:
        result = [parts[0]]
    for place, part in enumerate(parts[1:], 1):
        if place in flat:
            result += part
        else:
            result.append(part)
    return result
