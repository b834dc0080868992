"""The Python of a project: its syntax trees and the modules that it imports."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.text.lazy_patterns import lazy

if TYPE_CHECKING:
    import ast

_LINE = lazy(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([A-Za-z_][^\n#]*)", re.MULTILINE)
_DYNAMIC = lazy(r"(?:import_module|__import__)\(\s*[\"']([A-Za-z_]\w*)")
_OTHER_PYTHONS = (
    "asynchat asyncore cgi cgitb chunk crypt imghdr imp mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd "
    "smtpd sunau telnetlib uu xdrlib aifc audioop distutils lib2to3 binhex parser symbol formatter tomllib zoneinfo "
    "graphlib annotationlib compression"
)
"""Modules of the standard library before or after the version that runs this."""
_STANDARD = sys.stdlib_module_names | frozenset(_OTHER_PYTHONS.split())

_LOCK = Lock()


class Import(NamedTuple):
    """An import of a top-level module: ``yaml`` for ``from yaml.nodes import Node``."""

    module: str
    file: str
    line: int


@lru_cache(maxsize=128)
def candidate_modules(text: str) -> frozenset[str]:
    """Return the modules that lines of `text` seem to import: perhaps too many (docstrings), never too few."""
    found = set(_DYNAMIC.findall(text))
    for match in _LINE.finditer(text.replace("\\\n", " ")):
        clause = re.split(r"\simport\s|\(|;", match.group(1), maxsplit=1)[0]
        found.update(part.strip().partition(" ")[0].partition(".")[0] for part in clause.split(","))
    return frozenset(found - {""})


def is_standard(module: str) -> bool:
    """Whether `module` belongs to the standard library of this Python or of one that Cog ever used."""
    return module in _STANDARD


def parse_python(text: str) -> ast.Module | None:
    """Return the syntax tree of `text`; None where this Python cannot parse it. Never warns."""
    import ast
    import warnings

    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def code_of(node: ast.AST) -> str:
    """Return the code of a part of a syntax tree; "…" where it is nested too deeply for Python to write it."""
    import ast

    try:
        return ast.unparse(node)
    except RecursionError:
        return "…"


def imported_modules(text: str) -> list[tuple[str, int]]:
    """Return the top-level modules that `text` imports anywhere, with lines from 1.

    Relative imports and those for type checking are left out. Unparsable source is read line by line.
    """
    import ast

    tree = parse_python(text)
    if tree is None:
        lines = enumerate(text.split("\n"), 1)
        return [(module, number) for number, line in lines for module in sorted(candidate_modules(line))]
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _last_name(node.test) == "TYPE_CHECKING"]
    skipped = {id(inner) for guard in guards for statement in guard.body for inner in ast.walk(statement)}
    return [found for node in ast.walk(tree) if id(node) not in skipped for found in _modules(node)]


def opened_files(text: str) -> list[str]:
    """Return the names, written as plain strings, of files that `text` opens for reading; [] for unparsable source."""
    import ast

    tree = parse_python(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args] if tree is not None else []
    return [
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Name)
        and node.func.id == "open"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and _reads_only(node)
    ]


def _reads_only(call: ast.Call) -> bool:
    import ast

    modes = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return all(isinstance(mode, ast.Constant) and set("wax+").isdisjoint(str(mode.value)) for mode in modes)


def _modules(node: ast.AST) -> Iterator[tuple[str, int]]:
    import ast

    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name.partition(".")[0], node.lineno
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        yield node.module.partition(".")[0], node.lineno
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        value = node.args[0].value
        if _last_name(node.func) in ("import_module", "__import__") and isinstance(value, str):
            module = value.partition(".")[0]
            if module[:1].isidentifier():
                yield module, node.lineno


def _last_name(node: ast.expr) -> str:
    """Return ``b`` for ``b`` and for ``a.b``; "" for another expression."""
    return str(getattr(node, "attr", getattr(node, "id", "")))
