"""``dockerfix migrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dockerfix.cli import conversion, exit_codes, locate, parameter_types, streams
from dockerfix.cli.options import FINDINGS, given, shared
from dockerfix.cli.projects import (
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

if TYPE_CHECKING:
    from dockerfix.app.migrate import Plan
    from dockerfix.cli.config import Settings
    from dockerfix.cli.job import Done
    from dockerfix.project.project import Project

_SETTINGS = (
    "cog_yaml",
    *("requirements", "keep", "drop", "select", "ignore", "target", "fal_version", "require_reason", "verify"),
    *("severity", "per_file_ignores", "show_source", "fail_on", "verbose", "quiet", "color"),
)


@click.command("migrate")
@click.argument("project", metavar="[PROJECT]", default=".", type=parameter_types.path())
@click.option(
    "--dockerfile",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Output of `cog debug`, or - for standard input (default: Dockerfile.cog or Dockerfile in PROJECT if Cog "
    "wrote it, else what `cog debug` prints).",
)
@shared("dockerfile-name", "diff", "overwrite")
@app_options
@shared(
    "cog-yaml", "requirements", "keep", "drop", "select", "ignore", "target", "fal-version", "require-reason", "verify"
)
@shared("severity", "per-file-ignores", *FINDINGS, "config", "no-config")
def migrate(
    project: Path,
    dockerfile: str | None,
    dockerfile_name: str | None,
    diff: bool,
    force: bool,
    config: Path | None,
    no_config: bool,
    **values: Any,
) -> int:
    """Write every file that a Cog project needs on fal.

    These are the Dockerfile; fal_app.py, fal_call.py and fal_cog.py (with --target server: fal_gate.py and
    .cog/openapi_schema.json); .dockerignore; pyproject.toml; and MIGRATION.md, which lists what was done, what to
    check by hand, and how to deploy.

    It can be run again. What is as dockerfix wrote it is brought up to date. What you changed stays: parts of
    fal_app.py, keys in pyproject.toml, the Dockerfile and the other files as a whole. dockerfix then prints what it
    would write there as a diff, lists it in MIGRATION.md, and still exits with 0; --force writes it. Ticked boxes and
    notes in MIGRATION.md stay too. A file that dockerfix never wrote is replaced only with --force.

    \b
    Convert the project in the working directory:
      dockerfix migrate
    Preview the changes:
      dockerfix migrate . --diff
    Use a Dockerfile from another place:
      cog debug | dockerfix migrate . --dockerfile -
      dockerfix migrate ~/models/sdxl --dockerfile Dockerfile.cog
    Keep Cog's HTTP API (POST /predictions):
      dockerfix migrate . --target server
    """
    from dockerfix.app import AppOptions
    from dockerfix.app import migrate as migration
    from dockerfix.app.build import checked_config
    from dockerfix.project.project import Project
    from dockerfix.text.files import CHANGED, WriteError, is_same

    settings = given(values, _SETTINGS)
    with failures(project):
        recover(project, writes=not diff)
        chosen = settings_for(project, settings, config, no_config=no_config)
        opened = Project.open(project, chosen.cog_yaml)
        checked_config(opened)
        source = _source(opened, project, dockerfile, quiet=bool(chosen.quiet))
        inside = locate.path_in_project(Path(source), project) if source and source != "-" else None
        name = image_dockerfile(opened, project, dockerfile_name, source=inside, quiet=bool(chosen.quiet))
        is_input = inside is not None and (inside == name or is_same(project / inside, project / name))
        done = conversion.convert(project, source, chosen, force=force)
        if done.text is None:
            _print_findings(done, project, source, chosen, would=diff)
            streams.say(f"{streams.PROGRAM}: nothing was written")
            return {"refused": exit_codes.REFUSED, "internal-error": exit_codes.INTERNAL}.get(
                done.status, exit_codes.FOUND
            )
        # an unusable project is reported in one line, before the findings of the Dockerfile
        options = AppOptions(dockerfile=done.text, dockerfile_name=name, **values)
        result = conversion.build_target(opened, project, chosen, done.findings, options)
        _print_findings(done, project, source, chosen, would=diff)
        print_findings(result.findings, project, chosen)
        sound = is_sound(result.findings, chosen)
        if not sound and not force:
            streams.say(f"{streams.PROGRAM}: nothing was written")
            return exit_codes.FOUND
        planned = migration.plan(
            opened, done.text, result, done.findings, conversion.account_of(done), force=force, replaceable=is_input
        )
        if is_input and planned.before[name] != done.source.text:
            raise WriteError(f"{name}: {CHANGED}")
        if diff:
            show_plan(planned, chosen)
        else:
            written = write(planned)
            if not chosen.quiet:
                _summarise(planned, written, chosen)
        return exit_codes.FOUND if done.failing or not sound else exit_codes.DONE


def _source(opened: Project, project: Path, dockerfile: str | None, *, quiet: bool) -> str | None:
    """The Dockerfile to convert: the one named, one of the project, or None for what `cog debug` prints."""
    if dockerfile is not None:
        return dockerfile
    found = conversion.find_dockerfile(opened)
    if found is None:
        return None
    name, why = found
    if not quiet:
        streams.say(f"{streams.PROGRAM}: converts {name}, {why}")
    return str(project / name)


def _print_findings(done: Done, project: Path, dockerfile: str | None, chosen: Settings, *, would: bool) -> None:
    """Print what was found in the Dockerfile."""
    from dockerfix.cli.reporter import Reporter
    from dockerfix.report.entry import STDIN, Entry

    path = "cog debug" if dockerfile is None else STDIN if dockerfile == "-" else dockerfile
    entry = Entry(
        path, done.status, done.source, done.findings, project=str(project), error=done.error, files=done.files
    )
    verb = "would be rewritten" if would else "rewritten"
    Reporter(chosen._replace(output_format="full"), verb, total=1, prints=True).report([entry])


def _summarise(planned: Plan, written: tuple[str, ...], chosen: Settings) -> None:
    show_kept(planned, chosen)
    if written:
        streams.say(
            f"{streams.PROGRAM}: {listed(written)} written; see MIGRATION.md for how to deploy and what to check"
        )
    else:
        streams.say(f"{streams.PROGRAM}: nothing to change")
