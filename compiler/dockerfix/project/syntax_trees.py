"""Parsing a project's Python without side effects, and the modules that it really imports."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from threading import Lock

from dockerfix.project.imports import candidate_modules

_LOCK = Lock()


def parse_python(text: str) -> ast.Module | None:
    """The syntax tree of `text`, or None where this Python can't parse it; never warns."""
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def imported_modules(text: str) -> list[tuple[str, int]]:
    """Top-level modules that `text` imports anywhere, with lines from 1; relative and type-checking imports aside.

    Source that this Python can't parse is read line by line.
    """
    tree = parse_python(text)
    if tree is None:
        lines = enumerate(text.split("\n"), 1)
        return [(module, number) for number, line in lines for module in sorted(candidate_modules(line))]
    typing_only = {id(inner) for node in ast.walk(tree) if _is_typing_guard(node) for inner in _guarded(node)}
    return [found for node in ast.walk(tree) if id(node) not in typing_only for found in _modules(node)]


def _modules(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name.partition(".")[0], node.lineno
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        yield node.module.partition(".")[0], node.lineno
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        value = node.args[0].value
        if called in ("import_module", "__import__") and isinstance(value, str) and value[:1].isidentifier():
            yield value.partition(".")[0], node.lineno


def _is_typing_guard(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    name = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
    return name == "TYPE_CHECKING"


def _guarded(node: ast.AST) -> Iterator[ast.AST]:
    for statement in node.body if isinstance(node, ast.If) else ():
        yield from ast.walk(statement)
