"""How time and memory of every command grow with every dimension of a project; `main` fails on more than linear.

Each measurement is a process of its own, forked after the imports, so that it measures the command and not the start.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import inputs

sys.path.append(str(inputs.ROOT / "tests" / "support"))

import growth
from dockerfix.cli import _run

SIZES = (32_000, 128_000)
"""Characters; with less than the first, what one pass read another finds again (`lru_cache`), and it seems cheaper."""
SECONDS = 30
"""The CPU time after which a command is ended."""
MOST = 8
"""How much more time four times the size may take; a quadratic command takes sixteen times as much."""
LEAST = 0.1
"""The seconds below which a time says nothing."""
ATTEMPTS = 3
"""How often a cost is measured at most: other work on the machine can only add to it."""
MEGABYTES = 600
"""More than any command needs for the largest size."""
ONLY_FOR_THE_APP = ("predict.py", "pyproject.toml")


class Cost(NamedTuple):
    """Seconds of CPU time and megabytes; infinite seconds for a command that was ended."""

    seconds: float
    memory: float


def measured(files: Mapping[str, str], words: tuple[str, ...]) -> Cost:
    """The cost of one command in a folder with `files`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(_inside(files, words)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)
    return Cost(*json.loads(data)) if data else Cost(float("inf"), 0)


def _inside(files: Mapping[str, str], words: tuple[str, ...]) -> tuple[float, float]:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    begin = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(begin) + SECONDS, int(begin) + SECONDS))
    with tempfile.TemporaryDirectory() as folder:
        growth.write(Path(folder), files)
        os.chdir(folder)
        begin = time.process_time()
        _run(list(words))
        seconds = time.process_time() - begin
        os.chdir("/")
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def is_linear(costs: list[Cost], empty: Cost) -> bool:
    """Whether the largest size takes at most `MOST` times as long as the smallest, without what an empty one takes."""
    seconds = [max(cost.seconds - empty.seconds, LEAST) for cost in costs]
    return seconds[-1] <= MOST * seconds[0] and costs[-1].memory <= MEGABYTES


def faults(name: str) -> list[str]:
    """A line for each command that grows faster than a dimension."""
    found: list[str] = []
    shape = growth.SHAPES[name]
    for command, words in growth.COMMANDS.items():
        if shape.file in ONLY_FOR_THE_APP and not command.startswith(("app", "migrate")):
            continue
        costs = [Cost(float("inf"), float("inf")) for _size in SIZES]
        for _attempt in range(ATTEMPTS):
            now = [measured(shape.project(size), words) for size in SIZES]
            costs = list(map(min, costs, now))
            if is_linear(costs, empty(command)):
                break
        else:
            shown = ", ".join(f"{cost.seconds:.2f} s {cost.memory:.0f} MB" for cost in costs)
            found.append(f"{name}, {command}: {shown}")
    return found


@cache
def empty(command: str) -> Cost:
    """What a command costs in a project without anything that grows."""
    return min(measured(growth.FILES, growth.COMMANDS[command]) for _attempt in range(ATTEMPTS))


def main() -> None:
    """Measure all dimensions, or those whose names contain one of the arguments."""
    words = sys.argv[1:]
    names = [name for name in growth.SHAPES if not words or any(word in name for word in words)]
    found = 0
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for number, lines in enumerate(pool.map(faults, names), 1):
            found += len(lines)
            print(*lines, f"{number} of {len(names)}: {names[number - 1]}", sep="\n", flush=True)
    print(f"{len(names)} dimensions, {len(growth.COMMANDS)} commands, {found} grow faster than the input")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
