"""The options that several commands have, each declared once: the same name, values and help everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from dockerfix.cli import parameter_types

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Option(click.Option):
    """An option with the section of the help that lists it."""

    def __init__(self, *arguments: Any, section: str = "", **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.section = section


_DECLARED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "diff": (
        ("--diff", "--dry-run"),
        {"is_flag": True, "help": "Write nothing; print a diff that `git apply` accepts."},
    ),
    "cog-yaml": (
        ("--cog-yaml",),
        {
            "metavar": "PATH",
            "type": parameter_types.path(),
            "help": "The project's cog.yaml (default: the one beside FILE).",
        },
    ),
    "project": (
        ("--project",),
        {
            "metavar": "DIR",
            "type": parameter_types.path(),
            "help": "The project's folder (default: that of cog.yaml).",
        },
    ),
    "requirements": (
        ("--requirements",),
        {
            "metavar": "FILE",
            "type": parameter_types.path(),
            "help": "Install the packages of this file, not those in cog.yaml.",
        },
    ),
    "keep": (
        ("--keep",),
        {
            "metavar": "CONSTRUCT",
            "multiple": True,
            "type": parameter_types.words("keep", "construct"),
            "help": "Keep a part of Cog: cog-base, cog-base-extras, pget or tini.",
        },
    ),
    "drop": (
        ("--drop",),
        {
            "metavar": "CONSTRUCT",
            "multiple": True,
            "type": parameter_types.words("drop", "construct"),
            "help": "Remove a part of Cog even if it seems to be in use.",
        },
    ),
    "select": (
        ("--select",),
        {
            "metavar": "CODE",
            "multiple": True,
            "type": parameter_types.words("select", "code"),
            "help": "Run only the passes with this code; a prefix such as DF1 selects every code that starts with it.",
        },
    ),
    "ignore": (
        ("--ignore",),
        {
            "metavar": "CODE",
            "multiple": True,
            "type": parameter_types.words("ignore", "code"),
            "help": "Skip the passes with this code or prefix.",
        },
    ),
    "target": (
        ("--target",),
        {
            "type": parameter_types.choice("target"),
            "help": "What the image is for: a fal.App (default), or Cog's own HTTP server.",
        },
    ),
    "fal-version": (
        ("--fal-version",),
        {
            "metavar": "VERSION",
            "type": parameter_types.Version(),
            "help": "Version of the fal SDK to install.",
        },
    ),
    "verify": (
        ("--verify/--no-verify",),
        {"default": None, "help": "Cross-check the result with dockerfile-parse."},
    ),
    "show-source": (
        ("--show-source/--no-show-source",),
        {
            "default": None,
            "help": "Show the source line under each finding (default: warnings and errors only).",
        },
    ),
    "fail-on": (
        ("--fail-on",),
        {
            "type": parameter_types.choice("fail-on"),
            "help": "Lowest severity that prevents writing and makes the exit code 1 (default: error).",
        },
    ),
    "config": (
        ("--config",),
        {
            "metavar": "PATH",
            "type": parameter_types.path(),
            "help": "Use this configuration file; don't search for one.",
        },
    ),
    "no-config": (("--no-config",), {"is_flag": True, "help": "Ignore configuration files."}),
    "quiet": (("-q", "--quiet/--no-quiet"), {"default": None, "help": "Print errors only."}),
    "dockerfile-name": (
        ("--dockerfile-name",),
        {
            "metavar": "NAME",
            "help": "Name of the image's Dockerfile in PROJECT (default: Dockerfile, or Dockerfile.fal beside a "
            "Dockerfile of your own).",
        },
    ),
    "overwrite": (
        ("--force",),
        {
            "is_flag": True,
            "help": "Replace your edits and files that dockerfix didn't write, and write even if errors were found.",
        },
    ),
}

REWRITING = ("requirements", "keep", "drop", "select", "ignore", "fal-version", "verify")
"""The options that set how a Dockerfile is rewritten."""
FINDINGS = ("show-source", "fail-on", "quiet")


def shared(*names: str, section: str = "") -> Callable[[_Function], _Function]:
    """Add options, by their names in this module, to a command, in this order."""

    def add(function: _Function) -> _Function:
        for name in reversed(names):
            declared, keywords = _DECLARED[name]
            function = click.option(*declared, cls=Option, section=section, **keywords)(function)
        return function

    return add


def option(section: str, *names: str, **keywords: Any) -> Callable[[_Function], _Function]:
    """Declare an option that one command has."""
    return click.option(*names, cls=Option, section=section, **keywords)


def given(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Take the settings that the command line gives out of `values`. Raises UsageError for --keep X with --drop X."""
    found = {name: value for name in names if (value := values.pop(name, None)) not in (None, ())}
    for name in ("keep", "drop", "select", "ignore"):
        if name in found:
            found[name] = frozenset().union(*found[name])
    both = found.get("keep", frozenset()) & found.get("drop", frozenset())
    if both:
        raise click.UsageError(f"`{min(both)}` is given to both --keep and --drop")
    return found
