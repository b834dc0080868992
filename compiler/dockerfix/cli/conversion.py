"""The steps from a project to its files on fal, which `migrate` and `survey` share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dockerfix.cli import streams
from dockerfix.text.source import encode

if TYPE_CHECKING:
    from dockerfix.app import AppOptions, AppResult, ServerResult
    from dockerfix.cli.config import Settings
    from dockerfix.cli.job import Done
    from dockerfix.project.project import Project
    from dockerfix.text.findings import Finding


def find_dockerfile(opened: Project, *, runs_cog: bool = True) -> tuple[str, str] | None:
    """The Dockerfile in a project that can be converted, and why it is that one; None for what `cog debug` prints.

    What dockerfix wrote itself is only taken where cog isn't installed, or is not to be run.
    """
    from dockerfix.app import migrate as migration

    found = migration.find_input(opened)
    if found is not None:
        return found, "which Cog wrote"
    if runs_cog and migration.has_cog():
        return None
    found = migration.last_dockerfile(opened)
    return None if found is None else (found, "which dockerfix wrote, since cog is not installed")


def convert(project: Path, source: str | None, chosen: Settings, *, force: bool = False, result: bool = False) -> Done:
    """The Dockerfile for fal, from the file `source`, ``-``, or None for what `cog debug` prints.

    `result` asks for the whole Result. Raises Failure and AppError.
    """
    from dockerfix.app.migrate import run_cog_debug
    from dockerfix.app.write.ignored import for_docker
    from dockerfix.cli import config
    from dockerfix.cli.job import process
    from dockerfix.cli.rewrite import Misuse, Request, end_in_order, job_of

    chosen = config.for_file(chosen, str(project / "Dockerfile") if source in (None, "-") else str(source))
    data = encode(run_cog_debug(project)) if source is None else streams.read_file(source)
    end_in_order()
    try:
        job = job_of("-", chosen, Request(force=force))
    except Misuse as misuse:
        raise click.UsageError(str(misuse)) from None
    options = job.options._replace(dockerignore=for_docker(schema=chosen.target == "server"))
    return process(job._replace(account=True, result=result, options=options), data)


def account_of(done: Done) -> list[str]:
    """The account of cog.yaml and its requirements files, as `dockerfix trace` prints it."""
    from dockerfix.report import trace

    return trace.as_text(entry for entry in done.account if entry.file != "Dockerfile").splitlines()


def build_target(
    opened: Project, project: Path, chosen: Settings, found: Sequence[Finding], options: AppOptions
) -> AppResult | ServerResult:
    """The App or the server, with the severities that settings give to its findings.

    Those about lines of .dockerignore are left out that are `found` in the Dockerfile, too. Raises AppError.
    """
    from dockerfix.app import build, build_server
    from dockerfix.app.write.ignored import FILE
    from dockerfix.cli.projects import adjusted

    result = build_server(opened, options) if chosen.target == "server" else build(opened, options)
    told = {each.line for each in found if each.file == FILE}
    findings = (each for each in result.findings if each.file != FILE or each.line not in told)
    return replace(result, findings=adjusted(tuple(findings), project, chosen))
