"""What is said after the findings: what happened in a few lines, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from dockerfix.report import rules
from dockerfix.report.entry import STDIN, Counts, Entry, remedy
from dockerfix.text.findings import Finding
from dockerfix.text.quoting import readable

_GROUP_OF_VERB = {
    "drop": "removed",
    "cut": "removed",
    "install": "installed",
    "add": "installed",
    "inject": "installed",
    "start": "installed",
    "replace": "replaced",
    "restore": "replaced",
    "repair": "replaced",
    "normalise": "replaced",
    "quote": "replaced",
    "link": "replaced",
    "keep": "replaced",
    "close": "replaced",
    "check": "checked",
}
"""What a pass does to its object, by the first word of its name."""

_WOULD = {"removed": "would remove", "installed": "would install", "replaced": "would replace"}


def happened(findings: Iterable[Finding], *, would: bool = False) -> list[str]:
    """One line a group: what was removed, installed, replaced and checked, or `would` be, each with its code."""
    groups: dict[str, list[str]] = {group: [] for group in _GROUP_OF_VERB.values()}
    names = rules.names()
    for code, edits in sorted({(finding.code, bool(finding.edits)) for finding in findings}):
        verb, _, what = names[code].partition("-")
        known = _GROUP_OF_VERB.get(verb)
        name = what if known else names[code]
        groups[known if known and edits else "checked"].append(f"{name.replace('-', ' ')} ({code})")
    titles = {group: _WOULD.get(group, group) if would else group for group, listed in groups.items() if listed}
    width = max(map(len, titles.values()), default=0)
    return [f"{title:<{width}}  {', '.join(groups[group])}" for group, title in titles.items()]


def next_step(item: Entry, target: str) -> list[str]:
    """What to do with a file that was or would be converted, in a line; [] for another."""
    if not any(finding.edits for finding in item.findings):
        return []
    if item.status == "would-rewrite":
        review = "" if item.path == STDIN else f"; `dockerfix review {item.path} -o review.html` shows each change"
        return [readable(f"next: {remedy(item.path)} writes it{review}")]
    if item.status != "rewritten" or item.project is None:
        return []
    if Path(item.project, "fal_app.py").is_file():
        return ["next: `fal deploy` builds the image and deploys the App"]
    where = "" if item.project == "." else f" {readable(item.project)}"
    option = "" if target == "app" else f" --target {target}"
    return [f"next: `dockerfix migrate{where}{option}` writes what else the model needs on fal"]


def file_line(item: Entry, verb: str) -> str | None:
    """One of many files in a line: what happened to it, and its numbers of findings; None with nothing to say."""
    counts = count_words(item.findings)
    if item.status in ("rewritten", "would-rewrite"):
        parts = [verb, *counts]
    elif item.status == "unchanged":
        parts = counts if any(not word.endswith(("note", "notes")) for word in counts) else []
    else:
        parts = [unwritten(verb) if item.status == "not-written" else item.status.replace("-", " "), *counts]
    return f"{readable(item.path)}: {', '.join(parts)}" if parts else None


def statistics(counted: Counter[str]) -> list[str]:
    """The codes by the number of their findings, most first."""
    listed = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    width = max((len(str(number)) for _code, number in listed), default=0)
    names = rules.names()
    return [f"{number:>{width}}  {code}  {names[code]}" for code, number in listed]


def last_line(counts: Counts, verb: str) -> str:
    """What happened to how many files, and the number of findings.

    `verb` says what changed files are: ``rewritten``, ``would be rewritten``, ``stale``.
    """
    parts: list[str] = []
    if counts.files == 1:
        parts += [verb] if counts.changed else [] if counts.failed else ["unchanged"]
        parts += [unwritten(verb)] if counts.failed else []
    else:
        parts.append(f"{counts.changed} of {counts.files} files {verb}")
        parts += [f"{counts.failed} {unwritten(verb)}"] if counts.failed else []
    parts += [_plural(counts.errors, "error"), _plural(counts.warnings, "warning"), _plural(counts.notes, "note")]
    return f"dockerfix: {', '.join(part for part in parts if part)}"


def unwritten(verb: str) -> str:
    """What a file is that was not converted, where one that was is `verb`."""
    return "would not be written" if verb.startswith("would") else "not written"


def count_words(findings: Sequence[Finding]) -> list[str]:
    """``1 error``, ``2 warnings``, ``3 notes``."""
    found = Counter(finding.severity.label for finding in findings)
    return [_plural(found[label], label) for label in ("error", "warning", "note") if found[label]]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
