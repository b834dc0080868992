"""A survey as CSV (RFC 4180), for spreadsheets: a line a project, in the columns of `COLUMNS`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from dockerfix.driver.project_summary import ProjectSummary
from dockerfix.report.survey import Counts
from dockerfix.text.quoting import readable, unicode

COLUMNS: dict[str, tuple[str, Callable[[ProjectSummary], object]]] = {
    "project": ("the project's folder", lambda each: each.project),
    "name": ("where it is below the folders that are surveyed", lambda each: each.name),
    "verdict": ("`converts`, `converts-with-checks`, `needs-work`, `refused` or `failed`", lambda each: each.verdict),
    "reasons": ("what has to be done first, or why it was refused", lambda each: "; ".join(each.reasons)),
    "dockerfile": ("the Dockerfile that was converted", lambda each: each.dockerfile),
    "cog": ("about the releases of Cog that print it", lambda each: each.cog),
    "base": ("its base image", lambda each: each.base),
    "new_base": ("the base image on fal", lambda each: each.new_base),
    "python": ("the version of Python", lambda each: each.python),
    "cuda": ("the version of CUDA", lambda each: each.cuda),
    "torch": ("the version of torch", lambda each: each.torch),
    "gpu": ("`yes` if cog.yaml asks for a GPU", lambda each: "yes" if each.gpu else "no"),
    "machines": ("machine types of fal, the preferred one first", lambda each: " ".join(each.machines)),
    "num_gpus": ("the number of GPUs", lambda each: each.num_gpus),
    "python_packages": ("the number of Python packages", lambda each: len(each.python_packages)),
    "system_packages": ("the number of Debian packages", lambda each: len(each.system_packages)),
    "weights_bytes": ("about the size of the weights", lambda each: each.weights_size or ""),
    "weights_from": ("how this size is known", lambda each: each.weights_size_from),
    "weights_hosts": ("the hosts of the weights", lambda each: " ".join(each.hosts)),
    "errors": ("the number of errors", lambda each: each.errors),
    "warnings": ("the number of warnings", lambda each: each.warnings),
    "by_hand": ("the number of points to look at", lambda each: len(each.by_hand)),
    "review": ("the review page, with `--format html`", lambda each: each.review),
}
"""What each column has, and how it is found."""

_FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would compute; CWE-1236."""


class Form:
    """The lines."""

    def opening(self, counts: Counts) -> str:
        """The names of the columns."""
        del counts
        return _line(list(COLUMNS))

    def row(self, number: int, summary: ProjectSummary) -> str:
        """One project."""
        del number
        return _line([value(summary) for _what, value in COLUMNS.values()])

    def closing(self, counts: Counts) -> str:
        """Nothing."""
        del counts
        return ""


def _line(cells: list[object] | list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_cell(each) for each in cells])
    return written.getvalue()


def _cell(value: object) -> str:
    """A value in one line, which no spreadsheet takes for a formula."""
    text = readable(unicode(str(value)))
    return f"'{text}" if text.startswith(_FORMULA) else text
