"""The log of what was tried: ``fuzz/hunts.tsv`` has a row for each run of a target that is counted in README.md."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "fuzz" / "hunts.tsv"
CRASHES = ROOT / ".fuzz" / "crashes"
HEAD = "way\ttarget\tseed\texecutions\tbroken\n"


class Row(NamedTuple):
    """One run of a target: ``hunt`` (guided) or ``fixed``, its seed, inputs tried, and how many broke the target."""

    way: str
    target: str
    seed: int
    executions: int
    broken: int


def read() -> list[Row]:
    """The rows of the log."""
    rows = [line.split("\t") for line in LOG.read_text("utf-8").splitlines()[1:]]
    return [Row(way, target, *map(int, figures)) for way, target, *figures in rows]


def add(rows: Iterable[Row]) -> None:
    """Add rows to the log."""
    text = LOG.read_text("utf-8") if LOG.exists() else HEAD
    LOG.write_text(text + "".join(["\t".join(map(str, row)) + "\n" for row in rows]), encoding="utf-8")


def keep_crash(name: str, data: bytes) -> Path:
    """Write an input that broke a target where `README.md` says."""
    path = CRASHES / name / f"crash-{hashlib.sha1(data).hexdigest()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
