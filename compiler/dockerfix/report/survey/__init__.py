"""A survey of many projects as a table, CSV, JSON or a page.

Each form has three parts, so that a survey of any size is written as it goes: `opening`, `row` for each project, and
`closing`. The numbers of projects by their verdict are known to the last, and to the first where the result goes to a
file.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from dockerfix.driver.project_summary import VERDICTS, ProjectSummary, Verdict

Counts = Mapping[Verdict, int]
FORMATS = ("table", "csv", "json", "html")
_MODULES = {"table": "table", "csv": "comma_separated", "json": "as_json", "html": "page"}


class Format(Protocol):
    """One form of a survey."""

    def opening(self, counts: Counts) -> str:
        """What comes before the projects."""

    def row(self, number: int, summary: ProjectSummary) -> str:
        """One project; they are counted from 0."""

    def closing(self, counts: Counts) -> str:
        """What comes after the projects."""


def format_of(name: str, *, width: int | None = None) -> Format:
    """The form with a name out of `FORMATS`; `width` is that of the terminal, for the table."""
    module = import_module(f"{__name__}.{_MODULES[name]}")
    found: Format = module.Form(width) if name == "table" else module.Form()
    return found


def counted(counts: Counts) -> str:
    """``34 projects: 12 converts, 3 needs work``, the best verdict first."""
    total = sum(counts.values())
    parts = [f"{counts[each]} {_PLURALS[each]}" for each in VERDICTS if counts.get(each)]
    return f"{total} project{'' if total == 1 else 's'}{': ' if parts else ''}{', '.join(parts)}"


_PLURALS: dict[Verdict, str] = {
    "converts": "ready to convert",
    "converts-with-checks": "to convert and check",
    "needs-work": "in need of work",
    "refused": "refused",
    "failed": "failed",
}


def size(number: int | None) -> str:
    """A number of bytes for people: ``6.9 GB``; "" for None."""
    if number is None:
        return ""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= factor:
            shown = number / factor
            return f"{shown:.1f} {unit}" if shown < 10 else f"{shown:.0f} {unit}"
    return f"{number} B"


def cuda(summary: ProjectSummary) -> str:
    """``CUDA 12.1, torch 2.3.1``; "" where neither is known."""
    parts = (f"CUDA {summary.cuda}" if summary.cuda else "", f"torch {summary.torch}" if summary.torch else "")
    return ", ".join(filter(None, parts))


def machine(summary: ProjectSummary) -> str:
    """``2 x GPU-H100 or GPU-A100``; "" where it isn't known."""
    names = " or ".join(summary.machines)
    return f"{summary.num_gpus} x {names}" if summary.num_gpus > 1 else names


def weights(summary: ProjectSummary) -> str:
    """``6.9 GB, huggingface.co``: the size and the hosts, as far as they are known; "" without weights."""
    known = ", ".join(filter(None, (size(summary.weights_size), *summary.hosts)))
    return known or ("size and host not known" if summary.weights else "")
