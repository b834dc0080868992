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

GET = f"curl -o /usr/local/bin/pget -L {PGET}"
STAYS = (Severity.WARNING, "this step installs pget and other things and can't be split safely; it stays as it is")


def kept(command: str, *found: str) -> Edge:
    return Edge(f"FROM a\nRUN {command}\n", (Severity.WARNING, *found) if found else STAYS)


EDGES = {
    "a file that the download's output goes to": Edge(
        f"FROM a\nRUN {GET} > /log; cat /log\n",
        (Severity.WARNING, "removes the install of pget; check that your code does not call it, or use `--keep pget`"),
        "FROM a\nRUN true > /log; cat /log\n",
    ),
    "a step that asks for pget": kept(
        f"{GET} && test -x /usr/local/bin/pget", "keeps pget: the step in line 2 calls it"
    ),
    "a download of more": kept(f"{GET} -o /own https://example.org/own"),
    "a step that can't be read": kept(f"time {{ {GET}; }}", "keeps pget: the step in line 2 calls it"),
    "the last argument, which is read": kept(f"{GET}; chmod +x own /usr/local/bin/pget; echo $_"),
    "a file that pget was, which is read": kept(f"curl -o /opt/get -L {PGET} && tar c /opt/get"),
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
