"""`drop_ca_certificate` beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    Edge,
    check_edge,
)

COPIED = "COPY .cog/tmp/b/cog-ca-cert.crt /tmp/cog-ca-cert.crt\n"
REMOVED = (Severity.NOTE, "removes the COPY of the builder's CA certificate")
EDGES = {
    "a file of the user's beside the certificate": Edge(
        f"FROM a\n{COPIED}RUN cp own.crt /usr/local/share/ca-certificates/cog-ca-cert.crt && update-ca-certificates\n",
        REMOVED,
        "FROM a\nRUN cp own.crt /usr/local/share/ca-certificates/cog-ca-cert.crt && update-ca-certificates\n",
    ),
    "a certificate that is only named": Edge("FROM a\nRUN update-ca-certificates # cog_ca_cert.crt\n", None),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_ca_certificate", EDGES[name])
