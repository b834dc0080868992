"""A comment stays a comment where passes remove what stands above it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dockerfix
import oracles
from dockerfix.syntax.dockerfile.parser import parse
from effort import examples

GOES = "FROM python:3.11 as deps\n"
"""A stage that Cog leaves without anything to do; passes remove it."""
STAYS = """\
FROM python:3.11-slim
COPY --from=deps --link /dep /usr/local/lib/python3.11/site-packages
RUN echo a \\
  b
CMD ["python", "-m", "cog.server.http"]
"""
LINES = ("# escape=`\n", "#syntax=docker/dockerfile:1\n", "# Check = error=true\n", "# escape=x\n", "# a word\n", "\n")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("above", ["", "\ufeff", "# syntax=docker/dockerfile:1\n", "# syntax=a\n# check=skip=all\n"])
@pytest.mark.parametrize("comment", LINES[:4])
def test_a_comment_comes_to_the_head(above: str, comment: str, end: str) -> None:
    text = (above + GOES + comment + STAYS).replace("\n", end)
    result = dockerfix.rewrite(text)
    assert result.ok
    assert result.text.startswith((above + "\n" + comment + "FROM python:3.11-slim\n").replace("\n", end))
    oracles.check_result(result)
    oracles.check_second_run(result, dockerfix.rewrite(result.text))


@examples
@given(*[st.lists(st.sampled_from(LINES), max_size=4)] * 3)
def test_directives_are_those_of_the_source(head: list[str], above: list[str], below: list[str]) -> None:
    text = "".join([*head, GOES, *above, "RUN apt-get update\n", *below, STAYS])
    result = dockerfix.rewrite(text)
    oracles.check_result(result)
    if result.ok:
        before, after = parse(text), parse(result.text)
        assert [(each.name, each.value) for each in after.directives] == [
            (each.name, each.value) for each in before.directives
        ]
        assert after.escape == before.escape
        oracles.check_second_run(result, dockerfix.rewrite(result.text))


def test_what_stands_below_a_frame_is_the_head() -> None:
    text = "=== Runner Dockerfile contents:\n# escape=`\nFROM python:3.11-slim\nRUN a `\n  b\n===\n"
    result = dockerfix.rewrite(text + "\n=== DockerIgnore contents:\nx\n===\n")
    assert parse(result.rewritten).escape == "`"
