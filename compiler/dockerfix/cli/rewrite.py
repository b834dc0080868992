"""The main command: from settings and FILEs to results, findings and the exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from dockerfix.analysis.options import Options
from dockerfix.cli import config, dockerfiles, exit_codes, locate, parallel, streams
from dockerfix.cli.config import Settings, SettingsError
from dockerfix.cli.job import Done, Job
from dockerfix.cli.reporter import Reporter
from dockerfix.report.entry import STDIN, Entry, remedy
from dockerfix.text import files
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source, Span, encode

_CODES = {"internal-error": exit_codes.INTERNAL, "refused": exit_codes.REFUSED, "unreadable": exit_codes.REFUSED}


class Misuse(Exception):
    """Options or files that can't be combined; raised before anything is read or written."""


class Request(NamedTuple):
    """What the command line asks for besides the settings. At most one destination of the result is chosen."""

    files: tuple[str, ...] = ()
    in_place: bool = False
    output: str | None = None
    check: bool = False
    diff: bool = False
    against: str | None = None
    force: bool = False
    statistics: bool = False
    exit_zero: bool = False
    config: Path | None = None
    no_config: bool = False

    @property
    def prints(self) -> bool:
        """Whether standard output gets the result or a diff."""
        if self.diff or self.against is not None:
            return True
        return self.output == "-" or (self.output is None and not self.in_place and not self.check)

    @property
    def verb(self) -> str:
        """What happens to a file that differs from its result."""
        return "would be rewritten" if self.check or self.diff else "rewritten"


def run(request: Request, given: Mapping[str, Any]) -> int:
    """Rewrite the files and return the exit code; `given` are the settings on the command line.

    Raises Misuse, and Failure if a stream or a file can't be used.
    """
    request = request._replace(files=tuple(dict.fromkeys(request.files or ("-",))))
    if meant := _command_meant(request.files[0]):
        raise Misuse(f"there is no command and no file `{request.files[0]}`; did you mean `dockerfix {meant}`?")
    words = request.files
    named, found = dockerfiles.expand(words)
    request = request._replace(files=named)
    _check_usage(request)
    try:
        chosen = [(path, settings_of(path, request, given)) for path in named]
        chosen = [(path, each) for path, each in chosen if path not in found or not config.is_excluded(path, each)]
        settings = [each for _path, each in chosen] or [settings_of("-", request, given)]
    except SettingsError as error:
        raise streams.Failure(str(error), exit_codes.USAGE) from None
    if not chosen and all(map(os.path.isdir, words)):  # of other words `expand` says why
        streams.say(f"{streams.PROGRAM}: no Dockerfile found")
    jobs = [job_of(path, each, request) for path, each in chosen]
    inputs = [streams.read() if path == "-" else None for path, _each in chosen]
    end_in_order()
    for note in dict.fromkeys(note for each in settings for note in each.notes):
        streams.say(f"{streams.PROGRAM}: {note}")
    reporter = Reporter(
        settings[0],
        request.verb,
        total=len(jobs),
        prints=request.prints,
        checks=request.check,
        statistics=request.statistics,
        against=request.against,
    )
    code = exit_codes.DONE
    for job, done in zip(jobs, parallel.run(jobs, inputs, settings[0].jobs), strict=True):
        entries = list(_finish(job, done, request, reporter))
        code = max([code, *(_code(entry, request) for entry in entries), exit_codes.FOUND if done.failing else 0])
        reporter.report(entries)
    reporter.end(code)
    return exit_codes.DONE if code == exit_codes.FOUND and request.exit_zero else code


def _check_usage(request: Request) -> None:
    """Raise Misuse for options and files that can't be combined."""
    ways = {
        "-i/--in-place": request.in_place,
        "-o/--output": request.output is not None,
        "--check/--diff": request.check or request.diff,
        "--against": request.against is not None,
    }
    chosen = [name for name, wanted in ways.items() if wanted]
    if len(chosen) > 1:
        raise Misuse(f"{chosen[0]} and {chosen[1]} can't be combined")
    if len(request.files) > 1 and not (request.in_place or request.check or request.diff):
        raise Misuse("several FILEs require --in-place, --check or --diff")
    if request.in_place and "-" in request.files:
        raise Misuse("--in-place can't rewrite standard input")
    if request.config is not None and request.no_config:
        raise Misuse("--config and --no-config can't be combined")
    if request.files == ("-",) and streams.is_terminal(sys.stdin):
        raise Misuse("name a FILE, or pipe a Dockerfile in: `cog debug | dockerfix`")


def _command_meant(word: str) -> str | None:
    """What a user means by a first word that is neither a command nor a file."""
    if not word.isalpha() or os.path.lexists(word):
        return None
    from difflib import get_close_matches

    from dockerfix.cli.help import COMMANDS, COMMANDS_OF_OTHERS

    close = get_close_matches(word.lower(), [*COMMANDS, *COMMANDS_OF_OTHERS], n=1)
    return COMMANDS_OF_OTHERS.get(close[0], close[0]) if close else None


