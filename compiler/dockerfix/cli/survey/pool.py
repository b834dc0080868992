"""Surveys on this machine: a few processes, each driven by a thread; results in the order of the jobs."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock, local
from typing import Protocol, TypeVar

from dockerfix.cli.survey.project import Surveyed, SurveyJob
from dockerfix.cli.survey.worker import Limits, Worker

Answer = TypeVar("Answer", covariant=True)  # noqa: PLC0105 - the name that a reader expects
Work = TypeVar("Work")

AHEAD = 8
"""How many jobs a process has waiting at most, done ones included that wait for one before them."""


class Pending(Protocol[Answer]):
    """A result that may still be on its way: a Future of Python or of Dask."""

    def result(self) -> Answer:
        """Wait for it."""


class Engine(Protocol):
    """What surveys projects: the processes of a `Pool`, or a cluster."""

    @property
    def ahead(self) -> int:
        """How many jobs to start before the first is done."""

    def start(self, job: SurveyJob) -> Pending[Surveyed]:
        """Survey a project as soon as there is room."""

    def close(self) -> None:
        """End, whatever is not done."""


def in_order(work: Iterable[Work], start: Callable[[Work], Pending[Answer]], ahead: int) -> Iterator[Answer]:
    """Yield the results of work in its order, of which at most `ahead` pieces are started before the first is done.

    So memory doesn't grow with the amount of work, which is taken from the iterable only as it is started.
    """
    waiting: deque[Pending[Answer]] = deque()
    for each in work:
        waiting.append(start(each))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def known(answer: Work) -> Future[Work]:
    """A result that needs no work."""
    future: Future[Work] = Future()
    future.set_result(answer)
    return future


class Pool:
    """`count` processes that survey projects; 0 is one for each processor."""

    def __init__(self, count: int, limits: Limits) -> None:
        self._count = count or _processors()
        self._limits = limits
        self._threads = ThreadPoolExecutor(self._count)
        self._own = local()
        self._workers: list[Worker] = []
        self._lock = Lock()

    @property
    def ahead(self) -> int:
        """How many jobs to start before the first is done."""
        return AHEAD * self._count

    def start(self, job: SurveyJob) -> Pending[Surveyed]:
        """Survey a project as soon as a process is free."""
        return self._threads.submit(self._run, job)

    def _run(self, job: SurveyJob) -> Surveyed:
        worker = getattr(self._own, "worker", None)
        if worker is None:
            worker = self._own.worker = Worker(self._limits)
            with self._lock:
                self._workers.append(worker)
        return worker.run(job)

    def close(self) -> None:
        """End all processes at once, whatever they do."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for worker in self._workers:
                worker.kill()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.close()


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
