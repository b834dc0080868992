"""``dockerfix migrate``."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dockerfix.cli import PROGRAM, exit_codes, parameter_types, streams
from dockerfix.cli.projects import app_options, failures, print_findings

if TYPE_CHECKING:
    from dockerfix.analysis.options import Target
    from dockerfix.app import AppResult, ServerResult
    from dockerfix.app.migrate import Plan
    from dockerfix.cli.config import Settings
    from dockerfix.cli.job import Done
    from dockerfix.project.project import Project

DOCKERFILE = "Dockerfile"


@click.command("migrate")
@click.argument("project", metavar="PROJECT", type=parameter_types.path())
@click.option(
    "--dockerfile",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Output of `cog debug`, or - for standard input (default: run `cog debug`).",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; print a diff that `git apply` accepts.")
@click.option(
    "--force", is_flag=True, help="Overwrite files that dockerfix didn't write, and write even if errors were found."
)
@click.option(
    "--target",
    type=parameter_types.choice("target"),
    help="A fal.App (default), or Cog's own HTTP server behind a gate.",
)
@app_options
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def migrate(
    project: Path,
    dockerfile: str | None,
    dry_run: bool,
    force: bool,
    target: Target | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Write every file that a Cog project needs on fal.

    These are the Dockerfile; fal_app.py, fal_call.py and fal_cog.py (with --target server: fal_gate.py and
    .cog/openapi_schema.json); .dockerignore; pyproject.toml; and MIGRATION.md, which lists what was done, what to
    check by hand, and how to deploy.
    An existing .dockerignore or pyproject.toml is kept. Any other existing file is overwritten only with --force,
    unless dockerfix wrote it; the Dockerfile given as input is the exception.

    \b
    Convert the project in the working directory, where cog is installed:
      dockerfix migrate .
    Preview the changes:
      dockerfix migrate . --dry-run
    Use a Dockerfile from another place:
      cog debug | dockerfix migrate . --dockerfile -
      dockerfix migrate ~/models/sdxl --dockerfile Dockerfile.cog
    Keep Cog's HTTP API (POST /predictions):
      dockerfix migrate . --target server
    """
    from dockerfix.app import migrate as migration
    from dockerfix.app.build import checked_config
    from dockerfix.project.project import Project

    with failures(project):
        opened = Project.open(project)
        checked_config(opened)
        chosen = _settings(project, target)
        done = _rewritten(project, dockerfile, chosen, force=force)
        if done.text is None:
            _print_findings(done, project, dockerfile, chosen, quiet=quiet)
            streams.say(f"{PROGRAM}: nothing was written")
            return {"refused": exit_codes.REFUSED, "internal-error": exit_codes.INTERNAL}.get(
                done.status, exit_codes.FOUND
            )
        # an unusable project is reported in one line, before the findings of the Dockerfile
        result = _build(opened, chosen.target, done, options)
        _print_findings(done, project, dockerfile, chosen, quiet=quiet)
        print_findings(result.findings, project, quiet=quiet)
        sound = all(each.severity.label != "error" for each in result.findings)
        if not sound and not force:
            streams.say(f"{PROGRAM}: nothing was written")
            return exit_codes.FOUND
        planned = migration.plan(opened, done.text, result, done.findings, _account(done))
        replaceable = _replaceable(project, dockerfile)
        if dry_run:
            _show(planned, replaceable, force=force, quiet=quiet)
        else:
            written = migration.apply(planned, force=force, replaceable=replaceable)
            if not quiet:
                _summarise(planned, written)
        return exit_codes.FOUND if done.failing or not sound else exit_codes.DONE


def _settings(project: Path, target: Target | None) -> Settings:
    """The settings for the project. Raises Failure."""
    from dockerfix.cli import config

    given: dict[str, Any] = {"project": project}
    if target is not None:
        given["target"] = target
    try:
        return config.merge(config.find(project), given)
    except config.SettingsError as error:
        raise streams.Failure(str(error), exit_codes.USAGE) from None


