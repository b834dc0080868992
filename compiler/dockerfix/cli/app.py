"""``dockerfix app``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dockerfix.cli import exit_codes, parameter_types, streams
from dockerfix.cli.options import given, shared
from dockerfix.cli.projects import (
    adjusted,
    app_options,
    failures,
    image_dockerfile,
    is_sound,
    listed,
    print_findings,
    recover,
    settings_for,
    show_kept,
    show_plan,
    write,
)
from dockerfix.text.source import encode

if TYPE_CHECKING:
    from dockerfix.app import AppResult, ServerResult
    from dockerfix.app.migrate import Plan

APP = "fal_app.py"
_SETTINGS = ("cog_yaml", "target", "severity", "per_file_ignores", "fail_on", "verbose", "quiet", "color")
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
@click.option("--toml", is_flag=True, help="Add the entry to pyproject.toml in the project's folder, or update it.")
@shared("dockerfile-name", "diff", "overwrite")
@app_options
@shared("cog-yaml", "target", "severity", "per-file-ignores", "fail-on", "verbose", "quiet", "no-quiet", "color")
@shared("config", "no-config")
def app(
    project: Path,
    output: str,
    toml: bool,
    dockerfile_name: str | None,
    diff: bool,
    force: bool,
    config: Path | None,
    no_config: bool,
    **values: Any,
) -> int:
    """Write the fal App that serves a Cog predictor.

    PROJECT is the folder with cog.yaml (default: the working directory). The predictor is read, not run, and is not
    changed: fal_app.py imports it. Two more files, fal_call.py and fal_cog.py, do the work that Cog did around it.
    Findings go to standard error; comments in fal_app.py mark the places to check. What you changed in these files
    since dockerfix wrote them stays, as with `dockerfix migrate`. With --target server they are instead what Cog's own
    server needs beside the Dockerfile: fal_gate.py and .cog/openapi_schema.json.

    \b
    Write fal_app.py for the project in the working directory:
      dockerfix app
    Write it, and its entry in pyproject.toml:
      dockerfix app --toml
    Choose another project and a machine type:
      dockerfix app ~/models/sdxl --name sdxl --machine-type GPU-H100
    Preview the file:
      dockerfix app -o - | less
    Write what Cog's server needs, and its entry in pyproject.toml:
      dockerfix app --target server --toml
    """
    module = _module(output, project)
    if output == "-" and (toml or diff):
        raise click.UsageError("-o - prints the App and writes nothing; leave out --toml and --diff")
    from dockerfix.app import AppOptions, AppResult, build, build_server
    from dockerfix.app.write.parts import recorded
    from dockerfix.cli.rewrite import end_in_order
    from dockerfix.project.project import Project

    with failures(project):
        recover(project, writes=not diff and output != "-")
        settings = settings_for(project, given(values, _SETTINGS), config, no_config=no_config)
        if settings.target == "server" and output != APP:
            raise click.UsageError("-o names the App's file, and the target `server` has none")
        opened = Project.open(project, settings.cog_yaml)
        name = image_dockerfile(opened, project, dockerfile_name, writes=False, quiet=bool(settings.quiet))
        source = opened.read(name)
        if dockerfile_name is not None and source is None:
            raise streams.Failure(f"cannot read {project / name}: no such file, or too large")
        text = None if source is None else source.text
        options = AppOptions(dockerfile=text, dockerfile_name=name, **values)
        result = build_server(opened, options) if settings.target == "server" else build(opened, options)
        result = replace(result, findings=adjusted(result.findings, project, settings))
        print_findings(result.findings, project, settings)
        sound = is_sound(result.findings, settings)
        if not sound and not force:
            streams.say(f"{streams.PROGRAM}: nothing was written")
            return exit_codes.FOUND
        if output == "-" and isinstance(result, AppResult):
            streams.write(encode(recorded(result.text)))
        else:
            planned = _plan(project, module, result, force=force, toml=toml)
            if diff:
                show_plan(planned, settings)
            else:
                end_in_order()
                written = write(planned)
                if not settings.quiet:
                    show_kept(planned, settings)
                    what = f"{listed(written)} written" if written else "nothing to change"
                    streams.say(f"{streams.PROGRAM}: {what}")
        return exit_codes.DONE if sound else exit_codes.FOUND


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


def _plan(folder: Path, module: str, result: AppResult | ServerResult, *, force: bool, toml: bool) -> Plan:
    """The files to write."""
    from dockerfix.app import AppResult, migrate
    from dockerfix.app.write.toml import entry

    planner = migrate.Planner(folder, result.predictor.file, force=force)
    for name, text in result.files.items():
        planner.add(f"{module}.py" if name == APP else name, text, migrate.code(name))
    if toml:
        text = entry(result.settings, module) if isinstance(result, AppResult) else result.toml
        planner.add_toml(text, result.settings.app_name)
    return planner.plan
