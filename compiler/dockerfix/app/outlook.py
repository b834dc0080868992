"""What a model needs to run on fal, without writing its App: machines and weights, for a review of the image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerfix.app.machine import GIGABYTE, Needs, needs_of
from dockerfix.app.read.model import AppError
from dockerfix.app.read.weights import Download, Downloads, find_downloads
from dockerfix.app.settings import AppOptions, Chooser
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.credentials import masked

_WORTH_NAMING = GIGABYTE / 20


class Outlook(NamedTuple):
    """The machine types of which fal takes the first free one, the number of GPUs, why these, and the weights."""

    machines: tuple[str, ...]
    gpus: int
    reason: str
    weights: tuple[str, ...]


def outlook(project: Project, dockerfile: str) -> Outlook | None:
    """Read what the model needs from its project and the text of its Dockerfile; None without a usable cog.yaml."""
    config = project.config
    if config is None:
        return None
    downloads = find_downloads(project, config)
    needs = needs_of(project, config, downloads)
    chooser = Chooser(project, config, AppOptions(dockerfile=dockerfile))
    try:
        machines, gpus = chooser.machine(needs)
    except AppError:
        return None
    reason = "; ".join(masked(note.finding.message) for note in chooser.notes)
    return Outlook(machines, gpus, reason, tuple(map(masked, _weights(config, downloads, needs))))


def _weights(config: CogConfig, downloads: Downloads, needs: Needs) -> Iterator[str]:
    for weight in config.weights:
        yield f"`{weight.name or weight.target}` from {', '.join(f'`{each}`' for each in weight.sources)}"
    for each in downloads.found:
        yield f"{_named(each)} at start"
    for each in downloads.in_build:
        yield f"{_named(each)} in the build"
    if needs.size >= _WORTH_NAMING:
        yield f"about {needs.size / GIGABYTE:.1f} GB, from {needs.source}"


def _named(each: Download) -> str:
    return f"`{each.tool or each.source}` (`{each.file}`, line {each.line})"
