"""Surveys on a Dask cluster: Dask gives each project to a machine, and again if that machine is lost."""

from __future__ import annotations

from threading import local
from typing import Any, NamedTuple

from dockerfix import __version__
from dockerfix.cli import streams
from dockerfix.cli.survey.pool import AHEAD, Pending
from dockerfix.cli.survey.project import Surveyed, SurveyJob, failed
from dockerfix.cli.survey.worker import Limits, Worker

CONNECT_SECONDS = 15
BATCH = 16
"""Projects in one task: the way of a task through the cluster takes about as much as surveying a project."""
_MISSING = "--scheduler needs the package `distributed`: pip install 'dockerfix[cluster]'"
_own = local()


def survey_here(jobs: list[dict[str, Any]], limits: tuple[int, int]) -> dict[str, Any]:
    """Survey projects on the machine that Dask has chosen, in a process of its own beside Dask's worker."""
    worker = getattr(_own, "worker", None)
    if worker is None:
        worker = _own.worker = Worker(Limits(*limits))
    return {"version": __version__, "results": [worker.run(SurveyJob(**job)).as_data() for job in jobs]}


class Cluster:
    """The workers of the cluster whose scheduler is at `address`. Raises Failure where it can't be reached."""

    def __init__(self, address: str, limits: Limits) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise streams.Failure(_MISSING) from None
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise streams.Failure(f"cannot reach the scheduler {address}: {error}") from None
        self._limits = limits
        self._batch = _Batch(self)

    @property
    def ahead(self) -> int:
        """How many jobs to start before the first is done."""
        threads: dict[str, int] = self._client.nthreads()
        return AHEAD * BATCH * max(1, sum(threads.values()))

    def start(self, job: SurveyJob) -> Pending[Surveyed]:
        """Put a project into a batch, which goes to the cluster when it is full or its first result is asked for."""
        if self._batch.is_closed:
            self._batch = _Batch(self)
        return self._batch.add(job)

    def submit(self, jobs: list[SurveyJob]) -> Any:
        """Hand projects to the cluster; returns Dask's future."""
        return self._client.submit(survey_here, [job._asdict() for job in jobs], tuple(self._limits), pure=False)

    def close(self) -> None:
        """Leave the cluster; what is not done is dropped."""
        self._client.close()


class _Batch:
    """Projects that go to the cluster together."""

    def __init__(self, cluster: Cluster) -> None:
        self.is_closed = False
        """Whether it has gone, and takes no more projects."""
        self._cluster = cluster
        self._jobs: list[SurveyJob] = []
        self._future: Any = None
        self._results: list[Surveyed] | None = None

    def add(self, job: SurveyJob) -> Pending[Surveyed]:
        """Add a project, and hand a full batch to the cluster."""
        self._jobs.append(job)
        if len(self._jobs) == BATCH:
            self._go()
        return _Answer(self, len(self._jobs) - 1)

    def _go(self) -> None:
        self.is_closed, self._future = True, self._cluster.submit(self._jobs)

    def result(self, number: int) -> Surveyed:
        """Wait for the result of a project."""
        if self._results is None:
            if not self.is_closed:
                self._go()
            self._results = self._gathered(self._future, self._jobs)
            self._future = None  # and so Dask forgets the results
        return self._results[number]

    def _gathered(self, future: Any, jobs: list[SurveyJob]) -> list[Surveyed]:
        """Wait for projects; those with which too many workers were lost are tried one by one.

        Raises Failure where the cluster can't do the work at all.
        """
        from distributed import KilledWorker

        try:
            data = future.result()
        except KilledWorker as error:
            if len(jobs) > 1:
                return [each for job in jobs for each in self._gathered(self._cluster.submit([job]), [job])]
            return [failed(f"{error.allowed_failures + 1} workers of the cluster were lost with it")]
        except ImportError as error:
            raise streams.Failure(f"the workers of the cluster can't import dockerfix: {error}") from None
        if data["version"] != __version__:
            version = data["version"]
            raise streams.Failure(f"the workers of the cluster have dockerfix {version}, and this is {__version__}")
        return [Surveyed.from_data(each) for each in data["results"]]


class _Answer(NamedTuple):
    """One result of a batch."""

    batch: _Batch
    number: int

    def result(self) -> Surveyed:
        """Wait for it."""
        return self.batch.result(self.number)
