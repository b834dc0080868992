"""``dockerfix app``."""

from __future__ import annotations

import os
import shlex
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
    from dockerfix.cli.config import Settings

APP = "fal_app.py"
_SETTINGS = ("cog_yaml", "target", "severity", "per_file_ignores", "fail_on", "verbose", "quiet", "color")
OTHERS = frozenset({"cog", "fal", "fal_call", "fal_cog", "fal_weights"})
"""Modules that the App imports, or that are beside it."""


@click.command("app")
@click.argument("projects", metavar="[PROJECT]", nargs=-1, type=parameter_types.path())
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file of an App is out of date.")
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
def app(  # noqa: PLR0913, PLR0917 - one for each option
    projects: tuple[Path, ...],
    check: bool,
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

    --check takes several PROJECTs, and files: a file means the project that it is in, if dockerfix wrote an App there.
    What you changed in the App is not out of date. A pre-commit hook does this.

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
    Fail in CI if an App is out of date:
      dockerfix app --check models/*
    """
    if check and output == "-":
        raise click.UsageError("-o - prints the App, and --check writes nothing; leave out one of them")
    if not check and len(projects) > 1:
        raise click.UsageError("several PROJECTs require --check")
    if output == "-" and (toml or diff):
        raise click.UsageError("-o - prints the App and writes nothing; leave out --toml and --diff")
    chosen = given(values, _SETTINGS)
    if check:
        found = [
            _check(each, output, chosen, values, toml=toml, diff=diff, name=dockerfile_name, config=(config, no_config))
            for each in _with_app(projects or (Path(),), output)
        ]
        return max(found, default=exit_codes.DONE)
    from dockerfix.app import AppResult
    from dockerfix.app.write.parts import recorded
    from dockerfix.cli.rewrite import end_in_order

    project = projects[0] if projects else Path()
    module = _module(output, project)
    with failures(project):
        recover(project, writes=not diff and output != "-")
        settings = settings_for(project, chosen, config, no_config=no_config)
        if settings.target == "server" and output != APP:
            raise click.UsageError("-o names the App's file, and the target `server` has none")
        result = _built(project, settings, dockerfile_name, values)
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


def _built(
    project: Path, settings: Settings, dockerfile_name: str | None, values: dict[str, Any]
) -> AppResult | ServerResult:
    """The App, or what the server needs, with its findings as the settings want them."""
    from dockerfix.app import AppOptions, build, build_server
    from dockerfix.project.project import Project

    opened = Project.open(project, settings.cog_yaml)
    name = image_dockerfile(opened, project, dockerfile_name, writes=False, quiet=bool(settings.quiet))
    source = opened.read(name)
    if dockerfile_name is not None and source is None:
        raise streams.Failure(f"cannot read {project / name}: no such file, or too large")
    text = None if source is None else source.text
    options = AppOptions(dockerfile=text, dockerfile_name=name, **values)
    result = build_server(opened, options) if settings.target == "server" else build(opened, options)
    return replace(result, findings=adjusted(result.findings, project, settings))


def _with_app(words: tuple[Path, ...], output: str) -> list[Path]:
    """The projects that `words` mean: a folder itself, and of a file the project, if dockerfix wrote an App there."""
    from dockerfix.cli.dockerfiles import project_of
    from dockerfix.knowledge.cog_server import GATE_FILE

    found: dict[Path, None] = {}
    for word in words:
        folder = word if word.is_dir() else project_of(word)
        if folder is not None and (word.is_dir() or _is_ours(folder / output) or _is_ours(folder / GATE_FILE)):
            found[folder] = None
    return list(found)


def _is_ours(path: Path) -> bool:
    """Whether dockerfix wrote a file."""
    from dockerfix.project.files import marked
    from dockerfix.text.files import InputError, read_file
    from dockerfix.text.source import decode

    try:
        return marked(decode(read_file(str(path))))
    except InputError:
        return False


def _check(
    project: Path,
    output: str,
    chosen: dict[str, Any],
    values: dict[str, Any],
    *,
    toml: bool,
    diff: bool,
    name: str | None,
    config: tuple[Path | None, bool],
) -> int:
    """Compare the files of an App with what would be written, and say what to run; returns the exit code."""
    from dockerfix.knowledge.cog_server import GATE_FILE
    from dockerfix.text.quoting import readable

    with failures(project):
        recover(project, writes=False)
        if "target" not in chosen and not _is_ours(project / output) and _is_ours(project / GATE_FILE):
            chosen = {**chosen, "target": "server"}
        settings = settings_for(project, chosen, config[0], no_config=config[1])
        result = _built(project, settings._replace(quiet=1), name, values)
        if not is_sound(result.findings, settings):
            print_findings(result.findings, project, settings)
            return exit_codes.FOUND
        planned = _plan(project, _module(output, project), result, force=False, toml=toml)
        if diff:
            show_plan(planned, settings._replace(quiet=1))
        stale = planned.changed
        if not stale:
            return exit_codes.DONE
        place = "" if project == Path() else f" {shlex.quote(str(project))}"
        option = "" if settings.target == "app" else f" --target {settings.target}"
        verb = "is" if len(stale) == 1 else "are"
        streams.say(
            readable(f"{project}: {listed(stale)} {verb} out of date; run `{streams.PROGRAM} app{place}{option}`")
        )
    return exit_codes.FOUND


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
