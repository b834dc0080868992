"""What a survey says of one project: plain values, which go through files and between machines as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Verdict = Literal["converts", "converts-with-checks", "needs-work", "refused", "failed"]
"""What a move of the project takes.

``converts``: `dockerfix migrate` writes it, and nothing needs a look. ``converts-with-checks``: the same, and
`ProjectSummary.by_hand` says what to look at. ``needs-work``: nothing is written before `ProjectSummary.reasons` are
dealt with. ``refused``: the project can't be used. ``failed``: dockerfix itself didn't finish with it.
"""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""The verdicts, the best first."""

MAX_ITEMS = 100
"""The most items of a list in a summary, so that one project can't fill a report."""


@dataclass(frozen=True, slots=True)
class Point:
    """Something to do or to look at: a finding, with its place in the project's files, "" and None without one."""

    code: str
    severity: str
    message: str
    file: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        """``predict.py:12``, ``predict.py`` or ""."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class WeightSource:
    """Where weights come from: the host ("" where the text doesn't tell), and the address, repository, file or tool.

    Weights in the project's folder have no host either. `size` is in bytes, None where nothing tells it.
    """

    host: str
    what: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One project. What isn't known is "", (), 0 or None.

    `project` is its folder, and `name` where this is below the folders that are surveyed. `dockerfile` says which
    Dockerfile was converted: a file of the project, or ``cog debug``. `cog` are about the releases of Cog that print
    it; `base` is its base image and `new_base` that of the result. `python`, `cuda` and `torch` are what the model runs
    on.
    `weights_size` is the size of all weights in bytes, and `weights_size_from` how it is known. `secrets` are the
    build's, to be stored with `fal secrets`. `review` is the address of the review page, seen from the survey's own.
    """

    project: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    dockerfile: str = ""
    cog: str = ""
    base: str = ""
    new_base: str = ""
    python: str = ""
    cuda: str = ""
    torch: str = ""
    gpu: bool = False
    machines: tuple[str, ...] = ()
    num_gpus: int = 0
    python_packages: tuple[str, ...] = ()
    system_packages: tuple[str, ...] = ()
    weights: tuple[WeightSource, ...] = ()
    weights_size: int | None = None
    weights_size_from: str = ""
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    by_hand: tuple[Point, ...] = ()
    secrets: tuple[str, ...] = ()
    review: str = ""
    name: str = ""

    @property
    def converts(self) -> bool:
        """Whether `dockerfix migrate` writes it."""
        return self.verdict in ("converts", "converts-with-checks")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the weights, each once."""
        return tuple(dict.fromkeys(each.host for each in self.weights if each.host))


def as_data(summary: ProjectSummary) -> dict[str, Any]:
    """The summary as plain data for JSON."""
    return asdict(summary)


def from_data(data: dict[str, Any]) -> ProjectSummary:
    """The summary that `as_data` made. Raises TypeError, KeyError and ValueError for other data."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list | tuple) else value for name, value in data.items()
    }
    values["weights"] = tuple(WeightSource(**each) for each in data["weights"])
    values["by_hand"] = tuple(Point(**each) for each in data["by_hand"])
    return ProjectSummary(**values)
