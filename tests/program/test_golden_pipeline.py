"""Golden cases of the whole program: fixtures/pipeline/<case>/.

A case holds ``input.Dockerfile``, what `cog debug` printed; the files of its project, or the name of one of
fixtures/projects in a file ``project``; perhaps ``options``; and ``expected.Dockerfile`` and ``expected.report``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

import buildkit
import dockerfix
from dockerfix.text.source import encode
from golden import GoldenFile, cases, name_of, project_of, report
from pass_cases import options_of_case
from places import FIXTURES

CASES = cases("pipeline/*")


def short_name(case: Path) -> str:
    return case.relative_to(FIXTURES / "pipeline").as_posix()


def result_of(case: Path, source: str | bytes | None = None) -> dockerfix.Result:
    text = (case / "input.Dockerfile").read_bytes() if source is None else source
    return dockerfix.rewrite(text, project=project_of(case), options=options_of_case(case))


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=short_name)
def test_golden_pipeline(case: Path, snapshot: SnapshotAssertion) -> None:
    result = result_of(case)
    golden = snapshot.use_extension(GoldenFile)
    assert encode(result.text) == golden(name=f"{name_of(case)}/expected.Dockerfile")
    assert encode(report(result.findings, result.source.text, project_of(case))) == golden(
        name=f"{name_of(case)}/expected.report"
    )
    assert not result.internal


@pytest.mark.parametrize("case", CASES, ids=short_name)
def test_buildkit_takes_the_result(case: Path) -> None:
    result = result_of(case)
    judged = buildkit.judge(encode(result.text))
    assert isinstance(judged, list)
    with buildkit.as_of_v0_12_5():
        assert [buildkit.flattened(line) for line in buildkit.lines(dockerfix.parse(result.text))] == judged


@pytest.mark.parametrize("case", CASES, ids=short_name)
def test_a_second_run_changes_nothing(case: Path) -> None:
    first = result_of(case)
    again = result_of(case, first.text)
    assert again.text == first.text
    assert again.ok == first.ok
