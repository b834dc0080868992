"""Surveys on a Dask cluster: Dask gives each project to a machine, and again if that machine is lost."""

from __future__ import annotations

from threading import local
from typing import Any

from dockerfix import __version__
from dockerfix.cli import streams
from dockerfix.cli.survey.pool import AHEAD, Pending
from dockerfix.cli.survey.project import Surveyed, SurveyJob, failed
from dockerfix.cli.survey.worker import Limits, Worker

CONNECT_SECONDS = 15
_MISSING = "--scheduler needs the package `distributed`: pip install 'dockerfix[cluster]'"
_own = local()


def survey_here(job: dict[str, Any], limits: tuple[int, int]) -> dict[str, Any]:
    """Survey a project on the machine that Dask has chosen, in a process of its own beside Dask's worker."""
    worker = getattr(_own, "worker", None)
    if worker is None:
        worker = _own.worker = Worker(Limits(*limits))
    return {"version": __version__, **worker.run(SurveyJob(**job)).as_data()}


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

    @property
    def ahead(self) -> int:
        """How many jobs to start before the first is done."""
        threads: dict[str, int] = self._client.nthreads()
        return AHEAD * max(1, sum(threads.values()))

    def start(self, job: SurveyJob) -> Pending[Surveyed]:
        """Hand a project to the cluster."""
        return _Answer(self._client.submit(survey_here, job._asdict(), tuple(self._limits), pure=False))

    def close(self) -> None:
        """Leave the cluster; what is not done is dropped."""
        self._client.close()


class _Answer:
    """A result on its way from the cluster."""

    def __init__(self, future: Any) -> None:
        self._future = future

    def result(self) -> Surveyed:
        """Wait for the result. Raises Failure where the cluster can't do the work at all."""
        from distributed import KilledWorker

        try:
            data = self._future.result()
        except KilledWorker as error:
            return failed(f"{error.allowed_failures + 1} workers of the cluster were lost with it")
        except ImportError as error:
            raise streams.Failure(f"the workers of the cluster can't import dockerfix: {error}") from None
        version = data.pop("version")
        if version != __version__:
            raise streams.Failure(f"the workers of the cluster have dockerfix {version}, and this is {__version__}")
        return Surveyed.from_data(data)
