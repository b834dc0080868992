"""The rules for facts: literals below their source, one module a subject, none without a reader."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from types import ModuleType

import pytest

from places import ROOT

PACKAGE = ROOT / "compiler" / "dockerfix"
FOLDER = PACKAGE / "knowledge"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "versions"))
MODULES = [importlib.import_module(f"dockerfix.knowledge.{name}") for name in NAMES]


def name_of(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def defined(module: ModuleType) -> list[str]:
    """The names of the constants, functions and classes that a module defines, in their order."""
    names: list[str] = []
    for node in ast.parse((FOLDER / f"{name_of(module)}.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
    return names


def constants(module: ModuleType) -> list[str]:
    return [name for name in defined(module) if re.fullmatch(r"[A-Z][A-Z\d_]*", name)]


def parts(value: object) -> Iterator[object]:
    """The innermost values of a literal."""
    if isinstance(value, dict):
        yield from (inner for item in value.items() for inner in parts(item))
    elif isinstance(value, (tuple, frozenset)):
        yield from (inner for item in value for inner in parts(item))
    else:
        yield value


def test_facts_are_python() -> None:
    """Nothing is read or generated: a fact is the line that states it."""
    assert {path.suffix for path in FOLDER.iterdir() if path.name != "__pycache__"} == {".py"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_facts_have_a_date(module: ModuleType) -> None:
    """One for the module, and one for each source that is compared at another time."""
    for name in constants(module):
        if name.endswith("AS_OF"):
            assert date.fromisoformat(getattr(module, name)).isoformat() == getattr(module, name)
        elif name.endswith("_SOURCE"):
            assert hasattr(module, "AS_OF") or hasattr(module, name.removesuffix("SOURCE") + "AS_OF")


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_each_fact_is_below_its_source(module: ModuleType) -> None:
    names = constants(module)
    first = next(name for name in names if name != "AS_OF")
    assert first.endswith("_SOURCE"), f"{first} has no source"
    following = dict(pairwise(defined(module)))
    for name in names:
        if name.endswith("_SOURCE"):
            assert len(getattr(module, name)) > 10, f"{name} names no source"
            assert not following.get(name, "_SOURCE").endswith("_SOURCE"), f"{name} is the source of nothing"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_facts_are_literals_that_nobody_can_mistake(module: ModuleType) -> None:
    """A version is text (1.10 is not 1.1); a list is a tuple, so that no reader can change it."""
    for name in constants(module):
        for value in parts(getattr(module, name)):
            assert isinstance(value, (str, int, type(None))), f"{name} contains {value!r}"


def identifiers(module: ast.Module) -> Iterator[str]:
    """The names that a module reads, imports, or takes from another module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def test_each_fact_has_a_reader() -> None:
    used = {name for path in PACKAGE.rglob("*.py") for name in identifiers(ast.parse(path.read_text("utf-8")))}
    for module in (*MODULES, importlib.import_module("dockerfix.knowledge.versions")):
        unused = {name for name in defined(module) if not name.endswith(("AS_OF", "_SOURCE"))} - used
        assert not unused, name_of(module)
