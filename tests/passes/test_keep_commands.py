"""DF100 beyond its golden cases."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    COG_YAML,
    SERVER,
    Edge,
    alone,
    check_edge,
)

EDGES = {
    "a command of cog.yaml that is not there": Edge(
        f"FROM a\nRUN make all\n{SERVER}",
        (
            Severity.ERROR,
            "`make it` from cog.yaml is not in this Dockerfile; run `cog debug` again, with a release that knows `run`",
        ),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("keep_commands", EDGES[name])


@pytest.mark.parametrize(("shown", "command"), [("x" * 60, "x" * 60), ("x" * 57 + "...", "x" * 61)])
def test_a_long_command_is_shown_in_part(shown: str, command: str) -> None:
    outcome = alone("keep_commands", f"FROM a\n{SERVER}", COG_YAML.replace("make it", command))
    assert outcome.findings[0].message.startswith(f"`{shown}` from cog.yaml is not in this Dockerfile")


@pytest.mark.parametrize("command", ['""', '"a\\nb \\\\"', '"cat <<\'E"'], ids=["empty", "two lines", "no heredoc"])
def test_commands_that_run_on_into_nothing(command: str) -> None:
    text = f"FROM a\nRUN a\nb \\\nRUN cat <<'E\n{SERVER}"
    outcome = alone("keep_commands", text, COG_YAML.replace("make it", command))
    assert (outcome.findings, outcome.document.text) == ((), text)
