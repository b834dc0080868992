"""`drop_cog_package` beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    Edge,
    check_edge,
)

REFUSED = (Severity.ERROR, "this step installs Cog and other things and can't be split safely; remove Cog by hand")
INSIDE = (
    Severity.WARNING,
    "this step installs Cog inside the text of another shell, with other things; remove Cog by hand",
)
REMOVED = (Severity.NOTE, "removes the install of Cog")
TAKEN_OUT = (Severity.NOTE, "removes Cog from the packages installed here")


def refused(command: str) -> Edge:
    return Edge(f"FROM a\nRUN {command}\n", REFUSED)


def inside(command: str) -> Edge:
    return Edge(f"FROM a\nRUN {command}\n", INSIDE)


EDGES = {
    "Cog before more, by exec": Edge(
        "FROM a\nRUN exec pip install cog && setup\n", REMOVED, "FROM a\nRUN exec true && setup\n"
    ),
    "a log": Edge("FROM a\nRUN pip install cog > log\n", REMOVED, "FROM a\nRUN true > log\n"),
    "a file beside Cog": Edge("FROM a\nRUN pip install cog && : > f\n", REMOVED, "FROM a\nRUN : > f\n"),
    "a program that writes where Cog was": Edge("FROM a\nRUN setup > /usr/bin/cog-log\n", None),
    "an echo beside Cog's folder": Edge(
        "FROM a\nRUN mkdir -p /usr/local/lib/cog && echo a > /f\n", REMOVED, "FROM a\nRUN echo a > /f\n"
    ),
    "a negated install": refused("! pip install cog"),
    "a coprocess": refused("coproc pip install cog"),
    "a builtin that isn't one": refused("builtin pip install cog && setup"),
    "a trap": refused("trap 'pip install cog' EXIT"),
    "an eval": refused("eval pip install cog"),
    "a version that a command prints": refused("pip install cog==$(setup)"),
    "a version that a command prints, beside another package": refused("pip install a cog==$(setup)"),
    "the last argument, which is read": refused("pip install a cog && echo $_"),
    "a negated install in another shell": refused("bash -c '! pip install cog' && setup"),
    "a log in another shell": refused("bash -c 'pip install cog > log' && cat log"),
    "an install that a variable may end": refused('bash -c "pip install cog==$version"'),
    "a log in the exec form": Edge('FROM a\nRUN ["sh", "-c", "pip install cog > log"]\n', INSIDE),
    "a variable that ends the shell if it is not set": refused("set -u; pip install cog==$version || true; setup"),
    "a variable that ends the shell, beside another package": refused("set -u; pip install a cog==$version || true"),
    "a shell that a variable ends": Edge(
        'FROM a\nSHELL ["bash", "-euc"]\nRUN pip install cog==$version; setup\n',
        (Severity.ERROR, "this step installs Cog and other things and can't be split safely; remove Cog by hand"),
    ),
    "a variable that ENV sets": Edge(
        "FROM a\nENV version=1\nRUN set -u; pip install cog==$version; setup\n",
        REMOVED,
        "FROM a\nENV version=1\nRUN set -u; setup\n",
    ),
    "a variable that only the builder may set": Edge(
        "FROM a\nARG version\nRUN set -u; pip install cog==$version; setup\n",
        (Severity.ERROR, "this step installs Cog and other things and can't be split safely; remove Cog by hand"),
    ),
    "another user": inside("su user -c 'pip install cog; setup'"),
    "another user's shell, with Cog alone": Edge("FROM a\nRUN su user -c 'pip install cog'\n", REMOVED, "FROM a\n"),
    "an eval with more": inside("eval 'pip install cog; setup'"),
    "another shell with variables": inside('bash -c "setup $x; pip install cog"'),
    "a shell in a shell": inside("""bash -c 'setup; sh -c "pip install cog"'"""),
    "a heredoc behind another command": inside("set -e; bash <<E\npip install cog\nE"),
    "a step that can't be read": inside("time { pip install cog; }"),
    "a harmless question": Edge("FROM a\nRUN pip install cog==$(cat v) && b\n", REMOVED, "FROM a\nRUN b\n"),
    "a version that a file has": Edge(
        "FROM a\nRUN pip install a cog==$(cat v)\n", TAKEN_OUT, "FROM a\nRUN pip install a\n"
    ),
    "a file that is glued to Cog": Edge(
        "FROM a\nRUN pip install a cog>log\n", TAKEN_OUT, "FROM a\nRUN pip install a>log\n"
    ),
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
