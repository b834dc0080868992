"""pip's options against the parsers of pip and uv."""

from __future__ import annotations

import ensurepip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dockerfix.project.pip_options import Option, read_option, skip_options, takes_value
from pip_options import Options, of_installed_pip, recorded

READER = Path(__file__).parents[1] / "support" / "pip_options.py"


def of_bundled_pip() -> Options:
    """The options of the pip that comes with this Python."""
    wheel = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    program = f"import sys; sys.path[:0] = [{str(wheel)!r}, {str(READER.parent)!r}]\n"
    program += "import json, pip_options; print(json.dumps([*map(list, pip_options.of_installed_pip()[1:])]))"
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    valued, flags = json.loads(run.stdout)
    return Options(wheel.name, frozenset(valued), frozenset(flags))


@pytest.mark.parametrize("release", recorded(), ids=lambda release: release.release)
def test_the_table_agrees_with_every_recorded_release(release: Options) -> None:
    agrees(release)


def test_the_table_agrees_with_the_pip_that_is_installed() -> None:
    agrees(of_installed_pip())


@pytest.mark.skipif(
    not any((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")), reason="this Python brings no pip"
)
def test_the_table_agrees_with_the_pip_that_python_brings() -> None:
    agrees(of_bundled_pip())


def agrees(release: Options) -> None:
    assert release.valued
    assert release.flags
    assert {option for option in release.valued if not takes_value(option)} == set()
    assert {option for option in release.flags if takes_value(option)} == set()


@pytest.mark.parametrize(
    ("word", "following", "option", "taken"),
    [
        ("--log", "FILE", Option("--log", "FILE"), 2),
        ("--log=FILE", "cog", Option("--log", "FILE"), 1),
        ("--pre", "cog", Option("--pre", None), 1),
        ("--log", None, Option("--log", None), 1),
        ("--log", "--pre", Option("--log", None), 1),
        ("-r", "a.txt", Option("-r", "a.txt"), 2),
        ("-ra.txt", "b", Option("-r", "a.txt"), 1),
        ("-qr", "a.txt", Option("-qr", "a.txt"), 2),
        ("-qUra.txt", "b", Option("-qUr", "a.txt"), 1),
        ("-Uq", "cog", Option("-Uq", None), 1),
        ("-e.", None, Option("-e", "."), 1),
        ("-xr", "a.txt", Option("-xr", None), 1),
    ],
)
def test_an_option_and_its_value(word: str, following: str | None, option: Option, taken: int) -> None:
    assert read_option(word, following) == (option, taken)


def test_the_long_form() -> None:
    assert Option("-qr", "a.txt").long == Option("-r", "a.txt").long == "--requirement"
    assert Option("--requirements", "a.txt").long == "--requirement"
    assert Option("-q", None).long == "-q"
    assert Option("--log", "a").long == "--log"


def test_the_words_behind_options() -> None:
    words = ["pip", "--log", "a", "-q", "install", "--pre"]
    assert skip_options(words, 1) == 4
    assert skip_options(words, 5) == 6
