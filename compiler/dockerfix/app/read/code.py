"""The project's Python files as syntax trees, and the bindings of their names; nothing is ever imported or run."""

from __future__ import annotations

import ast
import sys
import warnings
from typing import NamedTuple, Protocol

from dockerfix.app.read.fstrings import without_fstrings
from dockerfix.app.read.model import AppError
from dockerfix.project.imports import code_of
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Source

_PYTHON_2 = lazy(
    r"Missing parentheses in call to '(print|exec)'|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer literals"
)
_PYTHON_2_LINE = lazy(r"^\s*(print\s+[^=(\s]|exec\s+['\"]|raise\s+\w+\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)|`.+`|<>")
_PYTHON_312_LINE = lazy(r"^\s*(type\s+\w+|(async\s+def|def|class)\s+\w+\s*\[)")
_MUTATORS = frozenset(
    {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault"}
    | {"sort", "update"}
)


class Files(Protocol):
    """The part of a project that reading needs."""

    def read(self, relative: str) -> Source | None:
        """The text of a file, or None."""


class Imported(NamedTuple):
    """What a name was imported as: a module, and a name in it or None for the module itself."""

    module: str
    name: str | None
    level: int


class ImportedNames:
    """What the imports anywhere in a file bind."""

    def __init__(self, tree: ast.AST | None) -> None:
        self._modules: dict[str, str] = {}
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Import):
                self._modules.update({each.asname: each.name for each in node.names if each.asname})
            elif isinstance(node, ast.ImportFrom) and node.module:
                self._modules.update({each.asname or each.name: f"{node.module}.{each.name}" for each in node.names})

    def full_name(self, node: ast.expr) -> str:
        """The dotted name of an expression, with what it was imported from."""
        first, dot, rest = code_of(node).partition(".")
        return f"{self._modules.get(first, first)}{dot}{rest}"


Binding = ast.expr | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | Imported


