"""A survey from folders to its report: find the projects, survey them, write each result as it comes."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from dockerfix.app.migrate import GUIDE
from dockerfix.cli import config, exit_codes, streams
from dockerfix.cli.progress import Progress
from dockerfix.cli.rewrite import end_in_order
from dockerfix.cli.survey.output import report_to
from dockerfix.cli.survey.pool import Engine, Pending, Pool, in_order, known
from dockerfix.cli.survey.project import Surveyed, SurveyJob
from dockerfix.cli.survey.worker import Limits
from dockerfix.driver.project_summary import ProjectSummary, Verdict
from dockerfix.project.files import find_config, find_projects
from dockerfix.report.survey import counted
from dockerfix.text import files
from dockerfix.text.quoting import readable
from dockerfix.text.source import encode
from dockerfix.text.transactions import Write, write_all

REVIEWS = "reviews"
SECONDS, SECONDS_WITH_COG = 60, 360


class Request(NamedTuple):
    """What the command line asks for."""

    folders: tuple[Path, ...]
    form: str = "table"
    output: Path | None = None
    out: Path | None = None
    force: bool = False
    cog_debug: bool = False
    state: Path | None = None
    jobs: int = 0
    scheduler: str | None = None
    time_limit: int | None = None
    memory_limit: int = 0
    settings: Mapping[str, str] = {}
    exclude: frozenset[str] = frozenset()
    config: Path | None = None
    no_config: bool = False
    quiet: bool = False

    @property
    def limits(self) -> Limits:
        """What one project may take."""
        usual = SECONDS_WITH_COG if self.cog_debug else SECONDS
        return Limits(usual if self.time_limit is None else self.time_limit, self.memory_limit)


class Found(NamedTuple):
    """A project: its folder as the user would name it, and its name among all of them, with slashes."""

    folder: Path
    name: str


class Done(NamedTuple):
    """A project with what came of it; `key` is to keep it by, None if it is kept already."""

    found: Found
    surveyed: Surveyed
    key: bytes | None = None


def run(request: Request) -> int:
    """Survey the projects and return the exit code. Raises Failure."""
    closed: list[str] = []
    wants_bar = not request.quiet and streams.is_terminal(sys.stderr)
    # counting takes a second walk, but no list of all projects
    total = sum(1 for _ in _projects(request, [])) if wants_bar else 0
    progress = Progress(total, wanted=wants_bar)
    end_in_order()
    counts: Counter[Verdict] = Counter()
    unwritten = False
    with contextlib.ExitStack() as stack:
        engine = stack.enter_context(contextlib.closing(_engine(request)))
        state = stack.enter_context(contextlib.closing(_State(request)))
        report = stack.enter_context(report_to(request.form, request.output, progress))
        for number, done in enumerate(_results(request, engine, state, closed)):
            summary = replace(done.surveyed.summary, project=str(done.found.folder), name=done.found.name)
            if request.form == "html" and (summary.review or done.surveyed.page):
                summary = replace(summary, review=_address(done.found.name))
            counts[summary.verdict] += 1
            unwritten |= done.surveyed.unwritten
            progress.step()
            report.add(number, summary)
        report.end(counts)
    for folder in closed:
        streams.say(f"{streams.PROGRAM}: {readable(folder)} can't be read; projects in it are missing")
    if not counts:
        raise streams.Failure("no cog.yaml found")
    if not request.quiet and (request.form != "table" or request.output is not None):
        where = "" if request.output is None else f"{readable(str(request.output))} written; "
        streams.say(f"{streams.PROGRAM}: {where}{counted(counts)}")
    return exit_codes.INTERNAL if counts["failed"] else exit_codes.FOUND if unwritten else exit_codes.DONE


# ---- the projects


def find_all(folders: Sequence[Path], closed: list[str]) -> Iterator[Found]:
    """Yield the projects in folders, each once, with names that say where they are below all of these."""
    roots = [os.path.realpath(folder) for folder in folders]
    distinct = [
        (folder, root)
        for number, (folder, root) in enumerate(zip(folders, roots, strict=True))
        if not any(_is_below(root, other) and (root != other or number > at) for at, other in enumerate(roots))
    ]
    common = Path(os.path.commonpath([root for _folder, root in distinct]))
    base = common.parent if any(root == str(common) and find_config(common) for _folder, root in distinct) else common
    for folder, root in distinct:
        for project in find_projects(folder, closed):
            inside = Path(root, project.relative_to(folder))
            yield Found(project, inside.relative_to(base).as_posix())


def _projects(request: Request, closed: list[str]) -> Iterator[Found]:
    """Yield the projects that no setting excludes."""
    given = {"exclude": request.exclude} if request.exclude else {}
    for found in find_all(request.folders, closed):
        try:
            of_file = {} if request.no_config else config.find(found.folder)
        except config.SettingsError:
            of_file = {}  # its row will say so
        if not config.is_excluded(str(found.folder), config.merge(of_file, given)):
            yield found


def _is_below(path: str, other: str) -> bool:
    return path == other or path.startswith(other.rstrip(os.sep) + os.sep)


# ---- the results


def _results(request: Request, engine: Engine, state: _State, closed: list[str]) -> Iterator[Done]:
    """Survey what isn't known yet, keep it, and write the files that belong to a project alone."""

    def start(found: Found) -> Pending[Done]:
        key, before = state.look_up(found)
        if before is not None:
            return known(Done(found, Surveyed(before)))
        return _Started(found, key, engine.start(_job(request, found)))

    for done in in_order(_projects(request, closed), start, engine.ahead):
        surveyed = _written(request, done.found, done.surveyed)
        if done.key is not None and not surveyed.unwritten:
            state.put(done.key, surveyed.summary)
        yield done._replace(surveyed=surveyed)


