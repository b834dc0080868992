"""The names by which Cog's own parts of a Dockerfile are known, read from ``cog_idioms.yaml``."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dockerfix.knowledge.load import row, table


class CogPackages(NamedTuple):
    """Python packages that are Cog itself, and what is installed in the same breath."""

    names: tuple[str, ...]
    repositories: tuple[str, ...]
    wheel_prefixes: tuple[str, ...]
    companions: tuple[str, ...]
    first_releases: tuple[str, ...]


class Staging(NamedTuple):
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


class SourceFolders(NamedTuple):
    """Where the model's code lies in the image: now, and over all releases."""

    current: str
    all: tuple[str, ...]


class Tini(NamedTuple):
    """The init process: where it is put, whence it comes, what its step assigns."""

    paths: tuple[str, ...]
    url_part: str
    variables: tuple[str, ...]
    stage: str
    stage_image: str


class Server(NamedTuple):
    """Cog's HTTP server: module, port, the scripts of the first releases, the entry point of monobase."""

    module: str
    port: str
    commands: tuple[str, ...]
    entrypoint_scripts: tuple[str, ...]


class Environment(NamedTuple):
    """Variables that Cog sets: for itself (prefixes, names, CFLAGS) and for any model (preamble, uv)."""

    prefixes: tuple[str, ...]
    names: tuple[str, ...]
    cflags_name: str
    cflags_value: str
    preamble: tuple[str, ...]
    uv: tuple[str, ...]


class Labels(NamedTuple):
    """Beginnings of the keys of Cog's labels."""

    prefixes: tuple[str, ...]


class LdCache(NamedTuple):
    """The file that the step for the linker's cache writes."""

    file: str


class Certificate(NamedTuple):
    """The certificate of the builder's machine: staged file, place in the image, variables and their value."""

    file: str
    target: str
    variables: tuple[str, ...]
    value: str


class NvidiaKey(NamedTuple):
    """What the step of 2022 against NVIDIA's old signing key removes."""

    files: tuple[str, ...]
    key: str


class Pyenv(NamedTuple):
    """How Python came onto CUDA images to v0.17.0-beta2, and the Debian packages of that step over all releases."""

    root: str
    installers: tuple[str, ...]
    plugin: str
    apt: tuple[str, ...]


class Uv(NamedTuple):
    """How Python comes onto CUDA images since: the image of uv, and the Debian packages of that step."""

    image: str
    tag: str
    apt: tuple[str, ...]


class Images(NamedTuple):
    """Names of images and stages; those of Replicate are the last part of a repository, on any registry."""

    registry: str
    cog_base: str
    monobase: str
    weights_suffix: str
    weights_stage: str
    cuda: str
    python: str
    first_base: str


class Monobase(NamedTuple):
    """The variables that choose versions in ``cog debug --x-fast``, and the names of its steps."""

    python: str
    torch: str
    cuda: str
    cudnn: str
    runner: str
    steps: tuple[str, ...]
    weights_folder: str


class Pget(NamedTuple):
    """Replicate's downloader: its command, the part that all its URLs have, where users put it."""

    command: str
    url_part: str
    usual_path: str
    variable_prefix: str


class Frame(NamedTuple):
    """The lines around the documents that ``cog debug --separate-weights`` prints."""

    open: str
    close: str
    runner: str
    weights: str
    ignore: tuple[str, ...]


class Idioms(NamedTuple):
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
        packages=row(CogPackages, data["packages"]),
        staging=row(Staging, data["staging"]),
        source_folders=row(SourceFolders, data["source_folders"]),
        tini=row(Tini, data["tini"]),
        server=row(Server, data["server"]),
        environment=row(Environment, data["environment"]),
        labels=row(Labels, data["labels"]),
        ld_cache=row(LdCache, data["ld_cache"]),
        certificate=row(Certificate, data["certificate"]),
        nvidia_key=row(NvidiaKey, data["nvidia_key"]),
        pyenv=row(Pyenv, data["pyenv"]),
        uv=row(Uv, data["uv"]),
        images=row(Images, data["images"]),
        monobase=row(Monobase, data["monobase"]),
        pget=row(Pget, data["pget"]),
        frame=row(Frame, data["frame"]),
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
