"""The survey of one project: read only, in a process that may be stopped at any time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dockerfix.app import AppError, AppOptions
from dockerfix.app import migrate as migration
from dockerfix.app.build import checked_config
from dockerfix.app.survey import summary
from dockerfix.cli import conversion, streams
from dockerfix.cli.job import internal_error
from dockerfix.cli.projects import image_dockerfile, recover, settings_for
from dockerfix.driver.project_summary import ProjectSummary, as_data, from_data
from dockerfix.project.files import leaves
from dockerfix.project.project import ConfigError, Project
from dockerfix.text.credentials import masked
from dockerfix.text.files import is_same
from dockerfix.text.findings import Severity

if TYPE_CHECKING:
    from dockerfix.app import AppResult, ServerResult
    from dockerfix.cli.config import Settings
    from dockerfix.cli.job import Done

NO_DOCKERFILE = "no Dockerfile; run `cog debug > Dockerfile.cog` in the project, or the survey with --cog-debug"
COG_DEBUG = "cog debug"


class SurveyJob(NamedTuple):
    """A project to survey, as JSON can hold it; `name` is for the title of its review page.

    `settings` are those of the command line, `config` its configuration file. `runs_cog` allows `cog debug` where the
    project has no Dockerfile of Cog's. `reviews` asks for the review page, `migrates` for the files on fal.
    """

    folder: str
    name: str
    settings: Mapping[str, str] = {}
    config: str | None = None
    no_config: bool = False
    runs_cog: bool = False
    reviews: bool = False
    migrates: bool = False


class Surveyed(NamedTuple):
    """What came of a job: the summary, the review page, and the texts of the files on fal, if it converts.

    `unwritten` says that these files could not be written.
    """

    summary: ProjectSummary
    page: str | None = None
    files: Mapping[str, str] | None = None
    unwritten: bool = False

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"summary": as_data(self.summary), "page": self.page, "files": self.files}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Surveyed:
        """What `as_data` made."""
        return cls(from_data(data["summary"]), data["page"], data["files"])


def failed(*why: str) -> Surveyed:
    """A project with which dockerfix did not finish."""
    return Surveyed(ProjectSummary("", "failed", why))


def survey(job: SurveyJob) -> Surveyed:
    """Survey a project. Raises MemoryError; what else goes wrong is in the result."""
    folder = Path(job.folder)
    try:
        return _survey(job, folder)
    except (AppError, ConfigError, streams.Failure, click.ClickException) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        return Surveyed(ProjectSummary("", "refused", (masked(message),)))
    except OSError as error:
        return failed(masked(f"can't be read: {error.strerror or error}"))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug in dockerfix must not stop the other projects
        return failed(" ".join(internal_error("dockerfix", error).removeprefix("dockerfix: ").split()))


def _survey(job: SurveyJob, folder: Path) -> Surveyed:
    recover(folder, writes=False)
    config = Path(job.config) if job.config is not None else None
    chosen = settings_for(folder, dict(job.settings), config, no_config=job.no_config)
    opened = Project.open(folder, chosen.cog_yaml)
    name, done, work = _converted(opened, folder, chosen, job)
    if done is not None and done.status == "internal-error":
        return failed(*_errors(done))
    refusals = _errors(done) if done is not None and done.status in ("refused", "unreadable") else []
    target = None
    files = None
    try:
        checked_config(opened)
        target, image = _target(opened, folder, name, done, chosen)
    except AppError as error:
        refusals.append(str(error))
    else:
        if not refusals and done is not None and done.text is not None:
            files, more = _files(opened, done, target, is_input=_is_input(folder, name, image))
            work += more
    found = summary(
        opened,
        None if done is None or name is None else (name, done.source.text),
        done.text if done is not None else None,
        target,
        done.findings if done is not None else (),
        refusals=refusals,
        work=work,
        fail_on=Severity[chosen.fail_on.upper()],
    )
    page = _page(job, opened, name, done) if job.reviews else None
    return Surveyed(found, page, files if job.migrates and found.converts else None)


def _converted(
    opened: Project, folder: Path, chosen: Settings, job: SurveyJob
) -> tuple[str | None, Done | None, list[str]]:
    """The name of the Dockerfile, what was done with it, and what has to be done first; None without one."""
    found = conversion.find_dockerfile(opened, runs_cog=job.runs_cog)
    if found is None and not job.runs_cog:
        return None, None, [NO_DOCKERFILE]
    try:
        source = None if found is None else str(folder / found[0])
        return found[0] if found else COG_DEBUG, conversion.convert(folder, source, chosen, result=True), []
    except AppError as error:
        return None, None, [str(error)]


def _errors(done: Done) -> list[str]:
    """Why a Dockerfile could not be converted."""
    return (
        [done.error]
        if done.error is not None
        else [each.message for each in done.findings if each.severity is Severity.ERROR]
    )


def _target(
    opened: Project, folder: Path, name: str | None, done: Done | None, chosen: Settings
) -> tuple[AppResult | ServerResult, str]:
    """The App or server, and the name of the image's Dockerfile. Raises AppError and UsageError."""
    image = image_dockerfile(opened, folder, None, source=name, quiet=True)
    text = None
    if done is not None:
        text = done.text if done.text is not None or done.result is None else done.result.rewritten
    options = AppOptions(dockerfile=text, dockerfile_name=image)
    return conversion.build_target(opened, folder, chosen, done.findings if done else (), options), image


def _is_input(folder: Path, name: str | None, image: str) -> bool:
    return name is not None and (name == image or is_same(folder / name, folder / image))


def _files(
    opened: Project, done: Done, target: AppResult | ServerResult, *, is_input: bool
) -> tuple[dict[str, str] | None, list[str]]:
    """The files that `dockerfix migrate` would write, and what prevents that."""
    text = done.text or ""
    try:
        planned = migration.plan(opened, text, target, done.findings, conversion.account_of(done), replaceable=is_input)
    except AppError as error:
        return None, [str(error)]
    work = [f"{path}: dockerfix did not write it; rename it, or replace it with --force" for path in planned.foreign]
    work += [f"{path}: it is a link out of the project" for path in planned.files if leaves(planned.root, path)]
    return planned.files, work


def _page(job: SurveyJob, opened: Project, name: str | None, done: Done | None) -> str | None:
    """The review page of the Dockerfile; None without one."""
    from dockerfix.app.outlook import outlook
    from dockerfix.report.overview import Needs
    from dockerfix.report.page import render

    if done is None or done.result is None:
        return None
    found = None if done.result.refused else outlook(opened, done.result.rewritten)
    path = f"{job.name}/{name}" if name != COG_DEBUG else f"{job.name}: {COG_DEBUG}"
    return render(done.result, path=path, needs=None if found is None else Needs(*found))
