"""What is fuzzed: each target takes any bytes, and raises where something does not hold that has to hold always.

They need no fuzzer: the tests run them over the kept corpus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import dockerfix
import oracles
from dockerfix.text.source import decode
from strategies.cog import MARKER

SEPARATOR = b"#--- cog.yaml\n"
"""The line between the Dockerfile and the cog.yaml of an input."""


def reading(data: bytes) -> None:
    """Any Dockerfile comes out as it went in, and BuildKit reads the same."""
    oracles.check_reading(data)


def rewriting(data: bytes) -> None:
    """Any Dockerfile with any cog.yaml is rewritten well or refused, and nothing runs that was only a name."""
    dockerfile, _, config = data.partition(SEPARATOR)
    # what the user's own commands call is no injection; a flag that begins with an escape is none to BuildKit
    text = decode(dockerfile.replace(MARKER.encode(), b"owned").replace(b"--\\", b"--"))
    cog_yaml = decode(config)
    result = dockerfix.rewrite(text, cog_yaml=cog_yaml)
    if result.internal:
        return  # random bytes make what nobody writes, and the gate kept it; generated files are held to more than that
    oracles.check_result(result)
    if result.ok:
        oracles.check_second_run(result, dockerfix.rewrite(result.text, cog_yaml=cog_yaml))


def shell(data: bytes) -> None:
    """Any shell text is divided without loss."""
    oracles.check_shell(decode(data))


class Target(NamedTuple):
    """A function, the longest input that it gets, its share of the time, and how many inputs a run with a seed tries at
    the most: so they are the same ones on machines of any speed.
    """

    run: Callable[[bytes], None]
    longest: int
    share: float
    seeded: int


TARGETS = {
    "reading": Target(reading, 2_000, 0.25, 12_000),
    "rewriting": Target(rewriting, 6_000, 0.55, 8_000),
    "shell": Target(shell, 500, 0.2, 20_000),
}
