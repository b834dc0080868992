"""The library: `rewrite` and its Result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dockerfix.analysis import stages
from dockerfix.analysis.blocks import find_blocks
from dockerfix.analysis.cog import era, marks_of_cog
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options, Target
from dockerfix.analysis.packages import apt
from dockerfix.analysis.python import base_python
from dockerfix.driver.account import Account, Entry, account
from dockerfix.driver.defects import Defect
from dockerfix.driver.gate import GateError, check, faults
from dockerfix.driver.pipeline import ROUNDS, Change, Outcome, masked, run
from dockerfix.driver.severities import adjusted
from dockerfix.project.project import ConfigError, Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.credentials import shortened
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import readable
from dockerfix.text.source import Source, Span

REFUSED = "DF0"
"""The prefix of the codes with which an input is refused."""

PLEASE_REPORT = "please report this with what `dockerfix bug-report` prints"
"""The end of a message about a fault of dockerfix itself."""

UNSET = "DF010"
"""The code of what BuildKit rejects unless something outside of the file sets a variable, which can't be known here."""


class Result:
    """The result of `rewrite`, which never changes.

    `text` is the text to write; it is the source if `ok` is false. `findings` have their places in the source, in
    its order. `changes` relate each change to its finding, with its place in the source and in the text.
    `rewritten` is the rewritten text even if there are errors, for a caller who wants it then (``--force``).
    `refused` means that the input could not be used, `internal` that the gate stopped the result. `files` are the files
    of the project that findings refer to, by their paths in it.
    """

    __slots__ = ("_account", "_outcome", "files", "findings", "internal", "ok", "rewritten", "source", "text")

    def __init__(
        self,
        source: Source,
        text: str,
        findings: tuple[Finding, ...],
        outcome: Outcome | None = None,
        accounted: Account | None = None,
        *,
        files: Mapping[str, Source] | None = None,
        internal: bool = False,
    ) -> None:
        self.source = source
        self.findings = tuple(sorted(findings, key=lambda finding: (finding.span, finding.code)))
        self._outcome = outcome
        self._account = accounted
        self.files = files or {}
        self.internal = internal
        self.ok = not internal and all(finding.severity < Severity.ERROR for finding in findings)
        self.rewritten = source.text if internal else text
        self.text = text if self.ok else source.text

    def __repr__(self) -> str:
        """What happened, in a few words."""
        state = "internal error" if self.internal else "refused" if self.refused else "ok" if self.ok else "errors"
        return f"<Result {state}: {'changed' if self.changed else 'unchanged'}, {len(self.findings)} findings>"

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes in the order in which they were made."""
        return self._outcome.changes if self._outcome is not None else ()

    def in_result(self, span: Span) -> Span:
        """Return the place in `rewritten` of what was at `span` in the source, or of what replaced it."""
        return span if self._outcome is None or self.internal else self._outcome.to_result(span)

    @property
    def account(self) -> tuple[Entry, ...]:
        """Where each line of cog.yaml, of its requirements files and of the source went; () for a refused source."""
        return self._account.entries if self._account is not None else ()

    @property
    def changed(self) -> bool:
        """Whether the text differs from the source."""
        return self.text != self.source.text

    @property
    def refused(self) -> bool:
        """Whether the input could not be taken at all."""
        return any(
            finding.code.startswith(REFUSED) and finding.code != UNSET and finding.severity is Severity.ERROR
            for finding in self.findings
        )


def rewrite(
    source: str | bytes,
    *,
    project: str | Path | None = None,
    cog_yaml: str | Path | None = None,
    target: Target = "app",
    options: Options | None = None,
) -> Result:
    """Compile the Dockerfile that `cog debug` printed into one that builds and runs on fal.

    `project` is the folder with cog.yaml and the model's code; `cog_yaml` the YAML text itself as a str, or a file as a
    Path, if it is elsewhere. `options` take precedence over `target`. Reads nothing but the project, prints
    nothing, and never raises because of its input: problems are returned as findings.
    """
    text = Source.read(source)
    chosen = options or Options(target=target)
    document = parse(text.text)
    objection = _objection(document)
    if objection:
        return _refuse(text, *objection)
    try:
        opened = Project.open(project, cog_yaml)
    except ConfigError as error:
        return _refuse(text, "DF004", str(error))
    if chosen.dockerignore is not None:
        from dockerfix.analysis.fal.uploads import IGNORE_FILE

        opened.expect(IGNORE_FILE, chosen.dockerignore)
    return _compile(document, opened, chosen)


def _refuse(source: Source, code: str, message: str, offset: int = 0) -> Result:
    finding = masked(Finding(code, Span(offset, offset), message, severity=Severity.ERROR))
    return Result(source, source.text, (finding,))


def _objection(document: Document) -> tuple[str, str] | None:
    """Return why the input can't be a Dockerfile: a code and a message; None if it can."""
    if not document.text.strip("\ufeff \t\r\n"):
        return "DF001", "the input is empty; did `cog debug` fail?"
    if not document.stages:
        first = next((line.strip() for line in document.text.split("\n") if line.strip()), "")
        shown = readable(shortened(first, 80))
        return "DF002", f"not a Dockerfile: no FROM instruction found; the first line is `{shown}`"
    return None


def _compile(document: Document, project: Project, options: Options) -> Result:
    converting = marks_of_cog(document) or bool(find_blocks(document))
    context = Context(
        project,
        options,
        converting=converting,
        era=era(document),
        base_python=base_python(document),
        debian_packages=apt.installed_by(document),
        own_targets=stages.targets(document),
    )
    outcome = run(document, context, rounds=ROUNDS)
    broken = [_finding(defect) for defect in faults(document, outcome)]
    accounted = account(document, outcome, context, refused=bool(broken))
    others = [*map(masked, accounted.findings), *map(masked, broken)]
    if not context.converting:
        message = "no Cog or dockerfix content found; left unchanged"
        others.append(Finding("DF009", Span(0, 0), message))
    findings = [*outcome.findings, *adjusted(others, options, project.root)]
    internal = False
    try:
        if all(finding.severity < Severity.ERROR for finding in findings):
            check(document, outcome, context)
    except GateError as error:
        message = f"{error}; nothing was written; {PLEASE_REPORT}"
        findings.append(Finding("DF008", Span(0, 0), message, severity=Severity.ERROR))
        internal = True
    named = {finding.file for finding in findings if finding.file is not None}
    files = {name: source for name in sorted(named) if (source := project.read(name)) is not None}
    return Result(
        document.source, outcome.document.text, tuple(findings), outcome, accounted, files=files, internal=internal
    )


def _finding(defect: Defect) -> Finding:
    """Return the error that reports a defect."""
    place = Span(defect.offset, defect.offset)
    if not defect.unset:
        return Finding("DF003", place, defect.message, severity=Severity.ERROR)
    names = ", ".join(f"`{name}`" for name in defect.unset)
    message = f"{defect.message}; nothing in this file sets {names}: set it, or pass --force if the base image does"
    return Finding(UNSET, place, message, severity=Severity.ERROR)
