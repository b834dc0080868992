"""What is wrong with a file, as the formats for CI take it: its findings, and that it isn't converted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.report import rules
from dockerfix.report.entry import Entry, Place, remedy
from dockerfix.text.findings import Severity

STALE = "DF005"
NOTHING_OF_COG = "DF009"
"""No problem at all, and so no annotation."""


class Problem(NamedTuple):
    """A finding with its place, or the state of a file; `fingerprint` stays when lines before it move."""

    code: str
    severity: Severity
    message: str
    place: Place
    fingerprint: str

    @property
    def title(self) -> str:
        """The code with its name."""
        return f"{self.code} {rules.rule_of(self.code).name}"


_CHARACTERS = 1_000
"""How much of a line identifies it: a line of a megabyte may have thousands of findings."""


def problems(entries: Iterable[Entry], *, checks: bool) -> Iterator[tuple[Entry, list[Problem]]]:
    """The problems of each file; `checks` makes one of a file that would be rewritten (``--check``)."""
    for item in entries:
        seen: Counter[tuple[str, str, str]] = Counter()
        found: list[Problem] = []
        if checks and item.status == "would-rewrite":
            place = Place(item.path, 1, 1, 1, 1)
            message = f"this file would be rewritten; run {remedy(item.path)}"
            found.append(_problem(STALE, Severity.ERROR, message, place, seen))
        for finding in item.findings:
            if finding.code != NOTHING_OF_COG:
                place = item.place_of(finding)
                found.append(_problem(finding.code, finding.severity, finding.message, place, seen))
        yield item, found


def _problem(code: str, severity: Severity, message: str, place: Place, seen: Counter[tuple[str, str, str]]) -> Problem:
    return Problem(code, severity, message, place, fingerprint(code, place, seen))


def fingerprint(code: str, place: Place, seen: Counter[tuple[str, str, str]]) -> str:
    """What identifies a problem from one run to the next: code, file, how its line begins, and which of several it is.

    `seen` counts those of the run. The message isn't part of it, as releases word it anew.
    """
    from hashlib import sha256

    key = (code, place.path, " ".join(place.beginning(_CHARACTERS).split()))
    seen[key] += 1
    data = "\0".join([*key, str(seen[key])])
    return sha256(data.encode("utf-8", "surrogateescape")).hexdigest()
