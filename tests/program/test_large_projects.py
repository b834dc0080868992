"""Projects of many and of large files: the memory of each command doesn't grow with them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

import effort
from commands import COG_YAML, COMMAND, DOCKERFILE, environment

THOROUGH = settings.get_current_profile_name() == "thorough"
FEW, MANY = (1_000, 100_000) if THOROUGH else (200, 4_000)
GROWTH = 4 << 10
"""KiB by which the memory may differ; the names of the many files alone would take more in the thorough profile."""

COMMANDS = (
    ("-q", "-o", os.devnull, "Dockerfile"),
    ("--check", "-q", "Dockerfile"),
    ("trace", "Dockerfile"),
    ("review", "Dockerfile"),
    ("app", "-q", "-o", "-"),
    ("migrate", "-q", "--diff", "--dockerfile", "Dockerfile"),
)

assert effort.THOROUGH  # the profile is loaded there


def fill(folder: Path, count: int) -> Path:
    """A project with `count` files of data in folders and in one flat folder, and patterns that match them all."""
    folder.mkdir()
    (folder / "cog.yaml").write_text(COG_YAML)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "predict.py").write_text(
        "class Predictor:\n    def predict(self, text: str) -> str:\n        return text\n"
    )
    (folder / ".dockerignore").write_text("*.nothing\n*.jpg\n" + "".join(f"*.x{number}\n" for number in range(20)))
    for number in range(count):
        place = folder / ("flat" if number % 2 else f"data{number // 500}")
        if number < 2 or not number % 500:
            place.mkdir(exist_ok=True)
        (place / f"picture-{number:08}.{'jpg' if number % 4 < 2 else 'npy'}").touch()
    return folder


def used(folder: Path, *arguments: str) -> tuple[int, float]:
    """The memory in KiB and the seconds of processor time that a run takes."""
    with tempfile.TemporaryFile() as errors:
        started = subprocess.Popen(
            [*COMMAND, *arguments], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=errors
        )
        _process, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read()
    assert started.returncode in (0, 1), said
    assert b"too many files" not in said
    assert b"Traceback" not in said
    return usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def test_many_files(tmp_path: Path) -> None:
    few, many = fill(tmp_path / "few", FEW), fill(tmp_path / "many", MANY)
    for arguments in COMMANDS:
        (memory, _time), (more, time) = used(few, *arguments), used(many, *arguments)
        assert more < memory + GROWTH, arguments
        assert time < 5 + MANY / 5_000, arguments


@pytest.mark.parametrize("name", ["weights.bin", "big.py", "big", "notebook.ipynb", "requirements.txt"])
def test_a_large_file(tmp_path: Path, name: str) -> None:
    small, large = fill(tmp_path / "small", 0), fill(tmp_path / "large", 0)
    (small / name).touch()
    with (large / name).open("wb") as stream:
        stream.truncate(10 << 30)
    for arguments in COMMANDS if THOROUGH else COMMANDS[-1:]:
        (memory, _time), (more, time) = used(small, *arguments), used(large, *arguments)
        assert more < memory + GROWTH, arguments
        assert time < 5, arguments
