"""What ``dockerfix app`` and ``dockerfix migrate`` share: the options of an App, and messages about a project."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from dockerfix.cli import exit_codes, parameter_types, streams
from dockerfix.text.lazy_patterns import lazy

if TYPE_CHECKING:
    from dockerfix.app.migrate import Plan
    from dockerfix.cli.config import Settings
    from dockerfix.project.project import Project
    from dockerfix.text.findings import Finding

_NAME = lazy(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Word(parameter_types.TextBase):
    """A name of letters, digits, ``-`` and ``_``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, checked."""
        text = str(value)
        if not (text.isascii() and _NAME.fullmatch(text)):
            self.fail(f"`{text}` is not a valid name; use letters, digits, - and _", param, ctx)
        if self.name == "machine":
            from dockerfix.knowledge.fal import machine_problem

            problem = machine_problem(text)
            if problem is not None:
                self.fail(problem, param, ctx)
        return text

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """fal's machine types."""
        del ctx, param
        if self.name != "machine":
            return []
        from dockerfix.knowledge.fal import CPU_MACHINES, GPU_MACHINES

        names = [*CPU_MACHINES, *(machine.name for machine in GPU_MACHINES)]
        return [CompletionItem(name) for name in names if name.startswith(incomplete.upper())]


def app_options(function: _Function) -> _Function:
    """Add the options that set how fal runs the App."""
    for each in (
        click.option(
            "--startup-timeout",
            metavar="SECONDS",
            type=parameter_types.Count(),
            help="Time limit for setup (default: 600, or 1800 if weights are downloaded).",
        ),
        click.option(
            "--keep-alive",
            metavar="SECONDS",
            type=parameter_types.Count(),
            default=60,
            show_default=True,
            help="How long an idle runner waits for the next request.",
        ),
        click.option(
            "--auth",
            type=click.Choice(["private", "shared", "public"]),
            default="private",
            show_default=True,
            help="Who may call the App, and who pays.",
        ),
        click.option(
            "--machine-type",
            metavar="TYPE",
            type=Word("machine"),
            help="fal machine type, such as GPU-H100 (default: by what the model needs).",
        ),
        click.option("--name", type=Word("name"), help="App name (default: the image or folder name)."),
    ):
        function = each(function)
    return function


def settings_for(project: Path, given: dict[str, Any], config: Path | None, *, no_config: bool) -> Settings:
    """The settings for a project: those `given` on the command line, then those of `config`, or of the file found.

    Raises UsageError, and Failure for a configuration file that can't be used.
    """
    from dockerfix.cli import config as files

    if config is not None and no_config:
        raise click.UsageError("--config and --no-config can't be combined")
    try:
        if no_config:
            found: Mapping[str, Any] = {}
        else:
            found = files.find(project) if config is None else files.load(config) or {}
        settings = files.merge(found, {"project": project, **given})
    except files.SettingsError as error:
        raise streams.Failure(str(error), exit_codes.USAGE) from None
    for note in settings.notes:
        streams.say(f"{streams.PROGRAM}: {note}")
    return settings


def adjusted(findings: Sequence[Finding], project: Path, settings: Settings) -> tuple[Finding, ...]:
    """The findings about an App as serious as the settings want them."""
    from dockerfix.analysis.options import Options
    from dockerfix.driver import severities

    options = Options(severity=settings.severity, per_file_ignores=settings.per_file_ignores)
    return tuple(severities.adjusted(findings, options, project))


def is_sound(findings: Sequence[Finding], settings: Settings) -> bool:
    """Whether no finding prevents writing."""
    from dockerfix.text.findings import Severity

    return all(each.severity < Severity[settings.fail_on.upper()] for each in findings)


@contextlib.contextmanager
def failures(project: Path) -> Iterator[None]:
    """Turn every error about a project into a Failure with a message of one line."""
    from dockerfix.app import AppError
    from dockerfix.project.project import ConfigError
    from dockerfix.text.files import WriteError

    try:
        yield
    except AppError as error:
        place = "" if error.file is None else f"{os.path.normpath(project / error.file)}:"
        line = "" if error.line is None else f"{error.line}:"
        raise streams.Failure(f"{place}{line}{' ' if place else ''}{error.message}") from None
    except ConfigError as error:
        raise streams.Failure(str(error)) from None
    except WriteError as error:
        raise streams.Failure(f"cannot write {error}; nothing was written") from None
    except (click.ClickException, streams.Failure, BrokenPipeError):
        raise
    except OSError as error:
        raise streams.Failure(f"cannot write into {project}: {error.strerror or error}") from None
    except Exception as error:  # noqa: BLE001 - a bug in dockerfix is reported, not raised
        from dockerfix.cli.job import internal_error

        message = internal_error(project, error)
        raise streams.Failure(" ".join(message.split()), exit_codes.INTERNAL) from None


