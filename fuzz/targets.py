"""What is fuzzed: each target takes any bytes, and raises where something does not hold that has to hold always.

They need no fuzzer: the tests run them over the kept corpus.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple
from zlib import crc32

import dockerfix
import oracles
from dockerfix.project.project import ConfigError, read_config
from dockerfix.project.requirements_files import read_requirements
from dockerfix.text.source import Source, decode
from fuzz import app_oracle, project_oracles
from fuzz.parts import Parts, in_folder, split
from strategies.cog import MARKER
from work import count_calls

GROWTH_EVERY = 50
"""Of so many inputs one is also made longer."""

SIZES = (1_000, 2_000, 4_000, 8_000)
"""How many bytes are added to it."""

SLACK = 3_000
"""The calls that a longer input may cost at once, such as those of an error message."""

CPU_SECONDS = 30
"""The time of the processor that one input may take. What is measured is counted calls; this ends an endless loop."""


def reading(data: bytes) -> None:
    """Any Dockerfile comes out as it went in, and BuildKit reads the same."""
    oracles.check_reading(data)


def rewriting(data: bytes) -> None:
    """Any Dockerfile in any project is rewritten well or refused, and nothing runs that was only a name."""
    parts = _rewritable(data)
    with in_folder(parts.files) as folder:
        result = _rewrite(parts.first, parts, folder)
        oracles.check_result(result)
        if result.ok:
            oracles.check_second_run(result, _rewrite(result.text, parts, folder))


def _rewritable(data: bytes) -> Parts:
    # what the user's own commands call is no injection; a flag that begins with an escape is none to BuildKit
    parts = split(data, "Dockerfile")
    dockerfile = parts.data.replace(MARKER.encode(), b"owned").replace(b"--\\", b"--")
    return parts._replace(data=dockerfile)


def _rewrite(text: str, parts: Parts, folder: Path | None) -> dockerfix.Result:
    """A project is on disk only if it has more than a cog.yaml."""
    config = decode(parts.files.get("cog.yaml", b"build: {}\n"))
    return dockerfix.rewrite(text, project=folder, cog_yaml=config, target="server" if parts.server else "app")


def shell(data: bytes) -> None:
    """Any shell text is divided without loss."""
    oracles.check_shell(decode(data))


def config(data: bytes) -> None:
    """Any cog.yaml is read with all its values, as another reader of YAML has them, or refused in one line."""
    project_oracles.check_config(decode(data))


def requirements(data: bytes) -> None:
    """Any requirements file is read line by line as pip reads it, and no word is lost or leaves its quotes."""
    project_oracles.check_requirements(decode(data))


def app(data: bytes) -> None:
    """Any predictor becomes an App that Python takes and that has all its inputs, or is refused in one line."""
    app_oracle.check_app(split(data, "predict.py"))


def ignores(data: bytes) -> None:
    """Any .dockerignore leaves out the files that fal's client leaves out, and keeps its lines when ours are added."""
    project_oracles.check_ignores(decode(data))


class Target(NamedTuple):
    """A function, the same without its judges, the longest input that it gets, its share of the time of a hunt, and how
    many inputs `make fuzz` tries.
    """

    run: Callable[[bytes], None]
    work: Callable[[bytes], object]
    longest: int
    share: float
    fixed: int


def _work_of_rewriting(data: bytes) -> None:
    parts = _rewritable(data)
    with in_folder(parts.files) as folder:
        _rewrite(parts.first, parts, folder)


def _work_of_config(data: bytes) -> None:
    try:
        read_config.__wrapped__(decode(data))
    except ConfigError:
        return


def _work_of_requirements(data: bytes) -> None:
    source = Source.read(data)
    read_requirements(project_oracles.ROOT_FILE, {project_oracles.ROOT_FILE: source}.get, lambda _: False)


TARGETS = {
    "reading": Target(reading, oracles.parse, 2_000, 0.1, 10_000),
    "rewriting": Target(rewriting, _work_of_rewriting, 6_000, 0.25, 6_000),
    "shell": Target(shell, lambda data: oracles.parse_shell.__wrapped__(decode(data)), 500, 0.15, 30_000),
    "config": Target(config, _work_of_config, 3_000, 0.1, 20_000),
    "requirements": Target(requirements, _work_of_requirements, 1_000, 0.15, 30_000),
    "app": Target(app, lambda data: app_oracle.built(split(data, "predict.py")), 4_000, 0.15, 8_000),
    "ignores": Target(ignores, project_oracles.read_ignores, 500, 0.1, 12_000),
}


class Broken(Exception):
    """A target is broken by `data`, which may be longer than the input that it came from."""

    def __init__(self, message: str, data: bytes) -> None:
        super().__init__(message)
        self.data = data


def check(name: str, data: bytes) -> None:
    """Run a target, and for some inputs, always the same, count its work as they grow.

    Raises Broken.
    """
    tried = data
    try:
        with _limited():
            TARGETS[name].run(data)
        if crc32(data) % GROWTH_EVERY == 0:
            for longer in _longer(data, TARGETS[name].work):
                tried = longer
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {error}", tried) from error


def _longer(data: bytes, work: Callable[[bytes], object]) -> Iterator[bytes]:
    """The input with a piece of it repeated until it is longer by each of `SIZES`, each twice the one before: the work
    may triple once, as at a border between two ways of working, but not twice.
    """
    place = crc32(data[::-1])
    start = place % (len(data) + 1)
    piece = data[start : start + 1 + (place >> 12) % 64] or b"a"
    calls: list[int] = []
    for size in SIZES:
        pumped = data[:start] + piece * (size // len(piece)) + data[start:]
        yield pumped
        with _limited():
            calls.append(count_calls(lambda: work(pumped)))  # noqa: B023 - called at once
        if len(calls) == 3 and calls[2] <= 3 * calls[1] + SLACK:
            return
    assert calls[3] <= 3 * calls[2] + SLACK, f"{calls} calls for {SIZES} more bytes"


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TimeoutError in what takes too long."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"takes more than {CPU_SECONDS} s of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
