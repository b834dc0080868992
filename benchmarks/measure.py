"""How it is measured: whole commands from outside, library calls by CPU time, each the least of several runs."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """What one run of a command took: seconds on the clock, seconds of CPU time, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def machine() -> str:
    """Python, and the machine that everything is measured on."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    return f"CPython {platform.python_version()}, {platform.system()}, {os.cpu_count()} × {model}"


def command(words: Sequence[str], repeats: int) -> Cost:
    """The least of each over `repeats` runs of a command; it may end with any code."""
    return Cost(*map(min, zip(*(_once(words) for _ in range(repeats)), strict=True)))


def side_by_side(commands: Mapping[str, Sequence[str]], repeats: int) -> dict[str, Cost]:
    """The `command` cost of several, which take turns: a machine that slows down slows down all of them."""
    costs = {name: [_once(words)] for name, words in commands.items()}
    for _ in range(repeats - 1):
        for name, words in commands.items():
            costs[name].append(_once(words))
    return {name: Cost(*map(min, zip(*each, strict=True))) for name, each in costs.items()}


def _once(words: Sequence[str]) -> Cost:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def call(function: Callable[[], object], repeats: int = 25) -> float:
    """The least CPU time of a call, in seconds."""
    return min(_timed(function) for _ in range(repeats))


def _timed(function: Callable[[], object]) -> float:
    begin = time.process_time()
    function()
    return time.process_time() - begin
