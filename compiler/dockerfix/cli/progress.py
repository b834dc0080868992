"""A progress bar on a terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
from time import monotonic

from dockerfix.cli import streams

DELAY = 1.0
"""Seconds before the bar appears."""
PAUSE = 0.1
"""Seconds between two drawings."""
WIDTH = 30


class Progress:
    """Draws on standard error; does nothing if that is not a terminal or `wanted` is false."""

    def __init__(self, total: int, *, wanted: bool = True) -> None:
        self.total = total
        self.done = 0
        self._visible = False
        self._next = monotonic() + DELAY
        self._wanted = wanted and total > 1 and streams.is_terminal(sys.stderr)

    def step(self) -> None:
        """Count one more file."""
        self.done += 1
        if self._wanted and monotonic() >= self._next:
            self._next = monotonic() + PAUSE
            filled = WIDTH * self.done // self.total
            bar = "#" * filled + "-" * (WIDTH - filled)
            self._draw(f"\r[{bar}] {self.done}/{self.total}")
            self._visible = True

    def clear(self) -> None:
        """Remove the bar before other text is written."""
        if self._visible:
            self._draw("\r\x1b[K")
            self._visible = False

    def _draw(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
