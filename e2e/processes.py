"""The programs that a run has started, and theirs: an end for all of them, so that none outlives the run."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def keep_orphans() -> None:
    """Become the parent of programs whose own parent ended, so that `below` finds them; only this process can."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _parents() -> dict[int, int]:
    """The parent of each running process."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(file.parent.name)] = int(parent)
    return found


def children(root: int) -> list[int]:
    """The running processes that `root` has started itself."""
    return [process for process, parent in _parents().items() if parent == root]


def below(root: int, spared: int | None = None) -> list[int]:
    """The running processes that descend from `root`, without itself, and without `spared` and what is below that."""
    parents = _parents()
    found: list[int] = []
    fresh = {root}
    while fresh:
        fresh = {process for process, parent in parents.items() if parent in fresh and process != spared}
        found += fresh
    return found


def kill_below(root: int, spared: int | None = None) -> None:
    """Kill all that descends from `root`, and what that starts meanwhile; not `spared` and what is below it."""
    while processes := below(root, spared):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
