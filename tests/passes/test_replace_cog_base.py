"""DF110 beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.analysis.options import Options
from dockerfix.text.findings import Severity
from pass_cases import (
    COG_YAML,
    Edge,
    alone,
    check_edge,
)

COG_BASE = "FROM r8.im/cog-base:cuda12.1-python3.11-torch2.3.1\n"


EDGES = {
    "an image of Cog's that is to be kept": Edge(COG_BASE, None, options=Options(keep=frozenset({"cog-base"}))),
    "an image of Cog's with a CUDA that nobody has": Edge(
        COG_BASE.replace("12.1", "99.1"),
        (
            Severity.ERROR,
            "no public image is known for CUDA 99.1; choose one by hand, or use `--keep cog-base`",
        ),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("replace_cog_base", EDGES[name])


def test_extras_of_cog_base_may_be_left_out() -> None:
    full = alone("replace_cog_base", COG_BASE, COG_YAML).document.text
    bare = alone("replace_cog_base", COG_BASE, COG_YAML, Options(drop=frozenset({"cog-base-extras"}))).document.text
    assert "apt-get install" in full
    assert "apt-get" not in bare
    assert bare.endswith("WORKDIR /src\n")


@pytest.mark.parametrize(
    ("rest", "errors"),
    [("", 1), ("COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n", 0)],
    ids=["nothing staged", "staged"],
)
def test_torch_of_cog_base_needs_packages_to_be_known(rest: str, errors: int) -> None:
    found = alone("replace_cog_base", COG_BASE + rest).findings
    assert sum(each.severity is Severity.ERROR for each in found) == errors
