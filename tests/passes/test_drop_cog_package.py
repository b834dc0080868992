"""`drop_cog_package` beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    Edge,
    check_edge,
)

EDGES = {
    "an install of Cog in the exec form": Edge(
        'FROM a\nRUN ["pip", "install", "cog==0.9"]\n', (Severity.NOTE, "removes the install of Cog"), "FROM a\n"
    ),
    "an install of Cog in the exec form of a shell, with more": Edge(
        'FROM a\nRUN ["bash", "-ec", "pip install cog; ls"]\n',
        (
            Severity.WARNING,
            "this step installs Cog inside the text of another shell, with other things; remove Cog by hand",
        ),
    ),
    "an install of Cog in the heredoc of a shell": Edge(
        "FROM a\nRUN bash <<EOF\npip install cog\nEOF\n",
        (
            Severity.WARNING,
            "this step installs Cog inside the text of another shell, with other things; remove Cog by hand",
        ),
    ),
    "an install of Cog that decides something": Edge(
        "FROM a\nRUN if pip install cog; then echo a; fi\n",
        (Severity.ERROR, "this step installs Cog and other things and can't be split safely; remove Cog by hand"),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_cog_package", EDGES[name])
