"""Our tree against BuildKit's own parser (PyPI `dockerfile`) on thousands of broken Dockerfiles."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import buildkit
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.source import encode
from mutations import mutations

COUNT = 4_800
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_agrees_with_buildkit_on_mutations(part: int) -> None:
    wrong = []
    for mutation in mutations(COUNT // PARTS, seed=1_000 + part, longest=1_500):
        data = mutation.replace(b"\0", b"\1")  # the judge hands its texts over as C strings
        difference = buildkit.difference(data)
        if difference:
            wrong.append((data, difference))
    assert not wrong, f"{len(wrong)} differ, the first:\n{wrong[0][0]!r}\n{wrong[0][1]}"


TORN = [
    b"FROM a\n\xe2\x80\\\n\x83RUN b\n",
    b"FROM a\nRUN \xc2\\\n\xa0b\n",
    b"FROM a\nRUN b\xe3\x80\\\n\x80\n",
    b"FROM a\nRUN a\xe2\x80\\\n\x83b\n",
    b"FROM a\nENV a=b\xe2\x80\\\n\x83c=d\n",
    b"FROM a\nCOPY a\xe2\x80\\\n\x83b c\n",
]


@pytest.mark.parametrize("data", TORN)
def test_white_space_torn_by_a_continuation_is_white_space(data: bytes) -> None:
    assert encode(parse(data).text) == data
    assert buildkit.difference(data) is None


OF_ITS_AGE = {
    "check directive": b"# check=skip=all\n# escape=`\nFROM a`\n",
    "blanks behind <<": b"FROM a\nRUN cat << EOF\nx\nEOF\n",
    "text behind a JSON array": b'FROM a\nCMD ["a"] b\n',
    "directive behind a no-break space": b"#\xc2\xa0escape=`\nFROM a\nRUN b `\n c\n",
    "escape directive in flags": b"# escape=`\nFROM a\nRUN --mount=type=cache,target=C:\\x\\ b\n",
    "text behind a JSON array of numbers": b"FROM a\nCMD [1] b\n",
    "word before a modifier": b"FROM a\nCOPY <<E${X:-x} /f\nE${X:-x}\n",
    "modifier with a pattern": b"FROM a\nRUN <<A ${X#a}\nA\n",
    "replacement": b"FROM a\nRUN <<A ${X/a/b}\nA\n",
}


@pytest.mark.parametrize("name", OF_ITS_AGE)
def test_each_difference_that_comes_from_the_age_of_the_judge_is_one(name: str) -> None:
    data = OF_ITS_AGE[name]
    assert buildkit.difference(data) is None
    document = parse(data)
    assert not document.problems
    assert [buildkit.flattened(line) for line in buildkit.lines(document)] != buildkit.judge(data)


def test_a_difference_is_found() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dockerfix.syntax.dockerfile.scanner._HEREDOC_KEYWORDS", frozenset())
        # as_of_v0_12_5 forgets what was read before and after
        assert buildkit.difference(b"FROM a\nRUN <<EOF\nx\nEOF\n")


GOOD = """\
# syntax=docker/dockerfile:1
FROM debian:12 AS base
ENV a=b c='d e'
FROM base
COPY --from=base \\
  # a comment inside
  /a /b
RUN echo a && \\
    echo b
CMD ["sh", "-c", "echo"]
"""
BAD = "FROM debian:12\nENV b\n"
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
UNREADABLE = 1000
"""The rule under which hadolint files what it can't read, in its JSON report: ``DL1000``."""


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
@pytest.mark.parametrize(
    "text", [GOOD, f"# escape=`\n{GOOD}".replace("\\\n", "`\n"), BAD], ids=["good", "escape", "bad"]
)
def test_agrees_with_hadolint(text: str) -> None:
    assert HADOLINT is not None
    report = subprocess.run(
        [HADOLINT, "--no-fail", "-f", "json", "-"], input=text.encode(), capture_output=True, check=True
    )
    assert (f'"DL{UNREADABLE}"' in report.stdout.decode()) == bool(parse(text).problems)
