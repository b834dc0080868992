"""The rewriting of one Dockerfile, without command line or output, so that other processes can do it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.analysis.options import Options
from dockerfix.text.files import InputError, read_file
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source, Span

if TYPE_CHECKING:
    from dockerfix.driver.account import Entry as Accounted
    from dockerfix.driver.pipeline import Change
    from dockerfix.driver.rewrite import Result
    from dockerfix.report.entry import Status


class Job(NamedTuple):
    """A Dockerfile and how to rewrite it; `path` is ``-`` for standard input.

    `changes`, `account` and `result` ask for them in what is done; `in_place` asks for a regular file, which can be
    rewritten.
    """

    path: str
    options: Options = Options()
    project: Path | None = None
    cog_yaml: Path | None = None
    fail_on: Severity = Severity.ERROR
    force: bool = False
    verify: bool = False
    changes: bool = False
    account: bool = False
    in_place: bool = False
    result: bool = False


class Done(NamedTuple):
    """The result of a job. `text` is what may be written, or None.

    `status` ``rewritten`` means that the text differs from the source, not yet that it was written. `failing` means
    that a finding is at or above `fail_on`, which ``--force`` overrides.
    """

    source: Source
    status: Status
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    text: str | None = None
    failing: bool = False
    error: str | None = None
    account: tuple[Accounted, ...] = ()
    files: Mapping[str, Source] = {}
    result: Result | None = None


def process(job: Job, data: bytes | None = None) -> Done:
    """Run a job, on `data` if the input was read before. Never raises: errors are in the result."""
    try:
        data = read_file(job.path, regular=job.in_place) if data is None else data
    except InputError as error:
        return Done(Source(""), "unreadable", error=f"cannot read {job.path}: {error}")
    try:
        return attempt(job, data)
    except Exception as error:  # noqa: BLE001 - a bug in dockerfix must neither write anything nor stop the other files
        return Done(Source.read(data), "internal-error", error=internal_error(job.path, error))


def internal_error(path: object, error: Exception) -> str:
    """Return the message about a bug in dockerfix that a file (``-`` for standard input) or project revealed."""
    from shlex import quote

    from dockerfix.text.credentials import blanked, words_of_secrets

    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    report = "cog debug | dockerfix bug-report" if path == "-" else f"dockerfix bug-report {quote(str(path))}"
    said = f"internal error: {blanked(what, words_of_secrets(what))}; nothing was written"
    return f"{path}: {said}; please report this with what `{report}` prints"


def attempt(job: Job, data: bytes) -> Done:
    """Run a job on data that was read before. Raises whatever a bug in dockerfix raises."""
    from dockerfix.driver.rewrite import rewrite

    result = rewrite(data, project=job.project, cog_yaml=job.cog_yaml, options=job.options)
    findings = tuple(
        finding
        for finding in result.findings
        if finding.edits or finding.severity is Severity.ERROR or not _is_ignored(finding, job.options)
    )
    changes, account = result.changes if job.changes else (), result.account if job.account else ()
    done = Done(result.source, "unchanged", findings, changes, account=account, files=result.files)
    if job.result:
        done = done._replace(result=result)
    if result.internal:
        return done._replace(status="internal-error")
    if result.refused:
        return done._replace(status="refused")
    failing = any(finding.severity >= job.fail_on for finding in findings)
    if failing and not job.force:
        return done._replace(status="not-written", failing=True)
    text = result.rewritten
    objection = _objection(job, result, text)
    if objection is not None:
        return done._replace(status="internal-error", findings=(*findings, objection))
    status: Status = "unchanged" if text == result.source.text else "rewritten"
    return done._replace(status=status, text=text, failing=failing)


def _is_ignored(finding: Finding, options: Options) -> bool:
    return any(finding.code.startswith(prefix) for prefix in options.ignore)


def _objection(job: Job, result: Result, text: str) -> Finding | None:
    """A reason to reject a result besides its findings: the cross-check, and the gate if errors had skipped it."""
    from dockerfix.syntax.dockerfile.parser import parse

    if job.verify:
        from dockerfix.driver.cross_check import disagreements
        from dockerfix.driver.rewrite import PLEASE_REPORT
        from dockerfix.text.credentials import masked

        found = disagreements(parse(text))
        if found:
            what = f"dockerfile-parse reads the result differently: {'; '.join(found)}"
            message = f"{what}; nothing was written; {PLEASE_REPORT}"
            return Finding("DF006", Span(0, 0), masked(message), severity=Severity.ERROR)
    if not result.ok and not _is_sound(job, result.source.text, text):
        message = "BuildKit would reject the result, or a second run would change it; nothing was written"
        return Finding("DF008", Span(0, 0), message, severity=Severity.ERROR)
    return None


def _is_sound(job: Job, source: str, text: str) -> bool:
    """The gate for a text that is written despite errors: no new defects, and a second run changes nothing."""
    from dockerfix.driver.defects import new_defects
    from dockerfix.driver.rewrite import rewrite
    from dockerfix.syntax.dockerfile.parser import parse

    if new_defects(parse(source), parse(text)):
        return False
    again = rewrite(text, project=job.project, cog_yaml=job.cog_yaml, options=job.options)
    return again.rewritten == text
