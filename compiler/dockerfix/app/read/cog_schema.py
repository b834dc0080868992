"""The inputs and the result of a function as `cog build` describes them, read from its source.

The rules are those of `replicate/cog:pkg/schema/openapi_spec.go` and `replicate/cog:pkg/schema/python/inputs.go`. Where
Cog's build would refuse the predictor and reading it leaves a doubt, the schema takes any value, and a note says so.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from dockerfix.app.read import cog_types
from dockerfix.app.read.annotations import full_name
from dockerfix.app.read.cog_types import Nullable, Schema
from dockerfix.app.read.constants import evaluate
from dockerfix.app.read.inputs import Spec, parameters
from dockerfix.app.read.literals import is_json, listed, literal_value, named_value
from dockerfix.app.read.model import AppError, Note
from dockerfix.app.read.operations import Unknown, in_order
from dockerfix.app.read.predictor import Method
from dockerfix.app.read.scope import Scope
from dockerfix.project.imports import code_of
from dockerfix.text.credentials import shortened
from dockerfix.text.quoting import SHORT

_LIMITS = {"ge": "minimum", "le": "maximum", "min_length": "minLength", "max_length": "maxLength"}


@dataclass(frozen=True, slots=True)
class Signature:
    """The schemas of a function: each input by name, in order, and the result.

    `required` names the inputs that a request must have, `choices` has the schema of each input with choices, and
    `streaming` is whether the function is decorated with ``@cog.streaming``.
    """

    inputs: dict[str, Schema]
    required: tuple[str, ...]
    choices: dict[str, Schema]
    result: Schema
    streaming: bool
    notes: tuple[Note, ...]


def read_signature(method: Method, *, bound: bool) -> Signature:
    """The schemas of a predictor's method or a training function; what can't be read is in the notes.

    `bound` is whether its first parameter is the instance. Raises AppError for code that is nested too deeply.
    """
    try:
        return _read(method, bound=bound)
    except RecursionError:
        raise AppError("nested too deeply to be read", method.scope.file, method.node.lineno) from None


def _read(method: Method, *, bound: bool) -> Signature:
    node, scope = method
    pairs = parameters(node, scope, method=bound)
    inputs = [_Input(argument, spec, scope, order) for order, (argument, spec) in enumerate(pairs)]
    schemas = {each.name: each.schema() for each in inputs}
    notes = [note for each in inputs for note in each.notes]
    try:
        if node.returns is None:
            raise Unknown("is missing")
        result = cog_types.of_result(node.returns, scope)
    except Unknown as unknown:
        result = {"title": "Output"}
        message = f"the type of the result: {unknown}; the schema leaves it open"
        notes.append(Note("DF542", message, scope.file, node.lineno))
    return Signature(
        schemas,
        tuple(each.name for each in inputs if each.required),
        {each.name: each.choices for each in inputs if each.choices is not None},
        result,
        _is_streaming(node, scope) and cog_types.is_stream(result),
        tuple(notes),
    )


def _is_streaming(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> bool:
    return any(
        full_name(each.func if isinstance(each, ast.Call) else each, scope) == "cog.streaming"
        for each in node.decorator_list
    )


class _Input:
    """One input; `required` and `choices` are known after `schema`."""

    def __init__(self, argument: ast.arg, spec: Spec, scope: Scope, order: int) -> None:
        self.name = argument.arg
        self.annotation = argument.annotation
        self.line = argument.lineno
        self.spec = spec
        self.scope = scope
        self.order = order
        self.required = False
        self.choices: Schema | None = None
        self.notes: list[Note] = []

    def note(self, code: str, message: str) -> None:
        self.notes.append(Note(code, message, self.scope.file, self.line))

    def schema(self) -> Schema:
        """The schema of the input, as a property of the model of all inputs."""
        type_ = self.type()
        result: Schema = {"x-order": self.order, **self.chosen(type_)}
        nullable = self.default(result, type_)
        if nullable:
            result["nullable"] = True
        for name, key in _LIMITS.items():
            value = self.literal(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                result[key] = int(value) if "length" in name else value
        for name, key, kind in (
            ("description", "description", str),
            ("regex", "pattern", str),
            ("accept", "x-cog-accept", str),
            ("deprecated", "deprecated", bool),
        ):
            value = self.literal(name)
            if isinstance(value, kind) and value is not False:
                result[key] = value
        return result

    def type(self) -> Nullable:
        try:
            if self.annotation is None:
                raise Unknown("is missing")
            return cog_types.of_input(self.annotation, self.scope)
        except Unknown as unknown:
            self.note("DF542", f"the type of input `{self.name}`: {unknown}; the schema takes any value")
            return Nullable({})

    def literal(self, name: str) -> Any:
        """The value of a keyword as Cog's build reads it; None where that leaves it out."""
        node = self.spec.keywords.get(name)
        if node is None:
            return None
        try:
            return named_value(node, self.spec.scope) if name == "description" else literal_value(node)
        except Unknown:
            return None

    def chosen(self, type_: Nullable) -> Schema:
        """The type with its title, or a reference to the choices."""
        node = self.spec.keywords.get("choices")
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return {"title": cog_types.title(self.name), **type_.schema}
        try:
            values = listed(node, self.spec.scope)
        except Unknown:
            try:
                values = list(in_order(evaluate(node, self.spec.scope)))
                if not all(is_json(value) for value in values):
                    raise Unknown("has values that JSON lacks")
            except (Unknown, TypeError):
                message = f"the choices of input `{self.name}` can't be read; the schema takes any value of its type"
                self.note("DF542", message)
                return {"title": cog_types.title(self.name), **type_.schema}
        if not values:
            return {"title": cog_types.title(self.name), **type_.schema}
        scalar = type_.schema.get("items", type_.schema)
        self.choices = {
            "title": self.name,
            "description": "An enumeration.",
            "enum": values,
            **({"type": scalar["type"]} if "type" in scalar else {}),
        }
        return {"allOf": [{"$ref": f"#/components/schemas/{self.name}"}]}

    def default(self, result: Schema, type_: Nullable) -> bool:
        """Add the default, and return whether the input takes None; an input without a default may be required.

        A default that isn't a literal counts as None, and None counts as no default where the type doesn't take it.
        """
        nullable = type_.is_nullable
        node = self.spec.keywords.get("default")
        given, value = self.given(node)
        if given and value is None and type_.schema.get("x-cog-secret"):
            nullable = True
        if given and (value is not None or nullable):
            result["default"] = value
        elif ("anyOf" in type_.schema or not nullable) and not self.has_own_default(node):
            self.required = True
            if node is not None and not (isinstance(node, ast.Constant) and node.value is ...):
                self.note("DF543", f"{self.refused(node)}: a request without `{self.name}` is answered 422")
        return nullable

    def given(self, node: ast.expr | None) -> tuple[bool, Any]:
        """Whether Cog's build reads a default, and its value."""
        if node is None:
            return False, None
        try:
            return True, named_value(node, self.spec.scope)
        except Unknown:
            return self.spec.is_input, None

    def has_own_default(self, node: ast.expr | None) -> bool:
        """Whether only the program knows the default, in a form that Cog's build refuses."""
        plain = node is not None and not self.spec.is_input and not self.given(node)[0]
        return plain or "default_factory" in self.spec.keywords

    def refused(self, node: ast.expr) -> str:
        text = shortened(code_of(node), SHORT)
        if self.given(node)[1] is None and isinstance(node, ast.Constant):
            return f"Cog ignores the default `{text}` of input `{self.name}`, whose type does not take None"
        return f"Cog ignores the default `{text}` of input `{self.name}`, which is not a literal"
