"""Our automaton against lark's own, over the tables that lark made."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Transformer, Tree
from lark.exceptions import UnexpectedInput

import make_tables
from dockerfix.syntax import tables
from dockerfix.syntax.lalr import END, Parser, Unexpected
from dockerfix.syntax.shell import parser
from dockerfix.syntax.shell.parser import Fragment, Lexeme
from effort import examples
from places import FIXTURES


def module(name: str) -> Any:
    return importlib.import_module(f"{tables.__name__}.{name}")


NAMES = sorted(make_tables.STARTS)
LARKS = {name: make_tables.grammar(name) for name in NAMES}
INPUTS = sorted(FIXTURES.glob("pipeline/*/input.Dockerfile"))
TERMINALS = {
    name: sorted({symbol for state in module(name).STATES for symbol in state if symbol.isupper() and symbol != END})
    for name in NAMES
}


POSITIONS = ("line", "column", "end_line", "end_column", "start_pos", "end_pos")
"""lark asks the last token for these when the text ends."""


class Token:
    line = column = end_line = end_column = start_pos = end_pos = None

    def __init__(self, kind: str) -> None:
        self.type = kind

    def __repr__(self) -> str:
        return self.type


class Shape:
    """A builder that keeps the whole tree, as nested lists that begin with a rule's name."""

    def __getattr__(self, symbol: str) -> Any:
        return lambda parts: [symbol, *parts]


INPUTS = sorted(FIXTURES.glob("pipeline/*/input.Dockerfile"))
OURS = {name: Parser(module(name).STATES, module(name).RULES, Shape()) for name in NAMES}


def shape(tree: Any) -> Any:
    return [str(tree.data), *map(shape, tree.children)] if isinstance(tree, Tree) else tree


@examples
@given(st.sampled_from(NAMES), st.data())
def test_any_tokens_give_what_lark_makes_of_them(name: str, data: st.DataObject) -> None:
    right = from_lark(LARKS[name], explicit={kind: st.just(f"{kind} ") for kind in TERMINALS[name]})
    kinds = data.draw(st.one_of(right.map(str.split), st.lists(st.sampled_from(TERMINALS[name]), max_size=12)))
    tokens = [Token(kind) for kind in kinds]
    try:
        expected = shape(LARKS[name].parse(tokens))
    except UnexpectedInput:
        with pytest.raises(Unexpected):
            OURS[name].parse(tokens)
    else:
        assert OURS[name].parse(tokens) == expected


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.parent.name)
def test_shell_of_real_files_is_what_lark_makes_of_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in POSITIONS:
        monkeypatch.setattr(Lexeme, name, None, raising=False)

    class Judge(parser.Builder, Transformer[Any, Any]):  # type: ignore[misc]
        pass

    lark = make_tables.grammar("shell", Judge())
    for part in path.read_text("utf-8").split("RUN ")[1:]:
        text = part.replace("\\\n", "")
        script = parser.parse_shell(text)
        if not script.opaque:
            assert tuple(lark.parse(Fragment(text).lexemes())) == script.commands
