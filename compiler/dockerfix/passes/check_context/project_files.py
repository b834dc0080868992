"""The project files that a build on fal would lack, as findings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from dockerfix.analysis.fal import uploads
from dockerfix.analysis.fal.copies import ContextCopy
from dockerfix.analysis.fal.repairs import Names, listed
from dockerfix.analysis.fal.uploads import IGNORE_FILE, Coverage, Ignore, Survey
from dockerfix.knowledge.cog_constructs import IGNORE_MARK, MODEL_FOLDERS
from dockerfix.knowledge.fal import FILE_SIZE_LIMIT, IGNORED_BY_DEFAULT
from dockerfix.project.project import Project
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_SUBMODULE = lazy(r"^[ \t]*path[ \t]*=[ \t]*(\S+?)/?[ \t\r]*$", re.MULTILINE)
_DESCRIBED = ("pyproject.toml", "setup.py", "setup.cfg")


def findings(code: str, project: Project, copies: Sequence[ContextCopy]) -> Iterator[Finding]:
    """Yield findings about the sources of all COPYs of a document, each place once, then about the ignore file."""
    root = project.root
    if root is None:
        return
    ignore = Ignore.of(project)
    told: set[str] = set()
    for copy in copies:
        if "#" in copy.sources and not (root / "#").exists():
            yield _finding(
                code,
                copy,
                "a `#` after arguments does not start a comment; its words are copied as sources",
                Severity.ERROR,
            )
            continue
        for source in copy.sources if copy.problem is None else ():
            if uploads.is_pattern(source) or source in told:
                continue
            told.add(source)
            yield from _source(code, project, root, ignore, copy, source)
    whole = next((copy for copy in copies if Coverage(copy.expected).is_whole), None)
    if whole is not None:
        yield from _whole_project(code, project, ignore, whole)
    yield from _left_out(code, project, ignore, copies, whole)
    yield from _unsearched(code, project, copies)
    if copies:
        yield from _ignore_file(code, ignore, copies[0])
        yield from _ignore_file_of_docker(code, project, copies[0])


def _finding(code: str, copy: ContextCopy, message: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(code, copy.instruction.body_span, message, severity=severity)


def _source(
    code: str, project: Project, root: Path, ignore: Ignore, copy: ContextCopy, source: str
) -> Iterator[Finding]:
    """Yield findings about one source of a COPY."""
    path = uploads.normal(source)
    if path.split("/")[0] == "..":
        message = f"`{source}` is outside the project; fal's client refuses it"
        yield _finding(code, copy, message, Severity.ERROR)
        return
    place = f"{root}/{path}"
    if not posixpath.lexists(place):
        yield _missing(code, copy, source, path)
        return
    pattern = ignore.pattern_for(path)
    if pattern is not None and not posixpath.isdir(place):
        message = f"fal's client does not upload `{source}`: {_by(ignore, pattern)}"
        yield _finding(code, copy, message, Severity.ERROR)
        return
    survey = uploads.survey(root, source, ignore)
    yield from _surveyed(code, copy, path, survey)
    yield from _empty(code, project, copy, survey.empty)
    if not survey.files and path != "." and not (survey.leaving or survey.broken or survey.closed or survey.truncated):
        message = f"fal's client uploads nothing from `{source}`, so this {copy.instruction.keyword} fails"
        yield _finding(code, copy, message, Severity.ERROR)


def _by(ignore: Ignore, pattern: str) -> str:
    if not ignore.is_own:
        return f"without a {IGNORE_FILE} fal's client leaves out `{pattern}`; an empty {IGNORE_FILE} changes that"
    turned = ", which fal's client reads the other way round" if pattern.startswith("!") else ""
    return f"{IGNORE_FILE} has `{pattern}`{turned}"


def _missing(code: str, copy: ContextCopy, source: str, path: str) -> Finding:
    """Report a source that doesn't exist; weights may come later, with the COPY of the whole project."""
    message = f"`{source}` is not in the project"
    destination = copy.view.words[-1].value.rstrip("/")
    if any(destination == f"{folder}/{path}" for folder in MODEL_FOLDERS):
        return _finding(code, copy, f"{message} yet; the build fails until it is there")
    return _finding(code, copy, f"{message}; the build fails", Severity.ERROR)


