"""Annotations as the JSON schema that Cog's build writes for them.

The rules are those of `replicate/cog:pkg/schema/types.go` (inputs) and `replicate/cog:pkg/schema/schema_type.go`
(results). An annotation that Cog's build refuses is read as for an App, where that leaves no doubt.
"""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from dockerfix.app.read.annotations import Reader, family, full_name
from dockerfix.app.read.code import Names
from dockerfix.app.read.literals import literal_value
from dockerfix.app.read.model import Type
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.scope import Found, Scope
from dockerfix.project.imports import code_of

Schema = dict[str, Any]

MAX_DEPTH = 24
_URI = {"type": "string", "format": "uri"}
_SCALARS: dict[str, Schema] = {
    "bool": {"type": "boolean"},
    "cog.File": _URI,
    "cog.Path": _URI,
    "cog.Secret": {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True},
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "pathlib.Path": _URI,
    "str": {"type": "string"},
}
_OBJECTS = frozenset({"Any", "Dict", "dict"})
_LISTS = frozenset({"List", "list"})
_ITERATORS = frozenset({"AsyncIterator", "Iterator"})
_TEXT_ITERATORS = frozenset({"cog.AsyncConcatenateIterator", "cog.ConcatenateIterator"})
_WIDER_ITERATORS = frozenset({"AsyncGenerator", "AsyncIterable", "Generator", "Iterable"})
_OF_KIND: dict[str, Schema] = {
    "bool": _SCALARS["bool"],
    "dict": {"type": "object"},
    "file": _URI,
    "float": _SCALARS["float"],
    "int": _SCALARS["int"],
    "path": _URI,
    "secret": _SCALARS["cog.Secret"],
    "str": _SCALARS["str"],
}


class Nullable(NamedTuple):
    """The schema of a type, and whether the type takes None."""

    schema: Schema
    is_nullable: bool = False


class Class(NamedTuple):
    """A class of the project, and the scope it is written in."""

    node: ast.ClassDef
    scope: Scope


def title(name: str) -> str:
    """The title that Cog gives a name: ``num_steps`` is "Num Steps"."""
    return " ".join(part[:1].upper() + part[1:] for part in name.split("_"))


def of_input(node: ast.expr, scope: Scope) -> Nullable:
    """The schema of an input's annotation. Raises Unknown, with the reason, where it can't be known."""
    try:
        schema, is_nullable = _input(node, scope, 0)
    except Unknown:
        read = Reader(models=False).read(node, scope)
        is_nullable = read.kind == "optional"
        return Nullable(_of_type(read.args[0] if is_nullable else read), is_nullable)
    if is_nullable and "anyOf" in schema:
        schema = {"anyOf": [{**each, "nullable": True} for each in schema["anyOf"]]}
    return Nullable(schema, is_nullable)


def of_result(node: ast.expr, scope: Scope) -> Schema:
    """The schema of a result's annotation, with its title. Raises Unknown, with the reason."""
    try:
        schema = _Results().read(node, scope)
    except Unknown:
        schema = _of_result_type(node, scope)
    return {**schema, "title": "Output"}


def is_stream(schema: Schema) -> bool:
    """Whether a result comes in pieces."""
    return schema.get("x-cog-array-type") == "iterator"


def _input(node: ast.expr, scope: Scope, depth: int) -> Nullable:
    node = _unquoted(node, depth)
    name, arguments = _parts(node, scope)
    members = _members(node, scope)
    if members:
        return _union(members, scope, depth)
    if not arguments:
        return Nullable(_input_name(node, name, scope))
    if name == "Annotated":
        return _opaque(arguments, scope, depth) or _input(arguments[0], scope, depth + 1)
    if name in _OBJECTS:
        return Nullable({"type": "object"})
    if name in _LISTS and len(arguments) == 1:
        item, nullable = _input(arguments[0], scope, depth + 1)
        if not nullable and "anyOf" not in item and item.get("type") != "array":
            return Nullable({"type": "array", "items": item})
    raise Unknown(f"`{code_of(node)}` is not a type that Cog's build takes for an input")


def _input_name(node: ast.expr, name: str | None, scope: Scope) -> Schema:
    if name in _OBJECTS or _typed_dict(node, scope):
        return {"type": "object"}
    return _scalar(node, name)


