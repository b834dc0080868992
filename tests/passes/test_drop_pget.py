"""`drop_pget` beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.analysis.options import Options
from dockerfix.text.findings import Severity
from pass_cases import (
    PGET,
    Edge,
    check_edge,
)

EDGES = {
    "pget that is to be kept": Edge(
        f"FROM a\nRUN curl -o /usr/local/bin/pget -L {PGET} && chmod +x /usr/local/bin/pget\n",
        None,
        options=Options(keep=frozenset({"pget"})),
    ),
    "pget that is called and is to go": Edge(
        f"FROM a\nRUN curl -o /usr/local/bin/pget -L {PGET} && chmod +x /usr/local/bin/pget\nRUN pget x y\n",
        (Severity.NOTE, "the install of pget is removed, as `--drop pget` says"),
        "FROM a\nRUN pget x y\n",
        Options(drop=frozenset({"pget"})),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_pget", EDGES[name])
