"""Types of parameters, results and fields, read from annotations of every style: names, strings, PEP 585 and 604,
aliases (PEP 695 too), Optional, Union, Literal, Annotated, enums, and classes with fields."""

from __future__ import annotations

import ast
from collections.abc import Callable

from dockerfix.app.read.code import Names
from dockerfix.app.read.constants import evaluate
from dockerfix.app.read.model import ANY, Kind, Model, Type, optional
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.scope import Found, Scope
from dockerfix.project.imports import code_of

MAX_DEPTH = 24
TYPING = ("typing.", "typing_extensions.", "collections.abc.", "builtins.", "collections.")
ITERATORS = frozenset(
    {"AsyncConcatenateIterator", "AsyncGenerator", "AsyncIterable", "AsyncIterator", "ConcatenateIterator"}
    | {"Generator", "Iterable", "Iterator"}
)
_WRAPPERS = frozenset({"Final", "NotRequired", "ReadOnly", "Required"})
_SIMPLE: dict[str, Kind] = {
    "Any": "any",
    "Dict": "dict",
    "List": "list",
    "None": "none",
    "NoneType": "none",
    "Sequence": "list",
    "Text": "str",
    "bool": "bool",
    "dict": "dict",
    "float": "float",
    "frozenset": "list",
    "int": "int",
    "list": "list",
    "object": "any",
    "set": "list",
    "str": "str",
    "tuple": "list",
    "Mapping": "dict",
    "Set": "list",
    "Tuple": "list",
    "OrderedDict": "dict",
}
_OUTSIDE: dict[str, Kind] = {
    "pathlib.Path": "path",
    "pathlib.PosixPath": "path",
    "os.PathLike": "path",
    "io.IOBase": "file",
    "io.BytesIO": "file",
}
_COG: dict[str, Kind] = {"Path": "path", "URLPath": "path", "File": "file", "URLFile": "file", "Secret": "secret"}
_MODEL_BASES = frozenset({"cog.BaseModel", "cog.model.BaseModel", "pydantic.BaseModel", "pydantic.v1.BaseModel"})


def full_name(node: ast.expr, scope: Scope) -> str | None:
    """The full name of something outside the project, shortened: ``List`` for typing's, ``cog.Path`` for Cog's."""
    name = scope.resolve(node)
    if not isinstance(name, str):
        return None
    for prefix in TYPING:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return f"cog.{name.rpartition('.')[2]}" if name.partition(".")[0] == "cog" else name


class TooDeep(Unknown):
    """A type that is nested too deeply, perhaps in itself."""


