"""The account for people and programs: each line beside where it went."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from dockerfix.driver.account import Entry
from dockerfix.text.credentials import shortened
from dockerfix.text.quoting import readable, unicode

WIDTH = 60
"""How much of a line is shown."""


def as_text(entries: Iterable[Entry]) -> str:
    """A table for each file: its line number and text, then the fate, the line of the result, and the reason."""
    blocks: list[str] = []
    for file, found in groupby(entries, key=lambda entry: entry.file):
        rows = [f"{entry.line:>5}  {_shown(entry):<{WIDTH}}  {where(entry)}".rstrip() for entry in found]
        blocks.append("\n".join([f"{readable(file)}:", *rows]) + "\n")
    return "\n".join(blocks)


def where(entry: Entry) -> str:
    """What became of a line: ``kept, line 12``, ``removed, DF103: it is Cog itself``."""
    place = f", line {entry.to}" if entry.to is not None else ""
    reason = ": ".join(readable(part) for part in (entry.code, entry.reason) if part)
    return f"{entry.fate.replace('-', ' ')}{place}{f', {reason}' if reason else ''}"


def as_data(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries as plain data for JSON."""
    return [
        {
            "file": unicode(entry.file),
            "line": entry.line,
            "what": unicode(entry.what),
            "text": unicode(entry.text),
            "fate": entry.fate,
            "result_line": entry.to,
            "code": entry.code,
            "reason": unicode(entry.reason),
        }
        for entry in entries
    ]


def _shown(entry: Entry) -> str:
    name = f"{entry.what}: " if "." in entry.file and entry.what else ""
    return readable(shortened(f"{name}{entry.text}", WIDTH))
