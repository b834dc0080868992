"""The ``--mount`` of a RUN (``moby/buildkit@73ed6825c4b7:frontend/dockerfile/instructions/commands_runmount.go``)."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.text.source import Span


class Mount(NamedTuple):
    """One ``--mount`` of a RUN: its options in order; an option without a value has None."""

    options: tuple[tuple[str, str | None], ...]
    span: Span

    def get(self, *names: str) -> str | None:
        """The last value given under any of `names` (``target``, ``dst`` and ``destination`` are one option)."""
        found = [value for name, value in self.options if name in names]
        return found[-1] if found else None

    @property
    def type(self) -> str:
        """The mount's type; a bind where none is given."""
        return self.get("type") or "bind"

    @property
    def source_stage(self) -> str | None:
        """The stage or image that ``from`` names."""
        return self.get("from")

    @property
    def source(self) -> str | None:
        """The path that is mounted."""
        return self.get("source", "src")

    @property
    def target(self) -> str | None:
        """Where it is mounted."""
        return self.get("target", "dst", "destination")


def mount_options(text: str) -> tuple[tuple[str, str | None], ...]:
    """The comma-separated options of a mount, which BuildKit reads as one CSV record."""
    if '"' in text:
        import csv

        try:
            parts = next(csv.reader([text], strict=True), [])
        except csv.Error:
            parts = text.split(",")
    else:
        parts = text.split(",")
    result: list[tuple[str, str | None]] = []
    for part in parts:
        name, separator, value = part.partition("=")
        result.append((name.lower(), value if separator else None))
    return tuple(result)
