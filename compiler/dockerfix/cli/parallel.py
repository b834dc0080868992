"""Jobs in one or several processes; results are in the order of the jobs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from dockerfix.cli.job import Done, Job, process

WORTHWHILE = 50
"""Starting a process costs about as much as rewriting this many files."""

_CHUNK = 8


def run(jobs: Sequence[Job], inputs: Sequence[bytes | None], processes: int) -> Iterator[Done]:
    """Run the jobs; `inputs` are what was read before. `processes` 0 depends on the number of files and processors."""
    count = min(processes or _sensible(len(jobs)), len(jobs))
    if count <= 1:
        yield from map(process, jobs, inputs)
        return
    from concurrent.futures import ProcessPoolExecutor

    executor = ProcessPoolExecutor(count, initializer=_prepare)
    try:
        yield from executor.map(process, jobs, inputs, chunksize=_CHUNK)
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    # a thread that still ends while the interpreter exits may write to a pipe that is closed, with a traceback
    executor.shutdown()


def _sensible(files: int) -> int:
    if files < 2 * WORTHWHILE:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(processors, files // WORTHWHILE)


def _prepare() -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes: the parent handles it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
