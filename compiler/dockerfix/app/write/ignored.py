"""Files that fal's client doesn't upload with the build context, as patterns that it understands.

It takes gitignore's patterns, and reads ``!pattern`` as if it were ``pattern``
(``fal-ai/fal:projects/fal/src/fal/container.py``, DockerignoreHandler): a project's .dockerignore can't be handed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.analysis.fal.uploads import Deeper, Ignore
from dockerfix.app.read.model import Note
from dockerfix.app.write.parts import Merged
from dockerfix.app.write.stamps import Record, is_stamped, without_record
from dockerfix.knowledge.cog_server import SCHEMA_FILE, SCHEMA_IGNORED
from dockerfix.project.files import marked
from dockerfix.project.project import Project
from dockerfix.text.findings import Severity

FILE = ".dockerignore"
COG = "/.cog"
ALWAYS = ("/.git", COG, "/.venv", "/venv", "/.env", "__pycache__", "*.pyc", ".DS_Store")

_LEFT_OUT = f"`{{}}` leaves out `{SCHEMA_FILE}`, without which Cog's server takes any input; write `{SCHEMA_IGNORED}`"


_HEADING = "# dockerfix: files that the image does not need"


class Ignored(NamedTuple):
    """Patterns for the client, and notes about them."""

    patterns: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def always(*, schema: bool) -> tuple[str, ...]:
    """The patterns that always apply; with `schema` the image needs the schema that Cog's server reads."""
    return tuple(SCHEMA_IGNORED if schema and each == COG else each for each in ALWAYS)


def for_docker(*, schema: bool) -> str:
    """The patterns that always apply, for .dockerignore, where a name without a slash matches only at the top."""
    return "".join(f"{each}\n" if "/" in each else f"**/{each}\n" for each in always(schema=schema))


def merge(before: str, ours: str) -> Merged:
    """.dockerignore with our patterns: the user's lines stay, and what they lack is added at the end.

    A pattern that the user removed since, or takes back (``!.env``), isn't added again.
    """
    record = Record.read(before) or Record({})
    wanted = [line for line in ours.split("\n") if line]
    text = "" if is_stamped(before) else without_record(before)
    lines = text.split("\n")
    ours_from = lines.index(_HEADING) if _HEADING in lines else 0  # a checksum this short may be that of another line
    kept = [
        line for number, line in enumerate(lines) if number < ours_from or line in wanted or not record.has(line, line)
    ]
    text = "\n".join(kept).rstrip("\n")
    there = {translate(line.strip().lstrip("\ufeff").removeprefix("!")) for line in kept}
    missing = [line for line in wanted if translate(line) not in there and not record.names(line)]
    if missing:
        heading = "" if _HEADING in kept else f"{_HEADING}\n"
        added = heading + "\n".join(missing)
        text = f"{text}{chr(10) * (2 if heading else 1)}{added}" if text else added
    return Merged(f"{text}\n{Record.of({line: line for line in wanted}).comment()}")


def read_ignored(project: Project, *, schema: bool = False) -> Ignored:
    """The patterns that always apply and those of the project's own .dockerignore, as gitignore writes them.

    With `schema` the image needs the schema that Cog's server reads, which no pattern may exclude then.
    """
    ours = always(schema=schema)
    notes: list[Note] = []
    if project.read(".env") is not None:
        message = "`.env` is not uploaded; set its values with `fal secrets set`"
        notes.append(Note("DF531", message, ".env", None, Severity.WARNING))
    source = project.read(FILE)
    if source is None:
        return Ignored(ours, tuple(notes))
    own: list[str] = []
    negated = False
    wanted: dict[str, tuple[int, str]] = {}
    known = {*ours, *(f"**/{each}" for each in ours if "/" not in each)}
    for number, line in enumerate(source.text.split("\n"), 1):
        pattern = line.strip().lstrip("\ufeff")
        translated = translate(pattern)
        if schema and translated and Ignore((pattern,), is_own=True).pattern_for(SCHEMA_FILE):
            if not marked(source.text):
                notes.append(Note("DF544", _LEFT_OUT.format(pattern), FILE, number, Severity.WARNING))
        elif pattern.startswith("!"):
            negated = True
            message = (
                f"fal's client reads `{pattern}` as `{pattern[1:]}`; remove the line, as the App's ignore list does"
            )
            notes.append(Note("DF530", message, FILE, number, Severity.WARNING))
        elif translated and translated not in known:
            known.add(translated)
            own.append(translated)
            wanted[pattern] = (number, translated)
    for pattern, deep in _first_deeper(wanted, project).items():
        number, translated = wanted[pattern]
        message = f"for fal's client `{pattern}` matches `{deep}` too; write `{translated}`, as Docker reads it"
        notes.append(Note("DF532", message, FILE, number, Severity.WARNING))
    notes.sort(key=lambda note: note.line or 0)
    return Ignored(ours if negated else (*ours, *own), tuple(notes))


def _first_deeper(patterns: Iterable[str], project: Project) -> dict[str, str]:
    """The first file of the project, by pattern, that each of some patterns matches only for fal's client."""
    waiting = {pattern: found for pattern in patterns if (found := Deeper(pattern)).is_any}
    result: dict[str, str] = {}
    for name in project.files() if waiting else ():
        for pattern in [each for each, deeper in waiting.items() if deeper.matches(name)]:
            result[pattern] = name
            del waiting[pattern]
        if not waiting:
            break
    return result


def translate(pattern: str) -> str | None:
    """A Docker pattern in gitignore's syntax, anchored at the context; None for a comment or an invalid pattern."""
    if not pattern or pattern.startswith("#") or "\0" in pattern:
        return None
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return "/".join(parts) if parts[0] == "**" else "/" + "/".join(parts)
