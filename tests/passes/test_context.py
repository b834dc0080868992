"""The passes about the build context: COPY in the dialect of fal's client, bind mounts, files, pins."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.analysis.context import Context
from dockerfix.analysis.fal import copies as copying
from dockerfix.analysis.fal.client import client_readings
from dockerfix.analysis.fal.uploads import MAX_NAMES, Coverage, Ignore, matching
from dockerfix.analysis.options import Options
from dockerfix.driver.defects import defects
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.passes import all_passes
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.edits import emit
from dockerfix.text.findings import Finding, Severity
from effort import examples

PASSES = {each.code: each for each in all_passes()}
NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


def outcome(
    codes: str, text: str, project: Path | None = None, cog_yaml: str | None = None, options: Options | None = None
) -> Outcome:
    passes = [PASSES[code] for code in codes.split()]
    context = Context(Project.open(project, cog_yaml), options or Options(), converting=True, era="E13")
    result = run(parse(text), context, passes)
    again = run(result.document, context, passes)
    assert again.document.text == result.document.text, "a second run changes the result"
    return result


def findings(code: str, text: str, project: Path | None = None, cog_yaml: str | None = None) -> list[Finding]:
    return list(outcome(code, text, project, cog_yaml).findings)


def sources(text: str) -> list[str]:
    return [source for reading in client_readings(text) for source in reading.sources]


def real_sources() -> Callable[[str], list[str]]:
    """The parser of fal's own client."""
    container = pytest.importorskip("fal.container")

    def read(text: str) -> list[str]:
        with contextlib.redirect_stdout(io.StringIO()):
            return list(container.DockerfileParser(text).parse_copy_add_sources())

    return read


# How the client reads

