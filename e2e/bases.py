"""Base images made on this machine: what `FROM` names, as far as a build can tell the difference."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any

from e2e import debian, host, interpreters, registry
from e2e.engine import BASE, EMPTY, Engine

HERE = Path(__file__).parent
RECIPE = ("bases.py", "debian.py", "interpreters.py", "registry.py", "standins.yaml")
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
# pip reads a false `no-compile` as the option `--no-compile`; byte code is of no use here
PIP_CONF = """[global]
index-url = https://index.dockerfix.test/simple
cert = /etc/ssl/certs/ca-certificates.crt
[install]
no-compile = false
"""
UV_TOML = """native-tls = true
python-downloads-json-url = "https://index.dockerfix.test/python-downloads.json"
[[index]]
url = "https://index.dockerfix.test/simple"
default = true
"""
STANDIN_SOURCE = "deb [trusted=yes] https://index.dockerfix.test/apt/{suite} ./\n"
DIRECT = 'Acquire::https::Proxy::index.dockerfix.test "DIRECT";\n'
FULL = """RUN apt-get update -qq && apt-get install -qqy --no-install-recommends curl git wget && \\
    rm -rf /var/lib/apt/lists/*
"""
PYTHON = """FROM {debian}
{full}COPY bin /usr/local/bin
COPY lib /usr/local/lib
COPY include /usr/local/include
RUN ldconfig
ENV PATH={path} LANG=C.UTF-8 PYTHON_VERSION={version}
CMD ["python3"]
"""
CUDA = r"""FROM {debian}
RUN mkdir -p /usr/local/cuda-{short}/bin && ln -s cuda-{short} /usr/local/cuda \
    && echo '{{"cuda": {{"name": "CUDA SDK", "version": "{version}"}}}}' >/usr/local/cuda/version.json \
    && printf '#!/bin/sh\necho "Cuda compilation tools, release {short}, V{version}"\n' >/usr/local/cuda/bin/nvcc \
    && chmod +x /usr/local/cuda/bin/nvcc
ENV PATH=/usr/local/nvidia/bin:/usr/local/cuda/bin:{path} CUDA_VERSION={version} NVIDIA_VISIBLE_DEVICES=all \
    LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64
"""
Say = Callable[[str], None]


class NoStandIn(Exception):
    """An image that nothing here can stand for; the message names it."""


class Bases:
    """Makes base images on demand; the daemon keeps them.

    `hosts` are the flags of a build that name the stand-in hosts.
    """

    def __init__(
        self, engine: Engine, cache: Path, tables: dict[str, Any], authority: Path, hosts: list[str], say: Say
    ) -> None:
        self._engine, self._cache, self._tables, self._authority = engine, cache, tables, authority
        self._hosts, self._say, self._lock = hosts, say, RLock()
        self._interpreters = host.interpreters()
        recipe = b"".join((HERE / name).read_bytes() for name in RECIPE)
        self._layout = hashlib.sha256((HERE / "interpreters.py").read_bytes()).hexdigest()[:12]
        self._recipe = hashlib.sha256(recipe + authority.read_bytes()).hexdigest()[:12]

    @property
    def pythons(self) -> Path:
        """The folder of interpreters, each with VERSION and perhaps an archive beside it."""
        return self._engine.share / "pythons"

    def forget_old(self) -> None:
        """Delete the base images of older recipes."""
        names = self._engine.run("images", "--format", "{{.Repository}}:{{.Tag}}", BASE).split()
        old = [name for name in names if not name.startswith((f"{BASE}:{self._recipe}-", EMPTY))]
        if old:
            self._engine.run("rmi", "-f", *old, check=False)

    def need(self, image: str) -> str:
        """The name of the stand-in for an image. Raises NoStandIn for one that is not known here, or not served."""
        kept = f"{BASE}:{self._recipe}-{hashlib.sha256(image.encode()).hexdigest()[:16]}"
        with self._lock:
            if not self._engine.has(kept):
                self._say(f"base {image}")
                self._make(image, kept)
        return kept

    def wrong_cuda(self, version: str) -> str:
        """An image with another CUDA than any row wants."""
        kept = f"{BASE}:{self._recipe}-cuda-{version}"
        with self._lock:
            if not self._engine.has(kept):
                self._cuda(version, kept)
        return kept

    def _make(self, image: str, kept: str) -> None:
        """Choose the recipe by the image's name."""
        if why := registry.refused(image, self._tables["pythons"]):
            raise NoStandIn(why)
        if match := registry.PYTHON.fullmatch(image):
            self._python(match["minor"], registry.suite(match), kept, full=not match["slim"])
        elif match := registry.CUDA.fullmatch(image):
            self._cuda(match["version"], kept)
        elif match := re.fullmatch(r"ghcr\.io/astral-sh/uv:([\d.]+)", image):
            self._uv(match[1], kept)
        elif match := re.fullmatch(r"r8\.im/cog-base:(?:.*-)?python(3\.\d+).*", image):
            self._python(match[1], "bookworm", kept, full=True)
        elif image.startswith(("curlimages/curl", "r8.im/monobase")):
            self._python("3.12", "bookworm", kept, full=True)
        elif re.fullmatch(r"(?:[^:]*/)?[\w.-]+-weights", image):
            self._build("FROM scratch\nCOPY Dockerfile /weights-stand-in\n", None, kept)
        elif re.fullmatch(r"[a-z_]+", image):
            raise NoStandIn(
                f"{image} is neither an image nor a stage, but a build context that only `cog build` sets up"
            )
        else:
            raise NoStandIn(f"no stand-in for the image {image}")

    def _python(self, minor: str, suite: str, kept: str, *, full: bool) -> None:
        """`python:X` and `python:X-slim`: CPython under /usr/local, in the full one also curl, git and wget."""
        folder = self.interpreter(minor)
        version = (folder / "VERSION").read_text().strip()
        values = {"debian": self._debian(suite), "full": FULL if full else "", "path": PATH, "version": version}
        self._build(PYTHON.format(**values), folder, kept)

    def _cuda(self, version: str, kept: str) -> None:
        """`nvidia/cuda:V-…-devel-…`: no Python, CUDA_VERSION and a toolkit folder that tells its version."""
        short = ".".join(version.split(".")[:2])
        text = CUDA.format(debian=self._debian("bookworm"), version=version, short=short, path=PATH)
        self._build(text, None, kept)

    def _uv(self, version: str, kept: str) -> None:
        """`ghcr.io/astral-sh/uv:V`: /uv and /uvx of PyPI's wheel, nothing else."""
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, f"uv=={version}"]
            subprocess.run(command, check=True, capture_output=True)
            with zipfile.ZipFile(next(Path(scratch).glob("uv-*.whl"))) as archive:
                for name in archive.namelist():
                    if re.search(r"/scripts/uvx?$", name):
                        file = Path(scratch, Path(name).name)
                        file.write_bytes(archive.read(name))
                        file.chmod(0o755)
            self._build("FROM scratch\nCOPY uv uvx /\n", Path(scratch), kept)

    def _build(self, text: str, context: Path | None, kept: str) -> None:
        """Build a base image of a few lines; without a context its Dockerfile is all there is."""
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "Dockerfile"
            file.write_text(text)
            where = ["-t", kept, "-f", self._engine.path(file), self._engine.path(context or Path(scratch))]
            self._engine.run("buildx", "build", "--progress", "plain", "--network", "host", *self._hosts, *where)

    def interpreter(self, minor: str, *, archive: bool = False) -> Path:
        """The relocatable interpreter of a minor version, made on first use. Raises NoStandIn where there is none."""
        folder = self.pythons
        folder.mkdir(exist_ok=True)
        made = folder / f".{minor}-{self._layout}"
        with self._lock:
            if not made.exists():
                self._prepare(minor, folder)
                made.touch()
            if archive and not (folder / f"{minor}.tar.gz").exists():
                interpreters.archive(minor, folder)
            return folder / minor

    def _prepare(self, minor: str, folder: Path) -> None:
        """Make an interpreter and forget an older archive of it."""
        if minor not in self._interpreters:
            raise NoStandIn(f"this machine has no Python {minor} (looked in {', '.join(host.PYTHONS)})")
        self._say(f"interpreter {minor}")
        (folder / f"{minor}.tar.gz").unlink(missing_ok=True)
        interpreters.prepare(self._interpreters[minor], minor, folder)

    def _debian(self, suite: str) -> str:
        """The image of Debian's base system with our settings, made by debootstrap on first use."""
        kept = f"{BASE}:{self._recipe}-{suite}"
        with self._lock:
            if self._engine.has(kept):
                return kept
            if suite not in debian.LIBRARIES:
                raise NoStandIn(f"no stand-in for Debian {suite}")
            self._say(f"debian {suite}")
            folder, archive = self._cache / f"rootfs-{suite}", self._cache / f"rootfs-{suite}.tar"
            shutil.rmtree(folder, ignore_errors=True)
            debian.unpack(self._cache, suite, folder)
            self._settings(folder, suite)
            debian.pack(folder, archive)
            shutil.rmtree(folder)
            self._engine.run("import", "-", kept, source=archive)
            archive.unlink()
        return kept

    def _settings(self, folder: Path, suite: str) -> None:
        """Certificates, apt's sources, the empty packages and the settings of pip and uv."""
        etc = folder / "etc"
        debian.configure(folder, suite, (self._authority,))
        with (etc / "apt" / "apt.conf.d" / "99e2e").open("a") as file:
            file.write(DIRECT)
        debian.chroot(folder, "apt-get", "update", "-qq")
        debian.chroot(
            folder, "apt-get", "upgrade", "-qqy"
        )  # once here, as in the official images, and not in each build
        names = set(debian.chroot(folder, "apt-cache", "pkgnames").split())
        _empty_packages(self._cache / "apt" / suite, [name for name in self._tables["debian"] if name in names])
        (etc / "apt" / "sources.list.d" / "e2e.list").write_text(STANDIN_SOURCE.format(suite=suite))
        shutil.rmtree(folder / "var" / "lib" / "apt" / "lists")
        for archive in (folder / "var" / "cache" / "apt").rglob("*.*"):
            archive.unlink()
        (etc / "pip.conf").write_text(PIP_CONF)
        (etc / "uv").mkdir()
        (etc / "uv" / "uv.toml").write_text(UV_TOML)


def _empty_packages(folder: Path, names: list[str]) -> None:
    """A flat apt repository of packages without content, their version above every real one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    index = []
    for name in names:
        control = (
            f"Package: {name}\nVersion: 99:1\nArchitecture: amd64\nMaintainer: e2e <e2e@localhost>\n"
            f"Multi-Arch: same\nDescription: empty stand-in for {name}\n"
        )
        with tempfile.TemporaryDirectory() as scratch:
            (Path(scratch) / "DEBIAN").mkdir()
            (Path(scratch) / "DEBIAN" / "control").write_text(control)
            target = folder / f"{name}.deb"
            subprocess.run(["dpkg-deb", "-Znone", "-b", scratch, target], check=True, capture_output=True)
        data = target.read_bytes()
        index.append(
            f"{control}Filename: ./{name}.deb\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n"
        )
    (folder / "Packages").write_text("\n".join(index))
