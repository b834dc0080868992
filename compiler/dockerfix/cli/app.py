"""``dockerfix app``, and what it shares with ``dockerfix migrate``."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.shell_completion import CompletionItem

from dockerfix.cli import PROGRAM, exit_codes, parameter_types, streams
from dockerfix.text.lazy_patterns import lazy

if TYPE_CHECKING:
    from dockerfix.app import AppOptions, AppResult
    from dockerfix.project.project import Project
    from dockerfix.text.findings import Finding

APP = "fal_app.py"
OTHERS = frozenset({"cog", "fal", "fal_call", "fal_cog"})
"""Modules that the App imports, or that lie beside it."""

_NAME = lazy(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Word(parameter_types.TextBase):
    """A name of letters, digits, ``-`` and ``_``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        text = str(value)
        if not (text.isascii() and _NAME.fullmatch(text)):
            self.fail(f"`{text}` is no name: letters, digits, - and _ may stand in it", param, ctx)
        return text

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The machines of fal."""
        del ctx, param
        if self.name != "machine":
            return []
        from dockerfix.knowledge.fal import CPU_MACHINES, GPU_MACHINES

        names = [*CPU_MACHINES, *(machine.name for machine in GPU_MACHINES)]
        return [CompletionItem(name) for name in names if name.startswith(incomplete.upper())]


class Chosen(NamedTuple):
    """What the options say of an App; None is for what the project says."""

    name: str | None = None
    machine_type: str | None = None
    auth: str = "private"
    keep_alive: int = 60
    startup_timeout: int | None = None

    def options(self, dockerfile: str | None, dockerfile_name: str = "Dockerfile") -> AppOptions:
        """As `dockerfix.app` takes it."""
        from dockerfix.app import AppOptions

        return AppOptions(dockerfile=dockerfile, dockerfile_name=dockerfile_name, **self._asdict())


def settings(function: _Function) -> _Function:
    """The options that say how fal runs the App."""
    for each in (
        click.option(
            "--startup-timeout", metavar="SECONDS", type=parameter_types.Count(), help="How long setup may take."
        ),
        click.option(
            "--keep-alive",
            metavar="SECONDS",
            type=parameter_types.Count(),
            default=60,
            show_default=True,
            help="How long a runner waits for the next request.",
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
            help="A machine of fal, such as GPU-H100; else one that fits cog.yaml.",
        ),
        click.option("--name", type=Word("name"), help="The App's name; else that of the image or folder."),
    ):
        function = each(function)
    return function


@click.command("app")
@click.argument("project", metavar="[PROJECT]", default=".", type=parameter_types.path())
@click.option(
    "-o",
    "--output",
    metavar="NAME",
    default=APP,
    show_default=True,
    help="The App's file, in the project's folder; - prints it and writes nothing.",
)
@click.option("--toml", is_flag=True, help="Print the entry for pyproject.toml.")
@settings
@click.option(
    "--dockerfile",
    metavar="FILE",
    type=parameter_types.path(),
    help="The image's Dockerfile, in the project's folder (default: its Dockerfile).",
)
@click.option("--force", is_flag=True, help="Replace files that dockerfix didn't write, and write in spite of errors.")
@click.option("-q", "--quiet", is_flag=True, help="Tell only errors.")
def app(
    project: Path, output: str, toml: bool, dockerfile: Path | None, force: bool, quiet: bool, **chosen: Any
) -> int:
    """Write the fal App that serves a Cog predictor.

    PROJECT is the folder with cog.yaml. The predictor is read, not run, and stays as it is: fal_app.py imports it, and
    fal_call.py and fal_cog.py, which are written beside it, do what Cog did around it. What is found goes to standard
    error; places that need a look are marked in the file.

    \b
    Write fal_app.py into the working directory's project:
      dockerfix app
    With its entry for pyproject.toml:
      dockerfix app --toml >> pyproject.toml
    For another project, on a machine of choice:
      dockerfix app ~/models/sdxl --name sdxl --machine-type GPU-H100
    Look at it first:
      dockerfix app -o - | less
    """
    module = _module(output, project)
    if output == "-" and toml:
        raise click.UsageError("-o - and --toml don't go together: both print")
    with failures(project):
        opened = open_project(project)
        text, name = _dockerfile(opened, project, dockerfile)
        from dockerfix.app import build, migrate

        result = build(opened, Chosen(**chosen).options(text, name))
        tell(result.findings, project, quiet=quiet)
        if not result.ok and not force:
            streams.say(f"{PROGRAM}: nothing was written")
            return exit_codes.FOUND
        code = exit_codes.DONE if result.ok else exit_codes.FOUND
        if output == "-":
            streams.write(_encode(migrate.stamped(result.text)))
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
        raise click.UsageError(f"`{output}` can't be the App's file: name a module of its own, such as {APP}")
    if os.sep in output and os.path.realpath(path.parent) != os.path.realpath(project):
        raise click.UsageError(f"`{output}` lies outside of {project}, where the App finds the image and the predictor")
    return stem


def _dockerfile(opened: Project, folder: Path, named: Path | None) -> tuple[str | None, str]:
    """The text of the image's Dockerfile, where there is one, and its path in the project. Raises Failure."""
    from dockerfix.cli.locate import path_in_project
    from dockerfix.text.files import InputError, read_file
    from dockerfix.text.source import Source

    if named is None:
        present = opened.read("Dockerfile")
        return (None if present is None else present.text), "Dockerfile"
    name = path_in_project(named, folder)
    if name is None:
        raise click.UsageError(f"{named} lies outside of {folder}, from which fal builds the image")
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
        # ahead of the files, which must not be there if it can't be printed
        streams.write(_encode(entry(result.settings, module)))
    written = migrate.apply(planned, force=force)
    if not quiet:
        streams.say(f"{PROGRAM}: {_listed(written)} written" if written else f"{PROGRAM}: nothing to change")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _encode(text: str) -> bytes:
    from dockerfix.text.source import encode

    return encode(text)


