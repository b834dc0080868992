"""``python -m fuzz.hunt [SECONDS] [--seed=N] [--keep]``: let atheris look for inputs that break a target; 1 if it does.

Without a seed, or with 0, one is drawn; it is printed, and stands in the log of hunts.

New inputs go into ``.fuzz``, and begin the next hunt; with ``--keep`` those that reach something new are merged into
the kept corpus. An input that breaks a target is left in ``.fuzz/crashes``.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "compiler"), str(ROOT / "tests" / "support")]

from fuzz import hunts  # noqa: E402 - the paths come first
from fuzz.inputs import write_dictionary, write_seeds  # noqa: E402
from fuzz.targets import TARGETS  # noqa: E402

CORPUS = ROOT / "fuzz" / "corpus"
WORK = ROOT / ".fuzz"
CRASHES = WORK / "crashes"
SECONDS = 600
SHOWN = 40
MOST_KEPT = 300_000
"""How many bytes of each target's inputs are kept, the short ones first."""


class Outcome(NamedTuple):
    """How one target went."""

    name: str
    executions: int
    added: int
    crashes: list[Path]
    log: str
    code: int

    @property
    def figures(self) -> tuple[int, int, int]:
        """Executions, new inputs and crashes."""
        return self.executions, self.added, len(self.crashes)


def fuzz(name: str, seconds: int, seed: int) -> Outcome:
    """Run one target for so long, or until it breaks."""
    found, artifacts = WORK / name, CRASHES / name
    for folder in (found, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    write_seeds(name, WORK / "seeds" / name)
    before = set(artifacts.iterdir())
    options = [
        *(f"-max_total_time={seconds}", f"-max_len={TARGETS[name].longest}", f"-dict={WORK / 'words.dict'}"),
        *(f"-artifact_prefix={artifacts}/", "-print_final_stats=1", "-detect_leaks=0", "-timeout=60"),
        f"-seed={seed}",
    ]
    log, code = libfuzzer(name, [*options, str(found), str(CORPUS / name), str(WORK / "seeds" / name)])
    crashes = sorted(set(artifacts.iterdir()) - before)
    return Outcome(name, _figure("number_of_executed_units", log), _figure("new_units_added", log), crashes, log, code)


def merge(name: str) -> None:
    """Make the kept corpus a small set of inputs that reach all that is reached so far and the fixtures do not."""
    kept, merged = CORPUS / name, WORK / "merged" / name
    shutil.rmtree(merged, ignore_errors=True)
    write_seeds(name, merged)
    seeds = set(merged.iterdir())
    options = ["-set_cover_merge=1", f"-max_len={TARGETS[name].longest}", "-detect_leaks=0"]
    log, code = libfuzzer(name, [*options, str(merged), str(kept), str(WORK / name)])
    added = set(merged.iterdir()) - seeds
    if code or not added:
        sys.exit(log)
    shutil.rmtree(kept)
    kept.mkdir()
    room = MOST_KEPT
    for path in sorted(added, key=lambda path: path.stat().st_size):
        room -= path.stat().st_size
        if room > 0:
            path.rename(kept / path.name)


def libfuzzer(name: str, arguments: list[str]) -> tuple[str, int]:
    """What libFuzzer prints, and its exit code."""
    command = [sys.executable, "-m", "fuzz.libfuzzer", name, *arguments]
    # with the order of sets fixed, the same seed tries the same inputs
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode("utf-8", "replace"), done.returncode


def _figure(name: str, log: str) -> int:
    match = re.search(rf"stat::{name}:\s+(\d+)", log)
    return int(match[1]) if match else 0


def main(arguments: list[str]) -> int:
    """Hunt and tell; 1 where a target broke."""
    seconds = next((int(word) for word in arguments if word.isdecimal()), SECONDS)
    seed = next((int(word[7:]) for word in arguments if word.startswith("--seed=")), 0) or random.randint(1, 2**31)
    print(f"seed {seed}", flush=True)
    WORK.mkdir(exist_ok=True)
    write_dictionary(WORK / "words.dict")
    outcomes = [fuzz(name, max(1, round(seconds * target.share)), seed) for name, target in TARGETS.items()]
    for outcome in outcomes:
        if outcome.code:
            print(*outcome.log.splitlines()[-SHOWN:], sep="\n")
    totals = [sum(column) for column in zip(*[each.figures for each in outcomes], strict=True)]
    print(f"{'target':<14}{'executions':>12}{'new inputs':>12}{'crashes':>12}")
    for name, figures in [*((each.name, each.figures) for each in outcomes), ("all", totals)]:
        print(f"{name:<14}" + "".join([f"{figure:>12,}" for figure in figures]))
    for path in [path for outcome in outcomes for path in outcome.crashes]:
        print(f"crash: {path.relative_to(ROOT)}")
    hunts.add(hunts.Row("hunt", each.name, seed, each.executions, len(each.crashes)) for each in outcomes)
    if "--keep" in arguments:
        for name in TARGETS:
            merge(name)
    return 1 if any(outcome.code for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
