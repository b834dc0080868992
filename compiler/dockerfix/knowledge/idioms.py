"""The names by which Cog's own parts of a Dockerfile are known, read from ``cog_idioms.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dockerfix.knowledge.load import frozen, table


@dataclass(frozen=True, slots=True)
class CogPackages:
    """Python packages that are Cog itself, and what is installed in the same breath."""

    names: tuple[str, ...]
    repositories: tuple[str, ...]
    wheel_prefixes: tuple[str, ...]
    companions: tuple[str, ...]
    first_releases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staging:
    """Where Cog puts files that exist only while it builds."""

    prefixes: tuple[str, ...]
    contexts: tuple[str, ...]
    fast_contexts: tuple[str, ...]
    dependencies_folder: str
    dependencies_stage: str
    requirements_target: str
    artifacts: str
    library_folder: str
    helper_prefix: str
    label_prefix: str


@dataclass(frozen=True, slots=True)
class SourceFolders:
    """Where the model's code lies in the image: now, and over all releases."""

    current: str
    all: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tini:
    """The init process: where it is put, whence it comes, what its step assigns."""

    paths: tuple[str, ...]
    url_part: str
    variables: tuple[str, ...]
    stage: str
    stage_image: str


@dataclass(frozen=True, slots=True)
class Server:
    """Cog's HTTP server: module, port, the scripts of the first releases, the entry point of monobase."""

    module: str
    port: str
    commands: tuple[str, ...]
    entrypoint_scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables that Cog sets: for itself (prefixes, names, CFLAGS) and for any model (preamble, uv)."""

    prefixes: tuple[str, ...]
    names: tuple[str, ...]
    cflags_name: str
    cflags_value: str
    preamble: tuple[str, ...]
    uv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """Beginnings of the keys of Cog's labels."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LdCache:
    """The file that the step for the linker's cache writes."""

    file: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate of the builder's machine: staged file, place in the image, variables and their value."""

    file: str
    target: str
    variables: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class NvidiaKey:
    """What the step of 2022 against NVIDIA's old signing key removes."""

    files: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Pyenv:
    """How Python came onto CUDA images to v0.17.0-beta2, and the Debian packages of that step over all releases."""

    root: str
    installers: tuple[str, ...]
    plugin: str
    apt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Uv:
    """How Python comes onto CUDA images since: the image of uv, and the Debian packages of that step."""

    image: str
    tag: str
    apt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Images:
    """Names of images and stages; those of Replicate are the last part of a repository, on any registry."""

    registry: str
    cog_base: str
    monobase: str
    weights_suffix: str
    weights_stage: str
    cuda: str
    python: str
    first_base: str


@dataclass(frozen=True, slots=True)
class Monobase:
    """The variables that choose versions in ``cog debug --x-fast``, and the names of its steps."""

    python: str
    torch: str
    cuda: str
    cudnn: str
    runner: str
    steps: tuple[str, ...]
    weights_folder: str


@dataclass(frozen=True, slots=True)
class Pget:
    """Replicate's downloader: its command, the part that all its URLs have, where users put it."""

    command: str
    url_part: str
    usual_path: str
    variable_prefix: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines around the documents that ``cog debug --separate-weights`` prints."""

    open: str
    close: str
    runner: str
    weights: str
    ignore: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Idioms:
    """All of the above."""

    packages: CogPackages
    staging: Staging
    source_folders: SourceFolders
    tini: Tini
    server: Server
    environment: Environment
    labels: Labels
    ld_cache: LdCache
    certificate: Certificate
    nvidia_key: NvidiaKey
    pyenv: Pyenv
    uv: Uv
    images: Images
    monobase: Monobase
    pget: Pget
    frame: Frame


@cache
def idioms() -> Idioms:
    """Cog's idioms, read once."""
    data = table("cog_idioms")
    return Idioms(
        packages=frozen(CogPackages, data["packages"]),
        staging=frozen(Staging, data["staging"]),
        source_folders=frozen(SourceFolders, data["source_folders"]),
        tini=frozen(Tini, data["tini"]),
        server=frozen(Server, data["server"]),
        environment=frozen(Environment, data["environment"]),
        labels=frozen(Labels, data["labels"]),
        ld_cache=frozen(LdCache, data["ld_cache"]),
        certificate=frozen(Certificate, data["certificate"]),
        nvidia_key=frozen(NvidiaKey, data["nvidia_key"]),
        pyenv=frozen(Pyenv, data["pyenv"]),
        uv=frozen(Uv, data["uv"]),
        images=frozen(Images, data["images"]),
        monobase=frozen(Monobase, data["monobase"]),
        pget=frozen(Pget, data["pget"]),
        frame=frozen(Frame, data["frame"]),
    )


@cache
def default_python(era: str | None = None) -> str:
    """The Python minor version of a cog.yaml that names none, for an era such as "E14"; the newest for None.

    Two eras changed it halfway (E11 at v0.9.10, E16 at v0.15.10); for them this is the earlier one, and the FROM line
    of the output has the version in any case.
    """
    rows = [(str(first), str(python)) for _release, first, python in table("cog_idioms")["defaults"]["pythons"]]
    return next((python for first, python in reversed(rows) if era is None or era >= first), rows[0][1])


@cache
def default_cuda() -> str:
    """The CUDA version that Cog takes where neither cog.yaml nor a pinned framework decides."""
    return str(table("cog_idioms")["defaults"]["cuda"])
