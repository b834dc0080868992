"""fal: releases of its package, what they require, machines, and the client that uploads the build context."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.knowledge.versions import newest_for, numbers, overlap

AS_OF = "2026-11-27"

RELEASE_SOURCE = (
    "PyPI fal (releases 1.81.4 and 1.83.0: Requires-Python, Requires-Dist); pip install in Python 3.8 to 3.14"
)
RELEASE_AS_OF = "2026-11-28"
FAL_PACKAGE = "fal"
RELEASES = (("3.8", "1.81.4"), ("3.10", "1.83.0"))  # lowest Python, version
NEWEST_PYTHON = "3.14"  # on which it was installed

REQUIREMENT_SOURCE = (
    "PyPI fal 1.81.4 and 1.83.0, isolate 0.26.12 (Requires-Dist); pydantic by fal-ai/fal:projects/fal/src/fal/app.py "
    "(its code needs 2)"
)
REQUIREMENT_AS_OF = "2026-11-28"
# package, versions, lowest Python to which the row applies; the last row that applies counts
REQUIREMENTS = (
    ("pydantic", ">=2.5", "3.8"),
    ("fastapi", ">=0.99.1,<0.137,!=0.119.*,!=0.120.*,!=0.121.*,!=0.122.*,!=0.123.0", "3.8"),
    ("protobuf", ">=3.20.0", "3.8"),
    ("pillow", ">=10.2.0,<13", "3.8"),
    ("pillow", ">=13.0,<14", "3.11"),
    ("grpcio", ">=1.64.0,<2", "3.8"),
    ("dill", "==0.3.7", "3.8"),
    ("cloudpickle", ">=3.0.0,<3.2", "3.8"),
    ("typing-extensions", ">=4.7.1,<5", "3.8"),
    ("structlog", ">=22.3.0,<26", "3.8"),
    ("opentelemetry-api", ">=1.15.0,<2", "3.8"),
    ("opentelemetry-sdk", ">=1.15.0,<2", "3.8"),
    ("certifi", ">=2024.2.2", "3.8"),
    ("portalocker", ">=2.7.0,<3", "3.8"),
    ("rich", ">=13.3.2,<15", "3.8"),
    ("packaging", ">=21.3", "3.8"),
    ("pathspec", ">=0.11.1,<1", "3.8"),
    ("httpx", ">=0.15.4", "3.8"),
    ("attrs", ">=21.3.0", "3.8"),
    ("python-dateutil", ">=2.8.0,<3", "3.8"),
    ("msgpack", ">=1.0.7,<2", "3.8"),
    ("websockets", ">=12.0", "3.8"),
    ("pyjwt", ">=2.8.0,<3", "3.8"),
    ("uvicorn", ">=0.29.0,<1", "3.8"),
    ("tblib", ">=1.7.0,<3.2.0", "3.8"),
)

HOST_SOURCE = "fal's documentation, webhooks and queue (fal.ai/docs/model-endpoints/webhooks)"
RUN_HOST, QUEUE_HOST = "fal.run", "queue.fal.run"

BILLING_SOURCE = "fal's documentation, serverless pricing (fal.ai/docs/documentation/serverless/pricing)"
BILLED = "starts (`setup`), works, waits or ends"
"""When a runner costs: the states SETUP, RUNNING, IDLE, DRAINING and TERMINATING; not while it is pending or pulls."""


class Machine(NamedTuple):
    """A GPU machine type: its VRAM in GB, its architecture such as ``sm_90``."""

    name: str
    vram: int
    arch: str


MACHINE_SOURCE = (
    "fal.ai/docs/documentation/deployment/machine-types.md (names, VRAM; GPU-A6000 is gone); NVIDIA, CUDA GPUs "
    "(architecture)"
)
GPU_MACHINES = (  # by architecture
    Machine("GPU-A100", 40, "sm_80"),
    Machine("GPU-L40", 48, "sm_89"),
    Machine("GPU-RTX4090", 24, "sm_89"),
    Machine("GPU-H100", 80, "sm_90"),
    Machine("GPU-H200", 141, "sm_90"),
    Machine("GPU-B200", 192, "sm_100"),
    Machine("GPU-RTX5090", 32, "sm_120"),
)
USUAL_MACHINES = ("GPU-H100",)  # most models are meant for these: one that can't run there deserves a warning
PREFERRED_GPUS = ("GPU-A100", "GPU-H100")  # what an App names where nothing speaks against them
CPU_MACHINES = {"XS": 512, "S": 1024, "M": 2048, "L": 15360, "XL": 30720}  # memory in MB, smallest first
DEFAULT_MACHINE = "S"
OTHER_MACHINES = ("GPU-A6000", "GPU-B300", "GPU-RTXPRO6000")  # in older or newer lists of fal, without figures
GPU_COUNTS = (1, 2, 4, 8)  # the numbers of GPUs in fal's examples of `num_gpus`

HOST_SOURCE = "field evidence in public apps (torch cu128 on B200, cu129 on RTX5090); no driver version is published"
NEWEST_CUDA_SEEN = "12.9"  # a newer one is a risk, not an error

CLIENT_SOURCE = (
    "fal-ai/fal:projects/fal/src/fal/file_sync.py (FILE_SIZE_LIMIT), fal-ai/fal:projects/fal/src/fal/container.py "
    "(defaults)"
)
CLIENT_AS_OF = "2026-11-28"
FILE_SIZE_LIMIT = 1 << 30  # bytes
IGNORED_BY_DEFAULT = (
    *(".git", ".gitignore", ".dockerignore", "Dockerfile", "Dockerfile.*", "*.md", "__pycache__", "*.pyc"),
    *(".DS_Store", ".venv", "venv", ".env", "node_modules"),
)

RUNTIME_SOURCE = "fal documentation, custom container images and persistent storage"
RUNTIME_COMMANDS = ("curl",)
# variables whose value on a runner the project doesn't say: of the system, Python, CUDA, and fal
RUNNER_VARIABLES = ("PATH", "HOME", "HOSTNAME", "PWD", "USER", "LANG", "TZ", "PORT", "HF_HOME", "LD_LIBRARY_PATH")
RUNNER_PREFIXES = ("FAL_", "CUDA_", "NVIDIA_", "PYTHON", "ISOLATE_", "NOMAD_", "LC_")
PRIVATE_VARIABLE = r"(?:^|_)(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$"  # set by `fal secrets`
DATA_FOLDER = "/data"
HUGGINGFACE_HOME = "/data/.cache/huggingface"
PORT = 8080


class FalRequirement(NamedTuple):
    """A package that fal needs, and the versions in pip's form: ``>=0.99.1,<0.137``."""

    package: str
    specifier: str


