"""Parsing a project's Python without side effects, and the modules that it imports."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

_LINE = re.compile(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([A-Za-z_][^\n#]*)", re.MULTILINE)
_DYNAMIC = re.compile(r"(?:import_module|__import__)\(\s*[\"']([A-Za-z_]\w*)")
_OTHER_PYTHONS = (
    "asynchat asyncore cgi cgitb chunk crypt imghdr imp mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd "
    "smtpd sunau telnetlib uu xdrlib aifc audioop distutils lib2to3 binhex parser symbol formatter tomllib zoneinfo "
    "graphlib annotationlib compression"
)
"""Modules of the standard library before or after the version that runs this."""
_STANDARD = sys.stdlib_module_names | frozenset(_OTHER_PYTHONS.split())
_LOCK = Lock()


class Import(NamedTuple):
    """One import of a top-level module: ``yaml`` for ``from yaml.nodes import Node``."""

    module: str
    file: str
    line: int


def parse_python(text: str) -> ast.Module | None:
    """The syntax tree of `text`, or None where this Python can't parse it; never warns."""
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=128)
def candidate_modules(text: str) -> frozenset[str]:
    """Top-level modules that lines of `text` seem to import; more than it really does (docstrings), never fewer."""
    found = set(_DYNAMIC.findall(text))
    for match in _LINE.finditer(text.replace("\\\n", " ")):
        clause = re.split(r"\simport\s|\(|;", match.group(1), maxsplit=1)[0]
        found.update(part.strip().partition(" ")[0].partition(".")[0] for part in clause.split(","))
    return frozenset(found - {""})


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


def is_standard(module: str) -> bool:
    """Whether `module` belongs to Python's own library, in this Python or in a version that Cog ever used."""
    return module in _STANDARD
