"""Insertion points, seen as the instruction that follows them."""

from __future__ import annotations

import pytest

from dockerfix.analysis import placement, stages
from dockerfix.knowledge.written_instructions import cuda_check
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Stage


def stage_of(text: str) -> Stage:
    stage = stages.final_stage(parse(text))
    assert stage is not None
    return stage


def following(stage: Stage, offset: int) -> str:
    return stage.base.document.text[offset:].partition("\n")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nARG b\nENV c=d\nRUN e\nENV f=g\n", "RUN e"),
        (f"FROM a\n# dockerfix[DF401]: check\n{cuda_check(['12.1', '12.1.*'], 'x')}\nRUN e\n", "RUN e"),
        ("FROM a\n# dockerfix[DF401]: check\nRUN check\nRUN e\n", "# dockerfix[DF401]: check"),
        (
            "FROM a\n# dockerfix[DF301]: fal\nRUN python -m pip install --no-cache-dir 'fal==1'\n",
            "# dockerfix[DF301]: fal",
        ),
        ("FROM a\n", ""),
    ],
)
def test_after_the_preamble(text: str, expected: str) -> None:
    stage = stage_of(text)
    assert following(stage, placement.after_preamble(stage)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN b\nWORKDIR /src\nCMD c\n", "WORKDIR /src"),
        ("FROM a\nWORKDIR /src\nRUN b\nCMD c\n", "CMD c"),
        ("FROM a\nENV x=y\nWORKDIR /src\nCOPY . .\n", "WORKDIR /src"),
        ("FROM a\nWORKDIR /srcs\nRUN b\nWORKDIR /src/x\n", "WORKDIR /src/x"),
        ("FROM a\nENV x=y\n", ""),
    ],
)
def test_after_the_installs(text: str, expected: str) -> None:
    stage = stage_of(text)
    assert following(stage, placement.after_installs(stage)) == expected


@pytest.mark.parametrize(
    ("run", "command", "expected"),
    [
        ("RUN pip install x", "pip install x", True),
        ("RUN pip   install x", "pip install  x", True),
        ("RUN --mount=type=cache,target=/c pip install x", "pip install x", True),
        ('RUN ["/bin/sh", "-c", "pip install x"]', "pip install x", True),
        ("RUN cd /a && pip install x", "pip install x", False),
        ("RUN pip install x y", "pip install x", False),
        ("CMD pip install x", "pip install x", False),
    ],
)
def test_a_command_of_the_project(run: str, command: str, expected: bool) -> None:
    assert placement.is_command(stage_of(f"FROM a\n{run}\n").instructions[0], command) is expected
