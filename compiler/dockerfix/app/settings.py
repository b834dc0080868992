"""The settings of an App, from cog.yaml and the Dockerfile: name, machine, Python, timeouts, ignored files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from dockerfix.analysis import stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.cuda import Deciding, deciding, usable
from dockerfix.analysis.fal.secrets import build_secrets
from dockerfix.analysis.options import Options
from dockerfix.analysis.python import minor, python_of
from dockerfix.app.machine import Needs, cpu_machine, gpu_machine, needs_of
from dockerfix.app.read.model import AppError, Note, Predictor
from dockerfix.app.read.predictor import HEALTH_PATH
from dockerfix.app.read.weights import Downloads
from dockerfix.app.write.ignored import Ignored, read_ignored
from dockerfix.app.write.type_names import class_name
from dockerfix.knowledge.cog_constructs import CUDA_IMAGE, DEFAULT_CUDA, default_python
from dockerfix.knowledge.cog_server import MAX_CONCURRENCY, RUNTIME_VARIABLES, SETUP_TIMEOUT
from dockerfix.knowledge.cuda import cuda_for_torch, tensorflow_row
from dockerfix.knowledge.fal import GPU_MACHINES, NEWEST_CUDA_SEEN, PREFERRED_GPUS, fal_version, machine_problem
from dockerfix.knowledge.versions import numbers, release
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.requirements import parse_items
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.findings import Severity

STARTUP_TIMEOUT, STARTUP_WITH_DOWNLOADS = 600, 1800


@dataclass(frozen=True, slots=True)
class AppOptions:
    """The choices of a caller; None leaves a choice to the project.

    `dockerfile` is the text of the image's Dockerfile, from which its Python and CUDA are read; `dockerfile_name` its
    name beside the App; `machine_type` a machine of fal; timeouts are in seconds.
    """

    name: str | None = None
    dockerfile: str | None = None
    dockerfile_name: str = "Dockerfile"
    machine_type: str | None = None
    auth: str = "private"
    keep_alive: int = 60
    startup_timeout: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings to write; `python` is a minor version such as "3.11"."""

    app_name: str
    class_name: str
    python: str
    machine: tuple[str, ...]
    auth: str
    keep_alive: int
    startup_timeout: int
    max_multiplexing: int | None
    dockerfile: str
    ignored: tuple[str, ...]
    notes: tuple[Note, ...]
    num_gpus: int = 1
    health_path: str | None = None
    secrets: tuple[str, ...] = ()
    """The names of the secrets that the build of the image needs."""
    needs: Needs = field(default_factory=Needs)
    """What decided about the machine."""

    @property
    def python_numbers(self) -> tuple[int, int]:
        """The minor version as numbers."""
        major, second = (*numbers(self.python), 0)[:2]
        return major, second


