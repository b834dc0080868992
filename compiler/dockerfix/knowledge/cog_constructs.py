"""Names, paths and values by which Cog's parts of a Dockerfile are recognised.

A source names the release in which the facts were read.
"""

from __future__ import annotations

AS_OF = "2026-11-23"

PACKAGE_SOURCE = "replicate/cog@v0.22.0:pkg/dockerfile/standard_generator.go; names of staged wheels over all releases"
PACKAGE_NAMES = ("cog", "coglet", "cog-dataclass")
PACKAGE_REPOSITORIES = ("github.com/replicate/cog", "github.com/replicate/cog-runtime")
WHEEL_PREFIXES = ("cog-", "coglet-", "cog_dataclass-")
WHEEL_NAMES = ("cog.whl", "coglet.whl", "cog_dataclass.whl")  # replicate/cog#1963, built by Homebrew
WHEEL_COMPANIONS = ("pydantic<2", "pydantic>=1.9,<3")  # in the RUN that installs Cog's wheel
FIRST_PACKAGES = ("flask", "flask==2.0.1", "requests==2.25.1", "redis==3.5.3")  # of cog.py, before there was a wheel

TRACES_SOURCE = "replicate/cog:pkg/dockerfile/standard_generator.go (PythonTracingRequirements), of v0.23"
TRACES_FOLDER = "/.cog/"
TRACES_PACKAGES = ("opentelemetry-exporter-otlp-proto-http", "opentelemetry-exporter-otlp-proto-grpc")
TRACES_VARIABLE = "COG_TRACE_"

STAGING_SOURCE = (
    "replicate/cog@v0.0.5:pkg/dockerfile/generator.go (.cog/tmp), "
    "replicate/cog@v0.20.0:pkg/dockerfile/standard_generator.go (cog_build)"
)
STAGING_PREFIXES = (".cog/",)
STAGING_CONTEXTS = ("cog_build",)
FAST_CONTEXTS = ("monobase", "apt", "requirements", "src")
DEPENDENCIES_FOLDER = "/dep"
DEPENDENCIES_STAGE = "deps"
REQUIREMENTS_TARGET = "/tmp/requirements.txt"  # noqa: S108 - a path in the image
ARTIFACTS_FOLDER = "local_package_artifacts/"
LIBRARY_FOLDER = "/usr/local/lib/cog"
HELPER_PREFIX = "/usr/bin/cog-"
STEP_LABEL_PREFIX = "###"

MODEL_SOURCE = (
    "replicate/cog@v0.0.4:pkg/dockerfile/generator.go (/code), replicate/cog@v0.0.5:pkg/dockerfile/generator.go (/src)"
)
MODEL_FOLDER = "/src"
MODEL_FOLDERS = ("/src", "/code")  # over all releases

TINI_SOURCE = "replicate/cog@v0.6.0:pkg/dockerfile/generator.go"
TINI_PATHS = ("/sbin/tini", "/usr/bin/tini")
TINI_URL_PART = "github.com/krallin/tini/releases/"
TINI_VARIABLES = ("TINI_VERSION", "TINI_ARCH")

SERVER_SOURCE = (
    "replicate/cog@v0.2.0:pkg/dockerfile/generator.go (EXPOSE), replicate/cog@v0.0.5:pkg/dockerfile/generator.go (CMD)"
)
SERVER_MODULE = "cog.server.http"
SERVER_PORT = "5000"
SERVER_COMMANDS = (
    "/usr/bin/cog-http-server",
    "/usr/bin/cog-ai-platform-prediction-server",
    "/usr/bin/cog-redis-queue-worker",
)
SERVER_ENTRYPOINT_SCRIPTS = ("/opt/r8/monobase/exec.sh",)

ENVIRONMENT_SOURCE = "replicate/cog@v0.22.0:pkg/dockerfile/standard_generator.go; fast_generator.go of v0.16.12 for R8_"
ENVIRONMENT_PREFIXES = ("COG_", "R8_")
ENVIRONMENT_NAMES = ("VERBOSE",)
CFLAGS_NAME = "CFLAGS"
CFLAGS_VALUE = "-O3 -funroll-loops -fno-strict-aliasing -flto -S"
UV_VARIABLES = ("UV_SYSTEM_PYTHON", "UV_PYTHON")
IMAGE_VARIABLES = ("DEBIAN_FRONTEND", "PYTHONUNBUFFERED", "LD_LIBRARY_PATH", "NVIDIA_DRIVER_CAPABILITIES", "PATH")
"""What Cog sets in the image of every model; counted over the releases of the archive."""

