"""`drop_pget` beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.analysis.options import Options
from dockerfix.passes.drop_pget import installs
from dockerfix.syntax.dockerfile.parser import parse
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
        (Severity.NOTE, "removes the install of pget, as `--drop pget` asks"),
        "FROM a\nRUN pget x y\n",
        Options(drop=frozenset({"pget"})),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_pget", EDGES[name])


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("CMD pget a b\n", 1),
        ('RUN ["pget", "a", "b"]\n', 1),
        ("RUN echo a\n", None),
        ("RUN if pget\n", 1),
        ("RUN echo spaget\n", None),
        ("RUN select x in a; do pget $x; done\n", 1),
        ("RUN for (( ; ; )) { pget a b; }\n", 1),
    ],
)
def test_later_calls_of_pget(rest: str, expected: int | None) -> None:
    found = installs.later_call(parse(f"FROM a\n{rest}"), ())
    assert (None if found is None else found.index) == expected