def _rewritten(project: Path, dockerfile: str | None, chosen: Settings, *, force: bool) -> Done:
    """The Dockerfile for fal. Raises Failure and AppError."""
    from dockerfix.cli.job import process
    from dockerfix.cli.rewrite import Request, end_in_order, job_of

    data = _input(project, dockerfile)
    end_in_order()
    return process(job_of("-", chosen, Request(force=force))._replace(account=True), data)


def _account(done: Done) -> list[str]:
    """The account of cog.yaml and its requirements files, as `dockerfix trace` prints it."""
    from dockerfix.report import trace

    return trace.as_text(entry for entry in done.account if entry.file != "Dockerfile").splitlines()


def _input(project: Path, dockerfile: str | None) -> bytes:
    """What `cog debug` printed. Raises Failure and AppError."""
    from dockerfix.app.migrate import run_cog_debug
    from dockerfix.text.source import encode

    return encode(run_cog_debug(project)) if dockerfile is None else streams.read_file(dockerfile)


def _print_findings(done: Done, project: Path, dockerfile: str | None, chosen: Settings, *, quiet: bool) -> None:
    """Print what was found in the Dockerfile."""
    from dockerfix.report import text
    from dockerfix.report.entry import STDIN, Entry
    from dockerfix.text.findings import Severity

    findings = done.findings
    if quiet or chosen.quiet:
        findings = tuple(each for each in findings if each.severity is Severity.ERROR)
    path = "cog debug" if dockerfile is None else STDIN if dockerfile == "-" else dockerfile
    entry = Entry(path, done.status, done.source, findings, project=str(project), error=done.error)
    lines = text.entry(entry, show_source=chosen.show_source, colour=streams.colours(sys.stderr))
    if lines:
        streams.say("\n".join(lines))


def _build(project: Project, target: Target, done: Done, options: dict[str, Any]) -> AppResult | ServerResult:
    """The App or the server, without findings about lines of .dockerignore on which the Dockerfile's own report."""
    from dockerfix.app import AppOptions, build, build_server
    from dockerfix.app.write.ignored import FILE

    chosen = AppOptions(dockerfile=done.text, **options)
    result = build_server(project, chosen) if target == "server" else build(project, chosen)
    told = {each.line for each in done.findings if each.file == FILE}
    findings = (each for each in result.findings if each.file != FILE or each.line not in told)
    return replace(result, findings=tuple(findings))


def _replaceable(project: Path, dockerfile: str | None) -> frozenset[str]:
    """The Dockerfile, if it is the input itself."""
    same = dockerfile not in (None, "-") and os.path.realpath(str(dockerfile)) == os.path.realpath(project / DOCKERFILE)
    return frozenset({DOCKERFILE}) if same else frozenset()


def _show(planned: Plan, replaceable: Collection[str], *, force: bool, quiet: bool) -> None:
    """Print the diff, and what would prevent it from being written."""
    from dockerfix.app.migrate import diff
    from dockerfix.report.diff import coloured
    from dockerfix.text.source import encode

    found = diff(planned)
    streams.write(encode(coloured(found) if streams.colours(sys.stdout) else found))
    if planned.changed and not quiet:
        streams.say(f"{PROGRAM}: {', '.join(planned.changed)} would be written")
    foreign = () if force else planned.foreign(replaceable)
    for path in foreign:
        streams.say(
            f"{PROGRAM}: `{path}` was not written by dockerfix, or was edited since; only --force would overwrite it"
        )


def _summarise(planned: Plan, written: tuple[str, ...]) -> None:
    for path in planned.kept:
        streams.say(f"{PROGRAM}: your {path} is kept")
    if written:
        streams.say(f"{PROGRAM}: {', '.join(written)} written; see MIGRATION.md for what to check and how to deploy")
    else:
        streams.say(f"{PROGRAM}: nothing to change")