class Chooser:
    """Chooses the settings of one App."""

    def __init__(self, project: Project, config: CogConfig, options: AppOptions, *, needs_fal: bool = True) -> None:
        self.needs_fal = needs_fal
        self.project = project
        self.config = config
        self.options = options
        self.file = project.config_name or "cog.yaml"
        self.notes: list[Note] = []
        self.document = parse(options.dockerfile) if options.dockerfile is not None else None
        self.stage = stages.final_stage(self.document) if self.document is not None else None

    def settings(self, predictor: Predictor, downloads: Downloads, *, fetches: bool = False) -> Settings:
        """All settings; `fetches` is whether the App downloads managed weights.

        Raises AppError if the image needs a Python that fal doesn't have, or for an unknown machine type.
        """
        name = self.options.name or app_name(self.config.image, self.project.root)
        ignored: Ignored = read_ignored(self.project, schema=not self.needs_fal)
        needs = needs_of(self.project, self.config, downloads)
        machine, gpus = self.machine(needs)
        python = self.python()
        multiplexing = self.multiplexing(predictor)
        if self.needs_fal:
            self.variables()
        timeout = self.setup_timeout() or (STARTUP_WITH_DOWNLOADS if downloads.found or fetches else STARTUP_TIMEOUT)
        return Settings(
            name,
            class_name(name, (each.name for each in predictor.output.models())),
            python,
            machine,
            self.options.auth,
            self.options.keep_alive,
            self.options.startup_timeout or timeout,
            multiplexing,
            self.options.dockerfile_name,
            ignored.patterns,
            (*self.notes, *ignored.notes),
            gpus,
            HEALTH_PATH if predictor.health is not None else None,
            tuple(build_secrets(self.document)) if self.document is not None else (),
            needs,
        )

    def setup_timeout(self) -> int | None:
        """The seconds that cog.yaml allows Cog's server for `setup`; None for no limit."""
        return self._count(SETUP_TIMEOUT)

    def _count(self, variable: str) -> int | None:
        """The positive whole number that cog.yaml gives a variable; Cog ignores any other value."""
        text = dict(self.config.environment).get(variable, "").strip()
        return int(text) or None if re.fullmatch(r"[0-9]{1,6}", text) else None

    def variables(self) -> None:
        """Note what becomes of variables that only Cog's server reads."""
        for index, (name, value) in enumerate(self.config.environment):
            setting = RUNTIME_VARIABLES.get(name)
            if setting is None:
                continue
            if setting and self._count(name):
                message = f"`{setting}` of the App is {value.strip()}, from {name}"
            else:
                message = f"only Cog's server reads {name}; its value `{value}` has no effect on fal"
            self._note("DF519", message, "environment", index)

    def _note(self, code: str, message: str, *path: str | int, severity: Severity = Severity.NOTE) -> None:
        ends = range(len(path), 0, -1)
        line = next((line for end in ends if (line := self.config.line_of(*path[:end])) is not None), None)
        self.notes.append(Note(code, message, self.file, line, severity))

    def python(self) -> str:
        """The minor version of the image's Python."""
        if self.document is not None and self.stage is not None:
            python = python_of(self.document, self.stage, self.config)
        else:
            python = minor(self.config.python_version or default_python())
            if self.config.python_version is None:
                message = f"cog.yaml names no Python version; the App uses {python}, as the newest Cog releases do"
                self._note("DF515", message)
        if self.needs_fal and fal_version(python) is None:
            message = f"Python {python} is too old: fal runs {_oldest_python()} and later"
            raise AppError(message, self.file, self.config.line_of("build", "python_version"))
        return python

    def multiplexing(self, predictor: Predictor) -> int | None:
        """Return how many requests a runner takes at once; None for one."""
        said = predictor.concurrency
        wanted = self._count(MAX_CONCURRENCY) or self.config.concurrency_max or (said.most if said else 1)
        if wanted > 1 and not predictor.is_async:
            message = f"`{predictor.name}` is not async, so a runner takes one request at a time, not {wanted}"
            if self.config.concurrency_max is None and said is not None:
                self.notes.append(Note("DF514", message, said.file, said.line, Severity.WARNING))
            else:
                self._note("DF514", message, "concurrency", "max", severity=Severity.WARNING)
        return wanted if wanted > 1 and predictor.is_async else None

    def machine(self, needs: Needs) -> tuple[tuple[str, ...], int]:
        """Return the machine types, of which fal uses the first that is free, and the number of GPUs.

        Raises AppError if the options name a machine that fal doesn't have.
        """
        own = self.options.machine_type
        if own is not None:
            problem = machine_problem(own)
            if problem is not None:
                raise AppError(problem)
            gpus = needs.gpus if own.startswith("GPU") else 1
            if gpus > 1:
                self._note(
                    "DF513", f"`num_gpus` is {gpus}, from {needs.place}", "build", "gpu", severity=Severity.WARNING
                )
            return (own,), gpus
        if not self.config.gpu:
            choice = cpu_machine(needs)
        else:
            found = self.deciding()
            able = {each.sm for each in usable(*found)}
            fitting = [machine for machine in GPU_MACHINES if machine.arch in able]
            if not any(machine.name in PREFERRED_GPUS for machine in fitting):
                message = (
                    f"no fal machine runs {found.text}; the App names {PREFERRED_GPUS[0]}, on which it won't start"
                )
                self._note("DF513", message, "build", "cuda", severity=Severity.WARNING)
                return PREFERRED_GPUS[:1], needs.gpus
            driver = ""
            if found.cuda is not None and release(minor(found.cuda)) > release(NEWEST_CUDA_SEEN):
                driver = f", which needs a newer driver than CUDA {NEWEST_CUDA_SEEN}, the newest seen on fal's hosts"
            choice = gpu_machine(needs, fitting, found.text + driver)
        if choice.reason:
            self._note("DF513", choice.reason, "build", "gpu", severity=Severity.WARNING)
        return choice.names, choice.gpus

    def deciding(self) -> Deciding:
        """The CUDA and torch that are installed; without a Dockerfile, in the image that Cog would choose."""
        context = Context(self.project, Options(), converting=True, era="")
        if self.document is not None:
            return deciding(self.document, context)
        tensorflow = tensorflow_row(self.pinned("tensorflow") or "")
        default = tensorflow.cuda if tensorflow else DEFAULT_CUDA
        cuda = self.config.cuda or cuda_for_torch(self.pinned("torch") or "") or default
        return deciding(parse(f"FROM {CUDA_IMAGE}:{cuda}"), context)

    def pinned(self, package: str) -> str | None:
        """The version that the project pins a package to."""
        items = [*parse_items(self.config.python_packages), *self.project.requirements_files().items]
        return next((item.pin for item in items if item.name == package and item.pin), None)


def app_name(image: str | None, root: Path | None) -> str:
    """A name for the App: that of the model's image, or of its folder."""
    for text in ((image or "").rpartition("/")[2].partition(":")[0], root.resolve().name if root else ""):
        name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        if name:
            return name
    return "app"


def _oldest_python() -> str:
    return next(f"3.{second}" for second in range(20) if fal_version(f"3.{second}"))
