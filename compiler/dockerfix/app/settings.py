"""The settings of an App, from cog.yaml and the Dockerfile: name, machine, Python, timeouts, ignored files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from dockerfix.analysis import stages
from dockerfix.analysis.images import final_image
from dockerfix.analysis.python import minor, python_of
from dockerfix.app.read.model import AppError, Note, Predictor
from dockerfix.app.read.weights import Download
from dockerfix.app.write.ignored import Ignored, read_ignored
from dockerfix.app.write.type_names import class_name
from dockerfix.knowledge.cog_constructs import DEFAULT_CUDA, default_python
from dockerfix.knowledge.cog_server import SETUP_TIMEOUT
from dockerfix.knowledge.cuda import cuda_for_torch, tensorflow_row
from dockerfix.knowledge.fal import CPU_MACHINES, DEFAULT_MACHINE, fal_version, machines_for_cuda
from dockerfix.knowledge.versions import numbers
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.requirements import parse_items
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.findings import Severity

PREFERRED_GPUS = ("GPU-A100", "GPU-H100")
STARTUP_TIMEOUT, STARTUP_WITH_DOWNLOADS = 600, 1800
FRAMEWORKS = frozenset({"jax", "onnxruntime", "paddlepaddle", "tensorflow", "torch", "transformers"})


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

    def settings(self, predictor: Predictor, downloads: tuple[Download, ...]) -> Settings:
        """All settings. Raises AppError if the image needs a Python that fal doesn't have."""
        name = self.options.name or app_name(self.config.image, self.project.root)
        ignored: Ignored = read_ignored(self.project)
        machine = (self.options.machine_type,) if self.options.machine_type else self.machine()
        python = self.python()
        multiplexing = self.multiplexing(predictor)
        timeout = self.setup_timeout() or (STARTUP_WITH_DOWNLOADS if downloads else STARTUP_TIMEOUT)
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
        )

    def setup_timeout(self) -> int | None:
        """The seconds that cog.yaml allows Cog's server for `setup`; None for no limit."""
        text = dict(self.config.environment).get(SETUP_TIMEOUT, "").strip()
        return int(text) or None if re.fullmatch(r"[0-9]{1,6}", text) else None

    def _note(self, code: str, message: str, *path: str, severity: Severity = Severity.NOTE) -> None:
        self.notes.append(Note(code, message, self.file, self.config.line_of(*path), severity))

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
        wanted = self.config.concurrency_max or (said.most if said else 1)
        if wanted > 1 and not predictor.is_async:
            message = f"`{predictor.name}` is not async, so {wanted} requests at once run in {wanted} threads"
            if self.config.concurrency_max is None and said is not None:
                self.notes.append(Note("DF514", message, said.file, said.line, Severity.WARNING))
            else:
                self._note("DF514", message, "concurrency", "max", severity=Severity.WARNING)
        return wanted if wanted > 1 else None

    def machine(self) -> tuple[str, ...]:
        """Return the machine types; fal uses the first that is free."""
        if not self.config.gpu:
            heavy = FRAMEWORKS & self.project.declared_packages
            return (max(CPU_MACHINES, key=_fits_frameworks),) if heavy else (DEFAULT_MACHINE,)
        cuda = self.cuda()
        fitting = [machine for machine in machines_for_cuda(cuda) if self.runs_torch(machine.arch)]
        chosen = tuple(machine.name for machine in fitting if machine.name in PREFERRED_GPUS)
        if not chosen:
            message = f"no fal machine runs CUDA {cuda}; the App names {PREFERRED_GPUS[0]}, on which it won't start"
            self._note("DF513", message, "build", "cuda", severity=Severity.WARNING)
            return PREFERRED_GPUS[:1]
        memory = {machine.name: machine.vram for machine in fitting}
        sizes = ", ".join(f"{name} has {memory[name]} GB" for name in chosen)
        self._note(
            "DF513", f"the machines fit CUDA {cuda} ({sizes}); change them to what the model needs", "build", "gpu"
        )
        return chosen

    def cuda(self) -> str:
        """The CUDA of the image: from cog.yaml, the Dockerfile, the pinned framework, or Cog's default."""
        image = final_image(self.document) if self.document is not None else None
        base = image.cuda if image is not None else None
        of_torch = cuda_for_torch(self.pinned("torch") or "")
        tensorflow = tensorflow_row(self.pinned("tensorflow") or "")
        return self.config.cuda or base or of_torch or (tensorflow.cuda if tensorflow else DEFAULT_CUDA)

    def runs_torch(self, arch: str) -> bool:
        """Whether the pinned torch has kernels for an architecture; before 2.0 it has none for sm_90 and later."""
        torch = self.pinned("torch")
        return torch is None or numbers(torch) >= (2,) or int(arch.removeprefix("sm_")) < 90

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


def _fits_frameworks(name: str) -> int:
    """Sorts the smallest machine with memory for a framework first: 8 GB, as Replicate's CPU hardware has."""
    memory = CPU_MACHINES[name]
    return -memory if memory >= 8192 else -(10**6)


def _oldest_python() -> str:
    return next(f"3.{second}" for second in range(20) if fal_version(f"3.{second}"))