FORMS = [
    ("COPY a b /x/", ["a", "b"]),
    ("copy a /x", ["a"]),
    ("COPY\ta\t/x", ["a"]),
    ('COPY ["a b","/x"]', ["a b"]),
    ('COPY "a b" /x', ["a b"]),
    ("COPY --chown=1:2 --link --exclude=*.a a /x", ["a"]),
    ("COPY /a /x", ["a"]),
    ("COPY a \\\n  b \\\n\n /x/", ["a", "b"]),
    ("COPY --from=deps /dep /dep", []),
    ("ADD https://example.org/a /x", []),
    ("  COPY a /x", []),
    ("COPY --link --from=deps /dep /dep", ["dep"]),
    ("COPY --link --from=deps / /", [""]),
    ("COPY a \\\n# note\n b /x/", ["a", "#"]),
    ("COPY a \\ \n b /x/", []),
    ("COPY a \\\r\n b /x/", []),
    ("COPY a b /x/\r\n", ["a", "b"]),
    ("COPY a `\n b /x/", ["a"]),
    ("COPY <<EOF /x\nbody\nEOF", ["<<EOF"]),
    ("RUN <<EOF\nCOPY a b\nEOF", ["a"]),
    ("COPY ${VAR} /x", ["${VAR}"]),
    ("ONBUILD COPY a /x", []),
    ("RUN --mount=type=bind,source=a,target=/a true", []),
    ("ADD https://example.org/a local /x/", []),
    ("ADD git@host:r.git /x", ["git@host:r.git"]),
    ("ADD --keep-git-dir=true foo /x", ["-git-dir=true", "foo"]),
    ("COPY foo--bar.txt /x", ["foo.txt"]),
    ("COPY a /x]", []),
    ("COPY it's /x", []),
    ('COPY --chown="a b" x /x', []),
    ("COPY a /x # note", ["a", "/x", "#"]),
    ("# note \\\nCOPY a /x", []),
    ("RUN a\\\\\nCOPY a /x", []),
    ("COPY\n\na /x", ["a"]),
    ("COPY", []),
    ("COPY   \n", []),
    ("COPY \\", []),
    ('COPY [["a"],"b"]', []),
    ("COPY {}] ]", []),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_what_the_client_reads(text: str, expected: list[str]) -> None:
    assert sources(text) == [source.lstrip("/") for source in expected]
    assert real_sources()(text) == sources(text)


@pytest.mark.parametrize(("text", "_expected"), FORMS)
def test_places_of_readings_are_those_of_the_text(text: str, _expected: list[str]) -> None:
    for reading in client_readings(f"FROM x \\\n  \nAS b\n{text}"):
        assert f"FROM x \\\n  \nAS b\n{text}"[reading.offset :][:4].upper().startswith(("COPY", "ADD"))


# COPY and ADD in the client's dialect

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


# Patterns


def test_patterns_become_names(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "c.txt", ".hidden.py", "d.md"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "e.py").write_text("x")
    text = outcome("DF304", "FROM x\n  COPY *.py c.txt /x/\nCOPY s?b/[a-e].py /e\n", tmp_path).document.text
    assert text == "FROM x\nCOPY .hidden.py a.py b.py c.txt /x/\nCOPY sub/e.py /e\n"


def test_patterns_that_can_not_become_names(tmp_path: Path) -> None:
    for number in range(MAX_NAMES + 1):
        (tmp_path / f"{number}.many").write_text("x")
    (tmp_path / "a.link").symlink_to("0.many")
    (tmp_path / "[.odd").write_text("x")
    for pattern in ("*.many", "*.link", "**/x", "../*.many", "*.odd"):
        assert [each.severity for each in findings("DF304", f"FROM x\nCOPY {pattern} /x/\n", tmp_path)] == [ERROR]
    assert [each.severity for each in findings("DF304", "FROM x\nCOPY [01].many /x\n", tmp_path)] == [ERROR]
    assert [each.severity for each in findings("DF304", "FROM x\nCOPY *.none /x/\n", tmp_path)] == [WARNING]
    text = outcome("DF304", "FROM x\nCOPY *.none 1.many /x/\n", tmp_path).document.text
    assert text == "FROM x\nCOPY 1.many /x/\n"


def test_patterns_in_a_folder_that_is_uploaded_stay(tmp_path: Path) -> None:
    text = "FROM x\nCOPY data /data\nCOPY data/*.bin /x/\n"
    assert outcome("DF304", text, tmp_path).document.text == text
    assert findings("DF304", text, tmp_path) == []


@pytest.mark.parametrize(
    ("folders", "path", "expected"),
    [
        (["."], "a/*.py", True),
        (["/"], "x", True),
        (["a"], "a/b", True),
        (["a/"], "a", True),
        (["./a"], "a/b/*.c", True),
        (["a"], "ab", False),
        (["a"], "a*", False),
        (["*"], "a", False),
        (["a/b"], "a", False),
    ],
)
def test_coverage(folders: list[str], path: str, expected: bool) -> None:
    assert Coverage(folders).brings(path) is expected


# The patterns of .dockerignore

PATTERNS = [
    "*.md",
    "a",
    "a/",
    "/a",
    "a/b",
    "**/x",
    "a/**",
    "a/**/b",
    "!a",
    "./a",
    "*",
    "?.c",
    "[ab].c",
    "[!a].c",
    "a*b",
    "x y",
]
PATHS = ["a", "a/b", "b/a", "a/b/c", "x.md", "d/x.md", "x", "d/x", "a/q/b", "a.c", "c.c", "axb", "x y", "d/a/b", "A"]


@pytest.mark.parametrize("pattern", [*PATTERNS, "a\\*", "**", "a//b", "/", "a**b", "[", "[]a]", "a/*", "/*/b", "\\!a"])
def test_ignore_patterns_are_those_of_the_client(pattern: str) -> None:
    gitwildmatch = pytest.importorskip("pathspec.patterns.gitwildmatch")
    regex, _include = gitwildmatch.GitWildMatchPattern.pattern_to_regex(pattern)
    ignore = Ignore((pattern,), is_own=True)
    for path in PATHS:
        expected = bool(regex) and re.compile(regex).search(path) is not None
        assert (ignore.pattern_for(path) is not None) is expected, (pattern, path, regex)


def test_patterns_without_the_client() -> None:
    ignore = Ignore(("*.md", "!keep.txt", "./src", "/top", "folder/"), is_own=True)
    left_out = [
        path
        for path in ("a/b.md", "keep.txt", "src", "top", "a/top", "a/folder/x", "b.txt")
        if ignore.pattern_for(path)
    ]
    assert left_out == ["a/b.md", "keep.txt", "top", "a/folder/x"]


def test_no_pattern_takes_long(tmp_path: Path) -> None:
    ignore = Ignore(("*a" * 30, "[" * 50, "**/" * 40 + "x"), is_own=True)
    assert ignore.pattern_for("b" * 60) is None
    assert matching(tmp_path, "*a" * 30, ignore) == []


# Bind mounts


@pytest.mark.parametrize(
    ("flags", "copies", "left"),
    [
        ("--mount=type=bind,source=a,target=/b", ["COPY a /b"], ""),
        ("--mount=src=a,dst=/b", ["COPY a /b"], ""),
        ("--mount=type=bind,source=/a/,destination=/b/,ro", ["COPY a /b"], ""),
        ("--mount=type=bind,target=/b", ["COPY . /b"], ""),
        ("--mount=type=bind,source=.,target=b", ["COPY . b"], ""),
        ("--mount=type=bind,source=${F:-f},target=/b", ["COPY f /b"], ""),
        ('--mount=type=bind,source="a b",target=/b', ['COPY ["a b", "/b"]'], ""),
        ("--mount=type=bind,source=a--b,target=/b", None, ""),
        ("--mount=type=bind,from=,source=a,target=/b", ["COPY a /b"], ""),
        ("--mount=type=bind,target=/s --mount=type=bind,source=x,target=/s/x", ["COPY . /s", "COPY x /s/x"], ""),
        ("--network=none --mount=type=bind,source=a,target=/b", ["COPY a /b"], "--network=none "),
        (
            "--mount=type=cache,target=/c --mount=type=bind,source=a,target=/b --mount=type=secret,id=s",
            ["COPY a /b"],
            "--mount=type=cache,target=/c --mount=type=secret,id=s ",
        ),
    ],
)
def test_bind_mounts(flags: str, copies: list[str] | None, left: str) -> None:
    command = "echo --mount=type=bind,source=z,target=/z 'it'"
    text = outcome("DF305", f"FROM scratch\nRUN {flags} {command}\n").document.text
    if copies is None:
        assert text == f"FROM scratch\nRUN {flags} {command}\n"
        return
    count = " (2 instructions)" if len(copies) == 2 else ""
    these = "these" if len(copies) == 2 else "this"
    comment = f"# dockerfix[DF305]: the RUN below mounted {these} from the project{count}"
    assert text == "\n".join(["FROM scratch", comment, *copies, f"RUN {left}{command}", ""])


@pytest.mark.parametrize(
    "flags",
    [
        "--mount=type=bind,from=st,source=a,target=/b",
        "--mount=type=cache,target=/c",
        "--mount=type=tmpfs,target=/c",
        "--mount=type=secret,id=a,target=/b",
        "--mount=type=ssh",
        "",
    ],
)
def test_other_mounts_stay(flags: str) -> None:
    text = f"FROM x AS st\nFROM y\nRUN {flags} echo\n"
    result = outcome("DF305", text)
    assert (result.document.text, result.findings) == (text, ())


@pytest.mark.parametrize(
    "flags",
    [
        "--mount=type=bind,source=$F,target=/b",
        "--mount=type=bind,source=a",
        "--mount=type=bind,source=../a,target=/b",
        "--mount=type=bind,source=*.a,target=/b",
        "--mount=type=tmpfs,target=/b --mount=type=bind,source=a,target=/b/a",
    ],
)
def test_mounts_that_can_not_be_copied(flags: str) -> None:
    text = f"FROM x\nRUN {flags} echo\n"
    result = outcome("DF305", text)
    assert result.document.text == text
    assert [each.severity for each in result.findings] == [ERROR]
    assert [each.severity for each in outcome("DF305", f"{text}COPY . /src\n").findings] == [WARNING]


def test_nothing_but_the_flag_is_taken_from_a_run() -> None:
    text = (
        "FROM x\nRUN \\\n  --mount=type=bind,source=a,target=/a \\\n  # note\n"
        "  --mount=type=cache,target=/c --mount=type=bind,source=b,target=/b \\\n    cmd \\\n\tmore\n"
    )
    result = outcome("DF305", text).document.text
    assert result.endswith("RUN \\\n  # note\n  --mount=type=cache,target=/c \\\n    cmd \\\n\tmore\n")


# What lies in the project


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_text("x")
    return root


def found_in(project: Path, *lines: str, cog_yaml: str | None = None) -> list[tuple[Severity, str]]:
    text = "FROM x\n" + "".join(f"{line}\n" for line in lines)
    return [(each.severity, each.message) for each in findings("DF306", text, project, cog_yaml)]


def test_a_plain_project_is_fine(tmp_path: Path) -> None:
    tree(tmp_path, "predict.py", "sub/a.txt", ".git/HEAD", "README.md")
    assert found_in(tmp_path, "COPY sub /x", "COPY . /src", "COPY a*b /x/") == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("COPY gone /x", ERROR),
        ("COPY gone /src/gone", WARNING),
        ("COPY weights/a /src/weights/a/", WARNING),
        ("COPY ../gone /x", ERROR),
        ("COPY a/../../b /x", ERROR),
        ("COPY predict.py /x # note", ERROR),
        ("COPY README.md /x", ERROR),
        ("COPY docs /docs", ERROR),
        ("COPY empty /x", ERROR),
        ("COPY $V /x", None),
        ("COPY --from=st gone /x", None),
        ("ADD https://example.org/gone /x", None),
        ("COPY /predict.py ./sub//a.txt /x/", None),
    ],
)
def test_sources(tmp_path: Path, line: str, severity: Severity | None) -> None:
    tree(tmp_path, "predict.py", "README.md", "docs/a.md", "sub/a.txt")
    (tmp_path / "empty").mkdir()
    found = findings("DF306", f"FROM x AS st\nFROM y\n{line}\n", tmp_path)
    assert [each.severity for each in found if each.severity is not NOTE] == ([severity] if severity else [])


