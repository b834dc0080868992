"""The LALR(1) automaton that runs the tables that lark made from a grammar.

lark's own driver does the same with the same tables, and a test compares the two. This one exists because importing
lark takes longer than rewriting a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Protocol

END = "$END"
"""The symbol after the last token."""


class Token(Protocol):
    """What a scanner yields: anything that has the name of its terminal."""

    type: str


class Unexpected(Exception):
    """The grammar does not allow a token at its place."""


class _End:
    type = END


_AT_END = (_End(),)


class Parser:
    """The parser of one grammar, for tokens; threads may share it.

    Each state in `states` maps a symbol to an action: the next state (0 or more), or the complement of the rule to
    reduce by. Each rule in `rules` is its symbol, the number of its parts, and the indices of the parts to flatten: a
    rule whose name starts with ``_`` makes no node. The method of `builder` with the name of the symbol makes the node
    from the list of the parts.
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
        """Return what the builder makes of the start symbol. Raises Unexpected if the tokens do not fit."""
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
    """The parts, with the items of the lists at the indices `flat` in place of those lists.

    The first part of a repetition is the list of all parts before: it is extended, so that n parts take n steps.
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
