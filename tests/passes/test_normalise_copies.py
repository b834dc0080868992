"""DF304 beyond its golden cases: COPY and ADD in the dialect of fal's client."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.analysis.fal import copies as copying
from dockerfix.analysis.fal.uploads import MAX_NAMES
from dockerfix.driver.defects import defects
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.edits import emit
from dockerfix.text.findings import Severity
from effort import examples
from fal_client import OTHERS, copies, sources
from pass_cases import (
    findings,
    outcome,
)

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


HEAD = "FROM base AS st\nFROM scratch\nARG V=v/w\nENV W='w w' E=e\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  COPY a /x", "COPY a /x"),
        ("COPY --link --from=st /a /b", "COPY --from=st --link /a /b"),
        ("COPY --link --chown=1 --from=st \\\n  / /", "COPY --from=st --link --chown=1 / /"),
        ("COPY a \\\n   # note\n b  c /x/", "# note\nCOPY a b c /x/"),
        ("COPY a \\\n# note \\\n b /x/", "# note \\ \nCOPY a b /x/"),
        ("COPY a \\ \n b /x/", "COPY a b /x/"),
        ("COPY a \\\r\n b /x/", "COPY a b /x/"),
        ("COPY foo--bar.txt /x", "COPY foo-''-bar.txt /x"),
        ("COPY -- --bar /x", "COPY -''-bar /x"),
        ("COPY it\\'s /x", None),
        ('COPY ["it\\\\\'s", "/x"]', 'COPY "it\'s" /x'),
        ('COPY ["a b--c", "/x"]', 'COPY ["a b-\\u002dc", "/x"]'),
        ("COPY a /x]", 'COPY a "/x]"'),
        ("COPY $V/a /x", "COPY v/w/a /x"),
        ("COPY ${V}/a ${E} $V/", "COPY v/w/a e $V/"),
        ("COPY $W/a /x", 'COPY ["w w/a", "/x"]'),
        ("COPY ${N:-n} /x", "COPY n /x"),
        ("ADD ${U:-https://example.org}/a /x", None),
        ("ADD $E/a https://example.org/x /x/", "ADD e/a /x/\nADD https://example.org/x /x/"),
        ("ADD https://example.org/a b c https://example.org/d /x/", None),
        ("COPY a b \\\n /x", None),
        ("COPY . /src", None),
        ("  COPY --from=st a /x", None),
        ("COPY ./a /abs /x/", None),
    ],
)
def test_dialect(line: str, expected: str | None) -> None:
    result = outcome("DF304", f"{HEAD}{line}\n").document.text
    if line.startswith("ADD https"):
        expected = "ADD https://example.org/a /x/\nADD b c /x/\nADD https://example.org/d /x/"
    assert result == f"{HEAD}{line if expected is None else expected}\n"


def test_flags_of_urls_stay_with_urls() -> None:
    line = "ADD --chown=1 --keep-git-dir=true https://example.org/a.git b /x/"
    lines = outcome("DF304", f"FROM x\n{line}\n").document.text.split("\n")
    assert lines[1:3] == ["ADD --chown=1 --keep-git-dir=true https://example.org/a.git /x/", "ADD --chown=1 b /x/"]


def test_a_value_of_an_argument_is_said_to_be_frozen() -> None:
    messages = [each.message for each in findings("DF304", f"{HEAD}COPY $V /x\nCOPY $E /x\n")]
    assert "build argument" in messages[0]
    assert "build argument" not in messages[1]


@pytest.mark.parametrize("line", ["# a \\", "RUN echo a\\\\", "ENV A=b\\\\"])
def test_a_line_that_ends_in_a_backslash(line: str) -> None:
    text = outcome("DF304", f"FROM x\n{line}\nCOPY a /x\n").document.text
    assert text == f"FROM x\n{line} \nCOPY a /x\n"
    assert sources(text) == ["a"]


@pytest.mark.parametrize(
    ("body", "line", "indented"),
    [
        ("RUN x \\\n# note\ncopy a b\n", "copy a b", True),
        ("RUN x && \\ \nadd a b\n", "add a b", True),
        ("RUN <<EOF\nx\ncopy a b\nEOF\n", "copy a b", True),
        ("RUN <<EOF\nif x\nthen\nadd a b\nfi\nEOF\n", "add a b", True),
        ("RUN <<EOF\ncat <<X\nADD a b\nX\nEOF\n", "ADD a b", False),
        ("RUN <<EOF\necho 'x\nADD a b\n'\nEOF\n", "ADD a b", False),
        ("RUN echo 'x \\\n# note\nADD a b \\\n# end\n'\n", "ADD a b \\", False),
        ("RUN python3 <<EOF\nadd = 1\nEOF\n", "add = 1", False),
        ("RUN <<EOF\n#!/usr/bin/python\nadd = 1\nEOF\n", "add = 1", False),
        ('SHELL ["python", "-c"]\nRUN <<EOF\nadd = 1\nEOF\n', "add = 1", False),
        ('SHELL ["/bin/bash", "-c"]\nRUN <<EOF\nadd = 1\nEOF\n', "add = 1", True),
        ("RUN x &&\\\r\nadd a b\r\n", "add a b", True),
    ],
)
def test_lines_of_other_instructions(body: str, line: str, indented: bool) -> None:
    text = f"FROM x\n{body}COPY . /src\n"
    result = outcome("DF304", text)
    assert result.document.text == (text.replace(f"\n{line}", f"\n {line}") if indented else text)
    assert [each.severity for each in result.findings] == [NOTE if indented else WARNING]


def test_a_line_that_makes_the_client_leave_the_project_is_an_error() -> None:
    found = findings("DF304", "FROM x\nRUN python <<EOF\nadd ../a b\nEOF\n")
    assert [each.severity for each in found] == [ERROR]


@pytest.mark.parametrize(
    "line", ["COPY $U /x", 'COPY --chown="a b" c /x', 'COPY ["it\\\\\'s it", "/x"]', "COPY *.py /x/"]
)
def test_what_can_not_be_written_is_an_error_unless_all_is_uploaded(line: str) -> None:
    assert [each.severity for each in findings("DF304", f"FROM x\n{line}\n")] == [ERROR]
    expected = [] if "*" in line else [WARNING]
    assert [each.severity for each in findings("DF304", f"FROM x\n{line}\nCOPY . /src\n")] == expected
    hidden = 'COPY --chown="a b" . /src'
    assert ERROR in [each.severity for each in findings("DF304", f"FROM x\n{line}\n{hidden}\n")]


def test_onbuild() -> None:
    used = findings("DF304", "FROM x AS a\nONBUILD COPY b /b\nFROM a\n")
    unused = findings("DF304", "FROM x\nONBUILD ADD b /b\nONBUILD COPY --from=y b /b\nONBUILD RUN z\n")
    assert [each.severity for each in used] == [ERROR]
    assert [each.severity for each in unused] == [WARNING]


def test_heredocs() -> None:
    assert findings("DF304", "FROM x\n  COPY <<EOF /x\nkey = 1\nEOF\n") == []
    assert [each.severity for each in findings("DF304", "FROM x\nCOPY <<EOF a /x/\nkey\nEOF\n")] == [WARNING]
    assert [each.severity for each in findings("DF304", "FROM x\n  COPY <<EOF a /x/\nkey\nEOF\n")] == [ERROR]
    assert [each.severity for each in findings("DF304", "FROM x\n  COPY <<EOF /x\nCOPY a /b\nEOF\n")] == [WARNING]


def test_patterns_become_names(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "c.txt", ".hidden.py", "d.md"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "e.py").write_text("x")
    text = outcome("DF304", "FROM x\n  COPY *.py c.txt /x/\nCOPY s?b/[a-e].py /e\n", project=tmp_path).document.text
    assert text == "FROM x\nCOPY .hidden.py a.py b.py c.txt /x/\nCOPY sub/e.py /e\n"


def test_patterns_that_can_not_become_names(tmp_path: Path) -> None:
    for number in range(MAX_NAMES + 1):
        (tmp_path / f"{number}.many").write_text("x")
    (tmp_path / "a.link").symlink_to("0.many")
    (tmp_path / "[.odd").write_text("x")
    for pattern in ("*.many", "*.link", "**/x", "../*.many", "*.odd"):
        assert [each.severity for each in findings("DF304", f"FROM x\nCOPY {pattern} /x/\n", project=tmp_path)] == [
            ERROR
        ]
    assert [each.severity for each in findings("DF304", "FROM x\nCOPY [01].many /x\n", project=tmp_path)] == [ERROR]
    assert [each.severity for each in findings("DF304", "FROM x\nCOPY *.none /x/\n", project=tmp_path)] == [WARNING]
    text = outcome("DF304", "FROM x\nCOPY *.none 1.many /x/\n", project=tmp_path).document.text
    assert text == "FROM x\nCOPY 1.many /x/\n"


def test_patterns_in_a_folder_that_is_uploaded_stay(tmp_path: Path) -> None:
    text = "FROM x\nCOPY data /data\nCOPY data/*.bin /x/\n"
    assert outcome("DF304", text, project=tmp_path).document.text == text
    assert findings("DF304", text, project=tmp_path) == []


@examples
@given(st.lists(st.one_of(copies(), st.sampled_from(OTHERS)), min_size=1, max_size=4))
def test_both_readers_take_the_same_sources(lines: list[str]) -> None:
    text = "\n".join(["FROM base AS st", "FROM scratch", "ARG V=v/w", "ENV W='w w'", *lines]) + "\n"
    document = parse(text)
    result = outcome("DF304", text)
    assert emit(text, [edit for found in result.findings for edit in found.edits]) == result.document.text
    assert len(defects(result.document)) <= len(defects(document))
    before = [source for copy in copying.context_copies(document) for source in copy.expected]
    after = [source for copy in copying.context_copies(result.document) for source in copy.expected]
    assert before == after
    flags = [
        sorted(flag.name for flag in each.view.flags) for each in document.instructions if isinstance(each.view, Copy)
    ]
    kept = [
        sorted(flag.name for flag in each.view.flags)
        for each in result.document.instructions
        if isinstance(each.view, Copy)
    ]
    assert len(kept) >= len(flags)
    if all(found.edits for found in result.findings):
        assert sources(result.document.text) == after
