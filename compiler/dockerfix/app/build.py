"""Building the App of a project."""

from __future__ import annotations

from dataclasses import dataclass
from pkgutil import get_data

from dockerfix.app.read.model import AppError, Note, Predictor
from dockerfix.app.read.predictor import read_predictor
from dockerfix.app.read.weights import find_downloads, notes_of
from dockerfix.app.settings import AppOptions, Chooser, Settings
from dockerfix.app.write import app_file, toml
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class AppResult:
    """The App of a project.

    `text` is fal_app.py, `shim` fal_cog.py and `call` fal_call.py, all of which belong in the project's folder;
    `toml` is the entry for pyproject.toml. `findings` have their places in the project's files.
    """

    text: str
    toml: str
    shim: str
    call: str
    findings: tuple[Finding, ...]
    settings: Settings
    predictor: Predictor

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity < Severity.ERROR for finding in self.findings)

    @property
    def files(self) -> dict[str, str]:
        """The files to write, by name."""
        return {app_file.NAME: self.text, "fal_call.py": self.call, "fal_cog.py": self.shim}


def build(project: Project, options: AppOptions | None = None) -> AppResult:
    """The App for the predictor that the project's cog.yaml names; nothing of the project is run or changed.

    Raises AppError, one line, for an unusable project: no cog.yaml, no predictor in it, a missing file or class,
    a syntax error, Python 2, a path that leaves the project, a Python that fal doesn't have.
    """
    config, file = checked_config(project)
    reference = config.predict or ""
    line = config.line_of("predict") or config.line_of("run")
    predictor = read_predictor(project, reference, line, file)
    downloads = find_downloads(project)
    settings = Chooser(project, config, options or AppOptions()).settings(predictor, downloads)
    notes = [*predictor.notes, *settings.notes, *notes_of(downloads, project, config)]
    if config.train is not None:
        message = f"`{config.train}` has no counterpart on fal; the App leaves training out"
        notes.append(Note("DF510", message, file, config.line_of("train")))
    text = app_file.write(predictor, settings, uses_torch_hub=any(each.source == "torch.hub" for each in downloads))
    findings = tuple(note.finding for note in notes)
    return AppResult(
        text,
        toml.entry(settings),
        runtime_file("fal_cog.py"),
        runtime_file("fal_call.py"),
        findings,
        settings,
        predictor,
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


def runtime_file(name: str) -> str:
    """The text of a file that is copied unchanged. Raises FileNotFoundError for an unknown name."""
    return (get_data("dockerfix.app", f"runtime/{name}") or b"").decode()