def test_links(tmp_path: Path) -> None:
    project = tree(tmp_path / "project", "a.txt", "folder/b.txt")
    tree(tmp_path, "outside.txt")
    (project / "in").symlink_to("a.txt")
    (project / "dir").symlink_to("folder")
    (project / "broken").symlink_to("nowhere")
    assert [severity for severity, _ in found_in(project, "COPY . /src")] == [WARNING, WARNING]
    assert [severity for severity, _ in found_in(project, "COPY in /x")] == [ERROR]
    assert [severity for severity, _ in found_in(project, "COPY broken /x")] == [ERROR]
    (project / "folder" / "out").symlink_to("../../outside.txt")
    severities = [severity for severity, message in found_in(project, "COPY . /src") if "folder/out" in message]
    assert severities == [ERROR]
    (project / ".dockerignore").write_text("out\nbroken\nin\n/dir\n")
    assert found_in(project, "COPY . /src") == []


def test_large_files_and_empty_folders(tmp_path: Path) -> None:
    tree(tmp_path, "a.txt")
    (tmp_path / "empty").mkdir()
    with (tmp_path / "large.bin").open("wb") as stream:
        stream.truncate((1 << 30) + 1)
    with (tmp_path / "fits.bin").open("wb") as stream:
        stream.truncate(1 << 30)
    found = found_in(tmp_path, "COPY . /src")
    assert [severity for severity, _ in found] == [ERROR, NOTE]
    assert "`large.bin`" in found[0][1]
    assert "fits.bin" not in found[0][1]


