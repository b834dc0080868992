"""Steps with and without the commands that are removed: the others do the same, in dash and in bash."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix import rewrite
from dockerfix.analysis.blocks import in_block
from dockerfix.analysis.commands import shell
from dockerfix.driver.rewrite import Result
from dockerfix.syntax.dockerfile.parser import parse
from effort import count
from shell_chains import Chain, Stage, chains, differences

PARTS = 10
SEED = 14
REMOVING = frozenset({"DF102", "DF103", "DF107"})
FILE = """\
FROM python:3.11-slim
ENV CHAIN=begins
RUN {}
ENV CHAIN=ends
CMD ["python", "-m", "cog.server.http"]
"""


def source(chain: Chain) -> str:
    """A Dockerfile with a chain as its step; lines of their own need a heredoc."""
    plain = chain.text.replace("\\\n", "")
    return FILE.format(f"<<STEP\n{chain.text}\nSTEP" if "\n" in plain else chain.text)


def rewritten(result: Result) -> str:
    """The text that stands for the chain in a result, "" if it is gone."""
    document = parse(result.rewritten)
    instructions = document.instructions
    edges = [each.index for each in instructions if each.text.startswith("ENV CHAIN=")]
    between = instructions[edges[0] + 1 : edges[1]]
    steps = [found for each in between if not in_block(document, each) and (found := shell(each)) is not None]
    assert len(steps) <= 1
    return steps[0].script.text if steps else ""


@pytest.mark.parametrize("part", range(PARTS))
def test_the_other_commands_do_the_same(part: int, tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    waiting: list[tuple[Chain, str]] = []
    wrong: list[str] = []
    changed = 0
    for chain in chains(count("test_the_other_commands_do_the_same") // PARTS, SEED + part):
        text = source(chain)
        result = rewrite(text)
        after = rewritten(result)
        before = rewritten(Result(result.source, text, ()))
        if chain.is_reported and not any(finding.code in REMOVING for finding in result.findings):
            wrong.append(f"nothing is said about {chain.text!r}")
        if after != before:
            changed += 1
            waiting.append((chain._replace(text=before), after))
        if len(waiting) == 250:
            wrong += differences(stage, waiting)
            waiting.clear()
    wrong += differences(stage, waiting)
    assert not wrong, f"{len(wrong)} of {changed} differ:\n" + "\n".join(wrong[:20])
    assert changed > count("test_the_other_commands_do_the_same") // PARTS // 4


def test_a_difference_is_found(tmp_path: Path) -> None:
    chain = Chain("exec pip install cog && setup a", (0, 0, 0, 0))
    assert len(list(differences(Stage(tmp_path), [(chain, "setup a")]))) == len(chain.shells)
