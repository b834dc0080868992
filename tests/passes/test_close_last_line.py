"""`close_last_line`: every end of a file that mixes blanks, escape characters, comments and line ends."""

from __future__ import annotations

from itertools import product

import pytest
from e2e.judge import Judge

import dockerfix
import oracles
from dockerfix.analysis.options import Options

HEAD = 'FROM python:3.11-slim\nCMD ["python", "-m", "cog.server.http"]\n'
LIVE = (
    " \\",
    " \\\n",
    "\\ \\",
    "\\ \\\n",
    "\\\\ \\",
    " \\\n\\",
    " \\\n\\\n# c\n",
    "\n\\",
    " \\\n# c",
    "\\\\\\",
    "\\  \\\n",
)


@pytest.mark.parametrize("escape", ["\\", "`"])
@pytest.mark.parametrize(
    "start",
    [
        f"{HEAD}ENV A=b",
        f"{HEAD}RUN ls",
        f'{HEAD}LABEL a="b"',
        "FROM r8.im/cog-base:python3.11",
        "FROM r8.im/monobase:1",
    ],
)
def test_any_end(start: str, escape: str) -> None:
    head = start if escape == "\\" else f"# escape={escape}\n{start}"
    for length in range(4):
        for tail in product(f"{escape} x\n#", repeat=length):
            result = dockerfix.rewrite(head + "".join(tail))
            oracles.check_result(result)
            if result.ok:
                oracles.check_second_run(result, dockerfix.rewrite(result.text))


@pytest.mark.parametrize("last", ["ENV A=b", "RUN ls"])
@pytest.mark.parametrize("tail", LIVE)
def test_buildkit_agrees(buildkit: Judge, last: str, tail: str) -> None:
    text = HEAD + last + tail
    result = dockerfix.rewrite(text)
    faults = [finding.message for finding in result.findings if finding.code in ("DF003", "DF010")]
    if buildkit.verdict(text).ok:
        assert not faults
    else:
        assert not result.ok
    if result.ok:
        assert buildkit.verdict(result.text).ok


@pytest.mark.parametrize("tail", ["\\ \\", " \\ \\\n", "\\\n\\ \\"])
def test_an_end_that_cannot_be_closed(tail: str) -> None:
    result = dockerfix.rewrite(HEAD + "RUN ls" + tail)
    (finding,) = [each for each in result.findings if each.code == "DF114"]
    assert finding.message.startswith("the file ends in `\\` behind another one")
    assert not result.ok
    assert not result.internal


def test_every_backslash_goes() -> None:
    result = dockerfix.rewrite(HEAD + "ENV A=b \\\n  \\\n# c\n")
    assert result.ok
    assert "ENV A=b\n" in result.text
    assert "# c\n" in result.text


@pytest.mark.parametrize(
    ("last", "options"),
    [
        ("RUN ls \\\n# the end\n", Options(select={"DF3"})),
        ("RUN ls \\\n# the end\n", Options(ignore={"DF114"})),
        ("RUN ls \\\n", Options(ignore={"DF1"})),
        ("# dockerfix: ignore=DF114 no\nRUN ls \\\n# the end\n", Options()),
    ],
)
def test_it_always_runs(last: str, options: Options) -> None:
    """What other passes add at the end does not become part of the last instruction."""
    result = dockerfix.rewrite(HEAD + last, options=options)
    assert result.ok
    runs = [each.text for each in dockerfix.parse(result.text).instructions if each.keyword == "RUN"]
    assert "RUN ls" in [text.strip() for text in runs]
    assert result.text.count("# dockerfix[DF301]") == 1
