"""The gate on thousands of broken Dockerfiles, against BuildKit's own parser (PyPI `dockerfile`, an older version).

That parser is the first step of the frontend, so what it refuses the gate must refuse; what it takes may have faults of
the later steps. `buildkit.as_of_v0_12_5` names the differences that come from its age.
"""

from __future__ import annotations

import random

import pytest

import buildkit
import dockerfix
from dockerfix.driver.defects import defects
from dockerfix.syntax.dockerfile.parser import parse
from golden import project_of
from mutations import corpus, mutated, mutations
from places import FIXTURES

COUNT = 1_800
PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_what_buildkits_parser_refuses_is_a_defect_with_its_message(part: int) -> None:
    refusals = 0
    for mutation in mutations(COUNT // PARTS, seed=7_000 + part, longest=1_500):
        data = mutation.replace(b"\0", b"\1")  # the judge hands its texts over as C strings
        with buildkit.as_of_v0_12_5():
            judged = buildkit.judge(data)
            found = defects(parse(data))
        if isinstance(judged, buildkit.Refusal):
            refusals += 1
            assert found, data
            if judged.message:  # older Pythons can't be given one with undecodable bytes
                assert judged.message in {buildkit.readable(defect.message) for defect in found}, data
    assert refusals > COUNT // PARTS // 20


def test_defects_are_in_order_and_in_the_text_and_the_same_when_asked_again() -> None:
    for data in mutations(600, seed=7_100, longest=1_500):
        document = parse(data)
        found = defects(document)
        offsets = [defect.offset for defect in found]
        assert offsets == sorted(offsets)
        assert all(0 <= offset <= len(document.text) for offset in offsets)
        assert defects(parse(document.text)) == found, data


def test_what_is_written_is_taken_by_the_gate_and_by_buildkits_parser() -> None:
    chance = random.Random(7_200)
    inputs = sorted(FIXTURES.glob("pipeline/*/input.Dockerfile"))
    assert inputs
    others = corpus()
    written = 0
    for _ in range(120):
        path = chance.choice(inputs)
        data = mutated(path.read_bytes(), chance, others).replace(b"\0", b"\1")
        result = dockerfix.rewrite(data, project=project_of(path.parent))
        if result.ok:
            written += 1
            assert defects(parse(result.text)) == [], data
            with buildkit.as_of_v0_12_5():
                refused = bool(parse(result.text).problems)
            assert (
                isinstance(buildkit.judge(result.text.encode("utf-8", "surrogateescape")), buildkit.Refusal) == refused
            )
    assert written > 20