class Reader:
    """Reads annotations; classes with fields become models if `models` is true (results), else they are unknown.

    `unknown_parts` has the reasons why items of lists and values of dictionaries have any type.
    """

    def __init__(self, *, models: bool) -> None:
        self.models = models
        self.unknown_parts: list[str] = []
        self._reading: list[ast.ClassDef] = []
        self._known: dict[int, Model] = {}

    def read(self, node: ast.expr, scope: Scope, depth: int = 0) -> Type:
        """The type of an annotation. Raises Unknown, with the reason."""
        if depth > MAX_DEPTH:
            raise TooDeep("is nested too deeply")
        if isinstance(node, ast.Constant):
            return self._constant(node, scope, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._union([node.left, node.right], scope, depth)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, scope, depth)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._named(node, scope, depth)
        raise Unknown(f"`{code_of(node)}` can't be read as a type")

    def _constant(self, node: ast.Constant, scope: Scope, depth: int) -> Type:
        if node.value is None:
            return Type("none")
        if not isinstance(node.value, str):
            raise Unknown(f"`{code_of(node)}` is not a type")
        try:
            inner = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            raise Unknown(f"`{node.value}` is not a type") from None
        return self.read(inner, scope, depth + 1)

    def _union(self, nodes: list[ast.expr], scope: Scope, depth: int) -> Type:
        parts: list[Type] = []
        for node in nodes:
            part = self.read(node, scope, depth + 1)
            if part.kind == "optional":
                parts += [part.args[0], Type("none")]
            else:
                parts += part.args if part.kind == "union" else (part,)
        some = list(dict.fromkeys(part for part in parts if part.kind != "none"))
        if not some:
            return Type("none")
        inner = some[0] if len(some) == 1 else Type("union", tuple(some))
        return inner if all(part.kind != "none" for part in parts) else optional(inner)

    def _subscript(self, node: ast.Subscript, scope: Scope, depth: int) -> Type:
        name = full_name(node.value, scope)
        arguments = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in (*_WRAPPERS, "Annotated", "Optional") and not arguments:
            raise Unknown(f"`{code_of(node)}` is not a type")
        if name == "Optional":
            return optional(self.read(arguments[0], scope, depth + 1))
        if name == "Union":
            return self._union(arguments, scope, depth)
        if name == "Annotated":
            return self._annotated(arguments, scope, depth)
        if name in _WRAPPERS:
            return self.read(arguments[0], scope, depth + 1)
        return self._container(node, name or "", arguments, scope, depth)

    def _container(self, node: ast.Subscript, name: str, arguments: list[ast.expr], scope: Scope, depth: int) -> Type:
        if name == "Literal":
            return literal([value for argument in arguments for value in self._literal(argument, scope, depth)])
        kind = _SIMPLE.get(name)
        if kind == "dict":
            value = self._part(arguments[1], scope, depth) if len(arguments) == 2 else ANY
            return Type("dict", (value,))
        if kind == "list":
            return Type("list", (self._items(arguments, scope, depth),))
        return self._generic(node, scope, depth)

    def _items(self, arguments: list[ast.expr], scope: Scope, depth: int) -> Type:
        """The one type of all items; a tuple of different ones has any."""
        kept = [item for item in arguments if not (isinstance(item, ast.Constant) and item.value is ...)]
        items = {self._part(item, scope, depth) for item in kept}
        return items.pop() if len(items) == 1 else ANY

    def _part(self, node: ast.expr, scope: Scope, depth: int) -> Type:
        """The type of an item or value: any, if it isn't known, as the container around it is."""
        try:
            return self.read(node, scope, depth + 1)
        except TooDeep:
            raise
        except Unknown as unknown:
            self.unknown_parts.append(str(unknown))
            return ANY

    def _annotated(self, arguments: list[ast.expr], scope: Scope, depth: int) -> Type:
        opaque = any(full_name(item, scope) == "cog.Opaque" for item in arguments[1:])
        before = len(self.unknown_parts)
        try:
            inner = self.read(arguments[0], scope, depth + 1)
        except Unknown:
            if not opaque:
                raise
            return ANY
        if not opaque:
            return inner
        del self.unknown_parts[before:]
        return Type("list", (ANY,)) if inner.kind == "list" else ANY

    def _literal(self, node: ast.expr, scope: Scope, depth: int) -> list[object]:
        if isinstance(node, ast.Subscript) or (isinstance(node, ast.Name) and node.id != "None"):
            inner = self.read(node, scope, depth + 1)
            return [*(inner.args[0].values if inner.kind == "optional" else inner.values)]
        return [evaluate(node, scope)]

    def _generic(self, node: ast.Subscript, scope: Scope, depth: int) -> Type:
        found = scope.resolve(node.value)
        if isinstance(found, Found) and isinstance(found.binding, ast.expr):
            return self.read(found.binding, found.scope, depth + 1)
        raise Unknown(f"`{code_of(node)}` is not a type that Cog or fal knows")

    def _named(self, node: ast.expr, scope: Scope, depth: int) -> Type:
        found = scope.resolve(node)
        if isinstance(found, Found):
            if isinstance(found.binding, ast.ClassDef):
                return self._class(found.binding, found.scope, depth)
            if isinstance(found.binding, ast.expr):
                return self.read(_without_new_type(found.binding, found.scope), found.scope, depth + 1)
            raise Unknown(f"`{code_of(node)}` is not a type")
        name = full_name(node, scope) or ""
        kind = _OUTSIDE.get(name) or (_COG.get(name[4:]) if name.startswith("cog.") else _SIMPLE.get(name))
        if kind is None:
            raise Unknown(f"`{code_of(node)}` is not a type that Cog or fal knows")
        return Type(kind, (ANY,)) if kind in ("list", "dict") else Type(kind)

    def _class(self, node: ast.ClassDef, scope: Scope, depth: int) -> Type:
        bases = _base_names(node, scope)
        if "TypedDict" in bases:
            return Type("dict", (ANY,))
        if bases & {"enum.Enum", "enum.StrEnum", "enum.IntEnum"}:
            return literal(evaluate(ast.Name(node.name, ast.Load()), scope))
        decorated = any(
            full_name(item.func if isinstance(item, ast.Call) else item, scope) == "dataclasses.dataclass"
            for item in node.decorator_list
        )
        if not self.models or not (decorated or bases & _MODEL_BASES or "NamedTuple" in bases):
            raise Unknown(f"`{node.name}` is a class that has no counterpart here")
        return Type("model", model=self._model(node, scope, depth))

    def _model(self, node: ast.ClassDef, scope: Scope, depth: int) -> Model:
        if id(node) in self._known:
            return self._known[id(node)]
        if node in self._reading:
            raise Unknown(f"`{node.name}` contains itself")
        self._reading.append(node)
        fields: dict[str, Type] = {}
        for owner, where in reversed(family(node, scope)):
            inner = Scope(where.library, where.module, (Names(owner.body),))
            for item in owner.body:
                if (
                    isinstance(item, ast.AnnAssign)
                    and isinstance(item.target, ast.Name)
                    and not _is_class_variable(item.annotation, inner)
                ):
                    fields[item.target.id] = self._field(item, inner, depth)
        self._reading.pop()
        self._known[id(node)] = Model(node.name, tuple(fields.items()))
        return self._known[id(node)]

    def _field(self, item: ast.AnnAssign, scope: Scope, depth: int) -> Type:
        before = len(self.unknown_parts)
        try:
            return self.read(item.annotation, scope, depth + 1)
        except Unknown:
            return ANY
        finally:
            del self.unknown_parts[before:]


