"""Evaluation of expressions whose value is plain from the text: literals, names of the project bound once, arithmetic,
comprehensions over ranges, f-strings of constants, methods of str, dict and list. Everything else is `Unknown`.

What an expression computes, and what it may cost, is in `operations`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from dockerfix.app.read.code import Imported, Names
from dockerfix.app.read.operations import (
    BUILTINS,
    ITEM,
    MODULE_FUNCTIONS,
    MODULE_VALUES,
    STEP,
    TOO_LARGE,
    UNARY,
    Member,
    Opaque,
    Operations,
    Unknown,
    truth,
)
from dockerfix.app.read.scope import Scope
from dockerfix.knowledge.fal import PRIVATE_VARIABLE, RUNNER_PREFIXES, RUNNER_VARIABLES
from dockerfix.project.imports import code_of
from dockerfix.text.credentials import is_secret

MAX_DEPTH = 60
ENVIRON, GETENV = "os.environ", "os.getenv"


def evaluate(node: ast.expr, scope: Scope, variables: set[str] | None = None) -> Any:
    """The value of an expression: str, int, float, bool, None, list, tuple, dict or set of such.

    An environment variable has the value that cog.yaml gives it, and counts as unset if it gives none; `variables`
    collects their names. Raises Unknown where the value depends on more than the project's text, or costs more than
    `operations.LIMIT`, or all values so far cost what a project may (`Library.budget`).
    """
    evaluator = _Evaluator(variables if variables is not None else set(), scope.library.budget)
    before = evaluator.operations.left
    try:
        return evaluator.operations.plain(evaluator.value(node, scope, {}))
    except Unknown:
        raise
    except RecursionError:
        raise Unknown("is nested too deeply") from None
    except MemoryError:
        raise Unknown(TOO_LARGE) from None
    except Exception as error:  # noqa: BLE001 - whatever Python makes of odd operands, the value isn't known
        raise Unknown(f"fails with {type(error).__name__}") from None
    finally:
        scope.library.budget -= before - evaluator.operations.left


class _Evaluator:
    def __init__(self, variables: set[str], budget: int) -> None:
        self.operations = Operations(budget)
        self.variables = variables
        self.depth = 0
        self.bodies: dict[ast.ClassDef, Names] = {}

    def value(self, node: ast.expr, scope: Scope, local: dict[str, Any]) -> Any:
        self.operations.spend(STEP)
        if self.depth == MAX_DEPTH:
            raise Unknown("is nested too deeply")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Unknown(f"is `{code_of(node)}`")
        self.depth += 1
        try:
            return self.operations.checked(method(node, scope, local))
        finally:
            self.depth -= 1

    def _constant(self, node: ast.Constant, _scope: Scope, _local: dict[str, Any]) -> Any:
        if isinstance(node.value, bytes | complex) or node.value is ...:
            raise Unknown("is no text or number")
        return node.value

    def _name(self, node: ast.Name, scope: Scope, local: dict[str, Any]) -> Any:
        if node.id in local:
            return local[node.id]
        found = scope.find(node.id)
        if found is None:
            raise Unknown(f"depends on `{node.id}`, which {scope.why_unknown(node.id)}")
        binding, where = found
        if isinstance(binding, ast.ClassDef) and _is_enum(binding):
            return self._members(binding, where)
        if not isinstance(binding, ast.expr):
            raise Unknown(f"depends on `{node.id}`")
        return self.value(binding, where, {})

    def _members(self, node: ast.ClassDef, where: Scope) -> list[Member]:
        return [
            Member(name, self._in_class(name, node, where))
            for name, binding in self._names_in(node).values.items()
            if isinstance(binding, ast.expr) and not re.fullmatch(r"_.*_|__.*", name)
        ]

    def _attribute(self, node: ast.Attribute, scope: Scope, local: dict[str, Any]) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id not in local:
            found = scope.find(node.value.id)
            binding, where = found or (None, scope)
            if isinstance(binding, Imported):
                return self._in_module(node, binding, where)
            if isinstance(binding, ast.ClassDef):
                value = self._in_class(node.attr, binding, where)
                return Member(node.attr, value) if _is_enum(binding) else value
        if node.attr in ("value", "name"):
            member = self.value(node.value, scope, local)
            if isinstance(member, Member):
                return getattr(member, node.attr)
        raise Unknown(f"depends on `{code_of(node)}`")

    def _in_module(self, node: ast.Attribute, imported: Imported, where: Scope) -> Any:
        if (imported.module, node.attr) in MODULE_VALUES and imported.name is None:
            return MODULE_VALUES[imported.module, node.attr]
        module = where.module_of(imported)
        if module is None:
            raise Unknown(f"depends on `{code_of(node)}`")
        return self.value(ast.Name(node.attr, ast.Load()), Scope(where.library, module), {})

    def _in_class(self, name: str, node: ast.ClassDef, where: Scope) -> Any:
        names = self._names_in(node)
        binding = names.get(name)
        if not isinstance(binding, ast.expr):
            raise Unknown(f"depends on `{node.name}.{name}`")
        return self.value(binding, Scope(where.library, where.module, (names,)), {})

    def _names_in(self, node: ast.ClassDef) -> Names:
        """The names of a class, which is read once however often it is named."""
        if node not in self.bodies:
            self.bodies[node] = Names(node.body)
        return self.bodies[node]

    def _list(self, node: ast.List, scope: Scope, local: dict[str, Any]) -> list[Any]:
        result: list[Any] = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                items = self.operations.in_order(self.value(item.value, scope, local))
                self.operations.spend(ITEM * len(items))
                result.extend(items)
            else:
                result.append(self.value(item, scope, local))
        return result

    def _tuple(self, node: ast.Tuple, scope: Scope, local: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(self._list(ast.List(node.elts, ast.Load()), scope, local))

    def _set(self, node: ast.Set, scope: Scope, local: dict[str, Any]) -> set[Any]:
        return set(self._list(ast.List(node.elts, ast.Load()), scope, local))

    def _dict(self, node: ast.Dict, scope: Scope, local: dict[str, Any]) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                items = self.value(item, scope, local)
                self.operations.spend(ITEM * len(items))
                result.update(items)
            else:
                result[self.value(key, scope, local)] = self._or_opaque(item, scope, local)
        return result

    def _or_opaque(self, node: ast.expr, scope: Scope, local: dict[str, Any]) -> Any:
        """A dict's value; often only its keys matter, so one that isn't known spoils nothing by itself."""
        try:
            return self.value(node, scope, local)
        except Unknown as unknown:
            reason = str(unknown)
            self.operations.spend(STEP * len(reason))  # it quotes the source
            return Opaque(reason)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope, local: dict[str, Any]) -> Any:
        return UNARY[type(node.op)](self.value(node.operand, scope, local))

    def _binop(self, node: ast.BinOp, scope: Scope, local: dict[str, Any]) -> Any:
        left, right = self.value(node.left, scope, local), self.value(node.right, scope, local)
        return self.operations.combine(node.op, left, right)

    def _boolop(self, node: ast.BoolOp, scope: Scope, local: dict[str, Any]) -> Any:
        result = None
        for item in node.values:
            result = self.value(item, scope, local)
            if truth(result) == isinstance(node.op, ast.Or):
                break
        return result

    def _compare(self, node: ast.Compare, scope: Scope, local: dict[str, Any]) -> bool:
        left = self.value(node.left, scope, local)
        for op, item in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn) and self._is_outside(item, ENVIRON, scope, local):
                right: Any = [] if self._variable(left, scope) is None else [left]
            else:
                right = self.value(item, scope, local)
            if not self.operations.compare(op, left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp, scope: Scope, local: dict[str, Any]) -> Any:
        return self.value(node.body if truth(self.value(node.test, scope, local)) else node.orelse, scope, local)

    def _subscript(self, node: ast.Subscript, scope: Scope, local: dict[str, Any]) -> Any:
        if self._is_outside(node.value, ENVIRON, scope, local):
            name = self.value(node.slice, scope, local)
            found = self._variable(name, scope)
            if found is None:
                raise Unknown(f"depends on the variable `{name}`, which cog.yaml does not set")
            return found
        value = self.value(node.value, scope, local)
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            key: Any = slice(*(None if part is None else self.value(part, scope, local) for part in parts))
        else:
            key = self.value(node.slice, scope, local)
        return self.operations.subscript(value, key)

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope, local: dict[str, Any]) -> str:
        parts = [str(self.value(part, scope, local)) for part in node.values]
        self.operations.spend(sum(map(len, parts)))
        return "".join(parts)

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope, local: dict[str, Any]) -> str:
        value = self.value(node.value, scope, local)
        spec = self.value(node.format_spec, scope, local) if node.format_spec else ""
        return self.operations.show(value, None if node.conversion == -1 else chr(node.conversion), spec)

    def _listcomp(self, node: ast.ListComp, scope: Scope, local: dict[str, Any]) -> list[Any]:
        return [self.value(node.elt, scope, inner) for inner in self._loops(node.generators, scope, local)]

    def _generatorexp(self, node: ast.GeneratorExp, scope: Scope, local: dict[str, Any]) -> list[Any]:
        return [self.value(node.elt, scope, inner) for inner in self._loops(node.generators, scope, local)]

    def _setcomp(self, node: ast.SetComp, scope: Scope, local: dict[str, Any]) -> set[Any]:
        return {self.value(node.elt, scope, inner) for inner in self._loops(node.generators, scope, local)}

    def _dictcomp(self, node: ast.DictComp, scope: Scope, local: dict[str, Any]) -> dict[Any, Any]:
        return {
            self.value(node.key, scope, inner): self.value(node.value, scope, inner)
            for inner in self._loops(node.generators, scope, local)
        }

    def _loops(
        self, generators: list[ast.comprehension], scope: Scope, local: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        if not generators:
            yield local
            return
        first = generators[0]
        if first.is_async:
            raise Unknown("is asynchronous")
        for item in self.operations.in_order(self.value(first.iter, scope, local)):
            inner = {**local, **_unpack(first.target, item)}
            self.operations.spend(ITEM * len(inner))
            if all(truth(self.value(test, scope, inner)) for test in first.ifs):
                yield from self._loops(generators[1:], scope, inner)

    def _is_outside(self, node: ast.expr, name: str, scope: Scope, local: dict[str, Any]) -> bool:
        """Whether a dotted name is that of something outside the project."""
        first = node
        while isinstance(first, ast.Attribute):
            first = first.value
        known = isinstance(first, ast.Name) and first.id not in local
        return known and scope.resolve(node) == name

    def _variable(self, name: Any, scope: Scope) -> str | None:
        """The value of an environment variable, or None if cog.yaml doesn't set it."""
        if not isinstance(name, str) or name in RUNNER_VARIABLES or name.startswith(RUNNER_PREFIXES):
            raise Unknown(f"depends on the variable {name}, which the runner sets")
        if re.search(PRIVATE_VARIABLE, name):
            raise Unknown(f"depends on the variable {name}, which may be a secret of the runner")
        self.variables.add(name)
        value = scope.library.environment.get(name)
        if value is not None and is_secret(name, value):
            raise Unknown(f"depends on the variable {name}, whose value in cog.yaml is a secret")
        return value

    def _environment(self, node: ast.Call, scope: Scope, local: dict[str, Any]) -> Any:
        """The value of ``os.getenv("NAME", default)`` and ``os.environ.get("NAME", default)``."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        names = dict(zip(("key", "default"), node.args, strict=False)) | given
        if "key" not in names or not set(names) <= {"key", "default"}:
            raise Unknown(f"calls `{code_of(node.func)}()`")
        found = self._variable(self.value(names["key"], scope, local), scope)
        if found is not None or "default" not in names:
            return found
        return self.value(names["default"], scope, local)

    def _call(self, node: ast.Call, scope: Scope, local: dict[str, Any]) -> Any:
        if any(self._is_outside(node.func, name, scope, local) for name in (GETENV, f"{ENVIRON}.get")):
            return self._environment(node, scope, local)
        function = self._function(node.func, scope, local)
        if function is None and not isinstance(node.func, ast.Attribute):
            raise Unknown(f"calls `{code_of(node.func)}()`")
        owner = (
            self.value(node.func.value, scope, local) if isinstance(node.func, ast.Attribute) and not function else None
        )
        arguments = self._list(ast.List(node.args, ast.Load()), scope, local)
        if any(keyword.arg is None for keyword in node.keywords):
            raise Unknown("calls with `**`")
        keywords = {keyword.arg or "": self.value(keyword.value, scope, local) for keyword in node.keywords}
        if function is not None:
            return self.operations.call(function, arguments, keywords)
        return self.operations.method(owner, getattr(node.func, "attr", ""), arguments, keywords)

    def _function(self, node: ast.expr, scope: Scope, local: dict[str, Any]) -> Callable[..., Any] | None:
        """The builtin or function of a module that is called; None for a method of a value, and any other call.

        Raises Unknown for another function of a module outside the project.
        """
        first = node.value if isinstance(node, ast.Attribute) else node
        if not isinstance(first, ast.Name) or first.id in local:
            return None
        found = scope.find(first.id)
        if found is None:
            known = first is node and first.id not in scope.module.names.unstable
            return BUILTINS.get(first.id) if known else None
        if not isinstance(found.binding, Imported):
            return None
        dotted = [found.binding.module, found.binding.name, getattr(node, "attr", None)]
        function = MODULE_FUNCTIONS.get(".".join(part for part in dotted if part))
        if function is None:
            raise Unknown(f"calls `{code_of(node)}()`")
        return function


def _is_enum(node: ast.ClassDef) -> bool:
    names = (base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases)
    return any(name.endswith("Enum") for name in names)


def _unpack(target: ast.expr, item: Any) -> dict[str, Any]:
    if isinstance(target, ast.Name):
        return {target.id: item}
    if isinstance(target, ast.Tuple | ast.List):
        parts = list(item)
        if len(parts) != len(target.elts):
            raise Unknown("unpacks a value of another length")
        result: dict[str, Any] = {}
        for inner, part in zip(target.elts, parts, strict=True):
            result.update(_unpack(inner, part))
        return result
    raise Unknown("unpacks in a way that dockerfix does not follow")
