"""What a pass says: a code, a place, a reason, and perhaps the edits that carry it out."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from dockerfix.text.edits import Edit
from dockerfix.text.source import Span


class Severity(IntEnum):
    """How much a finding asks of the reader; ordered, so that `--fail-on` can compare."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name as users write it: ``note``, ``warning``, ``error``."""
        return self.name.lower()


class Finding(NamedTuple):
    """One thing found in a text.

    `span` is a place in the text that the pass was given; `edits` apply together or not at all, and no edits means
    that the finding only reports. `file` names another file of the project, relative to it, where the reason lies
    (`predict.py`), and `line` the line there, from 1; both are None where the reason is in the Dockerfile itself.
    """

    code: str
    span: Span
    message: str
    edits: tuple[Edit, ...] = ()
    severity: Severity = Severity.NOTE
    file: str | None = None
    line: int | None = None
