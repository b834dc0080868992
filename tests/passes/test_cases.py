"""Golden cases of single passes: fixtures/passes/<pass>/<case>/.

A case holds ``input.Dockerfile``; perhaps a cog.yaml and other files of the project, or the name of a project of
fixtures/projects in a file ``project``; perhaps ``options`` (``--target server``); and what comes out when the pass
runs alone: ``expected.Dockerfile`` and ``expected.report``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

import buildkit
from dockerfix.driver.pipeline import Outcome
from dockerfix.passes import Pass, all_passes
from dockerfix.text.source import encode
from golden import GoldenFile, cases, name_of, project_of, report
from pass_cases import COG_YAML, open_project, options_of_case, run_alone
from places import FIXTURES

PASSES = {each.name: each for each in all_passes()}
CASES = [case for case in cases("passes/*/*") if case.parent.name in PASSES]


def short_name(case: Path) -> str:
    return case.relative_to(FIXTURES / "passes").as_posix()


def outcome_of(case: Path) -> tuple[Pass, Outcome, bytes]:
    each = PASSES[case.parent.name]
    data = (case / "input.Dockerfile").read_bytes()
    return each, run_alone(each, data, open_project(project_of(case)), options_of_case(case)), data


@pytest.mark.parametrize("case", CASES, ids=short_name)
def test_golden_pass(case: Path, snapshot: SnapshotAssertion) -> None:
    each, outcome, data = outcome_of(case)
    golden = snapshot.use_extension(GoldenFile)
    assert encode(outcome.document.text) == golden(name=f"{name_of(case)}/expected.Dockerfile")
    assert encode(report(outcome.findings, data, project_of(case))) == golden(name=f"{name_of(case)}/expected.report")
    assert {finding.code for finding in outcome.findings} <= {each.code}


@pytest.mark.parametrize("case", CASES, ids=short_name)
def test_buildkit_takes_what_a_pass_makes_and_a_second_run_changes_nothing(case: Path) -> None:
    each, outcome, data = outcome_of(case)
    if not isinstance(buildkit.judge(data), buildkit.Refusal):
        assert not isinstance(buildkit.judge(encode(outcome.document.text)), buildkit.Refusal)
    again = run_alone(each, outcome.document.text, open_project(project_of(case)), options_of_case(case))
    assert again.document.text == outcome.document.text


@pytest.mark.parametrize("cog_yaml", [None, COG_YAML], ids=["alone", "cog.yaml"])
@pytest.mark.parametrize("each", all_passes(), ids=lambda each: each.name)
@pytest.mark.parametrize(
    "dockerfile",
    [
        "",
        "# nothing\n",
        "ARG A=b\n",
        "RUN make\nENV A=b\n",
        "FROM\nRUN make\n",
        "FROM a b\n",
        "FROM $A\n",
        "FROM a AS a\nFROM a\n",
    ],
    ids=repr,
)
def test_a_pass_takes_any_document(each: Pass, dockerfile: str, cog_yaml: str | None) -> None:
    outcome = run_alone(each, dockerfile, open_project(None, cog_yaml))
    again = run_alone(each, outcome.document.text, open_project(None, cog_yaml))
    assert again.document.text == outcome.document.text
