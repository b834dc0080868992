"""``make tables``: what the package holds in a form that loads at once, made of the form that people write.

lark compiles each grammar to LALR(1) tables, and the YAML files of ``knowledge/`` become literals. Doing that at each
start of the program would take longer than all the rest. A test holds the modules against their sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from pprint import pformat
from typing import Any, NamedTuple

import yaml
from lark import Lark
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

ROOT = Path(__file__).resolve().parents[1]
GRAMMARS = ROOT / "grammar"
SYNTAX = ROOT / "compiler" / "dockerfix" / "syntax" / "tables"
KNOWLEDGE = ROOT / "compiler" / "dockerfix" / "knowledge"
STARTS = {"dockerfile": "start", "shell": "script"}
END = "$END"


class Tables(NamedTuple):
    """`states` map symbols to actions, `rules` are (symbol, length, places of the symbols that are laid out flat)."""

    states: tuple[dict[str, int], ...]
    rules: tuple[tuple[str, int, tuple[int, ...]], ...]


class ScannedTokens(Lexer):
    """The scanners of the package make the tokens: they stand where lark expects a text."""

    def __init__(self, _configuration: object) -> None:
        pass

    def lex(self, tokens: Iterable[Any]) -> Iterator[Any]:  # type: ignore[override]
        """The tokens that were given."""
        return iter(tokens)


def grammar(name: str, transformer: Any = None) -> Lark:
    """Lark's own parser of the grammar `name`, over tokens; `transformer` makes the nodes."""
    return Lark(
        (GRAMMARS / f"{name}.lark").read_text("utf-8"),
        parser="lalr",
        lexer=ScannedTokens,
        start=STARTS[name],
        transformer=transformer,
        maybe_placeholders=False,
    )


def compile_tables(name: str) -> Tables:
    """The tables of the grammar `name`, numbered by how they are reached from the start, so that they never vary."""
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
    """The source of the module with the tables of the grammar `name`."""
    tables = compile_tables(name)
    lines = [f'"""The LALR(1) tables of ``grammar/{name}.lark``; written by ``make tables``."""', "", "STATES = ("]
    for number, row in enumerate(tables.states):
        items = ", ".join(f'"{symbol}": {action}' for symbol, action in row.items())
        lines.append(f"    {{{items}}},  # {number}")
    lines += [")", "", "RULES = ("]
    for number, (symbol, length, flat) in enumerate(tables.rules):
        lines.append(f'    ("{symbol}", {length}, {flat}),  # {~number}')
    return "\n".join([*lines, ")", ""])


def knowledge_module(source: Path) -> str:
    """The source of the module that holds what the YAML file `source` does."""
    data = yaml.safe_load(source.read_text("utf-8"))
    literal = pformat(data, width=118, sort_dicts=False)
    return f'"""What ``{source.name}`` says; written by ``make tables``."""\n\nTABLE = {literal}\n'


def modules() -> dict[Path, str]:
    """Every module that is made here, with its source."""
    made = {SYNTAX / f"{name}.py": grammar_module(name) for name in STARTS}
    for source in sorted(KNOWLEDGE.glob("*.yaml")):
        made[KNOWLEDGE / "tables" / f"{source.stem}.py"] = knowledge_module(source)
    return made


def main() -> None:
    for path, text in modules().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
