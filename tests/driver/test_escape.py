"""A file with the other escape character gives the same result, but for that character."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given

import dockerfix
import golden
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import InstructionNode
from effort import examples
from strategies.cog import Case, edited_outputs

HEADER = "# escape=`\n"


def continued_with(text: str, escape: str) -> str:
    """`text` with another escape character where a line continues, and without its directives."""
    parts: list[str] = []
    for node in parse(text).nodes:
        if isinstance(node, InstructionNode):
            characters = list(node.text)
            for token in node.tokens:
                if token.kind in ("CONTINUATION", "SPLIT"):
                    characters[token.span.start] = escape
            parts += characters
        elif node.kind not in ("directive", "bom"):
            parts.append(node.text)
    return "".join(parts)


def check(text: str, project: Path | str | None, cog_yaml: str | None = None) -> None:
    plain = continued_with(text, "\\")
    ordinary = dockerfix.rewrite(plain, project=project, cog_yaml=cog_yaml)
    other = dockerfix.rewrite(HEADER + continued_with(text, "`"), project=project, cog_yaml=cog_yaml)
    assert not other.internal
    assert [each.message for each in other.findings] == [each.message for each in ordinary.findings]
    assert continued_with(other.rewritten, "\\") == continued_with(ordinary.rewritten, "\\")


@pytest.mark.parametrize("case", golden.cases("pipeline/*"), ids=golden.name_of)
def test_cases(case: Path) -> None:
    text = (case / "input.Dockerfile").read_bytes().decode("utf-8", "surrogateescape")
    if text.startswith("==="):
        pytest.skip("the directive would stand above the frame")
    check(text, golden.project_of(case))


@examples
@given(edited_outputs())
def test_any_output_with_the_other_escape_character(case: Case) -> None:
    assume("`" not in case.bare and "\\" not in case.bare.replace("\\\n", ""))
    check(case.bare, golden.project_of(case.folder), case.cog_yaml)
