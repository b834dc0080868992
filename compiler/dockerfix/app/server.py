"""The target `server`: the image keeps Cog's own HTTP server, and fal calls it directly (``exposed_port``).

Clients then keep Cog's API (``POST /predictions``). A gate in front of the server (`runtime/fal_gate.py`) is needed
because fal ends a runner that answers 503, as Cog does until its model is ready, and Cog's health check is always 200.
Cog's server checks requests by the schema that `cog build` writes, which is written here from reading the predictor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dockerfix.analysis.fal.uploads import Ignore
from dockerfix.app.build import WEIGHTS_FILE, checked_config, runtime_file, weights_file
from dockerfix.app.read.cog_schema import Signature, read_signature
from dockerfix.app.read.managed import read_managed
from dockerfix.app.read.missing import missing_weights
from dockerfix.app.read.model import ANY, AppError, Note, Predictor
from dockerfix.app.read.predictor import find_method, read_predictor, split_reference
from dockerfix.app.read.weights import NO_DOWNLOADS, Downloads, find_downloads, notes_of
from dockerfix.app.settings import AppOptions, Chooser, Settings
from dockerfix.app.write import openapi
from dockerfix.app.write.toml import array, secret_lines, settings_lines
from dockerfix.knowledge import cog_server
from dockerfix.knowledge.fal import PORT
from dockerfix.project.files import marked as is_marked
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.findings import Finding
from dockerfix.text.quoting import python_string, toml_string

GATE = cog_server.GATE_FILE


@dataclass(frozen=True, slots=True)
class ServerResult:
    """The files and settings of the server target, except its Dockerfile.

    `gate` is fal_gate.py, which belongs in the project's folder and which the image runs (`command`) in place of
    Cog's server, under tini; `weights` is fal_weights.py, by which the gate fetches managed weights, None for a project
    without them; `schema` is the text of `.cog/openapi_schema.json`, or None where none is to be written;
    `cog` is the requirement to install, `toml` the entry for pyproject.toml.
    """

    gate: str
    schema: str | None
    toml: str
    cog: str
    command: tuple[str, ...]
    findings: tuple[Finding, ...]
    settings: Settings
    predictor: Predictor
    weights: str | None = None
    downloads: Downloads = NO_DOWNLOADS

    @property
    def files(self) -> dict[str, str]:
        """The files to write, by name."""
        others = {WEIGHTS_FILE: self.weights, cog_server.SCHEMA_FILE: self.schema}
        return {GATE: self.gate, **{name: text for name, text in others.items() if text is not None}}


def build_server(project: Project, options: AppOptions | None = None) -> ServerResult:
    """The server target of a project. Raises AppError as `build` does, except for a predictor that can't be read."""
    config, file = checked_config(project)
    reference = config.predict or ""
    line = config.line_of("predict") or config.line_of("run")
    path, name = split_reference(project, reference, line, file)
    predictor = _read(project, reference, path, name)
    downloads = find_downloads(project, config)
    managed = read_managed(project, config, by=f"`{GATE}`")
    chooser = Chooser(project, config, options or AppOptions(), needs_fal=False)
    settings = chooser.settings(predictor, downloads, fetches=managed.fetches)
    version = cog_version(config, file, settings)
    schema, about_schema = _schema(project, config, version)
    notes = [
        *settings.notes,
        *notes_of(downloads, project, config, app=False),
        *missing_weights(project, config, downloads),
        *about_schema,
        *managed.notes,
        *_notes(config, file, settings),
    ]
    command = cog_server.GATE_COMMAND
    gate = runtime_file(GATE)
    for constant, value in (
        ("PREDICTOR", python_string(reference)),
        ("PORT", str(PORT)),
        ("INNER_PORT", str(cog_server.INNER_PORT)),
        ("WEIGHTS", str(bool(managed.weights))),
    ):
        gate = re.sub(rf"^{constant} = .*$", lambda _: f"{constant} = {value}", gate, count=1, flags=re.MULTILINE)  # noqa: B023
    findings = tuple(note.finding for note in notes)
    return ServerResult(
        gate,
        schema,
        _entry(settings, command),
        f"cog=={version}",
        command,
        findings,
        settings,
        predictor,
        weights_file(managed.weights) if managed.weights else None,
        downloads,
    )


