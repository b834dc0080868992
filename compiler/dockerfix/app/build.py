"""Building the App of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pkgutil import get_data
from typing import Any

from dockerfix.app.read.managed import read_managed
from dockerfix.app.read.missing import missing_weights
from dockerfix.app.read.model import AppError, Note, Predictor
from dockerfix.app.read.predictor import read_predictor
from dockerfix.app.read.uses import notes_of_uses
from dockerfix.app.read.weights import NO_DOWNLOADS, Downloads, find_downloads, notes_of
from dockerfix.app.settings import AppOptions, Chooser, Settings
from dockerfix.app.write import app_file, toml
from dockerfix.app.write.layout import lay, value
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.findings import Finding, Severity

WEIGHTS_FILE = "fal_weights.py"
NO_WEIGHTS = "WEIGHTS: List[Dict[str, Any]] = []"


@dataclass(frozen=True, slots=True)
class AppResult:
    """The App of a project.

    `text` is fal_app.py, `shim` fal_cog.py and `call` fal_call.py, all of which belong in the project's folder;
    `weights` is fal_weights.py, None for a project without managed weights; `toml` is the entry for pyproject.toml.
    `findings` have their places in the project's files; `downloads` are those of the predictor's code.
    """

    text: str
    toml: str
    shim: str
    call: str
    findings: tuple[Finding, ...]
    settings: Settings
    predictor: Predictor
    weights: str | None = None
    downloads: Downloads = NO_DOWNLOADS

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity < Severity.ERROR for finding in self.findings)

    @property
    def files(self) -> dict[str, str]:
        """The files to write, by name."""
        files = {app_file.NAME: self.text, "fal_call.py": self.call, "fal_cog.py": self.shim}
        return files if self.weights is None else {**files, WEIGHTS_FILE: self.weights}


def build(project: Project, options: AppOptions | None = None) -> AppResult:
    """The App for the predictor that the project's cog.yaml names; nothing of the project is run or changed.

    Raises AppError, one line, for an unusable project: no cog.yaml, no predictor in it, a missing file or class,
    a syntax error, Python 2, a path that leaves the project, a Python that fal doesn't have.
    """
    config, file = checked_config(project)
    reference = config.predict or ""
    line = config.line_of("predict") or config.line_of("run")
    predictor = read_predictor(project, reference, line, file)
    downloads = find_downloads(project, config)
    managed = read_managed(project, config)
    chooser = Chooser(project, config, options or AppOptions())
    settings = chooser.settings(predictor, downloads, fetches=managed.fetches)
    notes = [*predictor.notes, *settings.notes, *notes_of(downloads, project, config)]
    notes += [*missing_weights(project, config, downloads), *managed.notes, *notes_of_uses(project, config, predictor)]
    if config.train is not None:
        message = f"`{config.train}` has no counterpart on fal; the App leaves training out"
        notes.append(Note("DF510", message, file, config.line_of("train")))
    text = app_file.write(
        predictor, settings, uses_torch_hub=downloads.uses_torch_hub, has_weights=bool(managed.weights)
    )
    findings = tuple(note.finding for note in notes)
    return AppResult(
        text,
        toml.entry(settings),
        runtime_file("fal_cog.py"),
        runtime_file("fal_call.py"),
        findings,
        settings,
        predictor,
        weights_file(managed.weights) if managed.weights else None,
        downloads,
    )


def checked_config(project: Project) -> tuple[CogConfig, str]:
    """The project's cog.yaml, which names a predictor and no Python 2, and its name. Raises AppError."""
    config, file = project.config, project.config_name or "cog.yaml"
    if config is None:
        raise AppError("the project has no cog.yaml")
    python = config.python_version or ""
    if python.startswith("2"):
        message = f"cog.yaml asks for Python {python}; Cog and fal run Python 3"
        raise AppError(message, file, config.line_of("build", "python_version"))
    if config.predict is None:
        raise AppError("names no predictor: neither `predict` nor `run` is set", file)
    return config, file


def weights_file(weights: Sequence[dict[str, Any]]) -> str:
    """The text of fal_weights.py for the weights of a project."""
    before, line, after = runtime_file(WEIGHTS_FILE).partition(NO_WEIGHTS)
    lines = lay(line.removesuffix("[]"), value(list(weights)))
    return f"{before}{chr(10).join(lines)}{after}"


def runtime_file(name: str) -> str:
    """The text of a file that is copied unchanged. Raises FileNotFoundError for an unknown name."""
    return (get_data("dockerfix.app", f"runtime/{name}") or b"").decode()
