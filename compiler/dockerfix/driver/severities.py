"""How serious a finding is for this user: the severities and the per-file ignores of the options.

An error says that there is no sound result to write, so what the options make of it depends on who reports it. A pass
that only checks judges the image, and a user may know better. Any other error stays one: the conversion is not
complete, and what would be written lacks something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from dockerfix.analysis.options import Options
from dockerfix.text.findings import Finding, Severity


def adjusted(
    findings: Iterable[Finding], options: Options, root: Path | None, *, check: bool = False
) -> Iterator[Finding]:
    """Yield findings as the options want them; `check` is whether they come from a pass that only checks.

    `root` is the project's folder. What changes the Dockerfile is reported in any case, at least as a note.
    """
    for finding in findings:
        if finding.severity is Severity.ERROR and not check:
            yield finding
            continue
        level = options.level_of(finding.code)
        if (level == "off" or _is_ignored(finding, options, root)) and not finding.edits:
            continue
        yield finding._replace(severity=_severity(level, finding.severity))


def _severity(level: str | None, found: Severity) -> Severity:
    return found if level is None else Severity.NOTE if level == "off" else Severity[level.upper()]


def _is_ignored(finding: Finding, options: Options, root: Path | None) -> bool:
    """Whether a file of the project that a finding names is one where its code is ignored."""
    if finding.file is None:
        return False
    paths = [finding.file] if root is None else [finding.file, (root / finding.file).absolute().as_posix()]
    return any(
        finding.code.startswith(tuple(codes)) and any(matches(path, pattern) for path in paths)
        for pattern, codes in options.per_file_ignores
    )


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern of `fnmatch` has a file, a folder that it is in, or, without a slash, the file's name."""
    parts = PurePosixPath(path)
    names = [path, *(parent.as_posix() for parent in parts.parents)]
    return any(fnmatchcase(name, pattern.rstrip("/")) for name in names) or (
        "/" not in pattern and fnmatchcase(parts.name, pattern)
    )
