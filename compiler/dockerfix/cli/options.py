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
    "severity": (
        ("--severity",),
        {
            "metavar": "CODE=LEVEL",
            "multiple": True,
            "type": parameter_types.Levels(),
            "help": "Report a code as error, warning or note, or turn it off.",
        },
    ),
    "per-file-ignores": (
        ("--per-file-ignores",),
        {
            "metavar": "PATTERN:CODE",
            "multiple": True,
            "type": parameter_types.Patterns(),
            "help": "Ignore a code in files with this pattern.",
        },
    ),
    "exclude": (
        ("--exclude",),
        {
            "metavar": "PATTERN",
            "multiple": True,
            "type": parameter_types.words("exclude", "pattern"),
            "help": "Leave out files and folders where a folder is given as FILE.",
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
    "require-reason": (
        ("--require-reason/--no-require-reason",),
        {"default": None, "help": "Warn of `# dockerfix: ignore` comments that give no reason."},
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
    "output-format": (
        ("--output-format",),
        {
            "type": parameter_types.choice("output-format"),
            "help": "Output format for findings (default: full). Machine formats go to stdout unless the Dockerfile or "
            "a diff is printed there.",
        },
    ),
    "format": (("--format",), {"hidden": True}),
    "verbose": (("-v", "--verbose"), {"is_flag": True, "default": None, "help": "Print every finding."}),
    "quiet": (
        ("-q", "--quiet"),
        {"count": True, "default": None, "help": "Print only warnings and errors, no summary; -qq: only errors."},
    ),
    "no-quiet": (("--no-quiet",), {"is_flag": True, "hidden": True}),
    "color": (
        ("--color",),
        {"type": parameter_types.choice("color"), "help": "When to use colours (default: auto)."},
    ),
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

FINDINGS = ("verbose", "quiet", "no-quiet", "show-source", "fail-on", "color")
"""The options that set what is said of findings."""


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
    _rename(values)
    if not values.get("quiet"):
        values["quiet"] = None  # click counts from 0
    found = {name: value for name in names if (value := values.pop(name, None)) not in (None, ())}
    for name in ("keep", "drop", "select", "ignore", "exclude"):
        if name in found:
            found[name] = frozenset().union(*found[name])
    if "severity" in found:
        found["severity"] = tuple(dict(pair for pairs in found["severity"] for pair in pairs).items())
    if "per_file_ignores" in found:
        found["per_file_ignores"] = _patterns(found["per_file_ignores"])
    both = found.get("keep", frozenset()) & found.get("drop", frozenset())
    if both:
        raise click.UsageError(f"`{min(both)}` is given to both --keep and --drop")
    return found


def _patterns(given: tuple[tuple[tuple[str, frozenset[str]], ...], ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """All patterns of the command line, relative to the working directory."""
    from pathlib import Path

    from dockerfix.cli import config

    found: dict[str, frozenset[str]] = {}
    for pattern, codes in (pair for pairs in given for pair in pairs):
        found[pattern] = found.get(pattern, frozenset()) | codes
    return config.anchored(found, Path())


def _rename(values: dict[str, Any]) -> None:
    """Give options by their former names, which work until 0.3, the names of today."""
    from dockerfix.cli import config, streams

    if values.pop("no_quiet", False):
        streams.say(f"{streams.PROGRAM}: {config.renamed('--no-quiet', '--verbose')}")
        values["verbose"] = True
    form = values.pop("format", None)
    if form is not None:
        streams.say(f"{streams.PROGRAM}: {config.renamed('--format', '--output-format')}")
        try:
            values["output_format"] = config.check(config.KEY["output-format"], config.current("format", form))
        except ValueError as error:
            raise click.UsageError(str(error)) from None
