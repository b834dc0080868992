"""``dockerfix app``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dockerfix.cli import PROGRAM, exit_codes, parameter_types, streams
from dockerfix.cli.projects import app_options, failures, print_findings
from dockerfix.text.source import encode

if TYPE_CHECKING:
    from dockerfix.app import AppResult
    from dockerfix.project.project import Project

APP = "fal_app.py"
OTHERS = frozenset({"cog", "fal", "fal_call", "fal_cog", "fal_weights"})
"""Modules that the App imports, or that are beside it."""


@click.command("app")
@click.argument("project", metavar="[PROJECT]", default=".", type=parameter_types.path())
@click.option(
    "-o",
    "--output",
    metavar="NAME",
    default=APP,
    show_default=True,
    help="File name of the App in the project's folder; - prints the App and writes nothing.",
)
@click.option("--toml", is_flag=True, help="Print the entry for pyproject.toml.")
@app_options
@click.option(
    "--dockerfile",
    metavar="FILE",
    type=parameter_types.path(),
    help="The image's Dockerfile, inside the project's folder (default: Dockerfile).",
)
@click.option(
    "--force", is_flag=True, help="Overwrite files that dockerfix didn't write, and write even if errors were found."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def app(
    project: Path, output: str, toml: bool, dockerfile: Path | None, force: bool, quiet: bool, **chosen: Any
) -> int:
    """Write the fal App that serves a Cog predictor.

    PROJECT is the folder with cog.yaml (default: the working directory). The predictor is read, not run, and is not
    changed: fal_app.py imports it. Two more files, fal_call.py and fal_cog.py, do the work that Cog did around it.
    Findings go to standard error; comments in fal_app.py mark the places to check.

    \b
    Write fal_app.py for the project in the working directory:
      dockerfix app
    Add its entry to pyproject.toml:
      dockerfix app --toml >> pyproject.toml
    Choose another project and a machine type:
      dockerfix app ~/models/sdxl --name sdxl --machine-type GPU-H100
    Preview the file:
      dockerfix app -o - | less
    """
    module = _module(output, project)
    if output == "-" and toml:
        raise click.UsageError("-o - and --toml can't be combined: both print to standard output")
    from dockerfix.app import AppOptions, build, migrate
    from dockerfix.project.project import Project

    with failures(project):
        opened = Project.open(project)
        text, name = _dockerfile(opened, project, dockerfile)
        result = build(opened, AppOptions(dockerfile=text, dockerfile_name=name, **chosen))
        print_findings(result.findings, project, quiet=quiet)
        if not result.ok and not force:
            streams.say(f"{PROGRAM}: nothing was written")
            return exit_codes.FOUND
        code = exit_codes.DONE if result.ok else exit_codes.FOUND
        if output == "-":
            streams.write(encode(migrate.stamped(result.text)))
            return code
        _write(project, module, result, force=force, toml=toml, quiet=quiet)
        return code


def _module(output: str, project: Path) -> str:
    """The name of the App's module. Raises UsageError for a file that can't hold it."""
    if output == "-":
        return APP.removesuffix(".py")
    path = Path(output)
    stem = path.name.removesuffix(".py")
    if path.name == stem or not stem.isidentifier() or stem in OTHERS:
        raise click.UsageError(f"`{output}` can't be the App's file; choose an unused module name, such as {APP}")
    if os.sep in output and os.path.realpath(path.parent) != os.path.realpath(project):
        raise click.UsageError(f"`{output}` is outside {project}; the App must be beside the predictor")
    return stem


def _dockerfile(opened: Project, folder: Path, named: Path | None) -> tuple[str | None, str]:
    """The text of the image's Dockerfile, or None, and its path in the project. Raises Failure."""
    from dockerfix.cli.locate import path_in_project
    from dockerfix.text.files import InputError, read_file
    from dockerfix.text.source import Source

    if named is None:
        present = opened.read("Dockerfile")
        return (None if present is None else present.text), "Dockerfile"
    name = path_in_project(named, folder)
    if name is None:
        raise click.UsageError(f"{named} is outside {folder}, from which fal builds the image")
    try:
        return Source.read(read_file(str(named))).text, name
    except InputError as error:
        raise streams.Failure(f"cannot read {named}: {error}") from None


def _write(folder: Path, module: str, result: AppResult, *, force: bool, toml: bool, quiet: bool) -> None:
    from dockerfix.app import migrate
    from dockerfix.app.write.toml import entry

    files = {f"{module}.py" if name == APP else name: text for name, text in result.files.items()}
    planned = migrate.Plan(folder, {name: migrate.stamped(text) for name, text in files.items()})
    if toml and (force or not planned.foreign()):
        # first, so that no file is written if this can't be printed
        streams.write(encode(entry(result.settings, module)))
    written = migrate.apply(planned, force=force)
    if not quiet:
        streams.say(f"{PROGRAM}: {_listed(written)} written" if written else f"{PROGRAM}: nothing to change")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
