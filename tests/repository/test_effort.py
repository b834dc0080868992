"""The table of examples: it has every property, and no others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from effort import EXAMPLES
from places import ROOT

MAKE_THEIR_OWN = ("test_a_mutated_output", "test_the_other_commands_do_the_same")
"""Tests in the table that generate their examples without hypothesis."""


def properties() -> Iterator[tuple[str, set[str]]]:
    """Every test that takes examples, with the names of its decorators."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = {ast.unparse(each).partition("(")[0] for each in getattr(node, "decorator_list", ())}
            if isinstance(node, ast.FunctionDef) and "given" in names:
                yield node.name, names


def test_every_property_has_its_examples_from_the_table() -> None:
    found = list(properties())
    assert sorted([*(name for name, _ in found), *MAKE_THEIR_OWN]) == sorted(EXAMPLES)
    assert [name for name, decorators in found if decorators != {"given", "examples"}] == []
