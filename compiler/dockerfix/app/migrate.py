"""All files of a migration together: the Dockerfile, the App, .dockerignore, pyproject.toml and MIGRATION.md.

Nothing is written before `apply`. A second run brings up to date what is as dockerfix wrote it, and leaves what
somebody changed since; a file that dockerfix never wrote is replaced only on request.
"""

from __future__ import annotations

import difflib
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dockerfix.analysis.blocks import may_have_blocks
from dockerfix.analysis.cog import marks_of_cog
from dockerfix.app.build import AppResult
from dockerfix.app.read.model import AppError
from dockerfix.app.server import ServerResult
from dockerfix.app.write import app_file, checklist, ignored, parts, pyproject
from dockerfix.app.write.guide import guide
from dockerfix.app.write.parts import WHOLE, Merged
from dockerfix.app.write.stamps import Record, checksum, is_stamped, stamped
from dockerfix.project.files import leaves, marked
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.credentials import masked
from dockerfix.text.files import InputError, is_same, kind, read_file
from dockerfix.text.findings import Finding
from dockerfix.text.source import decode, encode
from dockerfix.text.transactions import Write, write_all

GUIDE = "MIGRATION.md"
DOCKERFILE, OTHER_DOCKERFILE = "Dockerfile", "Dockerfile.fal"
INPUTS = ("Dockerfile.cog", DOCKERFILE)
"""Where the output of `cog debug` is looked for in a project."""
DEBUG_TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to write, by path relative to the project.

    `before` has the text that each file had when this was planned, None without one. `edited` has those of them that
    keep something the user changed, and `foreign` the paths of files that dockerfix never wrote and would replace.
    """

    root: Path
    files: dict[str, str]
    before: Mapping[str, str | None]
    edited: Mapping[str, Merged] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths whose content would change."""
        return tuple(path for path, text in self.files.items() if self.before[path] != text)


