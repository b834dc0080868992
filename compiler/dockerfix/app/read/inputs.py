"""Parameters of a predictor: type, default and limits, from ``name: type = Input(...)`` and Cog's first decorators."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from dockerfix.app.read.annotations import Reader, full_name, literal, replace_scalar
from dockerfix.app.read.constants import evaluate
from dockerfix.app.read.model import ANY, Input, Note, Type, optional
from dockerfix.app.read.operations import Unknown, in_order
from dockerfix.app.read.scope import Found, Scope
from dockerfix.project.imports import code_of
from dockerfix.text.credentials import shortened
from dockerfix.text.findings import Severity
from dockerfix.text.quoting import SHORT

_LEGACY = {"help": "description", "min": "ge", "max": "le", "options": "choices"}
_SETTINGS = ("description", "ge", "le", "min_length", "max_length", "regex", "deprecated")
MAX_HOPS = 8


class Spec(NamedTuple):
    """The description of a parameter: keywords of Input(), and the scope of their names.

    `is_input` is False where the parameter has a plain default, which is then the only keyword.
    """

    keywords: dict[str, ast.expr]
    scope: Scope
    is_input: bool = True


def read_parameters(
    function: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, *, method: bool
) -> tuple[Input, ...]:
    """The inputs of `function`, without `self`."""
    decorated = _decorated(function, scope)
    return tuple(
        _Builder(argument, decorated.get(argument.arg) or spec, scope, argument.arg in decorated).input()
        for argument, spec in parameters(function, scope, method=method)
    )


def parameters(
    function: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, *, method: bool
) -> list[tuple[ast.arg, Spec]]:
    """The parameters of `function` with what their defaults describe, without `self`."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    defaults: list[ast.expr | None] = [None] * (len(arguments) - len(function.args.defaults))
    pairs = list(zip(arguments, [*defaults, *function.args.defaults], strict=True))[1 if method else 0 :]
    pairs += list(zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True))
    return [(argument, _spec(default, scope)) for argument, default in pairs]


def _decorated(function: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> dict[str, Spec]:
    """The keywords of ``@cog.input("name", type=..., ...)``, by name; the function sets the order of the parameters."""
    result: dict[str, Spec] = {}
    for node in function.decorator_list:
        if not isinstance(node, ast.Call) or full_name(node.func, scope) != "cog.input":
            continue
        keywords = {_LEGACY.get(keyword.arg, keyword.arg): keyword.value for keyword in node.keywords if keyword.arg}
        for position, value in zip(("name", "type", "default"), node.args, strict=False):
            keywords.setdefault(position, value)
        name = keywords.get("name")
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            result[name.value] = Spec(keywords, scope)
    return result


def _spec(default: ast.expr | None, scope: Scope) -> Spec:
    if default is None:
        return Spec({}, scope)
    return _input_call(default, scope, MAX_HOPS) or Spec({"default": default}, scope, is_input=False)


def _input_call(node: ast.expr, scope: Scope, hops: int) -> Spec | None:
    """The keywords of the Input() that `node` is, directly or through names and functions that only return one."""
    if isinstance(node, ast.Call) and full_name(node.func, scope) == "cog.Input":
        keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        if node.args:
            keywords.setdefault("default", node.args[0])
        return Spec(keywords, scope)
    found = scope.resolve(node.func if isinstance(node, ast.Call) else node)
    if not isinstance(found, Found) or not hops:
        return None
    inner = _returned(found)
    spec = _input_call(inner.binding, inner.scope, hops - 1) if inner and isinstance(inner.binding, ast.expr) else None
    if spec is None or not isinstance(node, ast.Call) or not isinstance(found.binding, ast.FunctionDef):
        return spec
    given = _arguments(found.binding, node)
    if given is None:
        return None
    keywords = {
        name: given.get(value.id, value) if isinstance(value, ast.Name) else value
        for name, value in spec.keywords.items()
    }
    return spec._replace(keywords=keywords)


def _arguments(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """The value of each parameter in a call; None unless all are constants, which mean the same everywhere."""
    names = [each.arg for each in function.args.args]
    defaults = dict(zip(names[::-1], function.args.defaults[::-1], strict=False))
    given = {
        **dict(zip(names, call.args, strict=False)),
        **{each.arg: each.value for each in call.keywords if each.arg},
    }
    values = {**defaults, **given}
    if len(call.args) > len(names) or set(values) != set(names) or any(each.arg is None for each in call.keywords):
        return None
    return values if all(_is_constant(value) for value in values.values()) else None


def _is_constant(node: ast.expr) -> bool:
    return not any(isinstance(each, ast.Name | ast.Call | ast.Attribute) for each in ast.walk(node))


def _returned(found: Found) -> Found | None:
    """The expression a name is bound to, or the one that a function only returns."""
    if isinstance(found.binding, ast.Call | ast.Name | ast.Attribute):
        return found
    if not isinstance(found.binding, ast.FunctionDef):
        return None
    function = found.binding
    arguments = function.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        return None
    if any(not (isinstance(each, ast.Name) and each.id == "staticmethod") for each in function.decorator_list):
        return None
    body = [item for item in function.body if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))]
    only = body[0] if len(body) == 1 else None
    return Found(only.value, found.scope) if isinstance(only, ast.Return) and only.value is not None else None


