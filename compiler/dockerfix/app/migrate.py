"""All files of a migration together: the Dockerfile, the App, .dockerignore and MIGRATION.md.

Nothing is written before `apply`; a file that dockerfix didn't write is overwritten only on request.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import shutil
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from dockerfix.app.build import AppResult
from dockerfix.app.read.model import AppError
from dockerfix.app.server import ServerResult
from dockerfix.app.write.guide import guide
from dockerfix.app.write.ignored import FILE as IGNORE_FILE
from dockerfix.project.files import MARK, head, leaves, marked
from dockerfix.project.project import Project
from dockerfix.text.files import replace
from dockerfix.text.findings import Finding
from dockerfix.text.source import decode, encode

GUIDE = "MIGRATION.md"
PROJECT_FILE = "pyproject.toml"
DEBUG_TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to write, by path relative to the project, and `kept`, the user's own files that are not changed."""

    root: Path
    files: dict[str, str]
    kept: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths whose content would change."""
        return tuple(path for path, text in self.files.items() if self.present(path) != text)

    def foreign(self, replaceable: Collection[str] = ()) -> tuple[str, ...]:
        """The paths of files that dockerfix didn't write or that were edited since, except those in `replaceable`."""
        return tuple(path for path in self.changed if path not in replaceable and not self._ours(path))

    def present(self, path: str) -> str | None:
        """The present text of the file, or None if it doesn't exist."""
        try:
            return decode((self.root / path).read_bytes())
        except FileNotFoundError:
            return None

    def _ours(self, path: str) -> bool:
        text = self.present(path)
        return text is None or is_ours(text)


def stamped(text: str) -> str:
    """`text` with a checksum after its first mark, by which a later edit is detected."""
    return text.replace(MARK, f"{MARK} ({_checksum(text)})", 1)


def is_ours(text: str) -> bool:
    """Whether dockerfix wrote a file and nobody edited it: by its first lines, or a Dockerfile's blocks."""
    stamp = re.search(rf"{MARK} \(([0-9a-f]{{8}})\)", head(text))
    if stamp is not None:
        return _checksum(text.replace(stamp.group(), MARK, 1)) == stamp[1]
    return marked(text) or "\n# dockerfix[DF" in text


def _checksum(text: str) -> str:
    return hashlib.sha256(encode(text)).hexdigest()[:8]


def plan(
    project: Project,
    dockerfile: str,
    target: AppResult | ServerResult,
    findings: Sequence[Finding] = (),
    account: Sequence[str] = (),
) -> Plan:
    """The migration of a project: `dockerfile` is the rewritten one, `findings` what was found on the way.

    `account` is the text of the account of cog.yaml, line by line, for MIGRATION.md.

    Raises AppError for a project without a folder.
    """
    if project.root is None:
        raise AppError("a migration needs the project's folder")
    files = {target.settings.dockerfile: dockerfile, **target.files}
    kept: list[str] = []
    own = {
        IGNORE_FILE: f"# {MARK}: files that the image does not need.\n"
        + "".join(f"{line}\n" for line in target.settings.for_docker),
        PROJECT_FILE: f"# {MARK}.\n{target.toml}",
    }
    for path, text in own.items():
        present = project.read(path)
        if present is None or is_ours(present.text):
            files[path] = text
        else:
            kept.append(path)
    files[GUIDE] = guide(target, findings, kept, tuple(files), account)
    return Plan(project.root, {path: stamped(text) for path, text in files.items()}, tuple(kept))


def diff(planned: Plan) -> str:
    """What `apply` would change, as a unified diff; "" for nothing."""
    parts: list[str] = []
    for path in planned.changed:
        before = planned.present(path)
        old = "" if before is None else before
        lines = difflib.unified_diff(
            _lines(old), _lines(planned.files[path]), "/dev/null" if before is None else f"a/{path}", f"b/{path}"
        )
        parts.extend(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(parts)


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [last for last in text.split("\n")[-1:] if last]


def apply(planned: Plan, *, force: bool = False, replaceable: Collection[str] = ()) -> tuple[str, ...]:
    """Write the files that changed, and return their paths.

    Raises AppError, and writes nothing, if a file that dockerfix didn't write would be replaced and `force` is
    false, or if a path leaves the project through a link. Raises OSError.
    """
    foreign = planned.foreign(replaceable)
    if foreign and not force:
        names = ", ".join(f"`{path}`" for path in foreign)
        message = f"dockerfix did not write {names}, or it was edited since; nothing was written"
        raise AppError(f"{message} (--force replaces it)")
    for path in planned.files:
        if leaves(planned.root, path):
            raise AppError(f"`{path}` is a link out of the project; nothing was written")
    written = planned.changed
    for path in written:
        (planned.root / path).parent.mkdir(exist_ok=True)  # `.cog` of Cog's schema
    for path in written:
        replace(planned.root / path, encode(planned.files[path]))
    return written


def run_cog_debug(root: Path) -> str:
    """What `cog debug` prints for the project in `root`. Raises AppError where cog isn't installed or fails."""
    program = shutil.which("cog")
    if program is None:
        raise AppError(
            "cog is not installed; pass what `cog debug` printed with --dockerfile FILE, or - for standard input"
        )
    try:
        found = subprocess.run([program, "debug"], cwd=root, capture_output=True, check=False, timeout=DEBUG_TIMEOUT)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AppError(f"`cog debug` can't be run: {error}") from None
    if found.returncode:
        lines = decode(found.stderr).strip().split("\n")
        raise AppError(f"`cog debug` fails: {lines[-1]}")
    return decode(found.stdout)