def _read(project: Project, reference: str, path: str, name: str | None) -> Predictor:
    """Return the predictor's settings that matter here; Cog's server reads the rest by running it."""
    try:
        return read_predictor(project, reference)
    except AppError:
        return Predictor(path, name or "Predictor", None, 1, (), ANY, awaited=True)


def _schema(project: Project, config: CogConfig, version: str) -> tuple[str | None, list[Note]]:
    """The text of Cog's schema, or None where Cog needs none or the project has its own, and notes about it."""
    if not cog_server.reads_schema(version):
        return None, []
    notes: list[Note] = []
    predict = _signature(project, config.predict or "", ("run", "predict"), notes)
    if predict is None:
        return None, notes
    # DF510 says that it isn't served, so what can't be read of it matters to nobody
    train = _signature(project, config.train, ("train",), []) if config.train is not None else None
    found = openapi.document(predict, train, version)
    notes += [*predict.notes, *_unshared(project)]
    present = project.read(cog_server.SCHEMA_FILE)
    if present is None or is_marked(present.text):
        return openapi.text(found), notes
    difference = openapi.difference(present.text, found)
    if difference is None:
        return None, notes
    message = f"{difference}; it is kept. `cog build` renews it, and without it dockerfix writes its own"
    return None, [Note("DF544", message, cog_server.SCHEMA_FILE, None)]


def _signature(project: Project, reference: str, names: tuple[str, ...], notes: list[Note]) -> Signature | None:
    """The schemas of what `reference` names; None, and a note, where it can't be read."""
    try:
        method, bound = find_method(project, reference, names)
        return read_signature(method, bound=bound)
    except AppError as error:
        message = f"{error.message}: Cog's server takes any input"
        notes.append(Note("DF542", message, error.file or "cog.yaml", error.line))
        return None


def _unshared(project: Project) -> list[Note]:
    """A note where git leaves the schema out."""
    source = project.read(".gitignore")
    for number, line in enumerate(source.text.split("\n") if source is not None else (), 1):
        if line.strip() and Ignore((line.strip(),), is_own=True).pattern_for(cog_server.SCHEMA_FILE):
            message = f"git leaves out `{cog_server.SCHEMA_FILE}`: deployed from a clone, Cog's server takes any input"
            return [Note("DF544", message, ".gitignore", number)]
    return []


def _notes(config: CogConfig, file: str, settings: Settings) -> list[Note]:
    notes: list[Note] = []
    if config.train is not None:
        message = (
            f"`{config.train}` is not served: Cog's server runs it only if started with `--x-mode train`,"
            " and otherwise answers `/trainings` with an error"
        )
        notes.append(Note("DF510", message, file, config.line_of("train")))
    message = (
        f"Cog answers 409 to more than {settings.max_multiplexing or 1} requests at once; fal does not send these again"
    )
    notes.append(Note("DF541", message, file, config.line_of("concurrency")))
    return notes


def cog_version(config: CogConfig, file: str, settings: Settings) -> str:
    """Return the release of Cog to install: from cog.yaml, or the newest for the image's Python. Raises AppError."""
    version = config.sdk_version or cog_server.cog_version(settings.python)
    if version is None:
        message = f"Python {settings.python} is too old: no release of Cog on PyPI runs on it"
        raise AppError(message, file, config.line_of("build", "python_version"))
    return version


def _entry(settings: Settings, command: tuple[str, ...]) -> str:
    name = settings.app_name
    lines = [
        f"[tool.fal.apps.{name}]",
        f"exposed_port = {PORT}",
        *settings_lines(settings),
        "",
        f"[tool.fal.apps.{name}.image]",
        f"dockerfile = {toml_string(settings.dockerfile)}",
        *secret_lines(settings),
        f"cmd = {array(command)}",
        "",
        f"[tool.fal.apps.{name}.health_check]",
        f"path = {toml_string(cog_server.HEALTH_PATH)}",
        'method = "GET"',
    ]
    return "\n".join(lines) + "\n"