def _surveyed(code: str, copy: ContextCopy, path: str, survey: Survey) -> Iterator[Finding]:
    explicit = survey.files <= 1 and path in (*survey.broken, *survey.links)
    if survey.leaving:
        shown = listed(survey.leaving)
        message = f"fal's client stops at {shown}, a link out of the project; replace it with its content or ignore it"
        yield _finding(code, copy, message, Severity.ERROR)
    if survey.large:
        shown, limit = listed(survey.large), FILE_SIZE_LIMIT >> 20
        message = f"{shown} is larger than {limit} MiB; fal's client refuses it; download it in the build or ignore it"
        yield _finding(code, copy, message, Severity.ERROR)
    if survey.broken:
        severity = Severity.ERROR if explicit else Severity.WARNING
        yield _finding(
            code, copy, f"{listed(survey.broken)} is a broken link; fal's client does not upload it", severity
        )
    if survey.links:
        message = f"{listed(survey.links)} is a link; fal's client uploads only its target, under that name"
        yield _finding(code, copy, message, Severity.ERROR if explicit else Severity.WARNING)
    if survey.closed:
        message = f"{listed(survey.closed)} can't be read, so it isn't checked, and fal's client can't upload it"
        yield _finding(code, copy, message)
    if survey.truncated:
        yield _finding(code, copy, "the project has too many files to check all of them")


def _unsearched(code: str, project: Project, copies: Sequence[ContextCopy]) -> Iterator[Finding]:
    """Report where calls of commands and imports weren't looked for."""
    place = copies[0].instruction.body_span if copies else Span(0, 0)
    if project.unsearched:
        message = f"{listed(project.unsearched)} can't be read or is too large, so calls and imports in it are unknown"
        yield Finding(code, place, message, severity=Severity.WARNING)
    if project.truncated:
        message = "the project has too much code to search all of it; calls and imports in the rest are unknown"
        yield Finding(code, place, message, severity=Severity.WARNING)


def _empty(code: str, project: Project, copy: ContextCopy, folders: Sequence[str]) -> Iterator[Finding]:
    """Report folders without files: submodules that git left empty, and others."""
    source = project.read(".gitmodules") if folders else None
    modules = set(_SUBMODULE.findall(source.text)) if source is not None else set()
    bare = [folder for folder in folders if folder in modules]
    others = [folder for folder in folders if folder not in modules]
    if bare:
        what = "is empty, a git submodule that is" if len(bare) == 1 else "are empty, git submodules that are"
        yield _finding(
            code, copy, f"{listed(bare)} {what} not checked out; run `git submodule update --init --recursive`"
        )
    if others:
        verb, them = ("is", "it") if len(others) == 1 else ("are", "them")
        message = f"{listed(others)} {verb} empty, so fal's client does not upload {them}; put a file in if the model needs {them}"
        yield _finding(code, copy, message, Severity.NOTE)


def _whole_project(code: str, project: Project, ignore: Ignore, copy: ContextCopy) -> Iterator[Finding]:
    """Report files that the image needs and an ignore pattern excludes."""
    config = project.config
    for entry in (config.predict, config.train) if config is not None else ():
        name = posixpath.normpath(entry.partition(":")[0]) if entry else ""
        pattern = ignore.pattern_for(name) if name and project.read(name) is not None else None
        if pattern is not None:
            message = f"fal's client does not upload `{name}`, the model's code: {_by(ignore, pattern)}"
            yield _finding(code, copy, message, Severity.ERROR)
    for name in _DESCRIBED:
        source = project.read(name)
        for needed in ("README.md", "README.rst") if source is not None and "README" in source.text else ():
            pattern = ignore.pattern_for(needed) if source is not None and needed in source.text else None
            if pattern is not None and project.read(needed) is not None:
                yield _finding(
                    code, copy, f"`{name}` reads `{needed}`, which fal's client does not upload: {_by(ignore, pattern)}"
                )


