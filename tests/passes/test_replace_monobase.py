"""`replace_monobase` beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    Edge,
    check_edge,
)

EDGES = {
    "a monobase with a CUDA that nobody has": Edge(
        "FROM r8.im/monobase:latest\nENV R8_CUDA_VERSION=99.1\n",
        (Severity.ERROR, "no public image is known for CUDA 99.1; choose one by hand"),
    ),
    "a monobase with a Python that is none": Edge(
        "FROM r8.im/monobase:latest\nENV R8_PYTHON_VERSION=3.12[\n",
        (Severity.ERROR, "no public image is known for Python 3.12[; choose one by hand"),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("replace_monobase", EDGES[name])
