"""``dockerfix survey``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from dockerfix.cli import exit_codes, parameter_types, streams
from dockerfix.cli.options import given, shared

if TYPE_CHECKING:
    from dockerfix.cli.survey.run import Request

_SETTINGS = ("target", "exclude")
_SCHEMES = ("tcp://", "tls://", "ucx://", "ws://", "wss://")
"""Those of Dask (docs.dask.org, "Deploy Dask Clusters")."""


@click.command("survey")
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=parameter_types.path())
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "html"]),
    help="What to write (default: table). html is a folder with a page, and a review page for each project.",
)
@click.option("-o", "--output", metavar="PATH", type=parameter_types.path(), help="Write to PATH; a folder for html.")
@click.option(
    "--migrate",
    "out",
    metavar="OUT",
    type=parameter_types.path(),
    help="Write what `dockerfix migrate` would write, of each project that converts, to a folder below OUT.",
)
@click.option("--force", is_flag=True, help="Replace files below OUT that differ.")
@click.option("--cog-debug", is_flag=True, help="Run `cog debug` in each project without a Dockerfile that Cog wrote.")
@click.option(
    "--state",
    metavar="FILE",
    type=parameter_types.path(),
    help="Keep what was found in FILE; the next survey reads only projects that changed.",
)
@click.option(
    "-j", "--jobs", metavar="N", type=parameter_types.Count(), default=0, help="Processes (default: one a processor)."
)
@click.option("--scheduler", metavar="ADDRESS", help="Use the Dask cluster with this scheduler, as tcp://host:8786.")
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=parameter_types.Count(),
    help="The longest that one project may take (default: 60, with --cog-debug 360; 0: no limit).",
)
@click.option(
    "--memory-limit",
    metavar="MB",
    type=parameter_types.Count(),
    default=1024,
    show_default=True,
    help="The most memory that one project may take, on Linux (0: no limit).",
)
@shared("exclude", "target", "config", "no-config")
@click.option("-q", "--quiet", is_flag=True, help="Print no progress bar and no summary.")
def survey(**values: Any) -> int:
    """Show what it takes to move all Cog projects below DIR to fal.

    A project is a folder with a cog.yaml. Each is converted as `dockerfix migrate` would do it, but nothing is written:
    the result is one row a project. It has the releases of Cog, base image and CUDA, machine, packages, weights with
    their size and host, what somebody has to check, and a verdict:

    \b
    converts              `dockerfix migrate` writes everything
    converts with checks  the same, and some points need a look
    needs work            something has to be done first; the row says what
    refused               the project can't be used; the row says why
    failed                dockerfix did not finish; the row says why

    dockerfix converts Dockerfile.cog or Dockerfile if Cog wrote it. Without one it reads cog.yaml and the code alone,
    unless --cog-debug is given. Nothing is downloaded, and no code of a project is run.

    \b
    dockerfix survey ~/models
    dockerfix survey ~/models --format html -o survey --state survey.db
    dockerfix survey ~/models --format csv -o survey.csv
    dockerfix survey ~/models --migrate migrated
    """
    from dockerfix.cli.survey.run import Request, run

    settings = given(values, _SETTINGS)
    exclude = settings.pop("exclude", frozenset())
    values["form"] = values["form"] or "table"
    request = Request(settings=settings, exclude=exclude, **values)
    _check(request)
    return run(request)


def _check(request: Request) -> None:
    """Raise UsageError for options that can't be combined, and Failure for what isn't there."""
    for message in _misuses(request):
        raise click.UsageError(message)
    for folder in request.folders:
        if not folder.is_dir():
            raise streams.Failure(f"{folder}: no such folder", exit_codes.REFUSED)
    if request.cog_debug:
        from dockerfix.app.migrate import has_cog

        if not has_cog():
            raise streams.Failure("--cog-debug needs cog, which is not installed")


def _misuses(request: Request) -> Iterator[str]:
    if request.form == "html" and request.output is None:
        yield "--format html writes a folder; name it with -o"
    if request.force and request.out is None:
        yield "--force is for --migrate"
    if request.scheduler is not None and request.jobs:
        yield "--jobs is for this machine; with --scheduler the cluster decides"
    if request.scheduler is not None and not request.scheduler.startswith(_SCHEMES):
        yield f"--scheduler needs an address such as tcp://host:8786 (got `{request.scheduler}`)"
    if request.config is not None and request.no_config:
        yield "--config and --no-config can't be combined"
