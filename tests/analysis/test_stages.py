"""Stages and the references between them."""

from __future__ import annotations

import pytest
from e2e.judge import Judge

from dockerfix.analysis import images, stages
from dockerfix.syntax.dockerfile.parser import parse


def test_uses_of_a_from_without_an_image() -> None:
    document = parse("FROM\nFROM a\n")
    assert [(use.instruction.index, use.name) for use in stages.uses(document)] == [(1, "a")]


def test_a_document_without_a_stage() -> None:
    document = parse("ARG A\n")
    assert stages.final_stage(document) is None
    assert stages.stage_of(document, document.instructions[0]) is None
    assert images.final_image(document) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM x AS a\nFROM a AS B\nFROM b\n", [2, 1, 0]),
        ("FROM x AS a\nFROM a AS b\nFROM B\n", [2]),
        ("FROM x AS \u0130x\nFROM ix\n", [1, 0]),
        ("FROM x AS a\nFROM a AS a\n", [1, 0]),
        ("FROM x\nFROM 0\n", [1]),
        ("ARG S=a\nFROM x AS a\nFROM $S\n", [1, 0]),
        ("ARG S\nFROM x AS a\nFROM $S\n", [1]),
        ("FROM\n", [0]),
    ],
)
def test_the_stages_that_one_is_built_on(text: str, expected: list[int]) -> None:
    document = parse(text)
    assert [stage.index for stage in stages.lineage(document, document.stages[-1])] == expected


def test_the_users_of_a_stage_each_once() -> None:
    text = "FROM x AS a\nCOPY --from=0 y y\nFROM a\nCOPY --from=A y y\nCOPY --from=0 y y\nCOPY --from=1 y y\n"
    document = parse(text + "RUN --mount=from=a,target=/a --mount=from=a,target=/b --mount=from=0,target=/c ls\n")
    assert [each.index for each in stages.users_of(document, document.stages[0])] == [2, 3, 4, 6]


def test_numbers_follow_stages_that_are_removed() -> None:
    text = "FROM a\nFROM b\nFROM c\nCOPY --from=0 x x\nCOPY --from=1 x x\nCOPY --link --from=2 y y\nCOPY --from=7 y y\n"
    document = parse(text + "FROM d\nCOPY --from=2 x x\nCOPY --from=1 x x\n")
    edits = stages.renumbered(document, document.stages[:1], document.instructions[-1:])
    shown = [(document.text[edit.span.start : edit.span.end], edit.text) for edit in edits]
    assert shown == [("--from=1", "--from=0"), ("--from=2", "--from=1"), ("--from=2", "--from=1")]


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("COPY --from=B x x", True),
        ("COPY --from=00 x x", True),
        ("COPY --from=1 x x", False),
        ("COPY --from=\u0661 x x", False),
        ("RUN --mount=from=B,target=/b ls", True),
        ("RUN --mount=from=0,target=/b ls", False),
    ],
)
def test_only_from_minds_case_and_only_copy_knows_numbers(use: str, found: bool) -> None:
    document = parse(f"FROM x AS b\nFROM y\n{use}\n")
    assert (document.instructions[-1] in stages.users_of(document, document.stages[0])) is found


def test_buildkit_minds_case_in_from(buildkit: Judge) -> None:
    assert buildkit.verdict("FROM scratch AS B\nFROM b\n").ok
    assert not buildkit.verdict("FROM scratch AS b\nFROM B\n").ok
    assert buildkit.verdict("FROM scratch AS b\nFROM scratch\nCOPY --from=B /x /x\n").ok


def test_unused_stages_by_name_or_else_by_their_from() -> None:
    document = parse("FROM a AS B\nFROM c\nFROM d\nFROM e\nCOPY --from=1 x x\n")
    assert stages.targets(document) == {"b", "FROM d"}
