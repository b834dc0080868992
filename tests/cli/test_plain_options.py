"""Calls that are read without click are read as click reads them, and all others are left to it."""

from __future__ import annotations

from typing import Any

import click
import pytest

import dockerfix.cli
from dockerfix.cli import plain_options
from dockerfix.cli.command import main_command
from dockerfix.cli.rewrite import Request

VALUES = {
    "--output": "out",
    "--against": "Dockerfile",
    "--cog-yaml": "a/cog.yaml",
    "--requirements": "req.txt",
    "--project": "a",
    "--exclude": "old, older",
    "--keep": "pget,tini",
    "--drop": "cog-base",
    "--select": "DF1",
    "--ignore": "DF401, DF3",
    "--target": "server",
    "--fal-version": "1.2",
    "--output-format": "json",
    "--fail-on": "note",
    "--color": "never",
    "--jobs": "2",
}
BY_CLICK = ("--config", "--format", "--no-quiet", "--severity", "--per-file-ignores")
"""What few use, or nobody should."""

OPTIONS = {
    name: [name, VALUES[each.opts[-1]]] if each.opts[-1] in VALUES else [name]
    for each in main_command.params
    if isinstance(each, click.Option)
    for name in [*each.opts, *each.secondary_opts]
    if name not in BY_CLICK
}

CALLS = {
    "nothing": [],
    "standard input": ["-"],
    "files": ["a", "b", "-"],
    "options before and after files": ["--check", "a", "-q", "b"],
    "twice": ["-q", "-q", "--keep", "pget", "--keep", "tini,", "--target", "app", "--target", "server", "a"],
    "on and off": ["--verify", "--no-verify", "a"],
    "nothing kept": ["--keep", ",", "a"],
    "to standard output": ["-o", "-", "a"],
}

LEFT = {
    "help": ["--help"],
    "glued": ["--target=server"],
    "short and glued": ["-oout"],
    "together": ["-qq", "a"],
    "the end of options": ["--", "-a"],
    "unknown": ["--unknown", "a"],
    "without a value": ["a", "-o"],
    "an option as a value": ["-o", "--check"],
    "an empty value": ["--project", "", "a"],
    "no such choice": ["--target", "other"],
    "no such construct": ["--keep", "curl"],
    "no such code": ["--select", "DF999"],
    "no number": ["-j", "many"],
    "no version": ["--fal-version", "new"],
    "kept and dropped": ["--keep", "pget", "--drop", "pget"],
    "off that is none": ["--no-quiet", "--no-target", "app"],
    **{name: [name, "DF401:note"] for name in BY_CLICK},
}


def by_click(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Request, dict[str, Any]]:
    """What the command line asks for and gives, as click reads it."""
    calls = []
    monkeypatch.setattr("dockerfix.cli.rewrite.run", lambda request, given: calls.append((request, given)))
    dockerfix.cli._run_by_click(arguments)
    (call,) = calls
    return call


@pytest.mark.parametrize("arguments", [*(["a", *each] for each in OPTIONS.values()), *CALLS.values()], ids=" ".join)
def test_a_call_means_what_it_means_to_click(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_options.read(arguments) == by_click(arguments, monkeypatch)


@pytest.mark.parametrize("arguments", LEFT.values(), ids=LEFT)
def test_what_is_left_to_click(arguments: list[str]) -> None:
    assert plain_options.read(arguments) is None
