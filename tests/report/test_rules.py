"""The explanations of the codes: what each says about the cases that it doesn't fit, tried where that can be tried."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from dockerfix.analysis.options import CONSTRUCTS, Options
from dockerfix.cli.command import cli
from dockerfix.passes import Pass, all_passes
from dockerfix.project.project import Project
from dockerfix.report.rules import WRONG, all_rules
from dockerfix.syntax.dockerfile.parser import parse
from golden import project_of
from pass_cases import open_project, options_of_case, run_alone
from places import FIXTURES

COMMENT, OPTION = "# dockerfix: ignore={}`", "--ignore {}`"


def said(code: str) -> str:
    """What the explanation of a code says about the cases that it doesn't fit."""
    paragraphs = [part for part in all_rules()[code].documentation.split("\n\n") if part.startswith(WRONG)]
    assert len(paragraphs) == 1, code
    return " ".join(paragraphs[0].removeprefix(WRONG).split())


@pytest.mark.parametrize("code", all_rules())
def test_every_code_says_when_it_is_wrong(code: str) -> None:
    text = said(code)
    assert re.match(r"[\w`].+\.$", text)
    assert len(text.split()) >= 15
    assert [other for other in all_rules() if said(other) == text] == [code]


def test_the_options_and_constructs_exist() -> None:
    known = {name for command in ("rewrite", "migrate") for each in options(command) for name in each}
    for code in all_rules():
        for span in re.findall(r"`([^`]+)`", said(code)):
            for option in re.findall(r"^--[\w-]+", span):
                assert option in known | {"--separate-weights"}, f"{code}: {span}"
            for construct in re.findall(r"^(?:--keep |--drop |keep: \[|drop: \[)([\w-]+)", span):
                assert construct in CONSTRUCTS, f"{code}: {span}"
        for named in re.findall(r"ignore=(\w+)|--ignore (\w+)", said(code)):
            assert set(named) == {"", code}


def options(command: str) -> Iterator[list[str]]:
    found = cli.get_command(click.Context(cli), command)
    assert found
    yield from ([*each.opts, *each.secondary_opts] for each in found.params)


def cases(each: Pass) -> list[tuple[str, Project, Options]]:
    """The cases of a pass in which it has something to say."""
    found = []
    for case in sorted((FIXTURES / "passes" / each.name).iterdir()):
        text = (case / "input.Dockerfile").read_bytes().decode("utf-8", "surrogateescape")
        project, chosen = open_project(project_of(case)), options_of_case(case)
        if findings(each, text, project, chosen):
            found.append((text, project, chosen))
    assert found
    return found


def findings(each: Pass, text: str, project: Project, chosen: Options) -> int:
    """How many findings a pass alone has."""
    found = run_alone(each, text.encode("utf-8", "surrogateescape"), project, chosen).findings
    return sum(finding.code == each.code for finding in found)


def with_comments(text: str, code: str) -> str:
    """The text with a comment that ignores the code above each instruction."""
    for instruction in reversed(list(parse(text).instructions)):
        start = instruction.span.start
        text = f"{text[:start]}# dockerfix: ignore={code} tried\n{text[start:]}"
    return text


BY_OPTION = [each for each in all_passes() if OPTION.format(each.code) in said(each.code)]
BY_COMMENT = [each for each in all_passes() if COMMENT.format(each.code) in said(each.code)]


@pytest.mark.parametrize("each", BY_OPTION, ids=lambda each: each.code)
def test_the_option_silences(each: Pass) -> None:
    for text, project, chosen in cases(each):
        assert not findings(each, text, project, Options(target=chosen.target, ignore={each.code}))


@pytest.mark.parametrize("each", BY_COMMENT, ids=lambda each: each.code)
def test_the_comment_silences(each: Pass) -> None:
    """At least in one case: what an added instruction or cog.yaml is about, no comment above an instruction reaches."""
    assert not all(
        findings(each, with_comments(text, each.code), project, chosen) for text, project, chosen in cases(each)
    )