def _scalar(node: ast.expr, name: str | None) -> Schema:
    schema = _SCALARS.get(name or "")
    if schema is None:
        raise Unknown(f"`{code_of(node)}` is not a type that Cog's build knows")
    return dict(schema)


def _union(nodes: list[ast.expr], scope: Scope, depth: int) -> Nullable:
    """Several types become ``anyOf``; Cog's build takes only those that JSON tells apart."""
    some = [node for node in nodes if not _is_none(node)]
    found = [_input(node, scope, depth + 1) for node in some]
    has_none = len(some) < len(nodes)
    if len(found) == 1:
        return found[0]._replace(is_nullable=found[0].is_nullable or has_none)
    if not found or any(each.is_nullable or _is_unclear(each.schema) for each in found):
        raise Unknown("is a union of types that Cog's build refuses")
    return Nullable({"anyOf": [each.schema for each in found]}, has_none)


def _is_unclear(schema: Schema) -> bool:
    inner = schema.get("items", schema)
    return "anyOf" in inner or "format" in inner


def _opaque(arguments: list[ast.expr], scope: Scope, depth: int) -> Nullable | None:
    """What ``Annotated[T, cog.Opaque]`` is: an object, or a list of such; None without Opaque."""
    if not any(full_name(item, scope) == "cog.Opaque" for item in arguments[1:]):
        return None
    inner, is_nullable = _without_none(_unquoted(arguments[0], depth), scope)
    name, _ = _parts(inner, scope)
    is_list = name in _LISTS
    return Nullable({"type": "array", "items": {"type": "object"}} if is_list else {"type": "object"}, is_nullable)


def _without_none(node: ast.expr, scope: Scope) -> tuple[ast.expr, bool]:
    """The type that an optional one holds, and whether it was one."""
    members = _members(node, scope)
    some = [each for each in members if not _is_none(each)]
    return (some[0], True) if len(members) == 2 and len(some) == 1 else (node, False)