class Names:
    """The names that a module or class body binds.

    `values` has the names that are bound once and unconditionally; names that are bound again, bound under a condition,
    or changed in place are in `unstable`.
    """

    def __init__(self, body: list[ast.stmt]) -> None:
        self.values: dict[str, Binding] = {}
        self.unstable: set[str] = set()
        self.stars: list[Imported] = []
        for statement in body:
            self._bind(statement)
            self._watch(statement)

    def get(self, name: str) -> Binding | None:
        """The binding of `name`, or None if it isn't known."""
        return None if name in self.unstable else self.values.get(name)

    def _add(self, name: str, value: Binding) -> None:
        if name in self.values and not isinstance(value, Imported):
            self.unstable.add(name)
        self.values.setdefault(name, value)

    def _bind(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self._add(target.id, node.value)
                else:
                    self.unstable.update(_names(target))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.value is not None:
                self._add(node.target.id, node.value)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            self._add(node.name, node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        elif type(node).__name__ == "TypeAlias":
            self._add(node.name.id, node.value)  # type: ignore[attr-defined]
        else:
            self._bind_inside(node)

    def _bind_inside(self, node: ast.stmt) -> None:
        """Names bound in an if, try, with or loop count as unknown, but for imports."""
        for child in _straight(node):
            if isinstance(child, ast.Import | ast.ImportFrom):
                self._import(child)
            elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                self.unstable.add(child.id)
            elif isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child is not node:
                self._add(child.name, child)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                self._add(alias.asname or whole, Imported(whole, None, 0))
            elif alias.name == "*":
                self.stars.append(Imported(node.module or "", None, node.level))
            else:
                self._add(alias.asname or alias.name, Imported(node.module or "", alias.name, node.level))

    def _watch(self, node: ast.stmt) -> None:
        """Note names that are changed in place by code that runs when the module is imported."""
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            self.unstable.update(
                name for child in ast.walk(node) if isinstance(child, ast.Global) for name in child.names
            )
            return
        for child in _straight(node):
            if isinstance(child, ast.AugAssign | ast.Delete):
                targets = child.targets if isinstance(child, ast.Delete) else [child.target]
                self.unstable.update(name for target in targets for name in _names(target))
            elif isinstance(child, ast.Subscript | ast.Attribute) and isinstance(child.ctx, ast.Store):
                self._change(child.value)
            elif isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr in _MUTATORS:
                self._change(child.func.value)

    def _change(self, target: ast.expr) -> None:
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
        if isinstance(target, ast.Name) and not isinstance(self.values.get(target.id), ast.ClassDef | Imported):
            self.unstable.add(target.id)


def _straight(node: ast.AST) -> list[ast.AST]:
    """`node` and the nodes inside it, except in functions and classes."""
    found, pending = [], [node]
    while pending:
        current = pending.pop(0)
        found.append(current)
        if not isinstance(current, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(current))
    return found


def _names(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


class Module:
    """One file: its tree and names."""

    def __init__(self, file: str, tree: ast.Module) -> None:
        self.file = file
        self.tree = tree
        self.names = Names(tree.body)


BUDGET = 20_000_000
"""What the constant expressions of a project may cost together, 20 times what one may."""


class Library:
    """The project's modules, each parsed once; `environment` has the variables that cog.yaml sets.

    `budget` is what all constant expressions of the project may still cost together, in characters or so.
    """

    def __init__(self, files: Files, entry: str) -> None:
        self._files = files
        self.budget = BUDGET
        self.environment: dict[str, str] = dict(getattr(getattr(files, "config", None), "environment", ()))
        self._folder = entry.rpartition("/")[0]
        self._modules: dict[str, Module | None] = {}

    def open(self, file: str) -> Module:
        """The module in `file`. Raises AppError where it is missing or can't be parsed."""
        source = self._files.read(file)
        if source is None:
            raise AppError("no such file, or too large to be a predictor", file)
        return Module(file, parse(source, file))

    def imported(self, imported: Imported, importer: str) -> Module | None:
        """The project's own module that an import in the file `importer` names, or None for all others."""
        parts = imported.module.split(".") if imported.module else []
        if imported.level:
            folders = importer.split("/")[: -imported.level]
            candidates = ["/".join([*folders, *parts])]
        else:
            candidates = ["/".join(parts), "/".join([self._folder, *parts]).lstrip("/")]
        paths = [path for base in candidates if base for path in (f"{base}.py", f"{base}/__init__.py")]
        return next((module for path in paths if (module := self._quietly(path))), None)

    def submodule(self, imported: Imported, importer: str) -> Module | None:
        """The module `b` of ``from a import b``, where it is a file of its own."""
        dotted = f"{imported.module}.{imported.name}".strip(".")
        return self.imported(Imported(dotted, None, imported.level), importer)

    def _quietly(self, file: str) -> Module | None:
        if file not in self._modules:
            source = self._files.read(file)
            try:
                self._modules[file] = Module(file, parse(source, file)) if source is not None else None
            except AppError:
                self._modules[file] = None
        return self._modules[file]


def parse(source: Source, file: str) -> ast.Module:
    """The tree of a Python file. Raises AppError, with a line, for what this Python can't parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source.to_bytes(), filename=file)
        except SyntaxError as error:
            raise AppError(_explain(error, source), file, error.lineno) from None
        except (RecursionError, MemoryError, ValueError) as error:
            raise _unreadable(error, file) from None
        try:
            compile(tree, file, "exec", dont_inherit=True)
        except SyntaxError as error:  # the grammar allows it, such as two parameters of one name
            raise AppError(f"not valid Python ({error.msg})", file, error.lineno) from None
        except (RecursionError, MemoryError, ValueError) as error:
            raise _unreadable(error, file) from None
        return tree


def _unreadable(error: Exception, file: str) -> AppError:
    if isinstance(error, ValueError):
        return AppError(f"can't be read as Python: {error}", file)
    return AppError("nested too deeply to be read", file)


def _explain(error: SyntaxError, source: Source) -> str:
    number = error.lineno or 0
    line = source.line(number) if 1 <= number <= len(source.line_starts) else ""
    if _PYTHON_2.search(error.msg or "") or _PYTHON_2_LINE.search(line):
        return "this is Python 2; Cog and fal run Python 3"
    host = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.version_info < (3, 12) and (_PYTHON_312_LINE.search(line) or _has_new_fstrings(source)):
        return f"reading this file needs Python 3.12; dockerfix runs on Python {host}"
    return f"not valid Python ({error.msg}), as read by Python {host}"


def _has_new_fstrings(source: Source) -> bool:
    """Whether the file is Python but for f-strings that only 3.12 reads."""
    try:
        for part in without_fstrings(source.text) or ["("]:
            ast.parse(part)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
