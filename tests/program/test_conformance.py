"""Our reading beside BuildKit's: as recorded for the cases in ``fixtures/conformance``, and by its parser today."""

from __future__ import annotations

import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import buildkit
import check_conformance
import conformance
import dockerfix
import make_archives
from archives import accept, archive, outputs, quirks, source
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.source import encode
from places import FIXTURES

PARTS = 4
QUIRKS = list(quirks())
REFUSED = [
    case
    for case in (*QUIRKS, *accept())
    if conformance.PARSER_ERRORS.match(case.get("buildkit", case).get("error") or "")
]


@pytest.mark.parametrize(
    "differences",
    [
        conformance.parser_differences,
        conformance.heredoc_differences,
        conformance.stage_differences,
        conformance.second_reader_differences,
    ],
)
def test_cases_are_read_as_buildkit_reads_them(differences: Callable[[dict[str, Any]], Iterator[str]]) -> None:
    assert {case["id"]: lines for case in (*QUIRKS, *accept()) if (lines := list(differences(case)))} == {}


def test_the_cases_try_what_is_compared() -> None:
    nodes = [node for case in QUIRKS for node in case["buildkit"].get("ast", ())]
    assert len(nodes) > 500
    assert sum(map(conformance.opens_heredocs, nodes)) > 30
    assert len(REFUSED) > 90
    errors = [case["error"] for case in accept()]
    assert len(errors) == 2_998
    assert sum(error.startswith(conformance.STAGE_ERRORS) for error in errors) >= 4


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["id"])
def test_what_buildkit_refuses_is_a_problem_at_its_line(case: dict[str, Any]) -> None:
    text, message = case["input"], case.get("buildkit", case)["error"]
    document = parse(text)
    problem = document.problems[0]
    assert problem.message == message
    # the line is the one with which BuildKit begins to refuse the file, when it is given more and more lines of it
    lines = text.split("\n")
    heads = ("\n".join(lines[:count]).encode() for count in range(1, len(lines) + 1))
    count = next((count for count, head in enumerate(heads, 1) if buildkit.judge(head) == buildkit.Refusal(message)), 1)
    first = document.source.position(problem.offset).line
    instruction = next((each for each in document.instructions if each.start == problem.offset), None)
    last = document.source.position(instruction.body_span.end).line if instruction else first
    assert first <= count <= last


@pytest.mark.parametrize("part", range(PARTS))
def test_every_dockerfile_here_is_read_as_buildkits_parser_reads_it_today(part: int) -> None:
    files = [source(case) for case in (*QUIRKS, *accept())]
    files += [output.data for output in outputs()]
    files += [path.read_bytes() for path in sorted(FIXTURES.rglob("*Dockerfile"))]
    files = list(dict.fromkeys(data for data in files if b"\0" not in data))  # the judge's texts are C strings
    assert len(files) > 4_000
    assert [data for data in files[part::PARTS] if buildkit.difference(data)] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_case_is_rewritten_without_a_crash_and_a_second_run_changes_nothing(part: int) -> None:
    for number, case in enumerate([*QUIRKS, *accept()][part::PARTS]):
        result = dockerfix.rewrite(source(case))
        assert not result.internal, case["id"]
        if result.ok and number % 4 == 0:  # the compiler asks itself after each run
            again = dockerfix.rewrite(encode(result.text))
            assert (again.ok, again.text) == (True, result.text), case["id"]


def test_a_difference_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tool that reads recorded cases from elsewhere."""
    (tmp_path / "good.jsonl").write_bytes(lzma.decompress((FIXTURES / "conformance" / "quirks.jsonl.xz").read_bytes()))
    assert check_conformance.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"good.jsonl: {len(QUIRKS)} cases, 0 differences\n"
    (tmp_path / "bad.jsonl").write_text(
        '{"id": "a", "input": "FROM a\\nENV b\\n", "ok": true, "error": ""}\n'
        '{"id": "b", "command": "a && b", "segments": []}\n'
    )
    assert check_conformance.main([str(tmp_path / "bad.jsonl")]) == 1
    out = capsys.readouterr().out
    assert "bad.jsonl: 2 cases, 2 differences\n" in out
    assert "  a: BuildKit's parser: accepts it; ours: ENV must have two arguments\n" in out
    assert "  b: [{'start': 0, 'end': 1," in out


def test_the_archives_are_what_the_tool_makes(tmp_path: Path) -> None:
    """The compressed bytes depend on the version of liblzma, so what is compared is what they decompress to."""
    packed = lzma.decompress((FIXTURES / "cog-debug.tar.xz").read_bytes())
    assert make_archives.tar(archive()) == packed
    for name in ("cog-debug/v1/b.Dockerfile", "cog-debug/MANIFEST.tsv", "projects/b/cog.yaml", *make_archives.RECORDS):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    folders = {"cog-debug": "cog-debug", "projects": "projects", "conformance": "."}
    options = [f"--{option}={tmp_path}/in/{folder}" for option, folder in folders.items()]
    assert [make_archives.main(options, target=tmp_path / out) for out in ("once", "twice")] == [0, 0]
    made = [path.relative_to(tmp_path / "once") for path in (tmp_path / "once").rglob("*.xz")]
    assert {path.as_posix() for path in made} == {
        "cog-debug.tar.xz",
        *(f"conformance/{name}.xz" for name in make_archives.RECORDS),
    }
    assert all((tmp_path / "once" / path).read_bytes() == (tmp_path / "twice" / path).read_bytes() for path in made)
    with tarfile.open(tmp_path / "once" / "cog-debug.tar.xz") as files:
        names = ["cog-debug/MANIFEST.tsv", "cog-debug/v1/b.Dockerfile", "projects/b/cog.yaml"]
        assert [(entry.name, entry.mtime, entry.uid) for entry in files] == [(name, 0, 0) for name in names]
    with pytest.raises(SystemExit):
        make_archives.main(["--cog-debug=a"])