def machine_problem(name: str) -> str | None:
    """Return why `name` is no machine type of fal, with the nearest one, or None if it is one."""
    names = [*CPU_MACHINES, *(machine.name for machine in GPU_MACHINES), *OTHER_MACHINES]
    if name in names:
        return None
    from difflib import get_close_matches

    wanted = name.upper().replace("_", "-")
    near = get_close_matches(wanted, names, 1, 0.5) or get_close_matches(f"GPU-{wanted}", names, 1, 0.7)
    hint = f"did you mean `{near[0]}`?" if near else f"those are {', '.join(names)}"
    return f"`{name}` is not a machine type of fal; {hint}"


def fal_version(python: str | None = None) -> str | None:
    """Return the version of fal for an image's Python such as "3.11" or "3.10.6", or the newest for None.

    None if no version supports that Python.
    """
    return newest_for(python, RELEASES)


def fal_conflict(package: str, specifier: str, python: str | None = None) -> FalRequirement | None:
    """Return what fal needs of `package` (a normalized name) if no version in `specifier` satisfies it, or None."""
    found = None
    for name, versions, since in REQUIREMENTS:
        if name == package and (python is None or numbers(since) <= numbers(python)):
            found = FalRequirement(name, versions)
    return None if found is None or overlap(specifier, found.specifier) else found