def test_ignore_files(tmp_path: Path) -> None:
    tree(tmp_path, "predict.py", "keep.txt", "README.md", "sub/a.txt")
    (tmp_path / "setup.py").write_text("open('README.md')")
    cog_yaml = "build:\n  python_version: '3.11'\npredict: predict.py:Predictor\n"
    found = found_in(tmp_path, "COPY . /src", cog_yaml=cog_yaml)
    assert [severity for severity, _ in found] == [WARNING]
    assert "`setup.py` reads `README.md`" in found[0][1]
    (tmp_path / ".dockerignore").write_text("# all\n*\n!predict.py\r\n./sub\n")
    found = found_in(tmp_path, "COPY . /src", cog_yaml=cog_yaml)
    assert [severity for severity, _ in found] == [ERROR, WARNING, WARNING, WARNING]
    assert "`predict.py`" in found[0][1]
    assert "`!predict.py`" in found[2][1]
    assert "`./sub`" in found[3][1]
    (tmp_path / ".dockerignore").write_text("__pycache__\n\n*.pyc\n")
    assert found_in(tmp_path, "COPY . /src", "COPY README.md /x", cog_yaml=cog_yaml) == []


def test_without_a_project_only_the_text_is_looked_at() -> None:
    assert findings("DF306", "FROM x\nCOPY gone /x\nCOPY ../a /b\n") == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("COPY --from=assets a /x", WARNING),
        ("COPY --from=cog_build a /x", ERROR),
        ("COPY --from=st a /x", None),
        ("COPY --from=ST a /x", None),
        ("COPY --from=0 a /x", None),
        ("COPY --from=nginx:1 a /x", None),
        ("COPY --from=ghcr.io/a/b a /x", None),
        ("RUN --mount=type=bind,from=assets,target=/x ls", WARNING),
        ("RUN --mount=type=ssh git clone x", ERROR),
        ("ADD git@example.org:a.git /x", ERROR),
        ("ADD ssh://git@example.org/a.git /x", ERROR),
        ("ADD https://example.org/a.git /x", None),
        ("RUN --mount=type=secret,id=a cat", NOTE),
        ("RUN --mount=type=secret,target=/run/a cat", NOTE),
        ("VOLUME /data", WARNING),
        ('VOLUME ["/x", "/src/weights"]', WARNING),
        ("VOLUME /database", None),
        ("HEALTHCHECK CMD true", NOTE),
        ("HEALTHCHECK NONE", None),
        ("USER app", WARNING),
        ("USER app\nUSER root", None),
        ("USER 0:0", None),
        ("USER $USER", None),
    ],
)
def test_instructions(line: str, severity: Severity | None) -> None:
    found = findings("DF306", f"FROM x AS st\nFROM y\n{line}\n")
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_a_secret_is_named_once() -> None:
    found = findings("DF306", "FROM x\n" + "RUN --mount=type=secret,id=a cat\n" * 3)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("FROM --platform=linux/arm64 x\n", [ERROR]),
        ("FROM --platform=linux/arm64 x AS a\nFROM y\nCOPY --from=a b /b\n", [WARNING]),
        ("FROM --platform=linux/amd64 x\n", []),
        ("FROM --platform=$BUILDPLATFORM x\n", []),
    ],
)
def test_platforms(text: str, severities: list[Severity]) -> None:
    assert [each.severity for each in findings("DF306", text)] == severities


