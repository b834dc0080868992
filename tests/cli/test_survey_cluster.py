"""The survey on a Dask cluster of two processes on this machine."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fleets
from commands import COMMAND, environment, run

if TYPE_CHECKING:
    from distributed import Client

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own are not ours to mend

_CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


_COG = """#!/bin/sh
test "$1" = --version && echo 1 && exit
# the process that runs this is the child of Dask's worker
kill -9 $(ps -o ppid= -p $PPID) $PPID
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A path on which `cog debug` ends Dask's worker."""
    program = tmp_path_factory.mktemp("bin") / "cog"
    program.write_text(_COG)
    program.chmod(0o755)
    return f"{program.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory, path: str) -> Iterator[str]:
    """The address of a cluster of two processes, which runs in one of its own, as a user's would."""
    program = tmp_path_factory.mktemp("cluster") / "cluster.py"
    program.write_text(_CLUSTER)
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(PATH=path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="2"),
        cwd=program.parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def client(scheduler: str) -> Iterator[Client]:
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=300)
        yield client


def names(text: str) -> list[str]:
    return [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_it_finds_what_this_machine_finds(tmp_path: Path, scheduler: str) -> None:
    projects = fleets.write(tmp_path / "fleet", 12)
    fleets.BREAKS["no-yaml"][0](projects[5])
    alone = run("survey", tmp_path / "fleet", "--format", "json")
    pages = run("survey", tmp_path / "fleet", "--format", "html", "-o", tmp_path / "page", "--scheduler", scheduler)
    cluster = run("survey", "fleet", "--format", "json", "--scheduler", scheduler, cwd=tmp_path)
    assert (pages.code, cluster.code) == (0, 0)
    assert cluster.out.replace(b'"fleet/', f'"{tmp_path}/fleet/'.encode()) == alone.out
    assert len(list((tmp_path / "page" / "reviews").rglob("*.html"))) == 11


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, scheduler: str, client: Client) -> None:
    projects = fleets.write(tmp_path, 60)
    workers = client.run(os.getpid)
    words = [*COMMAND, "survey", str(tmp_path), "--format", "csv", "--scheduler", scheduler]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
    ) as process:
        assert process.stdout is not None
        first = "".join(process.stdout.readline() for _ in range(4))
        os.kill(min(workers.values()), signal.SIGKILL)
        text = first + process.stdout.read()
        assert process.wait() == 0
    assert names(text) == sorted(path.relative_to(tmp_path).as_posix() for path in projects)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert "failed" not in {row["verdict"] for row in rows}
    client.wait_for_workers(2, timeout=300)
    assert set(client.run(os.getpid).values()) != set(workers.values()), "Dask started another one"


def test_a_project_with_which_workers_are_lost(tmp_path: Path, scheduler: str, client: Client, path: str) -> None:
    """Where not only the process beside it ends, but Dask's own worker too, Dask gives up after some of them."""
    projects = fleets.write(tmp_path, 4)
    (projects[1] / "Dockerfile.cog").unlink()
    words = [*COMMAND, "survey", str(tmp_path), "--format", "csv", "--cog-debug", "--scheduler", scheduler]
    # Dask starts a worker six times, which takes long on a machine that has much to do
    done = subprocess.run(words, capture_output=True, text=True, env=environment(PATH=path), check=False, timeout=600)
    rows = {row["project"]: row for row in csv.DictReader(io.StringIO(done.stdout, newline=""))}
    assert len(rows) == 4
    failed = {name: row["reasons"] for name, row in rows.items() if row["verdict"] == "failed"}
    assert failed == {str(projects[1]): "3 workers of the cluster were lost with it"}
    assert done.returncode == 4


def test_no_scheduler_there(tmp_path: Path) -> None:
    fleets.write(tmp_path, 1)
    done = run("survey", tmp_path, "--scheduler", "tcp://127.0.0.1:1")
    assert done.code == 3
    assert done.err.startswith("dockerfix: cannot reach the scheduler tcp://127.0.0.1:1: ")
    assert done.out == b""


def test_without_dask(tmp_path: Path) -> None:
    """Another `distributed` that can't be imported stands for none."""
    fleets.write(tmp_path / "fleet", 1)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "distributed.py").write_text("raise ImportError('none here')\n")
    done = run("survey", tmp_path / "fleet", "--scheduler", "tcp://127.0.0.1:1", PYTHONPATH=str(tmp_path / "path"))
    assert (done.code, done.err) == (
        3,
        "dockerfix: --scheduler needs the package `distributed`: pip install 'dockerfix[cluster]'\n",
    )
