"""Which files fal's client uploads: folders of COPY, and the patterns of .dockerignore."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockerfix.analysis.fal.uploads import Coverage, Ignore, matching, survey
from dockerfix.project.project import Project


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
    assert Coverage(folders).covers(path) is expected


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
ODD_PATTERNS = [
    *("a\\*", "**", "a//b", "/", "a**b", "[", "[]a]", "a/*", "/*/b", "\\!a"),
    *("***", "**/", "**/**/", "**/**", "/**/", "/**", "[]", "[!]", "[]?", "[!a]x", "[^a]x", "[a-c]", "[--a]x"),
    *("[[a]", "[a&&b]"),
]
PATHS = ["a", "a/b", "b/a", "a/b/c", "x.md", "d/x.md", "x", "d/x", "a/q/b", "a.c", "c.c", "axb", "x y", "d/a/b", "A"]


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")  # the client's own expressions
@pytest.mark.parametrize("pattern", [*PATTERNS, *ODD_PATTERNS])
def test_ignore_patterns_are_those_of_the_client(pattern: str) -> None:
    gitwildmatch = pytest.importorskip("pathspec.patterns.gitwildmatch")
    regex, _include = gitwildmatch.GitWildMatchPattern.pattern_to_regex(pattern)
    ignore = Ignore((pattern,), is_own=True)
    for path in PATHS:
        expected = bool(regex) and re.compile(regex).search(path) is not None
        assert (ignore.pattern_for(path) is not None) is expected, (pattern, path, regex)


@pytest.mark.parametrize("pattern", ["[z-a]", "x[b-a]y", "\\"])
def test_what_the_client_fails_on_matches_nothing(pattern: str, tmp_path: Path) -> None:
    ignore = Ignore((pattern,), is_own=True)
    assert [path for path in PATHS if ignore.pattern_for(path)] == []
    assert matching(tmp_path, f"{pattern}*", ignore) == []


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    ignore = Ignore((), is_own=True)
    assert matching(tmp_path, f"{'a' * 300}/*.py", ignore) == []
    assert survey(tmp_path, "a" * 300, ignore).files in (0, 1)


def test_lines_end_where_the_client_ends_them(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_bytes("a\rb\r\nc\x0bd\n# e\u2028f\n".encode())
    ignore = Ignore.of(Project.open(tmp_path))
    assert ignore.patterns == ("a", "b", "c", "d", "f")
    assert [ignore.line_of(pattern) for pattern in ignore.patterns] == [1, 1, 2, 2, 3]


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


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 60 + "b", "a" * 250),
        ("**/a/" * 30 + "b", "a/" * 2000 + "c"),
        ("*a*/" * 40 + "b", "aaaa/" * 700 + "c"),
        ("**/*a*a*/" * 20 + "b", "aaaaaa/" * 500 + "c"),
    ],
)
def test_no_path_that_nearly_matches_takes_long(pattern: str, path: str) -> None:
    assert Ignore((pattern, pattern), is_own=True).pattern_for(path) is None


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*b*c", "xaxbbxcxc"),
        ("**/a/**/b/**/c", "a/x/a/b/b/x/c"),
        ("**/a/**/**/b", "x/a/b"),
        ("a/**/b/**", "a/b/c"),
        ("**/x*y*/**/z", "q/xaybyc/z"),
    ],
)
def test_several_stars_match_as_one_does(pattern: str, path: str) -> None:
    assert Ignore((pattern, pattern), is_own=True).pattern_for(path) == pattern
