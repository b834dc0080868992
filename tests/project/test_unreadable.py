"""Folders and files of a project that can't be read, or are too many."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from dockerfix.analysis.fal import uploads
from dockerfix.analysis.fal.uploads import Ignore, matching, survey
from dockerfix.driver.rewrite import rewrite
from dockerfix.project import files
from dockerfix.project.project import ConfigError, Project

CLOSED = "closed"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a folder and a file that nobody may read, whoever runs the tests."""

    def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            if Path(path).name == CLOSED:
                raise PermissionError(13, "Permission denied", str(path))
            return function(path, *arguments, **named)

        return call

    for name in ("a.py", "b/c.py", f"{CLOSED}/d.py", f"e/{CLOSED}"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("import structlog\n")
    monkeypatch.setattr(os, "scandir", refusing(os.scandir))
    monkeypatch.setattr(Path, "open", refusing(Path.open))
    return tmp_path


def test_a_folder_that_cannot_be_read_is_passed_over(folder: Path) -> None:
    assert tuple(Project.open(folder).files()) == ("a.py", "b/c.py", f"e/{CLOSED}")
    assert Project.open(folder).python_files() == ("a.py", "b/c.py")


def test_a_file_that_cannot_be_read_is_not_there(folder: Path) -> None:
    assert Project.open(folder).read(f"e/{CLOSED}") is None


def test_a_folder_that_cannot_be_read_holds_nothing_to_upload(folder: Path) -> None:
    project = Project.open(folder)
    assert matching(folder, f"{CLOSED}/*.py", Ignore.of(project)) == []
    assert survey(folder, ".", Ignore.of(project)).files == 3


def test_a_pattern_in_a_folder_of_too_many_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / name).write_text("")
    ignore = Ignore.of(Project.open(tmp_path))
    assert matching(tmp_path, "?", ignore) == ["a", "b", "c"]
    monkeypatch.setattr(uploads, "MAX_ENTRIES", 1)
    assert matching(tmp_path, "?", ignore) is None


def test_a_survey_of_too_many_files_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("")
    ignore = Ignore.of(Project.open(tmp_path))
    assert not survey(tmp_path, ".", ignore).truncated
    monkeypatch.setattr(uploads, "MAX_ENTRIES", 4)
    found = survey(tmp_path, ".", ignore)
    assert (found.truncated, found.files) == (True, 1)


def test_a_file_that_goes_while_it_is_looked_at_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("")
    (tmp_path / "b").write_text("")
    ignore = Ignore.of(Project.open(tmp_path))
    scandir = os.scandir

    def then_gone(path: Any) -> Any:
        with scandir(path) as found:
            entries = list(found)
        (tmp_path / "b").unlink(missing_ok=True)
        return nullcontext(entries)

    monkeypatch.setattr(os, "scandir", then_gone)
    assert survey(tmp_path, ".", ignore).files == 1


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="this Python goes no further into the loop")
def test_a_link_to_itself_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert files.leaves(tmp_path, "loop/x")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    assert files.leaves(tmp_path, name) == ("\0" in name)
    with pytest.raises(ConfigError, match="no such file"):
        Project.open(tmp_path, Path(name))


def test_the_first_bytes_of_an_unreadable_file(folder: Path) -> None:
    assert files.peek(folder / "e" / CLOSED) == b""
    assert files.peek(folder / "a.py", 6) == b"import"


PGET = """\
FROM python:3.11-slim
RUN curl -o /usr/local/bin/pget -L "https://github.com/replicate/pget/releases/latest/download/pget_Linux_x86_64" && \\
    chmod +x /usr/local/bin/pget
COPY . /src
CMD ["python", "-m", "cog.server.http"]
"""


def said(folder: Path, code: str) -> list[str]:
    """The messages of one code about a Dockerfile that installs pget."""
    (folder / "cog.yaml").write_text("build:\n  python_version: '3.11'\n")
    return [finding.message for finding in rewrite(PGET, project=folder).findings if finding.code == code]


def test_what_cannot_be_searched_is_told_and_may_call_anything(folder: Path) -> None:
    assert said(folder, "DF107") == [f"keeps pget: `{CLOSED}` can't be searched for calls of it"]
    found = said(folder, "DF306")
    assert f"`{CLOSED}` can't be read, so it isn't checked, and fal's client can't upload it" in found
    text = f"`{CLOSED}` can't be read or is too large, so calls and imports in it are unknown"
    assert text in found or any(message.startswith(f"`{CLOSED}`, ") for message in found)


def test_code_that_is_too_large_is_told(tmp_path: Path) -> None:
    with (tmp_path / "a.py").open("wb") as stream:
        stream.truncate(10 << 30)
    (tmp_path / "b.py").symlink_to("nothing")
    (tmp_path / "weights.bin").write_bytes(b"")
    assert said(tmp_path, "DF107") == ["keeps pget: `a.py` can't be searched for calls of it"]
    assert "`a.py` can't be read or is too large, so calls and imports in it are unknown" in said(tmp_path, "DF306")


def test_a_limit_of_the_search_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    assert said(tmp_path, "DF107") == ["removes the install of pget, which nothing in the project calls"]
    assert said(tmp_path, "DF306") == []
    monkeypatch.setattr("dockerfix.project.project.MAX_FILES", 1)
    assert said(tmp_path, "DF107") == ["keeps pget: the project has too much code to search all of it for calls of it"]
    assert "the project has too much code to search all of it; calls and imports in the rest are unknown" in said(
        tmp_path, "DF306"
    )
