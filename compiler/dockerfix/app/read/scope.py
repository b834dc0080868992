"""Looking names up in the project, from file to file."""

from __future__ import annotations

import ast
import typing
from typing import NamedTuple

from dockerfix.app.read.code import Binding, Imported, Library, Module, Names

MAX_HOPS = 20
_STARS = {
    "typing": frozenset(typing.__all__),
    "typing_extensions": frozenset(typing.__all__),
    "cog": frozenset(
        {"AsyncConcatenateIterator", "BaseModel", "BasePredictor", "BaseRunner", "ConcatenateIterator", "File", "Input"}
        | {"Opaque", "Path", "Predictor", "Secret", "concurrent", "input", "streaming"}
    ),
}
"""The names that ``from X import *`` binds, for modules outside the project."""


class Found(NamedTuple):
    """The binding of a name, and the scope of its source."""

    binding: Binding
    scope: Scope


class Scope:
    """Looks names up in a class body, if any, then in the module."""

    def __init__(self, library: Library, module: Module, classes: tuple[Names, ...] = ()) -> None:
        self.library = library
        self.module = module
        self.classes = classes

    @property
    def file(self) -> str:
        """The file of the module."""
        return self.module.file

    def find(self, name: str) -> Found | None:
        """The binding of `name`, through imports between the project's files; None if it isn't known."""
        for names in (*self.classes, self.module.names):
            binding = names.get(name)
            if binding is not None:
                return self._follow(binding, MAX_HOPS)
            if name in names.unstable:
                return None
        return self._starred(name)

    def _starred(self, name: str) -> Found | None:
        for star in reversed(self.module.names.stars):
            module = self.library.imported(star, self.module.file)
            if module is not None and name in module.names.values:
                return Scope(self.library, module).find(name)
            if module is None and name in _STARS.get(star.module.partition(".")[0], ()):
                return Found(Imported(star.module, name, 0), self)
        return None

    def why_unknown(self, name: str) -> str:
        """Why `find` returns None, as the end of a sentence that begins with the name."""
        known = any(name in names.unstable for names in (*self.classes, self.module.names))
        return "is assigned more than once, or changed later" if known else "nothing in the project assigns"

    def _follow(self, binding: Binding, hops: int) -> Found | None:
        if not isinstance(binding, Imported) or binding.name is None:
            return Found(binding, self)
        module = self.library.imported(binding, self.module.file)
        if module is None or hops == 0:
            return Found(binding, self)
        inner = module.names.get(binding.name)
        if inner is not None:
            return Scope(self.library, module)._follow(inner, hops - 1)
        return None if binding.name in module.names.unstable else Found(binding, self)

    def module_of(self, imported: Imported) -> Module | None:
        """The project's module that a name is bound to, if any."""
        if imported.name is None:
            return self.library.imported(imported, self.module.file)
        return self.library.submodule(imported, self.module.file)

    def resolve(self, node: ast.expr) -> Found | str | None:
        """The meaning of a name or dotted name: a binding in the project, or the full name of something outside it.

        Unbound names are assumed to be builtins: ``builtins.str``. None means unknown.
        """
        if isinstance(node, ast.Name):
            found = self.find(node.id)
            if found is not None:
                return _outside(found.binding) or found
            unstable = any(node.id in names.unstable for names in (*self.classes, self.module.names))
            return None if unstable else f"builtins.{node.id}"
        return self._attribute(node) if isinstance(node, ast.Attribute) else None

    def _attribute(self, node: ast.Attribute) -> Found | str | None:
        owner = self.resolve(node.value)
        if isinstance(owner, str):
            module = self._module_named(node.value)
            if module is not None:
                return Scope(self.library, module).resolve(ast.Name(node.attr, ast.Load()))
            return None if owner.startswith("builtins.") else f"{owner}.{node.attr}"
        if owner is not None and isinstance(owner.binding, ast.ClassDef):
            return Scope(self.library, owner.scope.module, (Names(owner.binding.body),)).find(node.attr)
        return None

    def _module_named(self, node: ast.expr) -> Module | None:
        """The project's module that a dotted name refers to."""
        if isinstance(node, ast.Name):
            found = self.find(node.id)
            return found.scope.module_of(found.binding) if found and isinstance(found.binding, Imported) else None
        if isinstance(node, ast.Attribute):
            dotted = self.resolve(node)
            return self.library.imported(Imported(dotted, None, 0), self.file) if isinstance(dotted, str) else None
        return None


def _outside(binding: Binding) -> str | None:
    if not isinstance(binding, Imported):
        return None
    name = binding.module if binding.name is None else f"{binding.module}.{binding.name}"
    return f"{'.' * binding.level}{name}"
