"""``python -m fuzz.fixed [--seed=N] [--times=N] [--log]``: try a fixed number of inputs; 1 where a target breaks.

They are made from the kept corpus and the fixtures by the seed (1 by default), so they are the same ones on every
machine. ``--times`` tries so many times as many. With ``--log`` the figures are added to the log of hunts.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "compiler"), str(ROOT / "tests" / "support")]

from fuzz import hunts  # noqa: E402 - the paths come first
from fuzz.inputs import WORDS, kept, seeds  # noqa: E402
from fuzz.targets import TARGETS, Broken, check  # noqa: E402
from mutations import mutated  # noqa: E402

PARTS = 20
"""In so many parts each target is tried; two processes take them in turns."""


class Outcome(NamedTuple):
    """One part of a target: inputs tried, what broke it, and a checksum over the inputs."""

    name: str
    executions: int
    broken: list[tuple[str, Path]]
    checksum: str


def inputs(name: str, seed: int, part: int, count: int) -> Iterator[bytes]:
    """`count` inputs: one of the corpus after one to five changes, of which some put a word into it."""
    chance = random.Random(f"{seed} {name} {part}")
    base = [*kept(name), *seeds(name)]
    longest = TARGETS[name].longest
    for _ in range(count):
        data = mutated(chance.choice(base), chance, base)
        for _ in range(chance.choice((0, 0, 1, 3))):
            at = chance.randint(0, len(data))
            data = data[:at] + chance.choice(WORDS) + data[at:]
        start = chance.randint(0, max(0, len(data) - longest))
        yield data[start : start + longest]


def attempt(name: str, seed: int, part: int, times: int) -> Outcome:
    """Run one part of a target."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # BuildKit's parser complains there about bytes that are no UTF-8
    broken: dict[str, Path] = {}
    total = sha256()
    count = TARGETS[name].fixed * times // PARTS
    for data in inputs(name, seed, part, count):
        total.update(data)
        try:
            check(name, data)
        except Broken as error:
            broken.setdefault(str(error), hunts.keep_crash(name, error.data))
    return Outcome(name, count, list(broken.items()), total.hexdigest())


def main(arguments: list[str]) -> int:
    """Try them all, and print the totals."""
    seed = next((int(word[7:]) for word in arguments if word.startswith("--seed=")), 1)
    times = next((int(word[8:]) for word in arguments if word.startswith("--times=")), 1)
    jobs = [(name, seed, part, times) for part in range(PARTS) for name in TARGETS]
    # a forked process has the locks of BuildKit's parser, but not its threads
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), get_context("spawn")) as pool:
        outcomes = list(pool.map(attempt, *zip(*jobs, strict=True)))
    rows = []
    for name in TARGETS:
        own = [each for each in outcomes if each.name == name]
        checksum = sha256("".join([each.checksum for each in own]).encode()).hexdigest()
        broken = dict(pair for each in own for pair in each.broken)
        rows.append(hunts.Row("fixed", name, seed, sum(each.executions for each in own), len(broken)))
        print(f"{name:<14}{rows[-1].executions:>12,} inputs  {checksum[:12]}  {len(broken)} broke it")
        for message, path in list(broken.items())[:10]:
            print(f"  {' '.join(message.split())[:200]}\n    {path.relative_to(ROOT)}")
    print(f"{'all':<14}{sum(row.executions for row in rows):>12,} inputs, seed {seed}")
    if "--log" in arguments:
        hunts.add(rows)
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