def present(root: Path, path: str) -> str | None:
    """The present text of a file, or None if it doesn't exist. Raises AppError for what is not a readable file."""
    try:
        mode = (root / path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise AppError(f"can't be read: {error.strerror or error}", path) from None
    if not stat.S_ISREG(mode):
        raise AppError(f"is a {kind(mode)}, but dockerfix writes a file of this name; rename it", path)
    try:
        return decode(read_file(str(root / path)))
    except InputError as error:
        raise AppError(f"can't be read: {error}", path) from None


class Planner:
    """Decides for each file what is written. With `force` dockerfix's own text is.

    The file `predictor` is never replaced.
    """

    def __init__(self, root: Path, predictor: str = "", *, force: bool = False) -> None:
        self.root, self.predictor, self.force = root, predictor, force
        self.files: dict[str, str] = {}
        self.before: dict[str, str | None] = {}
        self.edited: dict[str, Merged] = {}
        self.foreign: list[str] = []

    def add(
        self, path: str, ours: str, merge: Callable[[str, str], Merged | None], *, replaceable: bool = True
    ) -> None:
        """Plan a file: `merge` gets the present text and ours, and returns None for a file that isn't dockerfix's.

        Both have line ends as Linux has them; the file keeps its own. A file that isn't `replaceable` is merged in
        spite of `force`.

        Raises AppError for a file whose name the project uses for its code, and for what is not a readable file.
        """
        if path == self.predictor or is_same(self.root / path, self.root / self.predictor):
            raise AppError("the predictor's file has the name of one that dockerfix writes; rename it", path)
        if path.endswith(".py") and (self.root / path.removesuffix(".py") / "__init__.py").exists():
            package = path.removesuffix(".py")
            raise AppError(f"Python would import the package `{package}` in place of `{path}`; rename the package")
        before = self.before[path] = present(self.root, path)
        dos = before is not None and "\r\n" in before and "\n" not in before.replace("\r\n", "")
        text = before.replace("\r\n", "\n") if before is not None and dos else before
        merged = merge("", ours) if text is None or (self.force and replaceable) else merge(text, ours)
        if merged is None:
            self.foreign.append(path)
            merged = Merged(ours)
        self.files[path] = merged.text.replace("\n", "\r\n") if dos else merged.text
        if merged.kept:
            self.edited[path] = merged

    def add_toml(self, entry: str, name: str) -> None:
        """Plan pyproject.toml with the entry of the App `name`. Raises AppError for a file that isn't TOML."""
        self.add(
            pyproject.FILE,
            entry,
            lambda before, ours: pyproject.edit(before, ours, name, force=self.force),
            replaceable=False,
        )

    @property
    def plan(self) -> Plan:
        """What was planned."""
        return Plan(self.root, self.files, self.before, self.edited, tuple(self.foreign))


def code(path: str) -> Callable[[str, str], Merged | None]:
    """How a generated Python file is merged: the App by its parts, any other as a whole."""
    return _app if path == app_file.NAME else _whole


def _app(before: str, ours: str) -> Merged | None:
    if not before:
        return Merged(parts.recorded(ours))
    if not marked(before) and Record.read(before) is None:
        return None
    return parts.merge(before, ours)


def _whole(before: str, ours: str) -> Merged | None:
    text = stamped(ours)
    if not before or is_stamped(before) or before == text:
        return Merged(text)
    return Merged(before, (WHOLE,), text) if marked(before) else None


def plan(
    project: Project,
    dockerfile: str,
    target: AppResult | ServerResult,
    findings: Sequence[Finding] = (),
    account: Sequence[str] = (),
    *,
    force: bool = False,
    replaceable: bool = False,
) -> Plan:
    """The migration of a project: `dockerfile` is the rewritten one, `findings` what was found on the way.

    `account` is the text of the account of cog.yaml, line by line, for MIGRATION.md. With `force` nothing that was
    changed is kept; `replaceable` says that the Dockerfile is the input itself.

    Raises AppError for a project without a folder, and for a pyproject.toml that isn't TOML.
    """
    if project.root is None:
        raise AppError("a migration needs the project's folder")
    planner = Planner(project.root, target.predictor.file, force=force)
    settings = target.settings
    last = present(project.root, GUIDE)
    wrote = checklist.wrote(last)

    def image(before: str, ours: str) -> Merged | None:
        known = wrote is not None and (wrote.dockerfile, wrote.checksum) == (
            settings.dockerfile,
            checksum(before),
        )
        if not before or before == ours or replaceable or known:
            return Merged(ours)
        return Merged(before, (WHOLE,), ours) if may_have_blocks(before) else None

    planner.add(settings.dockerfile, dockerfile, image)
    for path, text in target.files.items():
        planner.add(path, text, code(path))
    needed = ignored.for_docker(schema=isinstance(target, ServerResult))
    planner.add(ignored.FILE, needed, ignored.merge, replaceable=False)
    planner.add_toml(target.toml, settings.app_name)
    edited = planner.edited
    text = guide(target, findings, {path: each.kept for path, each in edited.items()}, (*planner.files, GUIDE), account)

    def checked(before: str, ours: str) -> Merged | None:
        if before and not checklist.is_guide(before):
            return None
        return Merged(checklist.carried(before, ours, (settings.dockerfile, dockerfile)))

    # ticks and notes are no part of what --force replaces
    planner.add(GUIDE, text, checked, replaceable=not checklist.is_guide(last or ""))
    return planner.plan


def diff(planned: Plan) -> str:
    """What `apply` would change, as a unified diff; "" for nothing."""
    return "".join(_diff(path, planned.before[path], planned.files[path]) for path in planned.changed)


def kept_diff(planned: Plan, path: str) -> str:
    """What dockerfix would write in place of what is kept in a file, as a unified diff."""
    merged = planned.edited[path]
    return _diff(path, merged.text, merged.ours)


def _diff(path: str, before: str | None, after: str) -> str:
    lines = difflib.unified_diff(
        _lines(masked(before or "")), _lines(masked(after)), "/dev/null" if before is None else f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [last for last in text.split("\n")[-1:] if last]


def apply(planned: Plan) -> tuple[str, ...]:
    """Write the files that changed, and return their paths.

    Raises AppError, and writes nothing, if a file that dockerfix never wrote would be replaced, or if a path leaves
    the project through a link. Raises WriteError or OSError, and leaves every file as it was, if one can't be written
    or isn't any more as it was when this was planned.
    """
    if planned.foreign:
        names = ", ".join(f"`{path}`" for path in planned.foreign)
        raise AppError(f"dockerfix did not write {names}; nothing was written (rename it, or replace it with --force)")
    for path in planned.files:
        if leaves(planned.root, path):
            raise AppError(f"`{path}` is a link out of the project; nothing was written")
    written = planned.changed
    write_all(
        planned.root, [Write(path, encode(planned.files[path]), _bytes(planned.before[path])) for path in written]
    )
    return written


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else encode(text)


def dockerfile_name(project: Project, source: str | None = None) -> str:
    """The name for the image's Dockerfile: "Dockerfile", or another one if the project has a Dockerfile of its own.

    `source` is the path of the Dockerfile that is converted, which may be replaced. A project's own is one that
    dockerfix didn't write.
    """
    last = checklist.wrote(_text(project, GUIDE))
    if last is not None and project.read(last.dockerfile) is not None:
        return last.dockerfile
    own = _text(project, DOCKERFILE)
    if own is None or may_have_blocks(own) or source == DOCKERFILE or _is_dockerfile(project, source):
        return DOCKERFILE
    return OTHER_DOCKERFILE


def _is_dockerfile(project: Project, path: str | None) -> bool:
    """Whether a path is another name of the project's Dockerfile, as `dockerfile` is where case doesn't count."""
    return None not in (project.root, path) and is_same(f"{project.root}/{path}", f"{project.root}/{DOCKERFILE}")


def find_input(project: Project) -> str | None:
    """The file of the project that holds the output of `cog debug`, or None."""
    for path in INPUTS:
        text = _text(project, path)
        if text is not None and not may_have_blocks(text) and marks_of_cog(parse(text)):
            return path
    return None


def last_dockerfile(project: Project) -> str | None:
    """The image's Dockerfile as dockerfix wrote it, which can be converted again, or None."""
    name = dockerfile_name(project)
    return name if may_have_blocks(_text(project, name) or "") else None


def has_cog() -> bool:
    """Whether `cog debug` can be run."""
    return shutil.which("cog") is not None


def _text(project: Project, path: str) -> str | None:
    source = project.read(path)
    return None if source is None else source.text


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
