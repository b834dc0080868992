"""The flame graph of one run over hundreds of files, sampled by py-spy: ``build/flame.svg``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import inputs
import tools

PICTURE = inputs.ROOT / "build" / "flame.svg"
RATE = 500
"""Samples a second."""


def draw(folder: Path) -> None:
    """Sample a run over the tree that `many_files` left in `folder`; says so where py-spy can't look at processes."""
    PICTURE.parent.mkdir(exist_ok=True)
    paths = sorted((folder / "tree").glob("*/Dockerfile"))
    call = tools.Tool("", (*tools.CHECK.words, "-j", "1")).on(*paths)
    record = [str(tools.BIN / "py-spy"), "record", "--function", "--rate", str(RATE), "--output", str(PICTURE), "--"]
    done = subprocess.run([*record, *call], capture_output=True, check=False, text=True)
    if not PICTURE.is_file() or "Wrote flamegraph" not in done.stderr + done.stdout:
        print(f"no flame graph: {(done.stderr or done.stdout).strip()}", file=sys.stderr)
        return
    # its title is the whole command, with the path of each file
    title = f"{tools.CHECK.name.strip('`')} -j 1, {len(paths)} files, {RATE} samples a second"
    PICTURE.write_text(re.sub(r">[^<]*py-spy record[^<]*<", f">{title}<", PICTURE.read_text("utf-8")), "utf-8")


def words() -> list[str]:
    """What the picture shows, and what was done about it."""
    return (inputs.ROOT / "benchmarks" / "flame.md").read_text("utf-8").rstrip().split("\n")
