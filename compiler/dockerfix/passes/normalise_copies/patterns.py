"""Patterns such as ``*.py`` in COPY, which fal's client takes for the name of a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dockerfix.analysis.fal import uploads
from dockerfix.analysis.fal.copies import ContextCopy
from dockerfix.analysis.fal.repairs import listed
from dockerfix.analysis.fal.uploads import Coverage, Ignore
from dockerfix.project.project import Project
from dockerfix.text.findings import Severity


class Naming(NamedTuple):
    """A COPY with its patterns replaced by names; `note` says so, or `problem` says why that can't be done."""

    copy: ContextCopy
    note: str | None = None
    problem: str | None = None
    severity: Severity = Severity.ERROR


def name_files(project: Project, copy: ContextCopy, uploaded: Callable[[], Coverage]) -> Naming:
    """Replace patterns that no other COPY uploads with the names of the matching files in the project."""
    patterns = [each for each in copy.sources if uploads.is_pattern(each)]
    patterns = [each for each in patterns if not uploaded().covers(each)]
    if not patterns:
        return Naming(copy)
    shown = f"fal's client does not expand {listed(patterns)}"
    if project.root is None:
        return Naming(copy, problem=f"{shown}; name the files, or the project's folder with `--project`")
    ignore = Ignore.of(project)
    names = {pattern: uploads.matching(project.root, pattern, ignore) for pattern in patterns}
    if any(found is None for found in names.values()):
        return Naming(copy, problem=f"{shown}, and the files can't be named safely; copy their folder")
    words = tuple(name for word in copy.words for name in (names.get(word) or () if word in names else (word,)))
    if not words:
        message = f"{listed(patterns)} matches no file that fal's client uploads"
        return Naming(copy, problem=message, severity=Severity.WARNING)
    if len(words) > 1 and not copy.view.words[-1].value.rstrip("\"'").endswith(("/", ".")):
        return Naming(copy, problem=f"{shown}; copy the folder, or name the files before a target that ends in `/`")
    count = sum(len(found or ()) for found in names.values())
    note = f"replaces {listed(patterns)} by what it matches now ({count}): fal's client does not expand it; convert the original again when files are added"
    return Naming(copy._replace(words=words), note=note)
