"""`drop_ca_certificate` beyond its golden cases."""

from __future__ import annotations

import pytest

from pass_cases import (
    Edge,
    check_edge,
)

EDGES = {
    "a certificate that is only named": Edge("FROM a\nRUN update-ca-certificates # cog_ca_cert.crt\n", None),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_ca_certificate", EDGES[name])
