"""What ``make tables`` writes is what it would write now."""

from __future__ import annotations

from pathlib import Path

import pytest

import make_tables

MODULES = make_tables.modules()


@pytest.mark.parametrize("path", sorted(MODULES), ids=lambda path: path.stem)
def test_written_tables_are_those_of_their_grammar(path: Path) -> None:
    assert path.read_text("utf-8") == MODULES[path], "run `make tables`"


def test_no_table_has_lost_its_grammar() -> None:
    assert {path for path in make_tables.TABLES.glob("*.py") if path.name != "__init__.py"} == set(MODULES)
