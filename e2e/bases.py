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

from e2e import host, interpreters
from e2e.buildah import Buildah

HERE = Path(__file__).parent
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
COMMON = (
    "ca-certificates,netbase,tzdata,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libncursesw6,libuuid1,libexpat1"
)
LIBRARIES = {
    "bookworm": f"{COMMON},libssl3,libreadline8,libtirpc3,libnsl2,libgdbm6",
    "trixie": f"{COMMON},libssl3t64,libreadline8t64,libtirpc3t64,libnsl2,libgdbm6t64",
}
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
Say = Callable[[str], None]


class NoStandIn(Exception):
    """An image that nothing here can stand for; the message names it."""


class Bases:
    """Makes base images on demand and keeps them in the cache's store."""

    def __init__(
        self, buildah: Buildah, cache: Path, tables: dict[str, Any], authority: Path, say: Say, lock: RLock
    ) -> None:
        self._buildah, self._cache, self._tables, self._authority, self._say = buildah, cache, tables, authority, say
        self._lock = lock
        self._interpreters = host.interpreters()
        recipe = b"".join((HERE / name).read_bytes() for name in ("bases.py", "interpreters.py", "standins.yaml"))
        self._layout = hashlib.sha256((HERE / "interpreters.py").read_bytes()).hexdigest()[:12]
        self._recipe = hashlib.sha256(recipe + authority.read_bytes()).hexdigest()[:12]

    def need(self, image: str) -> None:
        """Make sure that the store has a stand-in under the name that `FROM image` looks for.

        Raises NoStandIn for a name that is not known here.
        """
        name = (
            image if re.match(r"[^/]+[.:][^/]*/", image) else f"docker.io/{'' if '/' in image else 'library/'}{image}"
        )
        name = name if ":" in name.rsplit("/", 1)[1] else name + ":latest"
        kept = f"localhost/e2e-{self._recipe}/{hashlib.sha256(name.encode()).hexdigest()[:16]}:latest"
        with self._lock:
            if not self._buildah.has(kept):
                self._say(f"base {image}")
                self._make(image, kept)
            self._buildah.run("tag", kept, name)

    def _make(self, image: str, kept: str) -> None:
        """Choose the recipe by the image's name."""
        if match := re.fullmatch(r"(?:docker\.io/library/)?python:(3\.\d+)(?:\.\d+)?(-slim)?", image):
            self._python(match[1], kept, full=not match[2])
        elif match := re.fullmatch(r"nvidia/cuda:(\d+\.\d+(?:\.\d+)?)-.*", image):
            self.cuda(match[1], kept)
        elif match := re.fullmatch(r"ghcr\.io/astral-sh/uv:([\d.]+)", image):
            self._uv(match[1], kept)
        elif match := re.fullmatch(r"r8\.im/cog-base:(?:.*-)?python(3\.\d+).*", image):
            self._python(match[1], kept, full=True)
        elif image.startswith(("curlimages/curl", "r8.im/monobase")):
            self._python("3.12", kept, full=True)
        elif re.fullmatch(r"(?:[^:]*/)?[\w.-]+-weights", image):
            self._commit(self._buildah.run("from", "scratch").strip(), kept, [])
        elif re.fullmatch(r"[a-z_]+", image):
            raise NoStandIn(
                f"{image} is neither an image nor a stage, but a build context that only `cog build` sets up"
            )
        else:
            raise NoStandIn(f"no stand-in for the image {image}")

    def _python(self, minor: str, kept: str, *, full: bool) -> None:
        """`python:X` and `python:X-slim`: CPython under /usr/local, in the full one also curl, git and wget."""
        suite = "trixie" if minor in {"3.13", "3.14"} else "bookworm"
        container = self._container(suite)
        if full:
            tools = "apt-get update -qq && apt-get install -qqy --no-install-recommends curl git wget"
            mount = ["--network=host", "-v", f"{self._cache / 'mount'}:/opt/e2e:ro"]
            self._buildah.run("run", *mount, container, "--", "sh", "-c", f"{tools} && rm -rf /var/lib/apt/lists/*")
        folder = self.interpreter(minor)
        for part in ("bin", "lib", "include"):
            self._buildah.run("copy", container, folder / part, f"/usr/local/{part}")
        self._buildah.run("run", container, "--", "ldconfig")
        version = (folder / "VERSION").read_text().strip()
        settings = [
            "--env",
            f"PATH={PATH}",
            "--env",
            "LANG=C.UTF-8",
            "--env",
            f"PYTHON_VERSION={version}",
            "--cmd",
            "python3",
        ]
        self._commit(container, kept, settings)

    def cuda(self, version: str, kept: str) -> None:
        """`nvidia/cuda:V-…-devel-…`: no Python, CUDA_VERSION and a toolkit folder that tells its version."""
        container = self._container("bookworm")
        short = ".".join(version.split(".")[:2])
        nvcc = f"#!/bin/sh\necho 'Cuda compilation tools, release {short}, V{version}'\n"
        with tempfile.TemporaryDirectory() as scratch:
            toolkit = Path(scratch) / f"cuda-{short}"
            (toolkit / "bin").mkdir(parents=True)
            (toolkit / "bin" / "nvcc").write_text(nvcc)
            (toolkit / "bin" / "nvcc").chmod(0o755)
            (toolkit / "version.json").write_text(f'{{"cuda": {{"name": "CUDA SDK", "version": "{version}"}}}}\n')
            (Path(scratch) / "cuda").symlink_to(f"cuda-{short}")
            self._buildah.run("copy", container, scratch, "/usr/local")
        path = f"/usr/local/nvidia/bin:/usr/local/cuda/bin:{PATH}"
        environment = {"PATH": path, "CUDA_VERSION": version, "NVIDIA_VISIBLE_DEVICES": "all"}
        environment |= {"LD_LIBRARY_PATH": "/usr/local/nvidia/lib:/usr/local/nvidia/lib64"}
        self._commit(container, kept, [word for item in environment.items() for word in ("--env", "=".join(item))])

    def _uv(self, version: str, kept: str) -> None:
        """`ghcr.io/astral-sh/uv:V`: /uv and /uvx of PyPI's wheel, nothing else."""
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, f"uv=={version}"]
            subprocess.run(command, check=True, capture_output=True)
            wheel = next(Path(scratch).glob("uv-*.whl"))
            container = self._buildah.run("from", "scratch").strip()
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    if re.search(r"/scripts/uvx?$", name):
                        file = Path(archive.extract(name, scratch))
                        file.chmod(0o755)
                        self._buildah.run("copy", container, file, f"/{file.name}")
            self._commit(container, kept, [])

    def interpreter(self, minor: str, *, archive: bool = False) -> Path:
        """The relocatable interpreter of a minor version, made on first use. Raises NoStandIn where there is none."""
        folder = self._cache / "mount" / "pythons"
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
            raise NoStandIn(f"this machine has no Python {minor} (looked in ~/.pyenv/versions)")
        self._say(f"interpreter {minor}")
        (folder / f"{minor}.tar.gz").unlink(missing_ok=True)
        interpreters.prepare(self._interpreters[minor], minor, folder)

    def _container(self, suite: str) -> str:
        """A working container with Debian's base system, trusting our authority and this machine's."""
        archive = self._rootfs(suite)
        container = self._buildah.run("from", "scratch").strip()
        self._buildah.run("add", "-q", container, archive, "/")
        return container

    def _commit(self, container: str, kept: str, settings: list[str]) -> None:
        """Turn a working container into an image."""
        if settings:
            self._buildah.run("config", *settings, container)
        self._buildah.run("commit", "-q", "--rm", *self._buildah.policy, container, kept)

    def _rootfs(self, suite: str) -> Path:
        """A tar file of Debian's base system with our settings, made by debootstrap on first use."""
        archive = self._cache / f"rootfs-{suite}-{self._recipe}.tar"
        if archive.exists():
            return archive
        self._say(f"debootstrap {suite}")
        mirrors, folder = host.debian_mirrors(), self._cache / f"rootfs-{suite}"
        stock = self._cache / f"debootstrap-{suite}.tar"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if stock.exists():
            subprocess.run(["tar", "-C", folder, "-xf", stock], check=True)
        else:
            options = ["--variant=minbase", f"--include={LIBRARIES[suite]}"]
            command = ["debootstrap", *options, suite, str(folder), mirrors.main]
            # in mounts of its own, so what it mounts goes with it, even where it is killed
            subprocess.run(["unshare", "--mount", *command], check=True, capture_output=True)
            _pack(folder, stock)
        self._settings(folder, suite, mirrors)
        _pack(folder, archive)
        shutil.rmtree(folder)
        return archive

    def _settings(self, folder: Path, suite: str, mirrors: host.Mirrors) -> None:
        """Certificates, apt's sources and the settings of pip and uv."""
        etc = folder / "etc"
        trusted = etc.parent / "usr" / "local" / "share" / "ca-certificates"
        trusted.mkdir(parents=True, exist_ok=True)
        (trusted / "e2e-authority.crt").write_bytes(self._authority.read_bytes())
        for number, text in enumerate(_extra_certificates(etc.parent / "usr" / "share" / "ca-certificates")):
            (trusted / f"e2e-host-{number}.crt").write_text(text)
        _chroot(folder, "update-ca-certificates")
        (etc / "apt" / "apt.conf.d" / "99e2e").write_text(host.apt_configuration() + 'Acquire::Languages "none";\n')
        lines = [f"deb {mirrors.main} {suite} main", f"deb {mirrors.security} {suite}-security main"]
        (etc / "apt" / "sources.list").write_text("\n".join(lines) + "\n")
        _chroot(folder, "apt-get", "update", "-qq")
        _chroot(folder, "apt-get", "upgrade", "-qqy")  # once here, as in the official images, and not in each build
        names = set(_chroot(folder, "apt-cache", "pkgnames").split())
        packages = self._cache / "mount" / "apt" / suite
        _empty_packages(packages, [name for name in self._tables["debian"] if name in names])
        (etc / "apt" / "sources.list.d" / "e2e.list").write_text(f"deb [trusted=yes] file:/opt/e2e/apt/{suite} ./\n")
        shutil.rmtree(folder / "var" / "lib" / "apt" / "lists")
        for archive in (folder / "var" / "cache" / "apt").rglob("*.*"):
            archive.unlink()
        (etc / "pip.conf").write_text(PIP_CONF)
        (etc / "uv").mkdir()
        (etc / "uv" / "uv.toml").write_text(UV_TOML)


def _pack(folder: Path, archive: Path) -> None:
    """A tar file of a folder, which is there whole or not at all."""
    partial = archive.with_suffix(".part")
    subprocess.run(["tar", "-C", folder, "-cf", partial, "."], check=True)
    partial.rename(archive)


def _chroot(folder: Path, *command: str) -> str:
    """Run a command of a system folder in it."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["chroot", str(folder), *command], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def _extra_certificates(known: Path) -> list[str]:
    """The authorities that this machine trusts and Debian does not, each as PEM."""
    bundle = host.certificate_bundle()
    if not bundle:
        return []
    pattern = re.compile(r"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL)
    have = {"".join(pem.split()) for file in known.rglob("*.crt") for pem in pattern.findall(file.read_text())}
    return [pem + "\n" for pem in pattern.findall(bundle.read_text()) if "".join(pem.split()) not in have]


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
