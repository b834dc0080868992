"""Finds the grammars and builds parsers of them, each once per process, when first needed."""

from __future__ import annotations

import pkgutil
from functools import cache
from typing import Any

from lark import Lark, Transformer
from lark.lexer import Lexer


def load(
    name: str, *, start: str | list[str], lexer: type[Lexer], transformer: Transformer[Any, Any] | None = None
) -> Lark:
    """The LALR parser of the grammar `name` (``shell`` is ``shell.lark``), over the terminals that `lexer` makes.

    With a `transformer`, its methods run while parsing, and ``parse`` gives what they make of `start`; it must hold no
    state, since all threads share it. The same arguments give the same parser. Raises FileNotFoundError for an unknown
    name and lark's GrammarError for a faulty grammar.
    """
    return _build(name, tuple(start) if isinstance(start, list) else start, lexer, transformer)


@cache
def _build(
    name: str, start: str | tuple[str, ...], lexer: type[Lexer], transformer: Transformer[Any, Any] | None
) -> Lark:
    # No cache=True: lark would unpickle a file with a predictable name in the folder for temporary files.
    return Lark(
        read(name),
        parser="lalr",
        lexer=lexer,
        start=list(start) if isinstance(start, tuple) else start,
        transformer=transformer,
        maybe_placeholders=False,
    )


def read(name: str) -> str:
    """The text of the grammar `name`: from the installed package, or from the checkout that this file lies in.

    Raises FileNotFoundError where neither has it.
    """
    try:
        data = pkgutil.get_data("dockerfix", f"grammar/{name}.lark")
    except FileNotFoundError:
        data = None
    if data is not None:
        return data.decode()
    from pathlib import Path

    return (Path(__file__).resolve().parents[3] / "grammar" / f"{name}.lark").read_text("utf-8")
