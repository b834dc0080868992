"""``dockerfix bug-report``."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dockerfix.cli import exit_codes, streams
from dockerfix.cli.config import KEYS, Settings, SettingsError
from dockerfix.cli.options import given, shared
from dockerfix.report.bug_report import LONGEST_ISSUE, Section, as_markdown
from dockerfix.text import files

if TYPE_CHECKING:
    from dockerfix.cli.job import Job
    from dockerfix.cli.rewrite import Request

_SETTINGS = (
    *("cog_yaml", "requirements", "project", "keep", "drop", "select", "ignore", "target", "fal_version"),
    *("require_reason", "verify", "severity", "per_file_ignores", "fail_on"),
)
_PACKAGES = ("click", "dockerfile-parse", "PyYAML", "tomlkit", "cog", "fal")


@click.command("bug-report")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(readable=False))
@click.option("-o", "--output", metavar="PATH", type=click.Path(readable=False), help="Write the report to PATH.")
@shared(
    *("cog-yaml", "requirements", "project", "keep", "drop", "select", "ignore", "target", "fal-version"),
    *("require-reason", "verify", "severity", "per-file-ignores", "fail-on", "config", "no-config"),
)
def bug_report(file: str, output: str | None, config: Path | None, no_config: bool, **values: Any) -> int:
    """Collect what a bug report needs, with secrets blanked.

    Prints Markdown to paste into an issue: the versions, the dates of the tables of facts, the settings, the findings
    or the error with its traceback, and the Dockerfile, cog.yaml and requirements files. FILE is the Dockerfile that
    makes the trouble, as it was before; with a folder the report is about the App that `dockerfix app` and `migrate`
    write for the project in it. Give the options of the call that went wrong. Nothing is sent, and no other file is
    written.

    Passwords and tokens appear as ***. Read the report before you post it: it names packages, images and hosts.

    \b
    Report on a Dockerfile:
      dockerfix bug-report Dockerfile.cog -o report.md
      cog debug | dockerfix bug-report > report.md
    Report on the App of a project:
      dockerfix bug-report my-model
    With the options of the call that went wrong:
      dockerfix bug-report Dockerfile.cog --target server --keep pget
    """
    from dockerfix.cli.rewrite import Request, end_in_order
    from dockerfix.text.quoting import readable
    from dockerfix.text.source import encode

    if config is not None and no_config:
        raise click.UsageError("--config and --no-config can't be combined")
    if file == "-" and streams.is_terminal(sys.stdin):
        raise click.UsageError("name a FILE or the folder of a project, or pipe in what `cog debug` prints")
    if output is not None and files.is_same(0 if file == "-" else file, output):
        raise click.UsageError(f"the report would replace {readable(file)}; name another file with -o")
    request = Request(files=(file,), config=config, no_config=no_config)
    report = as_markdown(list(_sections(file, request, given(values, _SETTINGS))))
    if len(report) > LONGEST_ISSUE:
        streams.say(
            f"{streams.PROGRAM}: the report has {len(report):,} characters, and GitHub takes {LONGEST_ISSUE:,} in an "
            "issue: attach it as a file"
        )
    if output is None or output == "-":
        streams.write(encode(report))
    else:
        end_in_order()
        streams.replace_file(output, encode(report))
        streams.say(f"{streams.PROGRAM}: {readable(output)} written; read it before you post it")
    return exit_codes.DONE


def _sections(file: str, request: Request, settings: dict[str, Any]) -> Iterator[Section]:
    from dockerfix.text.source import decode

    yield Section("Versions", _versions())
    is_folder = os.path.isdir(file)  # noqa: PTH112
    path = _dockerfile_in(Path(file)) if is_folder else file
    data = None if path is None else streams.read_file(path)
    if is_folder:
        settings = {"project": Path(file), **settings}
    job, chosen, broken = _job(path or file, request, settings)
    yield Section("Run", _run(job, chosen, broken))
    if data is not None:
        yield from _conversion(job, data)
    if is_folder:
        yield from _app(Path(file), chosen)
    if path is not None and data is not None:
        yield Section("Dockerfile" if path == "-" else _without_home(path), decode(data), "dockerfile")
    yield from _project(job)


def _versions() -> str:
    import platform

    from dockerfix import __version__
    from dockerfix.cli.tables import dates

    return f"""\
