"""The work grows no faster than what is read, in each dimension in which a project can be large.

Work is counted in calls, which is the same on every machine. What one call into C does isn't counted; `make bench`
measures that over all commands, and the last test here for the places where it was found to matter.
"""

from __future__ import annotations

import contextlib
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dockerfix
from dockerfix.cli import app as app_command
from dockerfix.cli.streams import Failure
from dockerfix.syntax.dockerfile.parser import forget
from effort import examples
from growth import FILES, SHAPES, Shape, write
from work import count_calls

SIZE = 2_000
MOST = 2.6
"""How much more work twice the size may be: 2, and some for what begins with a certain size."""
STEPS = 40_000
"""Of which differences count: a few calls more or less are none."""


def run(shape: Shape, size: int, folder: Path) -> None:
    """Rewrite the Dockerfile of a project, or write the App of one whose code is large."""
    forget()
    write(folder, shape.project(size))
    if shape.file in ("Dockerfile", "cog.yaml", "requirements.txt", ".dockerignore"):
        dockerfix.rewrite((folder / "Dockerfile").read_text("utf-8"), project=folder)
    if shape.file in ("cog.yaml", "predict.py", "pyproject.toml"):
        with contextlib.suppress(Failure):  # a cog.yaml that is none
            app_command.app.main(["--diff", "--quiet", str(folder)], standalone_mode=False)


def work_of(shape: Shape, size: int, folder: Path) -> int:
    return count_calls(partial(run, shape, size, folder))


def check_growth(shape: Shape, size: int, folder: Path) -> None:
    """The work beyond that for an empty project at most doubles with the size."""
    run(shape, 1, folder)  # whatever is made once per process
    least = work_of(shape, 1, folder)
    once, twice = (work_of(shape, times * size, folder) - least for times in (1, 2))
    assert twice <= MOST * max(once, 0) + STEPS


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_size_is_twice_the_work(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_growth(SHAPES[name], SIZE, tmp_path)
    capsys.readouterr()


PIECES = st.text(st.sampled_from("a1 -=.,:;/@#$\\\"'`()[]{}<>|&*!~\t\n"), min_size=1, max_size=4) | st.sampled_from(
    [
        "RUN ",
        "FROM a\n",
        "COPY ",
        "ENV ",
        "pip install ",
        "cog ",
        "&& ",
        "<<A\n",
        "- ",
        "a: ",
        "$(",
        "${a:-",
        "§ ",
        "§\n",
    ]
)


@examples
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(PIECES, min_size=1, max_size=4).map("".join),
    st.sampled_from(["", "RUN echo ", "RUN pip install ", "ENV a=", "x: ", "x = ", "cog", "a = "]),
)
def test_twice_of_anything_is_twice_the_work(
    tmp_path_factory: pytest.TempPathFactory, file: str, unit: str, before: str
) -> None:
    check_growth(Shape(file, unit, FILES[file] + before), 1_500, tmp_path_factory.mktemp("growth"))


INSIDE_C = [
    *("blanks in a requirement", "tabs in a requirement", "blanks before a comment", "blanks in a package"),
    *("a long requirement", "dashes of a requirement", "a long name", "words in a text"),
]
"""Shapes on which one regular expression, or a copy of the rest of the text for each item, took quadratic time."""


@pytest.mark.parametrize("name", INSIDE_C)
def test_four_times_the_size_is_far_from_sixteen_times_the_time(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def seconds(size: int) -> float:
        begin = time.process_time()
        run(SHAPES[name], size, tmp_path)
        return time.process_time() - begin

    seconds(1)
    ratios = []
    for _attempt in range(3):
        ratios.append(seconds(40_000) / max(seconds(10_000), 0.03))
        if ratios[-1] < 9:
            break
    assert min(ratios) < 9
    capsys.readouterr()
