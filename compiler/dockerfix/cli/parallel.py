"""Many jobs, one after the other or in several processes; the results come in the order of the jobs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from dockerfix.cli.job import Done, Job, process

WORTHWHILE = 50
"""Files for which another process pays: starting one costs about as much as rewriting this many."""

_CHUNK = 8


def run(jobs: Sequence[Job], inputs: Sequence[bytes | None], processes: int) -> Iterator[Done]:
    """Do the jobs; `inputs` hold what has been read already. `processes` 0 chooses by the work and the processors."""
    count = min(processes or _sensible(len(jobs)), len(jobs))
    if count <= 1:
        yield from map(process, jobs, inputs)
        return
    from concurrent.futures import ProcessPoolExecutor

    executor = ProcessPoolExecutor(count, initializer=_prepare)
    try:
        yield from executor.map(process, jobs, inputs, chunksize=_CHUNK)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _sensible(files: int) -> int:
    if files < 2 * WORTHWHILE:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(processors, files // WORTHWHILE)


def _prepare() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the first one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
