"""``make check-release TAG=v1.2.3``: whether a tag may be released; with NOTES=PATH also write the release's notes.

The tag, the version in the package and the topmost dated entry of CHANGELOG.md must be the same version, nothing may be
left under [Unreleased], and the date may not be in the future. The notes are that entry.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import NamedTuple

import dockerfix

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"

_HEADING = re.compile(r"^## \[([^\]\n]+)\](?: - (.+?))?[ \t]*\n", re.MULTILINE)
_LINK = re.compile(r"^\[[^\]\n]+\]: \S+\n?", re.MULTILINE)


class Entry(NamedTuple):
    """An entry of the changelog: its version (``Unreleased`` for the next), its date as written, and its text."""

    version: str
    date: str | None
    text: str


def entries(changelog: str) -> list[Entry]:
    """Return the entries of a changelog in the form of keepachangelog.com, in order, without the links at its end."""
    changelog = _LINK.sub("", changelog)
    found = list(_HEADING.finditer(changelog))
    ends = [*(match.start() for match in found[1:]), len(changelog)]
    return [
        Entry(match[1], match[2], changelog[match.end() : end].strip()) for match, end in zip(found, ends, strict=True)
    ]


def problems(tag: str, version: str, changelog: str, today: date) -> list[str]:
    """Return why `tag` can't be released, a line each; [] if it can."""
    found: list[str] = []
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, and the package says {version}: its tag is v{version}")
    listed = entries(changelog)
    if not listed or listed[0].version != "Unreleased":
        found.append("CHANGELOG.md has no [Unreleased] on top")
    elif listed[0].text:
        found.append("CHANGELOG.md has changes under [Unreleased]: move them into the entry of the release")
    dated = next((each for each in listed if each.version != "Unreleased"), None)
    if dated is None or dated.version != version:
        top = "none" if dated is None else dated.version
        return [*found, f"the topmost release in CHANGELOG.md is {top}, not {version}"]
    if not dated.text:
        found.append(f"the entry {version} in CHANGELOG.md is empty")
    try:
        if date.fromisoformat(dated.date or "") > today:
            found.append(f"the entry {version} in CHANGELOG.md has a date in the future: {dated.date}")
    except ValueError:
        found.append(f"the entry {version} in CHANGELOG.md needs a date: `## [{version}] - {today.isoformat()}`")
    return found


def notes(version: str, changelog: str) -> str:
    """Return the text of a version's entry."""
    return next(f"{each.text}\n" for each in entries(changelog) if each.version == version)


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the tag, which `make` hands down as a variable."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tag", default=os.environ.get("TAG"), help="the tag (default: TAG, or the package's version)")
    parser.add_argument("--notes", default=os.environ.get("NOTES"), metavar="PATH", help="write the notes to PATH")
    chosen = parser.parse_args(arguments)
    changelog, version = CHANGELOG.read_text("utf-8"), dockerfix.__version__
    found = problems(chosen.tag or f"v{version}", version, changelog, datetime.now(timezone.utc).date())
    if found:
        sys.exit("\n".join(found))
    if chosen.notes:
        Path(chosen.notes).write_text(notes(version, changelog), "utf-8")
    print(f"v{version} may be released")


if __name__ == "__main__":
    main()