def print_findings(findings: Sequence[Finding], project: Path, settings: Settings) -> None:
    """Print what was found in the project's files, a line each; notes too, as they say what clients of the App miss."""
    from dockerfix.cli.reporter import lowest
    from dockerfix.report.text import message
    from dockerfix.text.quoting import readable

    colour = streams.colours(sys.stderr, settings.color)
    for each in findings:
        if settings.quiet and each.severity < lowest(settings):
            continue
        path = os.path.normpath(project / (each.file or "."))
        line = "" if each.line is None else f":{each.line}"
        streams.say(f"{readable(path)}{line}: {message(each, colour=colour)}")


def image_dockerfile(
    opened: Project,
    project: Path,
    named: str | None,
    *,
    writes: bool = True,
    source: str | None = None,
    quiet: bool = False,
) -> str:
    """The path in the project of the image's Dockerfile: `named`, or the one that is free or dockerfix's.

    `source` is the Dockerfile that is converted, if it is in the project; with `writes` false the Dockerfile is only
    named. Raises UsageError.
    """
    from dockerfix.app.migrate import DOCKERFILE, dockerfile_name
    from dockerfix.cli.locate import path_in_project
    from dockerfix.text.quoting import readable

    if named is not None:
        name = path_in_project(project / named, project)
        if name is None or not name.isprintable() or (project / name).is_dir() or not (project / name).parent.is_dir():
            raise click.UsageError(
                f"`{readable(named)}` can't be a file in {readable(str(project))}, from which fal builds the image"
            )
        return name
    name = dockerfile_name(opened, source)
    if name == DOCKERFILE or (not writes and opened.read(name) is None):
        return DOCKERFILE
    if not quiet:
        streams.say(f"{streams.PROGRAM}: your {DOCKERFILE} stays; the image's is {readable(name)}")
    return name


def show_plan(planned: Plan, settings: Settings) -> None:
    """Print the diff of what would be written, and what would prevent that."""
    from dockerfix.app.migrate import diff
    from dockerfix.report.diff import coloured
    from dockerfix.text.source import encode

    found = diff(planned)
    streams.write(encode(coloured(found) if streams.colours(sys.stdout, settings.color) else found))
    if settings.quiet:
        return
    show_kept(planned, settings, would=True)
    if planned.changed:
        streams.say(f"{streams.PROGRAM}: {listed(planned.changed)} would be written")
    for path in planned.foreign:
        streams.say(f"{streams.PROGRAM}: `{path}` was not written by dockerfix; only --force would replace it")


def show_kept(planned: Plan, settings: Settings, *, would: bool = False) -> None:
    """Say which of the user's changes stay, with what dockerfix would write in their place as a diff."""
    from dockerfix.app.migrate import kept_diff
    from dockerfix.report.diff import coloured
    from dockerfix.text.quoting import readable

    for path, merged in planned.edited.items():
        verb = "would keep" if would else "keeps"
        streams.say(
            readable(
                f"{streams.PROGRAM}: {verb} your changes to {path} ({', '.join(merged.kept)}); --force would write:"
            )
        )
        shown = kept_diff(planned, path).rstrip("\n")
        if shown:
            streams.say(coloured(shown, paints=streams.colours(sys.stderr, settings.color)))


def write(planned: Plan) -> tuple[str, ...]:
    """Write the files of a plan, and return their paths."""
    from dockerfix.app.migrate import apply
    from dockerfix.text.files import other_names

    others = {path: other_names(planned.root / path) for path in planned.changed}
    written = apply(planned)
    for path in written:
        streams.tell_of_links(path, others[path])
    return written


def recover(project: Path, *, writes: bool) -> None:
    """Put back what a run left that was killed while it wrote, and say so. Raises Failure unless `writes`."""
    from dockerfix.text import transactions
    from dockerfix.text.quoting import readable

    if not transactions.is_interrupted(project):
        return
    if not writes:
        raise streams.Failure(
            f"a run of dockerfix was stopped while it wrote into {project}; "
            "a run that writes puts the files back (without --diff and -o -)"
        )
    found = transactions.recover(project)
    if found is not None and found.undone:
        files = listed(found.undone)
        streams.say(
            readable(f"{streams.PROGRAM}: an earlier run was stopped while it wrote; put back {files} as before it")
        )
    for path, old in found.kept if found is not None else ():
        streams.say(
            readable(
                f"{streams.PROGRAM}: an earlier run was stopped while it wrote; {path} was changed since and stays, "
                f"what it was before is in {old}"
            )
        )


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
