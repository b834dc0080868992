"""Findings, which passes return: a code, a place, a message, and the edits if there are any."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from dockerfix.text.edits import Edit
from dockerfix.text.source import Span


class Severity(IntEnum):
    """How serious a finding is; ordered, so that `--fail-on` can compare."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name as users write it: ``note``, ``warning``, ``error``."""
        return self.name.lower()


def placed(file: str | None, line: int | None) -> str:
    """Return a place in another file for a message: ``" (cog.yaml, line 3)"``; "" where none is known."""
    return "" if file is None else f" ({file})" if line is None else f" ({file}, line {line})"


class Finding(NamedTuple):
    """One thing that a pass found in a text.

    `span` is a place in the text that the pass read. `edits` apply together or not at all; a finding without edits only
    reports. If the reason is in another file of the project, `file` is its path in the project (`predict.py`) and
    `line` the line in it, counted from 1; both are None if the reason is in the Dockerfile.
    """

    code: str
    span: Span
    message: str
    edits: tuple[Edit, ...] = ()
    severity: Severity = Severity.NOTE
    file: str | None = None
    line: int | None = None
