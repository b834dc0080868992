"""The result of a predictor: whether it comes in pieces, and its type."""

from __future__ import annotations

import ast

from dockerfix.app.read.annotations import ITERATORS, Reader, full_name
from dockerfix.app.read.model import ANY, Note, Type
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.scope import Found, Scope
from dockerfix.project.imports import code_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
CONCATENATE = frozenset({"cog.AsyncConcatenateIterator", "cog.ConcatenateIterator"})
MAX_HOPS = 8


def yields(function: Function) -> bool:
    """Whether calling the function makes a generator: it has a yield of its own."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
    return False


class Result:
    """The type of a result, or of its pieces if it is streamed."""

    def __init__(self, function: Function, scope: Scope) -> None:
        self.notes: list[Note] = []
        self.concatenate = False
        generator = yields(function)
        self.streaming = generator
        self.async_pieces = generator and isinstance(function, ast.AsyncFunctionDef)
        self.awaited = not generator and isinstance(function, ast.AsyncFunctionDef)
        self._scope = scope
        self._line = function.lineno
        self.type = self._read(function.returns)

    def _note(self, message: str) -> Type:
        self.notes.append(Note("DF505", message, self._scope.file, self._line))
        return ANY

    def _read(self, node: ast.expr | None) -> Type:
        if node is None:
            return self._note("the result has no type; the App returns it unchecked")
        node, scope = _unquoted(node, self._scope)
        iterator = _iterator(node, scope)
        if iterator is not None:
            return self._pieces(iterator, node, scope)
        type_ = self._type(node, scope, "result")
        if self.streaming and type_.kind == "list":
            message = f"the result is streamed, but its type is `{code_of(node)}`; the App returns it unchecked"
            return self._note(message)
        return type_

    def _pieces(self, iterator: str, node: ast.expr, scope: Scope) -> Type:
        """The type of one piece; an iterator that is returned, not yielded, is streamed as well."""
        self.streaming = True
        self.async_pieces = self.async_pieces or iterator.removeprefix("cog.").startswith("Async")
        self.concatenate = iterator in CONCATENATE
        if self.concatenate:
            return Type("str")
        if not isinstance(node, ast.Subscript):
            return self._note("the pieces of the result have no type; the App returns them unchecked")
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        return self._type(inner, scope, "pieces")

    def _type(self, node: ast.expr, scope: Scope, what: str) -> Type:
        """The type of the result or its pieces; what isn't known is any type, and noted."""
        them = "it" if what == "result" else "them"
        reader = Reader(models=True)
        try:
            type_ = reader.read(node, scope)
        except Unknown as unknown:
            return self._note(f"the type of the {what}: {unknown}; the App returns {them} unchecked")
        for reason in reader.unknown_parts:
            self._note(f"the items of the {what}: {reason}; the App returns them unchecked")
        return type_


def _unquoted(node: ast.expr, scope: Scope) -> tuple[ast.expr, Scope]:
    """The annotation without quotes and aliases around an iterator."""
    for _ in range(MAX_HOPS):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError, RecursionError):
                return node, scope
        found = scope.resolve(node) if isinstance(node, ast.Name | ast.Attribute) else None
        if not isinstance(found, Found) or not isinstance(found.binding, ast.expr):
            break
        node, scope = found.binding, found.scope
    return node, scope


def _iterator(node: ast.expr, scope: Scope) -> str | None:
    """The full name of the iterator type that an annotation is, or None."""
    name = full_name(node.value if isinstance(node, ast.Subscript) else node, scope)
    short = name.removeprefix("cog.") if name else ""
    return name if short in ITERATORS else None