class _Builder:
    """Builds one input, and notes what can't be known."""

    def __init__(self, argument: ast.arg, spec: Spec, scope: Scope, legacy: bool) -> None:
        self.name = argument.arg
        self.line = argument.lineno
        self.annotation = argument.annotation
        self.spec = spec
        self.scope = scope
        self.legacy = legacy
        self.notes: list[Note] = []
        self.variables: set[str] = set()

    def input(self) -> Input:
        """The input as far as it can be known."""
        type_ = self.choices(self.type())
        settings = {name: self.setting(name) for name in _SETTINGS}
        limits = self.limits(type_, settings)
        required, default, own = self.default(type_)
        nullable = own or (not required and default is None)
        self.check_default(default, limits)
        for name in sorted(self.variables):
            known = name in self.spec.scope.library.environment
            where = "as cog.yaml sets it" if known else "which cog.yaml does not set"
            message = f"input `{self.name}` depends on the variable {name}, {where}; another value on fal has no effect"
            self.note("DF506", message, severity=Severity.NOTE)
        return Input(
            self.name,
            optional(type_) if nullable else type_,
            self.line,
            required,
            default,
            own,
            description=settings["description"] if isinstance(settings["description"], str) else None,
            deprecated=settings["deprecated"] is True,
            notes=tuple(self.notes),
            **limits,
        )

    def note(self, code: str, message: str, node: ast.AST | None = None, severity: Severity = Severity.WARNING) -> None:
        here = node is not None and hasattr(node, "lineno") and self.spec.scope.file == self.scope.file
        line = getattr(node, "lineno", self.line) if here else self.line
        self.notes.append(Note(code, message, self.scope.file, line, severity))

    def type(self) -> Type:
        node, scope = self.annotation, self.scope
        if self.legacy:
            node, scope = self.spec.keywords.get("type"), self.spec.scope
            if node is None:
                return Type("str")
        if node is None:
            self.note("DF504", f"input `{self.name}` has no type; the App accepts any value")
            return ANY
        reader = Reader(models=False)
        try:
            type_ = reader.read(node, scope)
        except Unknown as unknown:
            self.note("DF504", f"the type of input `{self.name}`: {unknown}; the App accepts any value", node)
            return ANY
        for reason in reader.unknown_parts:
            self.note("DF504", f"the items of input `{self.name}`: {reason}; the App accepts any items", node)
        return type_

    def value(self, name: str) -> Any:
        """The value of a keyword. Raises Unknown."""
        used: set[str] = set()
        found = evaluate(self.spec.keywords[name], self.spec.scope, used)
        self.variables |= used
        return found

    def setting(self, name: str) -> Any:
        if name not in self.spec.keywords:
            return None
        try:
            return self.value(name)
        except Unknown as unknown:
            because = _because(self.spec.keywords[name], str(unknown))
            what = f"`{name}` of input `{self.name}` is unknown: {because}; the App leaves it out"
            self.note("DF503", what, self.spec.keywords[name])
            return None

    def choices(self, type_: Type) -> Type:
        node = self.spec.keywords.get("choices")
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return type_
        try:
            chosen = literal(list(in_order(self.value("choices"))))
        except (Unknown, TypeError) as reason:
            text = reason if isinstance(reason, Unknown) else "is not a list"
            because = _because(node, str(text))
            message = f"the choices of input `{self.name}` are unknown: {because}; the App accepts any value"
            self.note("DF502", message, node)
            return type_
        return replace_scalar(
            type_, lambda scalar: chosen if scalar.kind in ("str", "int", "any", "literal") else scalar
        )

    def limits(self, type_: Type, settings: dict[str, Any]) -> dict[str, Any]:
        scalar = innermost(type_).kind
        result: dict[str, Any] = {}
        for name, kinds in (
            ("ge", ("int", "float")),
            ("le", ("int", "float")),
            ("min_length", ("str",)),
            ("max_length", ("str",)),
            ("regex", ("str",)),
        ):
            value = settings[name]
            expected: tuple[type, ...] = (str,) if name == "regex" else (int, float)
            if value is None or scalar == "literal":
                continue
            if scalar in kinds and isinstance(value, expected) and not isinstance(value, bool):
                result["pattern" if name == "regex" else name] = value
            else:
                self.note("DF503", f"`{name}` of input `{self.name}` does not fit its type; the App leaves it out")
        return result

    def check_default(self, default: object, limits: dict[str, Any]) -> None:
        """Note a default outside the limits.

        Cog refuses to build such a model (`replicate/cog:integration-tests/tests/invalid_int_validation.txtar`).
        """
        for value in default if isinstance(default, list) else [default]:
            outside = ""
            if isinstance(value, int | float) and not isinstance(value, bool):
                outside = _outside(value, limits.get("ge"), limits.get("le"), "")
            elif isinstance(value, str):
                outside = _outside(len(value), limits.get("min_length"), limits.get("max_length"), "_length")
            if outside:
                message = (
                    f"the default of input `{self.name}` is {value!r}, but its limit is {outside}: Cog refuses that"
                )
                self.note("DF507", message, self.spec.keywords.get("default"))

    def default(self, type_: Type) -> tuple[bool, object, bool]:
        """Whether the input is required, its default, and whether only the program knows that."""
        node = self.spec.keywords.get("default")
        if node is None or (isinstance(node, ast.Constant) and node.value is ...):
            return type_.kind not in ("optional", "none"), None, False
        used = set(self.variables)
        try:
            default = _fit(self.value("default"), type_)
            if default is None and self.variables - used:
                self.variables = used
                raise Unknown("depends on a variable that cog.yaml does not set")
        except Unknown as unknown:
            because = _because(node, str(unknown))
            message = (
                f"the default of input `{self.name}` is unknown: {because}; the App leaves the value to the predictor"
            )
            self.note("DF501", message, node)
            return False, None, True
        return False, default, False


