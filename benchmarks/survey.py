"""How long a survey takes and how much memory, at 100, 1,000 and 10,000 projects: one process, two, and Dask.

    python benchmarks/survey.py [COUNT...]

writes benchmarks/survey.md. It takes about an hour of CPU time. The projects are the samples with what releases of Cog
printed for them, no two alike (tests/support/fleets.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from inputs import ROOT
from measure import machine

sys.path.append(str(ROOT / "tests" / "support"))
import fleets

COUNTS = (100, 1000, 10_000)
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
PAUSE = 0.2
"""Seconds between two looks at the processes."""
COMMAND = [sys.executable, "-m", "dockerfix", "survey", "--format", "csv", "--quiet"]
CLUSTER = """
import subprocess, sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        subprocess.run([*sys.argv[1:], "--scheduler", cluster.scheduler_address], check=True)
"""


class Cost(NamedTuple):
    """What a survey took: seconds on the clock, seconds of CPU time, peak MB of all processes and of the largest."""

    wall: float
    cpu: float
    memory: float
    largest: float


def measure(words: Sequence[str | Path]) -> Cost:
    """Run a command, and look at it and at all processes below it while it runs."""
    cpu: dict[int, float] = {}
    memory = largest = 0.0
    begin = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            sizes: list[float] = []
            for pid, seconds, size in _tree(process.pid):
                cpu[pid] = seconds
                sizes.append(size)
            memory, largest = max(memory, sum(sizes)), max([largest, *sizes])
            time.sleep(PAUSE)
    if process.returncode:
        raise RuntimeError(f"{words} ended with {process.returncode}")
    return Cost(time.perf_counter() - begin, sum(cpu.values()), memory, largest)


def _tree(root: int) -> Iterator[tuple[int, float, float]]:
    """Yield the number, the CPU seconds and the MB of a process and of all below it."""
    found: dict[int, tuple[int, float, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            seconds = (int(fields[11]) + int(fields[12])) / TICKS
            found[int(entry.name)] = (int(fields[1]), seconds, int(fields[21]) * PAGE_BYTES / 2**20)
    below, size = {root}, 0
    while size != len(below):
        size = len(below)
        below |= {pid for pid, (parent, _seconds, _size) in found.items() if parent in below}
    yield from ((pid, *found[pid][1:]) for pid in below if pid in found)


def rows(root: Path, counts: Sequence[int]) -> Iterator[str]:
    """Measure each way at each number of projects; yields the lines of the table."""
    fleet = root / "fleet"
    fleets.write(fleet, max(counts))
    teams = sorted(fleet.iterdir())
    script = root / "cluster.py"
    script.write_text(CLUSTER)
    for count in counts:
        folders = teams[: -(-count // fleets.PER_FOLDER)]
        output = ["-o", root / "survey.csv"]
        state = root / f"state-{count}"
        ways: dict[str, list[str | Path]] = {
            "one process": [*COMMAND, *folders, "-j", "1", *output],
            "two processes": [*COMMAND, *folders, "-j", "2", *output],
            "Dask, two workers": [sys.executable, script, *COMMAND, *folders, *output],
            "two processes, `--state`, first time": [*COMMAND, *folders, "-j", "2", *output, "--state", state],
            "the same again, nothing changed": [*COMMAND, *folders, "-j", "2", *output, "--state", state],
        }
        for name, words in ways.items():
            cost = measure(words)
            yield (
                f"| {count:,} | {name} | {cost.wall:.1f} | {cost.wall / count * 1000:.1f} | "
                f"{cost.cpu / count * 1000:.1f} | {cost.memory:.0f} | {cost.largest:.0f} |"
            )


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]] or COUNTS
    lines = [
        "# Surveys",
        "",
        "`python benchmarks/survey.py` writes this page. The projects are the samples of `fixtures/projects`, each",
        "with what one of 34 releases of Cog printed for it, and no two alike. Memory is the peak of all processes",
        "together, and of the largest one. CPU time is that of all processes. The clock depends on what else the",
        "machine does, and so does the CPU time of Dask, whose processes look around many times a second.",
        "",
        machine(),
        "",
        "| projects | how | s | ms a project | CPU ms a project | MB | MB, largest |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    root = Path(tempfile.mkdtemp(prefix="survey-"))
    try:
        for line in rows(root, counts):
            print(line, flush=True)
            lines.append(line)
    finally:
        shutil.rmtree(root)
    (ROOT / "benchmarks" / "survey.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