def _without_new_type(node: ast.expr, scope: Scope) -> ast.expr:
    """The type that a NewType stands for; any other expression as it is."""
    if not isinstance(node, ast.Call) or full_name(node.func, scope) != "NewType":
        return node
    return [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "tp"), node][0]


def literal(values: list[object]) -> Type:
    """The type of the given values; None among them makes it optional. Raises Unknown for other than str and int."""
    plain = [value for value in values if isinstance(value, str | int) and not isinstance(value, bool)]
    empty = values.count(None)
    if not plain or len(plain) + empty < len(values):
        raise Unknown("has values other than text and whole numbers")
    type_ = Type("literal", values=tuple(dict.fromkeys(plain)))
    return optional(type_) if empty else type_


def replace_scalar(type_: Type, make: Callable[[Type], Type]) -> Type:
    """Return `type_` with the part inside lists and optionals replaced."""
    if type_.kind in ("list", "optional"):
        return Type(type_.kind, (replace_scalar(type_.args[0], make),))
    return make(type_)


def family(node: ast.ClassDef, scope: Scope) -> list[tuple[ast.ClassDef, Scope]]:
    """Return a class and its bases in the project, nearest first, each with the scope it is written in.

    A base that several classes share is listed once, after all of them, as in Python.
    """
    farthest_first: list[tuple[ast.ClassDef, Scope]] = []
    seen: set[int] = set()

    def visit(owner: ast.ClassDef, where: Scope, hops: int) -> None:
        seen.add(id(owner))
        for base in reversed(owner.bases):
            found = where.resolve(base.value if isinstance(base, ast.Subscript) else base)
            if not isinstance(found, Found) or not isinstance(found.binding, ast.ClassDef):
                continue
            if hops and id(found.binding) not in seen:
                visit(found.binding, found.scope, hops - 1)
        farthest_first.append((owner, where))

    visit(node, scope, MAX_DEPTH)
    return farthest_first[::-1]


def _base_names(node: ast.ClassDef, scope: Scope) -> set[str]:
    return {full_name(base, where) or "" for owner, where in family(node, scope) for base in owner.bases}


def _is_class_variable(node: ast.expr, scope: Scope) -> bool:
    """Whether an annotation is that of a class variable, which is no field."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            return False
    return full_name(node.value if isinstance(node, ast.Subscript) else node, scope) == "ClassVar"
