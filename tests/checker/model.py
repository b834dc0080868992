"""What the checker's modules share: a violation, the options, and the case that is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from checker.intent import Given, Wanted
from checker.reading import Dockerfile


class Violation(NamedTuple):
    """A broken rule, by its name in `checker.RULES`, and what is wrong in plain words."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Options:
    """How the output was asked for.

    `keep` and `drop` hold the constructs given to ``--keep`` and ``--drop``; `fal_version` the one given to
    ``--fal-version``; `torch_table` a file of tab-separated rows (torch, torchvision, torchaudio, cuda, index_url,
    pythons) that says which package index belongs to a torch version, without which that is not judged.
    """

    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    fal_version: str | None = None
    torch_table: Path | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An output with what was wanted (cog.yaml) and what was given (the Dockerfile before)."""

    output: Dockerfile
    wanted: Wanted
    given: Given
    project: Path | None = None
    options: Options = field(default_factory=Options)
