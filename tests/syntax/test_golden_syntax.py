"""Golden trees: fixtures/syntax/<case>/input.Dockerfile and expected.tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

import buildkit
from dockerfix.report.tree import as_text
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.source import encode
from golden import GoldenFile, cases, name_of

CASES = cases("syntax/*")


def test_there_are_cases() -> None:
    assert len(CASES) >= 30


def test_an_update_deletes_no_input(snapshot: SnapshotAssertion) -> None:
    extension = snapshot.use_extension(GoldenFile).extension
    assert list(extension.discover_snapshots(test_location=snapshot.test_location)) == []


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_tree(case: Path, snapshot: SnapshotAssertion) -> None:
    document = parse((case / "input.Dockerfile").read_bytes())
    expected = snapshot.use_extension(GoldenFile)(name=f"{name_of(case)}/expected.tree")
    assert encode(as_text(document)) == expected


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_buildkit_reads_the_same(case: Path) -> None:
    data = (case / "input.Dockerfile").read_bytes()
    with buildkit.as_of_v0_12_5():
        document = parse(data)
        judged = buildkit.judge(data)
        if isinstance(judged, buildkit.Refusal):
            assert [problem.message for problem in document.problems][:1] == [judged.message]
        elif isinstance(judged, buildkit.Unprintable):
            assert judged.text in buildkit.printed(document)
        else:
            assert [buildkit.flattened(line) for line in buildkit.lines(document)] == judged
