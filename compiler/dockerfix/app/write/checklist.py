"""MIGRATION.md when it is written again: ticked boxes stay ticked, and the user's lines move to a section of their own.

A comment at the end of the file has the checksums of its lines, by which lines of the user are known, and that of the
Dockerfile, which can't hold its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from dockerfix.app.write.stamps import WROTE, checksum, short
from dockerfix.project.files import MARK
from dockerfix.text.lazy_patterns import lazy

NOTES = "## Notes"
ABOUT_NOTES = "<!-- This section is yours: the next run of dockerfix leaves it as it is. -->"
_END = lazy(rf"^<!-- {WROTE} (\S+) ([0-9a-f]{{8}}); ([\w-]*) -->\n?", re.MULTILINE)
_BOX = lazy(r"- \[[ xX]\] ")
_PLACE = lazy(r":\d+, (DF\d{3}\))$|, line \d+(\) contains?)")


class Wrote(NamedTuple):
    """What the comment of MIGRATION.md says: the Dockerfile's name and checksum, and those of the guide's lines."""

    dockerfile: str
    checksum: str
    lines: frozenset[str]


def wrote(present: str | None) -> Wrote | None:
    """What dockerfix wrote last, or None if MIGRATION.md doesn't say it."""
    found = _END.search(present or "")
    if found is None:
        return None
    return Wrote(unquote(found[1]), found[2], frozenset(found[3][at : at + 4] for at in range(0, len(found[3]), 4)))


def carried(present: str | None, text: str, dockerfile: tuple[str, str]) -> str:
    """The new guide `text` with the ticks and lines of the present one; `dockerfile` is its name and text."""
    before = wrote(present)
    lines = text.rstrip("\n").split("\n")
    keys = {_key(line) for line in lines}
    own: list[str] = []
    if present is not None and before is not None:
        guide, _, notes = _END.sub("", present).partition(f"{NOTES}\n")
        ticked = {_key(line) for line in guide.split("\n") if line.startswith(("- [x] ", "- [X] "))}
        lines = [
            line.replace("- [ ] ", "- [x] ", 1) if _key(line) in ticked and _BOX.match(line) else line for line in lines
        ]
        added = [line for line in guide.split("\n") if line.strip() and short(_key(line)) not in before.lines]
        own = [
            *_trimmed(notes.replace(ABOUT_NOTES, "").split("\n")),
            *(line for line in added if _key(line) not in keys),
        ]
    mine = [NOTES, "", ABOUT_NOTES, "", *own, *([""] if own else [])]
    marks = "".join(dict.fromkeys(short(_key(line)) for line in lines if line.strip()))
    end = f"<!-- {WROTE} {quote(dockerfile[0])} {checksum(dockerfile[1])}; {marks} -->"
    return "\n".join([*lines, "", *mine, end, ""])


def is_guide(text: str) -> bool:
    """Whether a MIGRATION.md is dockerfix's."""
    return wrote(text) is not None or f"<!-- {MARK}" in text


def _key(line: str) -> str:
    """A line without its tick and without the number of a line, which changes with the code."""
    return _PLACE.sub(r", \1\2", _BOX.sub("- [ ] ", line.rstrip(), count=1))


def _trimmed(lines: Sequence[str]) -> list[str]:
    return "\n".join(lines).strip("\n").split("\n") if any(line.strip() for line in lines) else []