def _members(node: ast.expr, scope: Scope) -> list[ast.expr]:
    """The types of a union, of which ``Optional`` is one with None; [] for any other type."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*(_members(node.left, scope) or [node.left]), *(_members(node.right, scope) or [node.right])]
    name, arguments = _parts(node, scope)
    if name == "Optional" and len(arguments) == 1:
        return [arguments[0], ast.Constant(None)]
    return arguments if name == "Union" else []


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _unquoted(node: ast.expr, depth: int) -> ast.expr:
    """The expression in an annotation that is quoted. Raises Unknown where it is none, or nested too deeply."""
    if depth > MAX_DEPTH:
        raise Unknown("is nested too deeply")
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return node
    try:
        return ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise Unknown(f"`{node.value}` is not a type") from None


def _parts(node: ast.expr, scope: Scope) -> tuple[str | None, list[ast.expr]]:
    """The full name of a type, and its arguments in brackets."""
    if isinstance(node, ast.Subscript):
        return full_name(node.value, scope), list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [
            node.slice
        ]
    return (full_name(node, scope), []) if isinstance(node, ast.Name | ast.Attribute) else (None, [])


def _class(node: ast.expr, scope: Scope) -> Class | None:
    found = scope.resolve(node) if isinstance(node, ast.Name | ast.Attribute) else None
    if isinstance(found, Found) and isinstance(found.binding, ast.ClassDef):
        return Class(found.binding, found.scope)
    return None


def _bases(found: Class) -> list[str]:
    return [full_name(base, where) or "" for owner, where in family(found.node, found.scope) for base in owner.bases]


def _typed_dict(node: ast.expr, scope: Scope) -> bool:
    found = _class(node, scope)
    return found is not None and "TypedDict" in _bases(found)


class _Results:
    """Reads the type of a result; a class that contains itself is an object there."""

    def __init__(self) -> None:
        self._reading: list[ast.ClassDef] = []

    def read(self, node: ast.expr, scope: Scope, depth: int = 0) -> Schema:
        node = _unquoted(node, depth)
        name, arguments = _parts(node, scope)
        if not arguments:
            return self._name(node, name, scope, depth)
        if name == "Annotated":
            opaque = _opaque(arguments, scope, depth)
            if opaque is None:
                return self.read(arguments[0], scope, depth + 1)
            if not opaque.is_nullable:
                return opaque.schema
        if name in ("Dict", "dict") and len(arguments) == 2:
            return {"type": "object", "additionalProperties": self.read(arguments[1], scope, depth + 1)}
        if name in (*_LISTS, *_ITERATORS, *_TEXT_ITERATORS) and len(arguments) == 1:
            return self._several(name, self.read(arguments[0], scope, depth + 1))
        raise Unknown(f"`{code_of(node)}` is not a type that Cog's build takes for a result")

    def _several(self, name: str, item: Schema) -> Schema:
        if name in _LISTS:
            return {"type": "array", "items": item}
        if name in _ITERATORS:
            return _iterator(item)
        if item != _SCALARS["str"]:
            raise Unknown(f"`{name}` is of `str` only")
        return {**_iterator(item), "x-cog-array-display": "concatenate"}

    def _name(self, node: ast.expr, name: str | None, scope: Scope, depth: int) -> Schema:
        found = _class(node, scope)
        if found is not None:
            return self._model(found, depth)
        if name in _OBJECTS:
            return {"type": "object"}
        if name in _LISTS:
            return {"type": "array", "items": {"type": "object"}}
        return _scalar(node, name)

    def _model(self, found: Class, depth: int) -> Schema:
        owner = found.node
        bases = _bases(found)
        is_dict = "TypedDict" in bases
        if not is_dict and not any(base.rpartition(".")[2] == "BaseModel" for base in bases):
            raise Unknown(f"`{owner.name}` is a class that Cog's build doesn't take")
        if owner in self._reading:
            return {"type": "object"}
        self._reading.append(owner)
        properties: Schema = {}
        required: dict[str, bool] = {}
        for each, where in reversed(family(owner, found.scope)):
            inner = Scope(where.library, where.module, (Names(each.body),))
            total = not any(key.arg == "total" and code_of(key.value) == "False" for key in each.keywords)
            for item in each.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    field = item.target.id
                    schema, required[field] = self._field(item, inner, total if is_dict else None, depth)
                    properties[field] = {**schema, "title": title(field)}
        self._reading.pop()
        needed = [field for field, is_needed in required.items() if is_needed]
        return {"type": "object", "properties": properties, **({"required": needed} if needed else {})}

    def _field(self, item: ast.AnnAssign, scope: Scope, total: bool | None, depth: int) -> tuple[Schema, bool]:
        """The schema of a field, and whether it is required; `total` is that of a TypedDict."""
        node = _unquoted(item.annotation, depth)
        name, arguments = _parts(node, scope)
        required = total
        if total is not None and name in ("NotRequired", "Required") and len(arguments) == 1:
            node, required = _unquoted(arguments[0], depth), name == "Required"
            name, arguments = _parts(node, scope)
        opaque = _opaque(arguments, scope, depth) if name == "Annotated" else None
        if opaque is not None:
            schema, is_nullable = opaque
        else:
            if name == "Annotated":
                node = arguments[0]
            node, is_nullable = _without_none(node, scope)
            schema = self.read(node, scope, depth + 1)
        if required is None:
            required = not is_nullable
        if item.value is not None and _is_given(item.value):
            required = False
        return ({**schema, "nullable": True} if is_nullable else schema), required


def _is_given(node: ast.expr) -> bool:
    try:
        literal_value(node)
    except Unknown:
        return False
    return True


def _iterator(item: Schema) -> Schema:
    return {"type": "array", "items": item, "x-cog-array-type": "iterator"}


def _of_result_type(node: ast.expr, scope: Scope) -> Schema:
    name, arguments = _parts(_unquoted(node, 0), scope)
    if name in _WIDER_ITERATORS | _ITERATORS and arguments:
        return _iterator(_of_type(Reader(models=True).read(arguments[0], scope)))
    return _of_type(Reader(models=True).read(node, scope))


def _of_type(type_: Type) -> Schema:
    """The schema of a type that Cog's build refuses; what isn't known takes any value."""
    if type_.kind == "optional":
        return {**_of_type(type_.args[0]), "nullable": True}
    if type_.kind == "list":
        return {"type": "array", "items": _of_type(type_.args[0])}
    if type_.kind == "union":
        return {"anyOf": [_of_type(each) for each in type_.args]}
    if type_.kind == "literal":
        return {"enum": list(type_.values)}
    if type_.kind == "model" and type_.model is not None:
        fields = {name: {**_of_type(each), "title": title(name)} for name, each in type_.model.fields}
        return {"type": "object", "properties": fields}
    return dict(_OF_KIND.get(type_.kind, {}))
