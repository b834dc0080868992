"""The values that Cog's build reads from a predictor: literals, and names that the same file binds to one.

`cog build` of Cog 0.17 and later reads the file as text (`replicate/cog:pkg/schema/python/literals.go`,
`module_scope.go`). What it can't read counts as not given, so this is narrower than `constants.evaluate`. Cog takes a
text as it is spelled, with its escapes and the quotes between its parts; here it is the text that Python reads.
"""

from __future__ import annotations

import ast
import math
from typing import Any

from dockerfix.app.read.code import Module
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.scope import Scope
from dockerfix.project.imports import code_of
from dockerfix.text.lazy_patterns import lazy

_SIGNS = (ast.UAdd, ast.USub)
_LARGEST = 2**63
_SURROGATES = lazy("[\ud800-\udfff]")


def literal_value(node: ast.expr) -> Any:
    """The value of a literal. Raises Unknown for any other expression."""
    if isinstance(node, ast.Constant) and is_json(node.value):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, _SIGNS) and _is_number(node.operand):
        value = literal_value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.List | ast.Set):
        return [literal_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return [literal_value(item) for item in node.elts if _is_literal(item)]
    if isinstance(node, ast.Dict):
        pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        return {
            literal_value(key): literal_value(value)
            for key, value in pairs
            if isinstance(key, ast.Constant | ast.UnaryOp) and _is_literal(key) and _is_literal(value)
        }
    raise Unknown(f"`{code_of(node)}` is not a literal")


def is_json(value: object) -> bool:
    """Whether a value is a scalar that every reader of JSON takes: no NaN, no huge number, no half of a character."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return not _SURROGATES.search(value)
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, int) and abs(value) < _LARGEST


def named_value(node: ast.expr, scope: Scope) -> Any:
    """The value of a literal, or of a name that the file of `scope` binds to one. Raises Unknown."""
    known = _constants(scope.module) if isinstance(node, ast.Name) else {}
    return known[node.id] if isinstance(node, ast.Name) and node.id in known else literal_value(node)


def listed(node: ast.expr, scope: Scope) -> list[Any]:
    """The values of a list: written out, named, added up, or the keys or values of a named dict. Raises Unknown."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return listed(node.left, scope) + listed(node.right, scope)
    of_dict = _dict_method(node)
    if of_dict is not None:
        name, method = of_dict
        values = named_value(name, scope)
        if isinstance(values, dict):
            return list(values if method == "keys" else values.values())
    elif isinstance(node, ast.List | ast.Name):
        values = named_value(node, scope)
        if isinstance(values, list):
            return values
    raise Unknown(f"`{code_of(node)}` is not a list of literals")


def _dict_method(node: ast.expr) -> tuple[ast.Name, str] | None:
    """The name and the method of ``list(NAME.keys())`` and ``list(NAME.values())``."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list" and node.args):
        return None
    inner = node.args[0]
    if not (isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)):
        return None
    owner, method = inner.func.value, inner.func.attr
    return (owner, method) if isinstance(owner, ast.Name) and method in ("keys", "values") else None


def _constants(module: Module) -> dict[str, Any]:
    """The names that the top of a file binds to literals; of several such bindings the last counts."""
    found: dict[str, Any] = {}
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name) and _is_literal(value):
            found[target.id] = literal_value(value)
    return found


def _is_literal(node: ast.expr) -> bool:
    try:
        literal_value(node)
    except Unknown:
        return False
    return True


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
