"""What the workflows run for a release and for the monthly refresh."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

import check_release
import dockerfix
import refresh
from check_release import entries, notes, problems
from places import ROOT

TODAY = date(2026, 11, 28)
CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.2.0] - 2026-11-28

### Added

- One thing.

## [1.1.0] - 2026-10-01

- Another.

[Unreleased]: https://example.org/compare/v1.2.0...main
[1.2.0]: https://example.org/releases/v1.2.0
"""


class TestRelease:
    def test_a_sound_one(self) -> None:
        assert problems("v1.2.0", "1.2.0", CHANGELOG, TODAY) == []
        assert notes("1.2.0", CHANGELOG) == "### Added\n\n- One thing.\n"
        assert notes("1.1.0", CHANGELOG) == "- Another.\n"
        alone = "## [Unreleased]\n\n[Unreleased]: https://example.org/commits\n"
        assert [each.text for each in entries(alone)] == [""]

    @pytest.mark.parametrize(
        ("tag", "old", "new", "problem"),
        [
            ("v1.3.0", "", "", "the tag is v1.3.0, and the package says 1.2.0: its tag is v1.2.0"),
            ("1.2.0", "", "", "the tag is 1.2.0, and the package says 1.2.0: its tag is v1.2.0"),
            ("v1.2.0", "## [Unreleased]\n", "## [Unreleased]\n\n- More.\n", "CHANGELOG.md has changes under"),
            ("v1.2.0", "## [Unreleased]\n\n", "", "CHANGELOG.md has no [Unreleased] on top"),
            ("v1.2.0", " - 2026-11-28", "", "the entry 1.2.0 in CHANGELOG.md needs a date: `## [1.2.0] - 2026-11-28`"),
            ("v1.2.0", "2026-11-28", "28.11.2026", "the entry 1.2.0 in CHANGELOG.md needs a date"),
            ("v1.2.0", "2026-11-28", "2026-11-29", "the entry 1.2.0 in CHANGELOG.md has a date in the future"),
            ("v1.2.0", "## [1.2.0]", "## [1.2.1]", "the topmost release in CHANGELOG.md is 1.2.1, not 1.2.0"),
            ("v1.2.0", "### Added\n\n- One thing.\n", "", "the entry 1.2.0 in CHANGELOG.md is empty"),
        ],
    )
    def test_what_is_refused(self, tag: str, old: str, new: str, problem: str) -> None:
        (found,) = problems(tag, "1.2.0", CHANGELOG.replace(old, new, 1) if old else CHANGELOG, TODAY)
        assert found.startswith(problem)

    def test_the_command(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        text = CHANGELOG.replace("1.2.0", dockerfix.__version__)
        (tmp_path / "CHANGELOG.md").write_text(text)
        monkeypatch.setattr(check_release, "CHANGELOG", tmp_path / "CHANGELOG.md")
        monkeypatch.setenv("TAG", f"v{dockerfix.__version__}")
        monkeypatch.setenv("NOTES", str(tmp_path / "notes.md"))
        check_release.main([])
        assert (tmp_path / "notes.md").read_text() == "### Added\n\n- One thing.\n"
        monkeypatch.setenv("TAG", "v0")
        with pytest.raises(SystemExit, match="the tag is v0"):
            check_release.main([])

    def test_our_changelog_is_in_that_form(self) -> None:
        found = entries(check_release.CHANGELOG.read_text("utf-8"))
        assert found[0].version == "Unreleased"
        assert found[1].version == dockerfix.__version__
        for entry in found[1:]:
            assert date.fromisoformat(entry.date or "")
            assert entry.text


class TestRefresh:
    def test_the_text_of_the_pull_request(self) -> None:
        text = refresh.report(["a new\nfield"], "--- a\n+++ b\n+```\n")
        assert "\n- [ ] a new field\n" in text
        assert "\n````diff\n--- a\n+++ b\n+```\n````\n" in text
        assert "Nothing changed." in refresh.report([], "")
        assert len(refresh.report([], "+x\n" * 40_000)) < 65_536

    @pytest.mark.skipif(shutil.which("git") is None, reason="no git")
    def test_it_is_proposed(self, tmp_path: Path) -> None:
        """With a repository in place of GitHub's, and a `gh` that writes down how it is called."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        work, tools = tmp_path / "work", tmp_path / "bin"

        def run(*command: str, folder: Path = work) -> str:
            done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
            return done.stdout

        (work / "tools").mkdir(parents=True)
        tools.mkdir()
        (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ "$1 $2" != "pr view" ]\n')
        (tools / "gh").chmod(0o755)
        env["PATH"] = f"{tools}:{env['PATH']}"
        shutil.copy(ROOT / "tools" / "propose_refresh.sh", work / "tools")
        (work / "facts").write_text("old\n")
        run("git", "init", "-q", "--bare", str(tmp_path / "origin"), folder=tmp_path)
        run("git", "init", "-q")
        run("git", "remote", "add", "origin", str(tmp_path / "origin"))
        run("git", "add", "-A")
        run("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first")
        (work / "build").mkdir()
        (work / "build" / "refresh.patch").write_text("")
        assert run("bash", "tools/propose_refresh.sh") == "the tables are up to date\n"
        (work / "facts").write_text("new\n")
        patch = run("git", "diff")
        run("git", "checkout", "-q", "facts")
        (work / "build" / "refresh.patch").write_text(patch)
        run("bash", "tools/propose_refresh.sh")
        (branch,) = run("git", "branch", "--format=%(refname:short)", folder=tmp_path / "origin").split()
        assert branch.startswith("refresh-20")
        assert run("git", "show", f"{branch}:facts", folder=tmp_path / "origin") == "new\n"
        assert (tmp_path / "calls").read_text().splitlines() == [
            "auth setup-git",
            f"pr view {branch}",
            f"pr create --head {branch} --title Refresh the tables of facts --body-file build/refresh.md",
        ]
