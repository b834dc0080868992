"""Options of one name mean the same in every command."""

from __future__ import annotations

import itertools

import click
import pytest

from dockerfix.cli.app import app
from dockerfix.cli.command import main_command
from dockerfix.cli.migrate import migrate

COMMANDS = {"dockerfix": main_command, "app": app, "migrate": migrate}
OWN = {
    ("dockerfix", "--force"): "writes one file, in which nobody's edits are known",
    ("app", "--check"): "is about the files of an App; the main command's is about each FILE",
    ("app", "--output"): "names a module; the main command's -o writes to any path",
}
"""Options of a command that mean something else than those of the same name."""


def options(command: click.Command) -> dict[str, click.Option]:
    return {name: each for each in command.params if isinstance(each, click.Option) for name in each.opts}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(COMMANDS, 2)))
def test_an_option_is_the_same_everywhere(one: str, other: str) -> None:
    first, second = options(COMMANDS[one]), options(COMMANDS[other])
    shared = {
        name
        for name in first.keys() & second.keys()
        if not {first[name].opts[-1], second[name].opts[-1]} & {long for at, long in OWN if at in (one, other)}
    }
    assert shared >= {"--diff", "--dry-run", "--quiet", "-q", "--cog-yaml"}
    for name in shared:
        kinds = [
            (
                each.help,
                each.opts,
                each.secondary_opts,
                each.metavar,
                each.multiple,
                each.default,
                each.type.to_info_dict(),
            )
            for each in (first[name], second[name])
        ]
        assert kinds[0] == kinds[1], name


def test_migrate_has_what_sets_the_dockerfile_and_the_app() -> None:
    rewriting = {name for name, each in options(main_command).items() if getattr(each, "section", "") == "Rewriting"}
    assert rewriting
    assert options(migrate).keys() >= rewriting
    assert options(migrate).keys() >= options(app).keys() - {"-o", "--output", "--toml", "--check"}


def test_what_one_command_alone_has() -> None:
    """`migrate` lacks what is about single files and other programs, `app` what is about the Dockerfile besides."""
    files = {"-i", "--in-place", "-o", "--output", "--check", "--against", "--project", "-j", "--jobs"}
    files |= {"--exclude", "--output-format", "--format", "--statistics", "--exit-zero"}
    main = options(main_command).keys() - files - {"--version", "-h", "--help"}
    assert main <= options(migrate).keys()
    rewriting = {"--requirements", "--keep", "--drop", "--select", "--ignore", "--fal-version", "--verify"}
    rewriting |= {"--require-reason", "--no-require-reason", "--no-verify"}
    assert main - rewriting - {"--show-source"} <= options(app).keys()
