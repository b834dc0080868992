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


def below(root: int) -> list[int]:
    """The running processes that descend from `root`, which is not among them."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(file.parent.name)] = int(parent)
    found: list[int] = []
    fresh = {root}
    while fresh:
        fresh = {process for process, parent in parents.items() if parent in fresh}
        found += fresh
    return found


def kill_below(root: int) -> None:
    """Kill all that descends from `root`, and what that starts meanwhile."""
    while processes := below(root):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