def settings_of(path: str, request: Request, given: Mapping[str, Any]) -> Settings:
    """The settings for one file. Raises SettingsError."""
    if request.no_config:
        found: Mapping[str, Any] = {}
    else:
        found = config.find(locate.folder_of(path)) if request.config is None else config.load(request.config) or {}
    return config.for_file(config.merge(found, given), path)


def job_of(path: str, settings: Settings, request: Request) -> Job:
    """The work on one file. Raises Misuse for a requirements file that can't be used."""
    where = locate.locate(path, settings.project, settings.cog_yaml)
    project, requirements, name = where.project, None, None
    if settings.requirements is not None:
        project = project or locate.folder_of(path)
        name = locate.path_in_project(settings.requirements, project)
        if name is None:
            raise Misuse(
                f"{settings.requirements} is outside the project {project}; a build can copy only files of the project"
            )
        try:
            requirements = Source.read(files.read_file(str(settings.requirements))).text
        except files.InputError as error:
            raise streams.Failure(f"cannot read {settings.requirements}: {error}") from None
    options = Options(
        keep=settings.keep,
        drop=settings.drop,
        select=settings.select,
        ignore=settings.ignore,
        requirements=requirements,
        requirements_path=name,
        fal_version=settings.fal_version,
        target=settings.target,
        require_reason=settings.require_reason,
        severity=settings.severity,
        per_file_ignores=settings.per_file_ignores,
    )
    fail_on = Severity[settings.fail_on.upper()]
    changes, account = settings.output_format == "sarif", settings.output_format == "json"
    return Job(
        path,
        options,
        project,
        where.cog_yaml,
        fail_on,
        request.force,
        settings.verify,
        changes,
        account,
        in_place=request.in_place or _is_file(path, request.output),
    )


def _is_file(path: str, output: str | None) -> bool:
    """Whether the result goes to the file that is read (``-`` for standard input)."""
    if output is None or output == "-":
        return False
    return files.is_same(0 if path == "-" else path, output) and os.path.isfile(output)  # noqa: PTH113


def _finish(job: Job, done: Done, request: Request, reporter: Reporter) -> Iterator[Entry]:
    """Write or compare a result as requested; yields what happened."""
    path = STDIN if job.path == "-" else job.path
    project = None if job.project is None else str(job.project)
    entry = Entry(
        path, done.status, done.source, done.findings, done.changes, project, done.error, done.account, done.files
    )
    if done.text is None:
        yield entry
    elif request.against is not None:
        yield entry._replace(status="would-rewrite" if done.status == "rewritten" else done.status)
        yield from _compare(request.against, path, done.text, reporter)
    elif request.check or request.diff:
        if request.diff:
            reporter.show_diff(done.source.text, done.text, path)
        yield entry._replace(status="would-rewrite" if done.status == "rewritten" else done.status)
    else:
        target = job.path if request.in_place else request.output
        yield entry._replace(**_write(job, target, done, in_place=request.in_place))


def _write(job: Job, target: str | None, done: Done, *, in_place: bool) -> dict[str, Any]:
    """Write a result; returns the changed fields of its Entry if that failed."""
    if in_place and done.status == "unchanged":
        return {}
    data = encode(done.text or "")
    if target is None or target == "-":
        streams.write(data)
        return {}
    try:
        streams.replace_file(target, data, source=encode(done.source.text) if job.in_place else None)
    except streams.Failure as failure:
        return {"status": "unreadable", "error": str(failure)}
    return {}


def _compare(against: str, path: str, text: str, reporter: Reporter) -> Iterator[Entry]:
    """An entry for the committed file, if it differs from the result."""
    from dockerfix.report.diff import first_difference

    try:
        committed = Source.read(files.read_file(against))
    except files.InputError as error:
        raise streams.Failure(f"cannot read {against}: {error}") from None
    if committed.text == text:
        return
    reporter.show_diff(committed.text, text, against)
    offset = first_difference(committed.text, text)
    message = f"this file is stale: it differs from the current result for {path}; run {remedy(path, against)}"
    finding = Finding("DF005", Span(offset, offset), message, severity=Severity.ERROR)
    yield Entry(against, "stale", committed, (finding,))


def _code(entry: Entry, request: Request) -> int:
    """The exit code for one file."""
    if entry.status in _CODES:
        return _CODES[entry.status]
    if entry.status in ("not-written", "stale"):
        return exit_codes.FOUND
    if entry.status == "rewritten":
        return exit_codes.FOUND if request.in_place else exit_codes.DONE
    return exit_codes.FOUND if entry.status == "would-rewrite" and request.check else exit_codes.DONE


def end_in_order() -> None:
    """Make SIGTERM and SIGHUP end the program by an exception, so that temporary files are removed.

    What is ignored (``nohup``) stays ignored.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
