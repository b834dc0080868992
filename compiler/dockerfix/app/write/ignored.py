"""Files that fal's client doesn't upload with the build context, as patterns that it understands.

It takes gitignore's patterns, and reads ``!pattern`` as if it were ``pattern``
(``fal-ai/fal:projects/fal/src/fal/container.py``, DockerignoreHandler): a project's .dockerignore can't be handed over.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from dockerfix.app.read.model import Note
from dockerfix.app.write.parts import Merged
from dockerfix.app.write.stamps import Record, is_stamped, without_record
from dockerfix.project.project import Project
from dockerfix.text.findings import Severity

FILE = ".dockerignore"
ALWAYS = ("/.git", "/.cog", "/.venv", "/venv", "/.env", "__pycache__", "*.pyc", ".DS_Store")


_HEADING = "# dockerfix: files that the image does not need"


class Ignored(NamedTuple):
    """Patterns for the client, and notes about them."""

    patterns: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def for_docker() -> str:
    """The patterns that always apply, for .dockerignore, where a name without a slash matches only at the top."""
    return "".join(f"{each}\n" if "/" in each else f"**/{each}\n" for each in ALWAYS)


def merge(before: str, ours: str) -> Merged:
    """.dockerignore with our patterns: the user's lines stay, and what they lack is added at the end.

    A pattern that the user removed since, or takes back (``!.env``), isn't added again.
    """
    record = Record.read(before) or Record({})
    wanted = [line for line in ours.split("\n") if line]
    text = "" if is_stamped(before) else without_record(before)
    kept = [line for line in text.split("\n") if line in wanted or not record.has(line, line)]
    text = "\n".join(kept).rstrip("\n")
    there = {translate(line.strip().lstrip("\ufeff").removeprefix("!")) for line in kept}
    missing = [line for line in wanted if translate(line) not in there and not record.names(line)]
    if missing:
        heading = "" if _HEADING in kept else f"{_HEADING}\n"
        added = heading + "\n".join(missing)
        text = f"{text}{chr(10) * (2 if heading else 1)}{added}" if text else added
    return Merged(f"{text}\n{Record.of({line: line for line in wanted}).comment()}")


def read_ignored(project: Project) -> Ignored:
    """The patterns that always apply and those of the project's own .dockerignore, as gitignore writes them."""
    notes: list[Note] = []
    if project.read(".env") is not None:
        message = "`.env` is not uploaded; set its values with `fal secrets set`"
        notes.append(Note("DF531", message, ".env", None, Severity.WARNING))
    source = project.read(FILE)
    if source is None:
        return Ignored(ALWAYS, tuple(notes))
    own: list[str] = []
    negated = False
    known = {*ALWAYS, *(f"**/{each}" for each in ALWAYS if "/" not in each)}
    for number, line in enumerate(source.text.split("\n"), 1):
        pattern = line.strip().lstrip("\ufeff")
        translated = translate(pattern)
        if pattern.startswith("!"):
            negated = True
            message = (
                f"fal's client reads `{pattern}` as `{pattern[1:]}`; remove the line, as the App's ignore list does"
            )
            notes.append(Note("DF530", message, FILE, number, Severity.WARNING))
        elif translated and translated not in known:
            known.add(translated)
            own.append(translated)
            deeper = _deeper(pattern, project)
            if deeper:
                message = (
                    f"for fal's client `{pattern}` matches `{deeper}` too; write `{translated}`, as Docker reads it"
                )
                notes.append(Note("DF532", message, FILE, number, Severity.WARNING))
    return Ignored(ALWAYS if negated else (*ALWAYS, *own), tuple(notes))


def _deeper(pattern: str, project: Project) -> str | None:
    """A file that a pattern without a slash matches in a folder, where Docker looks only at the top."""
    plain = pattern.rstrip("/")
    if "/" in plain:
        return None
    return next((name for name in project.files if any(fnmatchcase(part, plain) for part in name.split("/")[1:])), None)


def translate(pattern: str) -> str | None:
    """A Docker pattern in gitignore's syntax, anchored at the context; None for a comment or an invalid pattern."""
    if not pattern or pattern.startswith("#") or "\0" in pattern:
        return None
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return "/".join(parts) if parts[0] == "**" else "/" + "/".join(parts)