def open_project(folder: Path) -> Project:
    """The project in a folder. Raises ConfigError."""
    from dockerfix.project.project import Project

    return Project.open(folder)


@contextlib.contextmanager
def failures(project: Path) -> Iterator[None]:
    """Whatever goes wrong with a project's App becomes a Failure of one line."""
    from dockerfix.app import AppError
    from dockerfix.project.project import ConfigError
    from dockerfix.report.entry import readable

    try:
        yield
    except AppError as error:
        place = "" if error.file is None else f"{os.path.normpath(project / error.file)}:"
        line = "" if error.line is None else f"{error.line}:"
        raise streams.Failure(readable(f"{place}{line}{' ' if place else ''}{error.message}")) from None
    except ConfigError as error:
        raise streams.Failure(readable(str(error))) from None
    except (click.ClickException, streams.Failure, BrokenPipeError):
        raise
    except OSError as error:
        raise streams.Failure(f"cannot write into {project}: {error.strerror or error}") from None
    except Exception as error:  # noqa: BLE001 - an error of ours is told as one
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{project}: internal error: {what}; nothing was written, please report this"
        raise streams.Failure(readable(" ".join(message.split())), exit_codes.INTERNAL) from None


def tell(findings: Sequence[Finding], project: Path, *, quiet: bool) -> None:
    """Say what was found in the project's files, a line each."""
    from dockerfix.report.entry import readable
    from dockerfix.report.text import paint
    from dockerfix.text.findings import Severity

    colour = streams.colours(sys.stderr)
    for each in findings:
        if quiet and each.severity < Severity.ERROR:
            continue
        path = os.path.normpath(project / (each.file or "."))
        line = "" if each.line is None else f":{each.line}"
        label = "" if each.severity is Severity.NOTE else f"{each.severity.label}: "
        label = paint(label, "1") if colour and label else label
        streams.say(f"{readable(path)}{line}: {each.code} {label}{readable(each.message)}")