def _left_out(
    code: str, project: Project, ignore: Ignore, copies: Sequence[ContextCopy], whole: ContextCopy | None
) -> Iterator[Finding]:
    """Files that Docker would copy, and what an ignore file of Cog hides from the COPY of the `whole` project."""
    source = project.read(IGNORE_FILE)
    if source is None or not copies:
        return
    copy = whole or copies[0]
    copied = Coverage(name for each in copies for name in each.expected)
    config = project.config
    listed = dict.fromkeys(ignore.patterns)
    patterns = {
        pattern: uploads.Deeper(pattern)
        for pattern in listed
        if {pattern, pattern.rstrip("/")}.isdisjoint(IGNORED_BY_DEFAULT) and f"**/{pattern.rstrip('/')}" not in listed
    }
    patterns = {pattern: deeper for pattern, deeper in patterns.items() if deeper.is_any}
    hides = IGNORE_MARK in source.text and whole is not None
    left = {pattern: Names() for pattern in patterns}
    needed = {pattern: Names() for pattern in patterns}
    hidden = Names()
    reached: Collection[str] | None = None
    for name in project.files() if patterns or hides else ():
        for pattern, deeper in patterns.items():
            if not deeper.matches(name) or not copied.covers(name):
                continue
            left[pattern].add(name)
            if reached is None:
                reached = project.reached_files(config.predict, config.train) if config is not None else ()
            if name in reached:
                needed[pattern].add(name)
        if hides and ignore.pattern_for(name) not in (None, *IGNORED_BY_DEFAULT):
            hidden.add(name)
    for pattern, names in left.items():
        if names.count:
            shown = needed[pattern] if needed[pattern].count else names
            message = (
                f"fal's client leaves out {shown} for `{pattern}`, which Docker looks for only at the "
                f"top; write `/{pattern}`"
            )
            severity = Severity.WARNING if needed[pattern].count else Severity.NOTE
            yield _in_ignore_file(code, ignore, copy, pattern, message, severity)
    if hidden.count:
        message = (
            f"{IGNORE_FILE}: what `cog build --separate-weights` wrote leaves out {hidden}, which the image lacks; "
            f"remove its lines below `{IGNORE_MARK}`"
        )
        yield _finding(code, copy, message)


def _ignore_file(code: str, ignore: Ignore, copy: ContextCopy) -> Iterator[Finding]:
    """Report patterns that fal's client reads differently from Docker."""
    if not ignore.is_own:
        return
    for pattern in dict.fromkeys(ignore.patterns):
        if pattern == "!":
            message = f"{IGNORE_FILE}: fal's client fails on a `!` without a pattern"
            yield _in_ignore_file(code, ignore, copy, pattern, message, Severity.ERROR)
        elif pattern.startswith("!"):
            message = f"{IGNORE_FILE}: fal's client ignores the `!` in `{pattern}` and leaves these files out"
            yield _in_ignore_file(code, ignore, copy, pattern, message)
        elif pattern.startswith("./"):
            message = f"{IGNORE_FILE}: `{pattern}` matches nothing in fal's client; write `/` instead of `./`"
            yield _in_ignore_file(code, ignore, copy, pattern, message)


def _ignore_file_of_docker(code: str, project: Project, copy: ContextCopy) -> Iterator[Finding]:
    """Report an ignore file of one Dockerfile, which Docker prefers and fal's client does not know.

    (``moby/buildkit:frontend/dockerui/config.go``; ``fal-ai/fal:projects/fal/src/fal/container.py``, DockerignoreHandler.)
    """
    shared = project.read(IGNORE_FILE)
    for name in sorted(path.name for path in project.root.glob(f"?*{IGNORE_FILE}")) if project.root else ():
        dockerfile = name.removesuffix(IGNORE_FILE)
        own = project.read(name)
        is_known = dockerfile == "Dockerfile" or project.read(dockerfile) is not None
        if is_known and own is not None and (shared is None or own.text != shared.text):
            message = (
                f"Docker reads `{name}` and not {IGNORE_FILE} when it builds `{dockerfile}`; fal's client reads only "
                f"{IGNORE_FILE}: put the patterns there"
            )
            yield _finding(code, copy, message)


def _in_ignore_file(
    code: str,
    ignore: Ignore,
    copy: ContextCopy,
    pattern: str,
    message: str,
    severity: Severity = Severity.WARNING,
) -> Finding:
    place = copy.instruction.body_span
    return Finding(code, place, message, severity=severity, file=IGNORE_FILE, line=ignore.line_of(pattern))