def _because(node: ast.expr, reason: str) -> str:
    text = code_of(node)
    if f"`{text}`" in reason:
        return f"it {reason}"
    return f"`{shortened(text, SHORT)}` {reason}"


def _outside(value: float, least: float | None, most: float | None, kind: str) -> str:
    """The limit that a value violates, or ""; `kind` tells those of a length."""
    if least is not None and value < least:
        return f"{'min_length' if kind else 'ge'}={least}"
    return f"{'max_length' if kind else 'le'}={most}" if most is not None and value > most else ""


def innermost(type_: Type) -> Type:
    """The part inside lists and optionals."""
    return innermost(type_.args[0]) if type_.kind in ("list", "optional") else type_


def _fit(value: Any, type_: Type) -> Any:
    """A default converted to its type, as Cog does. Raises Unknown if it doesn't fit."""
    if value is None or type_.kind in ("any", "dict", "union"):
        return value
    if type_.kind == "optional":
        return _fit(value, type_.args[0])
    if type_.kind == "list":
        if not isinstance(value, list | tuple):
            raise Unknown("is not a list, but its type is")
        return [_fit(item, type_.args[0]) for item in value]
    return _fit_scalar(value, type_)


def _fit_scalar(value: Any, type_: Type) -> Any:
    if type_.kind == "literal":
        if value not in type_.values:
            raise Unknown("is not one of the choices")
        return value
    if type_.kind in ("path", "file"):
        if isinstance(value, str) and value.startswith(("http://", "https://", "data:")):
            return value
        raise Unknown("is a file in the image")
    if type_.kind == "bool" and not isinstance(value, bool):
        raise Unknown("does not fit the type")
    kinds: dict[str, type] = {"bool": bool, "float": float, "int": int, "str": str}
    kind = kinds.get(type_.kind)
    if kind is None:
        raise Unknown("does not fit the type")
    try:
        fitted = kind(value)
    except (TypeError, ValueError, OverflowError):
        raise Unknown("does not fit the type") from None
    if fitted != value and not isinstance(value, str):
        raise Unknown("does not fit the type")
    return fitted
