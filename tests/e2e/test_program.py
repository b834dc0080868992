"""The command line of the real builds: which rows, and any project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from e2e import __main__ as program
from e2e import rows

CALLS = """
calls: [{send: {text: you}, gives: {output: {$contains: you}}}]
commands: [{run: "true"}]
real: [torch, ffmpeg]
hosts: [models.example.com]
files: [{match: "models\\\\.example\\\\.com/.*", text: weights}]
"""


def options(monkeypatch: pytest.MonkeyPatch, *words: object) -> program.argparse.Namespace:
    monkeypatch.setattr(sys, "argv", ["e2e/run", *map(str, words)])
    return program.arguments()


def test_rows_are_chosen_by_words_and_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = program.choose(options(monkeypatch, "--rows", "quoting", "runner-key", "--kind", "fixed"))
    assert {row.project for row in chosen} == {"quoting", "runner-key"}
    assert {row.kind for row in chosen} == {"fixed"}
    assert program.choose(options(monkeypatch, "--rows", "nothing-of-this-name")) == []


def test_there_are_enough_rows() -> None:
    assert len(rows.load(more=False)) >= 60


def test_any_project_needs_no_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = rows.OWN / "several-files"
    (tmp_path / "calls.yaml").write_text(CALLS, encoding="utf-8")
    words = ["--project", project, "--dockerfile", project / "Dockerfile.cog", "--call", tmp_path / "calls.yaml"]
    chosen = options(monkeypatch, *words)
    (row,) = program.choose(chosen)
    assert (row.name, row.folder) == ("several-files", project)
    tables = program.tables_for(chosen)
    assert tables["apps"][row.project]["calls"][0]["gives"] == {"output": {"$contains": "you"}}
    assert tables["checks"][row.project]["commands"] == [{"run": "true"}]
    assert tables["folder"] == tmp_path
    assert "torch" not in tables["wheels"]
    assert "ffmpeg" not in tables["debian"]
    assert "models.example.com" in tables["hosts"]
    assert tables["files"][0]["text"] == "weights"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--project", "."], "go together"),
        (["--call", "x"], "goes with them"),
        (["--project", "compiler", "--dockerfile", "Makefile"], "has no cog.yaml"),
        (["--project", "fixtures/e2e/training", "--dockerfile", "none"], "none is not a file"),
        (["--rows", "nothing-of-this-name"], "no row has such a name"),
    ],
)
def test_what_cannot_be_run_is_said(words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "e2e", *words]
    done = subprocess.run(command, cwd=rows.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