# Pins


def pinned(*packages: str, python: str = "3.11") -> str:
    return f'build:\n  python_version: "{python}"\n  python_packages:\n' + "".join(
        f"    - {json.dumps(each)}\n" for each in packages
    )


@pytest.mark.parametrize(
    ("package", "severity"),
    [
        ("pydantic<2", WARNING),
        ("pydantic==1.10.13", WARNING),
        ("Pydantic~=1.10", WARNING),
        ("pydantic>=1.9", None),
        ("pydantic", None),
        ("pydantic<2 ; python_version < '3.8'", None),
        ("fastapi==0.200.0", WARNING),
        ("fastapi<0.99", WARNING),
        ("fastapi==0.110.0", None),
        ("protobuf<3.20", WARNING),
        ("protobuf==4.25.1", None),
        ("pydantic-settings<2", None),
        ("fal==1.0.0", NOTE),
        ("fal", None),
        ("torch==2.1.0", None),
    ],
)
def test_pins(package: str, severity: Severity | None) -> None:
    found = findings("DF307", "FROM python:3.11-slim\n", None, pinned("numpy", package))
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all((each.file, each.line) == ("cog.yaml", 5) for each in found)
    command = package.replace("'", '"')
    found = findings("DF307", f"FROM python:3.11-slim\nRUN python -m pip install -q '{command}' x\n")
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_pins_count_once_and_not_for_a_server() -> None:
    text = "FROM python:3.11-slim\nRUN pip install 'pydantic<2'\n"
    assert len(findings("DF307", text, None, pinned("pydantic<2"))) == 1
    assert outcome("DF307", text, options=Options(target="server")).findings == ()


def test_pins_of_a_block_count_without_cog_yaml() -> None:
    text = (
        "FROM python:3.11-slim\n# dockerfix[DF201]: python_packages of cog.yaml\nRUN pip install \\\n    'pydantic<2'\n"
    )
    assert len(findings("DF307", text)) == 1
    assert findings("DF307", text, None, pinned("numpy")) == []


def test_pins_of_requirements_files(tmp_path: Path) -> None:
    (tmp_path / "cog.yaml").write_text("build:\n  python_version: '3.11'\n  python_requirements: r.txt\n")
    (tmp_path / "r.txt").write_text("numpy\n-r more.txt\n-c caps.txt\n")
    (tmp_path / "more.txt").write_text("pydantic<2\n")
    (tmp_path / "caps.txt").write_text("fastapi<0.1\n")
    found = findings("DF307", "FROM python:3.11-slim\n", tmp_path)
    assert [(each.file, each.line) for each in found] == [("more.txt", 1)]
    options = Options(requirements="numpy\n# x\nprotobuf<3\n", requirements_path="given.txt")
    found = list(outcome("DF307", "FROM python:3.11-slim\n", tmp_path, options=options).findings)
    assert [(each.file, each.line) for each in found] == [("given.txt", 3)]


