"""``make tables``: compile ``grammar/*.lark`` to the LALR(1) tables that the package loads.

Compiling them at each start would take longer than everything else a run does. A test compares the modules with the
grammars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lark import Lark
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

ROOT = Path(__file__).resolve().parents[1]
GRAMMARS = ROOT / "grammar"
TABLES = ROOT / "compiler" / "dockerfix" / "syntax" / "tables"
STARTS = {"dockerfile": "start", "shell": "script"}
END = "$END"


class Tables(NamedTuple):
    """`states` map symbols to actions; `rules` are (symbol, length, places of the symbols that are laid out flat)."""

    states: tuple[dict[str, int], ...]
    rules: tuple[tuple[str, int, tuple[int, ...]], ...]


class ScannedTokens(Lexer):
    """A lexer for tokens that the scanners of the package made: lark gets them instead of text."""

    def __init__(self, _configuration: object) -> None:
        pass

    def lex(self, tokens: Iterable[Any]) -> Iterator[Any]:  # type: ignore[override]
        """Yield the tokens unchanged."""
        return iter(tokens)


def grammar(name: str, transformer: Any = None) -> Lark:
    """Return lark's own parser of the grammar `name`, over tokens; `transformer` makes the nodes."""
    return Lark(
        (GRAMMARS / f"{name}.lark").read_text("utf-8"),
        parser="lalr",
        lexer=ScannedTokens,
        start=STARTS[name],
        transformer=transformer,
        maybe_placeholders=False,
    )


def compile_tables(name: str) -> Tables:
    """Return the tables of the grammar `name`, numbered in the order reached from the start: they never vary."""
    found = grammar(name).parser.parser._parse_table
    start, end = found.start_states[STARTS[name]], found.end_states[STARTS[name]]
    numbers = {start: 0}
    rules: dict[Any, int] = {}
    rows: list[dict[str, int]] = []
    waiting = [start]
    for state in waiting:
        row: dict[str, int] = {}
        for symbol, (action, argument) in sorted(found.states[state].items()):
            if action is not Shift:
                row[str(symbol)] = ~rules.setdefault(argument, len(rules))
            elif symbol == END:
                continue
            else:
                if argument not in numbers:
                    numbers[argument] = len(numbers)
                    waiting.append(argument)
                row[str(symbol)] = numbers[argument]
        if state == end:
            row[END] = 0
        rows.append(row)
    return Tables(tuple(rows), tuple(_rule(rule) for rule in rules))


def _rule(rule: Any) -> tuple[str, int, tuple[int, ...]]:
    symbols = [str(symbol.name) for symbol in rule.expansion]
    flat = tuple(place for place, symbol in enumerate(symbols) if symbol.startswith("_"))
    return str(rule.origin.name), len(symbols), flat


def grammar_module(name: str) -> str:
    """Return the source of the module with the tables of the grammar `name`."""
    tables = compile_tables(name)
    lines = [f'"""The LALR(1) tables of ``grammar/{name}.lark``; written by ``make tables``."""', "", "STATES = ("]
    for number, row in enumerate(tables.states):
        items = ", ".join(f'"{symbol}": {action}' for symbol, action in row.items())
        lines.append(f"    {{{items}}},  # {number}")
    lines += [")", "", "RULES = ("]
    for number, (symbol, length, flat) in enumerate(tables.rules):
        lines.append(f'    ("{symbol}", {length}, {flat}),  # {~number}')
    return "\n".join([*lines, ")", ""])


def modules() -> dict[Path, str]:
    """Return the path and the source of each module to write."""
    return {TABLES / f"{name}.py": grammar_module(name) for name in STARTS}


def main() -> None:
    for path, text in modules().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
