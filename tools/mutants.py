"""Mutants: a module with one small mistake each, made by the usual operators over Python's `ast`.

A mutant is identified by what it changes (file, function, text of the statement's line, expression before and after),
not by a number, so that an edit elsewhere does not rename it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
"""The bound moved by one, and the opposite."""

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}
DELETED = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Raise, ast.Break, ast.Continue)
CONDITIONS = ("test", "ifs")
MODULE = "module"
"""Used as the function's name outside all functions."""
NOT_RUN = {"annotation", "returns", "decorator_list", "bases"}
"""Parts of a node that do not change what the module does."""


class Mutant(NamedTuple):
    """One mistake: where it is, what it changes, and the module's code with it."""

    file: str
    at: str
    change: str
    code: CodeType

    @property
    def name(self) -> tuple[str, str, str]:
        """The mutant's identity."""
        return self.file, self.at, self.change


class _Mistake(NamedTuple):
    """The replacement of a node; `left_out` is the part that it lacks, if that describes the change completely."""

    new: ast.AST
    left_out: ast.AST | None = None


class _Place(NamedTuple):
    """Where a node is in the tree (`holder[key]`, in the `field` of its parent) and in the source."""

    holder: Any
    key: int | str
    field: str
    function: str
    line: int

    @property
    def node(self) -> ast.AST:
        node: ast.AST = self.holder[self.key]
        return node


def mutants(path: Path, file: str) -> Iterator[Mutant]:
    """Yield every mutant of the module at `path`, which the names call `file`; a count makes equal names differ."""
    source = path.read_text("utf-8")
    lines, tree = source.splitlines(), ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    for place in _places(tree, MODULE, 0):
        old = place.node
        for new, left_out in list(_mistakes(place)):
            at = f"{place.function}: {lines[place.line - 1].strip()}"
            change = f"without {_shown(left_out)}" if left_out else f"{_shown(old)} -> {_shown(new)}"
            seen[at, change] += 1
            count = seen[at, change]
            place.holder[place.key] = ast.fix_missing_locations(ast.copy_location(new, old))
            yield Mutant(file, at, change + (f" ({count})" if count > 1 else ""), compile(tree, str(path), "exec"))
        place.holder[place.key] = old


def _places(node: ast.AST, function: str, line: int) -> Iterator[_Place]:
    """Yield the places of all nodes below `node` whose change can be noticed, so none in docstrings."""
    for field, value in ast.iter_fields(node):
        holder: Any = value if isinstance(value, list) else vars(node)
        for key in range(len(value)) if isinstance(value, list) else (field,):
            child = holder[key]
            if field in NOT_RUN or not isinstance(child, ast.AST) or _is_text_alone(child):
                continue
            own = child.name if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else function
            at = child.lineno if isinstance(child, ast.stmt) else line
            yield _Place(holder, key, field, own, at)
            yield from _places(child, own, at)


def _is_text_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _mistakes(place: _Place) -> Iterator[_Mistake]:
    """Yield the mistakes that are possible at a node; each is a new node."""
    node = place.node
    if place.field in CONDITIONS and isinstance(node, ast.expr) and not _is_turned_anyway(node):
        yield _Mistake(ast.UnaryOp(ast.Not(), node))
    yield from _in_logic(node)
    yield from _in_values(node)
    if place.function != MODULE:
        yield from _in_statements(node)


def _in_logic(node: ast.AST) -> Iterator[_Mistake]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield _Mistake(ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BoolOp):
        yield _Mistake(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
        for operand in node.values:
            rest = [value for value in node.values if value is not operand]
            yield _Mistake(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest), operand)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _Mistake(node.operand)


def _in_values(node: ast.AST) -> Iterator[_Mistake]:
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield _Mistake(ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right))
    elif isinstance(node, ast.Constant):
        yield from map(_Mistake, _constants(node.value))
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield _Mistake(ast.Name(NAMES[node.id], node.ctx))
    elif isinstance(node, ast.Call):
        for dropped in node.keywords:
            rest = [keyword for keyword in node.keywords if keyword is not dropped]
            yield _Mistake(ast.Call(node.func, node.args, rest), dropped)


def _is_turned_anyway(condition: ast.expr) -> bool:
    """Whether the other mistakes already invert the condition."""
    return isinstance(condition, ast.UnaryOp) or (isinstance(condition, ast.Compare) and len(condition.ops) == 1)


def _constants(value: object) -> Iterator[ast.Constant]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant(f"{value}~")


def _in_statements(node: ast.AST) -> Iterator[_Mistake]:
    """Yield a statement left out, or a value that is not returned; most callers take None for False."""
    if isinstance(node, DELETED) or (isinstance(node, ast.Return) and node.value is None):
        yield _Mistake(ast.Pass(), node)
    elif isinstance(node, ast.Return) and not (isinstance(node.value, ast.Constant) and not node.value.value):
        yield _Mistake(ast.Return(ast.Constant(None)))