dockerfix {__version__}
{platform.python_implementation()} {platform.python_version()} on {platform.platform()}
{", ".join(f"{name} {_version(name)}" for name in _PACKAGES)}
tables of facts as of {dates()}
"""


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _dockerfile_in(folder: Path) -> str | None:
    """The Dockerfile of a project that Cog or dockerfix wrote, as `dockerfix migrate` finds it."""
    from dockerfix.app.migrate import find_input, last_dockerfile
    from dockerfix.project.project import Project

    opened = Project(folder, None, None)  # cog.yaml may be what is wrong
    found = find_input(opened) or last_dockerfile(opened)
    return None if found is None else str(folder / found)


def _job(file: str, request: Request, settings: dict[str, Any]) -> tuple[Job, Settings, str | None]:
    """How FILE is converted; without the configuration file if that is what is wrong, with the reason."""
    from dockerfix.cli.rewrite import Misuse, job_of, settings_of

    broken = None
    try:
        try:
            chosen = settings_of(file, request, settings)
        except SettingsError as error:
            broken, request = str(error), request._replace(config=None, no_config=True)
            chosen = settings_of(file, request, settings)
        return job_of(file, chosen, request), chosen, broken
    except Misuse as misuse:
        raise click.UsageError(str(misuse)) from None


def _run(job: Job, chosen: Settings, broken: str | None) -> str:
    """The command, the files, and the settings that differ from the defaults."""
    cog_yaml = _cog_yaml(job)
    lines = [
        f"$ {streams.PROGRAM} {shlex.join(sys.argv[1:])}",
        f"project: {job.project if job.project is not None else 'none'}",
        f"cog.yaml: {cog_yaml if cog_yaml is not None else 'none'}",
        f"requirements: {chosen.requirements if chosen.requirements is not None else 'those of cog.yaml'}",
        f"configuration file: {broken or chosen.config or 'none'}",
    ]
    for key in KEYS:
        name = key.name.replace("-", "_")
        value, default = getattr(chosen, name), Settings._field_defaults[name]
        if value != default and key.kind != "path":
            lines.append(f"{key.name}: {_shown(value)}")
    return _without_home("\n".join([*lines, ""]))


def _shown(value: Any) -> str:
    """The value of a setting, a list or table with commas."""
    if isinstance(value, tuple):
        return ", ".join(f"{name}={_shown(inner)}" for name, inner in value)
    return " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _without_home(text: str) -> str:
    """A text with ``~`` for the home folder, which may be named for its user."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    return re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text) if home.strip("/") else text


def _conversion(job: Job, data: bytes) -> Iterator[Section]:
    """What a conversion finds, or how it fails."""
    from dockerfix.cli.job import attempt
    from dockerfix.report import summary, text
    from dockerfix.report.entry import STDIN, Entry

    try:
        done = attempt(job, data)
    except Exception as error:  # noqa: BLE001 - this is what the report is for
        yield Section("Error", _traceback(error))
        return
    path = STDIN if job.path == "-" else job.path
    project = None if job.project is None else str(job.project)
    entry = Entry(path, done.status, done.source, done.findings, project=project, files=done.files)
    counts = ", ".join([done.status.replace("-", " "), *summary.count_words(done.findings)])
    yield Section("Findings", _without_home("\n".join([counts, *text.concise(entry), ""])))


def _app(project: Path, chosen: Settings) -> Iterator[Section]:
    """What is found when the App is written, or how that fails."""
    from dockerfix.app import AppError, AppOptions, build, build_server
    from dockerfix.project.project import ConfigError, Project
    from dockerfix.report.text import message

    try:
        opened = Project.open(project, chosen.cog_yaml)
        result = (build_server if chosen.target == "server" else build)(opened, AppOptions())
    except (AppError, ConfigError) as error:
        yield Section("App", f"{type(error).__name__}: {error}\n")
    except Exception as error:  # noqa: BLE001 - this is what the report is for
        yield Section("Error in the App", _traceback(error))
    else:
        found = [f"{each.file or 'cog.yaml'}:{each.line or 1}: {message(each)}" for each in result.findings]
        yield Section("App", "\n".join([*(found or ["no findings"]), ""]))


def _traceback(error: Exception) -> str:
    """The traceback, with the files of dockerfix named from its package on."""
    import traceback

    import dockerfix

    package = str(Path(dockerfix.__file__).parent.parent) + os.sep
    return _without_home("".join(traceback.format_exception(error)).replace(package, ""))


def _cog_yaml(job: Job) -> Path | None:
    from dockerfix.project.files import find_config

    if job.cog_yaml is not None:
        return job.cog_yaml
    return None if job.project is None else find_config(job.project)


def _project(job: Job) -> Iterator[Section]:
    """cog.yaml and the requirements files that it names."""
    from dockerfix.project.project import ConfigError, Project
    from dockerfix.text.source import decode

    config = _cog_yaml(job)
    if config is None:
        return
    try:
        yield Section(config.name, decode(files.read_file(str(config))), "yaml")
    except files.InputError as error:
        yield Section(config.name, f"can't be read: {error}\n")
    if job.options.requirements is not None:
        yield Section(job.options.requirements_path or "requirements", job.options.requirements)
    try:
        opened = Project.open(job.project, job.cog_yaml)
    except ConfigError:
        return  # the findings say what is wrong with cog.yaml
    listed = opened.config.python_requirements if opened.config is not None else None
    for name in opened.requirements_files(listed).files if listed else ():
        source = opened.read(name)
        if source is not None:
            yield Section(name, source.text)
