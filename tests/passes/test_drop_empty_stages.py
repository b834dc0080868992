"""`drop_empty_stages` beyond its golden cases."""

from __future__ import annotations

import pytest

from pass_cases import (
    Edge,
    check_edge,
)

EDGES = {
    "a stage from which something else is taken": Edge(
        "FROM a AS deps\nFROM b\nCOPY --from=deps /dep /dep\nCOPY --from=deps /other /x\n", None
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_empty_stages", EDGES[name])