LABEL_SOURCE = (
    "replicate/cog@v0.0.5:pkg/dockerfile/generator.go, replicate/cog@v0.14.4:pkg/dockerfile/fast_generator.go"
)
LABEL_PREFIXES = ("org.cogmodel.", "run.cog.")

LD_CACHE_SOURCE = "replicate/cog@v0.9.22:pkg/dockerfile/generator.go"
LD_CACHE_FILE = "/etc/ld.so.conf.d/cog.conf"

CERTIFICATE_SOURCE = "replicate/cog@v0.16.10-alpha1:pkg/dockerfile/cacert.go"
CERTIFICATE_FILE = "cog-ca-cert.crt"
CERTIFICATE_TARGET = "/usr/local/share/ca-certificates/cog-ca-cert.crt"
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
CERTIFICATE_VALUE = "/etc/ssl/certs/ca-certificates.crt"

NVIDIA_KEY_SOURCE = "replicate/cog@v0.3.2:pkg/dockerfile/generator.go"
NVIDIA_KEY = "7fa2af80"

UV_SOURCE = "replicate/cog@v0.17.0-rc.1:pkg/dockerfile/standard_generator.go"
UV_IMAGE = "ghcr.io/astral-sh/uv"
UV_TAG = "0.9.26"

IMAGE_SOURCE = "replicate/cog@v0.9.7:pkg/dockerfile/base.go, replicate/cog@v0.14.4:pkg/dockerfile/fast_generator.go"
COG_BASE_IMAGE = "cog-base"  # the last part of a repository, on any registry
MONOBASE_IMAGE = "monobase"  # the same
WEIGHTS_SUFFIX = "-weights"
WEIGHTS_STAGE = "weights"
CUDA_IMAGE = "nvidia/cuda"
PYTHON_IMAGE = "python"
FIRST_BASE_IMAGE = "ubuntu"

MONOBASE_SOURCE = "replicate/cog@v0.16.12:pkg/dockerfile/fast_generator.go"
MONOBASE_PYTHON = "R8_PYTHON_VERSION"
MONOBASE_CUDA = "R8_CUDA_VERSION"
MONOBASE_CUDNN = "R8_CUDNN_VERSION"
MONOBASE_RUNNER = "/opt/r8/monobase/run.sh"
MONOBASE_USER_STEP = "monobase.user"
MONOBASE_WEIGHTS_FOLDER = "/srv/r8/fuse-rpc/weights/"

PGET_SOURCE = "replicate/pget releases; spellings of 337 installs in 924 cog.yaml files"
PGET_COMMAND = "pget"
PGET_URL_PART = "github.com/replicate/pget/releases/"

FRAME_SOURCE = "replicate/cog@v0.8.0-beta4:pkg/cli/debug.go, replicate/cog@v0.20.0:pkg/cli/debug.go"
FRAME_MARK = "==="  # around the documents that `cog debug --separate-weights` prints
FRAME_OF_DOCKERFILE = "=== Runner Dockerfile contents:"

DEFAULT_SOURCE = "replicate/cog:pkg/config/config.go (DefaultPythonVersion, DefaultCUDA) at the releases named"
DEFAULT_CUDA = "11.8"  # from v0.9.0-beta12 on, where neither cog.yaml nor a pinned framework decides
DEFAULT_PYTHONS = (  # first era that has it throughout
    ("E01", "3.8"),  # v0.0.1-alpha1
    ("E12", "3.12"),  # v0.9.10
    ("E17", "3.13"),  # v0.15.10
)


def default_python(era: str | None = None) -> str:
    """Return the Python minor version that Cog takes if cog.yaml names none, in an era such as "E14" or the newest.

    Two eras changed it halfway (E11 at v0.9.10, E16 at v0.15.10): they get the earlier one. Every Dockerfile of those
    eras names its Python in FROM.
    """
    return next(python for first, python in reversed(DEFAULT_PYTHONS) if era is None or era >= first)