@pytest.mark.parametrize(
    ("image", "severity"), [("3.7", ERROR), ("3.8", WARNING), ("3.9.1", WARNING), ("3.10", None), ("3.13", None)]
)
def test_pythons(image: str, severity: Severity | None) -> None:
    found = findings(
        "DF307", f"FROM python:{image}-slim\n", None, pinned(python=image).replace("  python_packages:\n", "")
    )
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all((each.file, each.line) == ("cog.yaml", 2) for each in found)


SECRET = "hunter2"


@pytest.mark.parametrize(
    "lines",
    [
        f"  python_packages:\n    - --extra-index-url https://a:{SECRET}@example.org/simple\n",
        f"  python_packages:\n    - x @ git+https://{SECRET}@example.org/x.git\n",
        f"  python_packages:\n    - x --find-links=https://example.org/?token={SECRET}\n",
        f"  python_extra_index_urls:\n    - https://a:{SECRET}@example.org/simple\n",
        f"  python_find_links:\n    - https://example.org/?token={SECRET}\n",
    ],
)
def test_credentials_are_an_error_and_are_not_shown(lines: str) -> None:
    found = findings("DF307", "FROM python:3.11-slim\n", None, "build:\n  python_version: '3.11'\n" + lines)
    assert [(each.severity, each.file, each.line) for each in found] == [(ERROR, "cog.yaml", 4)]
    assert SECRET not in found[0].message
    assert "build secret" in found[0].message


@pytest.mark.parametrize(
    ("command", "warns"),
    [
        (f"git clone https://a:{SECRET}@example.org/x.git", True),
        (f"curl 'https://example.org/x?token={SECRET}' -o x", True),
        ("git clone https://git@example.org/x.git", False),
        ("git clone ssh://git@example.org/x.git", False),
        ("git clone https://$USER:${TOKEN}@example.org/x.git", False),
        ("git clone https://oauth2:$(cat /run/secrets/t)@example.org/x.git", False),
        ('curl "https://example.org/x?token=$TOKEN" -o x', False),
        ("pip install x@https://example.org/x.whl", False),
    ],
)
def test_credentials_in_commands(command: str, warns: bool) -> None:
    found = findings("DF307", f"FROM python:3.11-slim\nRUN {command}\n")
    assert [each.severity for each in found] == ([WARNING] if warns else [])
    assert all(SECRET not in each.message for each in found)


# Both readers, on anything

NAMES = [
    "a",
    "b.txt",
    "d/x",
    "./c",
    "/abs",
    "f--b",
    "it\\'s",
    '"q"',
    "'q'",
    "$V",
    "${W}/x",
    "${N:-d}",
    "$U",
    "a]",
    "~",
    "ü",
    ".",
]
URLS = ["https://example.org/x", "http://example.org/a.git"]
FLAGS = ["--chown=1:2", "--link", "--from=st", "--exclude='x'", "--keep-git-dir=true"]
GAPS = [" ", " ", " ", "\t", " \\\n  ", " \\ \n", " \\\n\n", " \\\n# note\n  ", " \\\r\n", " \\\n # n \\\n "]


@st.composite
def copies(draw: st.DrawFn) -> str:
    keyword = draw(st.sampled_from(["COPY", "ADD", "copy"]))
    names = NAMES + (URLS if keyword == "ADD" else [])
    words = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    words.append(draw(st.sampled_from(["/x/", "./", "/y]", "$V/", "/o--p/"])))
    flags = draw(st.lists(st.sampled_from(FLAGS), max_size=2))
    parts = [*flags, *([json.dumps(words)] if draw(st.booleans()) and draw(st.booleans()) else words)]
    indent = draw(st.sampled_from(["", "", "", " ", "\t"]))
    return indent + keyword + "".join(draw(st.sampled_from(GAPS)) + part for part in parts)


OTHERS = [
    "# c \\",
    "RUN echo a\\\\",
    "RUN <<EOF\ncopy 1 2\nEOF",
    "RUN x && \\\n# k\nadd l m",
    "RUN foo \\ \ncopy 1 2",
    "ENV X=1",
]


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


@examples
@given(st.lists(st.one_of(copies(), st.sampled_from(OTHERS), st.text(max_size=12)), min_size=1, max_size=4))
def test_the_client_is_read_as_it_reads(lines: list[str]) -> None:
    read = real_sources()
    text = "\n".join(lines)
    assert read(text) == sources(text)
