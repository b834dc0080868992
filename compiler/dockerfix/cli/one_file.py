"""What the commands share that show the result of one file: its parameters, and how it is rewritten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from dockerfix.cli import exit_codes, streams
from dockerfix.cli.config import SettingsError
from dockerfix.cli.options import shared

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result

Function = TypeVar("Function", bound=Callable[..., int])


def takes_one_file(function: Function) -> Function:
    """Declare ``[FILE]``, ``--cog-yaml`` and ``--project`` for a command; it passes them on to `result_of`."""
    function = shared("cog-yaml", "project")(function)
    return click.argument("file", metavar="[FILE]", default="-", type=click.Path(readable=False))(function)


class Reviewed(NamedTuple):
    """The result for a file, and the project that was found for it."""

    result: Result
    project: Path | None
    cog_yaml: Path | None


def result_of(file: str, cog_yaml: Path | None, project: Path | None) -> Result:
    """Rewrite FILE, or standard input for ``-``. Raises streams.Failure and click.UsageError."""
    return reviewed(file, cog_yaml, project).result


def reviewed(file: str, cog_yaml: Path | None, project: Path | None) -> Reviewed:
    """Rewrite FILE as `result_of` does, and say which project it belongs to."""
    from dockerfix.cli.rewrite import Misuse, Request, job_of, settings_of
    from dockerfix.driver.rewrite import rewrite

    data = streams.read_file(file)
    request = Request(files=(file,))
    given = {name: value for name, value in (("project", project), ("cog_yaml", cog_yaml)) if value is not None}
    try:
        job = job_of(file, settings_of(file, request, given), request)
    except SettingsError as error:
        raise streams.Failure(str(error), exit_codes.USAGE) from None
    except Misuse as misuse:
        raise click.UsageError(str(misuse)) from None
    result = rewrite(data, project=job.project, cog_yaml=job.cog_yaml, options=job.options)
    return Reviewed(result, job.project, job.cog_yaml)