class _Started:
    """A project on its way."""

    def __init__(self, found: Found, key: bytes | None, pending: Pending[Surveyed]) -> None:
        self._found, self._key, self._pending = found, key, pending

    def result(self) -> Done:
        return Done(self._found, self._pending.result(), self._key)


def _engine(request: Request) -> Engine:
    if request.scheduler is None:
        return Pool(request.jobs, request.limits)
    from dockerfix.cli.survey.cluster import Cluster

    return Cluster(request.scheduler, request.limits)


def _job(request: Request, found: Found) -> SurveyJob:
    return SurveyJob(
        os.path.abspath(found.folder),  # noqa: PTH100 - keeps links, as the user named them
        found.name,
        request.settings,
        None if request.config is None else os.path.abspath(request.config),  # noqa: PTH100
        request.no_config,
        request.cog_debug,
        request.form == "html",
        request.out is not None,
    )


class _State:
    """What earlier surveys found, if ``--state`` was given."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._state = None
        self._options: tuple[object, ...] = ()
        self._written: tuple[str, ...] = ()
        if request.state is not None:
            from dockerfix.cli.survey.state import State

            self._state = State(request.state)
            chosen = None if request.config is None else request.config.read_bytes()
            cog = _cog_version() if request.cog_debug else None
            out = None if request.out is None else os.path.realpath(request.out)
            written = (request.state, request.output, request.out)
            self._written = tuple(os.path.realpath(path) for path in written if path is not None)
            self._options = (sorted(request.settings.items()), chosen, request.no_config, cog, out)

    def look_up(self, found: Found) -> tuple[bytes | None, ProjectSummary | None]:
        """The key of a project, and what is known of it; None where files that belong to it are missing."""
        if self._state is None:
            return None, None
        from dockerfix.cli.survey.state import key

        own = key(found.folder, self._written, *self._options)
        summary = self._state.get(own)
        if summary is not None and self._request.form == "html" and summary.dockerfile:
            page = _page_path(self._request, found.name)
            summary = replace(summary, review=_address(found.name)) if page.is_file() else None
        if summary is not None and self._request.out is not None and summary.converts:
            summary = summary if (self._request.out / found.name / GUIDE).is_file() else None
        return (own, None) if summary is None else (None, summary)

    def put(self, key: bytes, summary: ProjectSummary) -> None:
        """Keep what was found, unless another run may find more."""
        if self._state is not None and summary.verdict != "failed":
            self._state.put(key, replace(summary, review=""))

    def close(self) -> None:
        if self._state is not None:
            self._state.close()


def _cog_version() -> str:
    """What `cog` says of itself; what `cog debug` prints depends on it."""
    program = shutil.which("cog")
    try:
        return subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    except OSError as error:
        return str(error)


def _written(request: Request, found: Found, surveyed: Surveyed) -> Surveyed:
    """Write the review page and the files on fal of a project; what can't be written is in its summary."""
    if surveyed.page is not None:
        path = _page_path(request, found.name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            files.replace(path, encode(surveyed.page))
        except (OSError, files.WriteError) as error:
            # a name that is too long concerns this project alone; where nothing can be written, the report will fail
            why = getattr(error, "strerror", None) or error
            streams.say(readable(f"{streams.PROGRAM}: cannot write {path}: {why}"))
            surveyed = surveyed._replace(page=None)
    if surveyed.files is None or request.out is None:
        return surveyed
    folder = request.out / found.name
    if files.is_same(folder, found.folder):
        problem: str | None = f"{folder} is the project itself; use `dockerfix migrate`"
    else:
        problem = _migrate(folder, surveyed.files, force=request.force)
    if problem is None:
        return surveyed
    summary = replace(surveyed.summary, verdict="needs-work", reasons=(problem,))
    return surveyed._replace(summary=summary, unwritten=True)


def _migrate(folder: Path, texts: Mapping[str, str], *, force: bool) -> str | None:
    """Write all files of a project, or none; returns why not."""
    writes: list[Write] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            target, data = folder / path, encode(text)
            before = target.read_bytes() if target.exists() else None
            if before not in (None, data) and not force:
                return f"{target} exists and differs; --force replaces it, and nothing was written"
            if before != data:
                writes.append(Write(path, data, before))
        write_all(folder, writes)
    except files.WriteError as error:
        return f"cannot write {error}; nothing was written"
    except OSError as error:
        return f"cannot write {folder}: {error.strerror or error}; nothing was written"
    return None


def _page_path(request: Request, name: str) -> Path:
    return (request.output or Path()) / REVIEWS / f"{name}.html"


def _address(name: str) -> str:
    return f"{REVIEWS}/{quote(os.fsencode(name))}.html"
