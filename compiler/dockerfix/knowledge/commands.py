"""Commands, the Debian packages that install them, and the base images that have them already, by their names."""

from __future__ import annotations

import re
from typing import Literal

from dockerfix.knowledge.versions import numbers

ImageKind = Literal["python", "python-slim", "cuda-devel", "ubuntu", "debian"]

AS_OF = "2026-11-23"

PACKAGE_SOURCE = "Debian 12 and Ubuntu 22.04 package contents"
PACKAGE_OF_COMMAND = {
    "aria2c": "aria2",
    "autoconf": "autoconf",
    "automake": "automake",
    "bc": "bc",
    "bzip2": "bzip2",
    "c++": "g++",
    "cc": "gcc",
    "clang": "clang",
    "cmake": "cmake",
    "convert": "imagemagick",
    "curl": "curl",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "file": "file",
    "g++": "g++",
    "gcc": "gcc",
    "gfortran": "gfortran",
    "git": "git",
    "git-lfs": "git-lfs",
    "gpg": "gnupg",
    "hg": "mercurial",
    "jq": "jq",
    "lsb_release": "lsb-release",
    "make": "make",
    "nano": "nano",
    "ninja": "ninja-build",
    "openssl": "openssl",
    "patch": "patch",
    "pkg-config": "pkg-config",
    "ps": "procps",
    "rsync": "rsync",
    "sox": "sox",
    "ssh": "openssh-client",
    "sudo": "sudo",
    "svn": "subversion",
    "tree": "tree",
    "unzip": "unzip",
    "vim": "vim",
    "wget": "wget",
    "xz": "xz-utils",
    "zip": "zip",
    "zstd": "zstd",
}
# commands that are of no use without another package
COMPANION_OF_COMMAND = {"curl": "ca-certificates", "git": "ca-certificates", "wget": "ca-certificates"}

CALL_SOURCE = "replicate/cog#1535, and the calls in 212 public projects; names that are also words are left out"
# programs whose call in the model's code is certain enough for a warning
CALLED_BY_MODELS = (
    *("aria2c", "cmake", "ffmpeg", "ffprobe", "git", "git-lfs", "jq", "ninja", "rsync", "sox", "unzip", "wget", "zstd"),
)

READER_SOURCE = "the manual pages of the programs: their operands are files that have to be there"
FILE_READERS = frozenset({"python", "python3", "bash", "sh", "cat", "cp", "mv", "chmod", "source", ".", "pip", "pip3"})

PACKAGE_FILES = ("pyproject.toml", "setup.py")  # of which pip needs one in a folder

IMAGE_SOURCE = (
    "docker-library/python:3.12/slim-bookworm/Dockerfile, docker-library/buildpack-deps:debian/bookworm (curl, scm and "
    "full), nvidia/container-images/cuda (base removes curl again; cuda-minimal-build of devel depends on "
    "build-essential)"
)
# which of the commands above an image has; `python` is the full image, `cuda-devel` the devel flavour of nvidia/cuda
COMMANDS_OF_IMAGE: dict[ImageKind, frozenset[str]] = {
    "python": frozenset(
        {
            "autoconf",
            "automake",
            "bzip2",
            "c++",
            "cc",
            "convert",
            "curl",
            "file",
            "g++",
            "gcc",
            "git",
            "gpg",
            "hg",
            "make",
            "openssl",
            "patch",
            "pkg-config",
            "ps",
            "ssh",
            "svn",
            "unzip",
            "wget",
            "xz",
        }
    ),
    "python-slim": frozenset({"openssl"}),
    "cuda-devel": frozenset(
        {
            "bzip2",
            "c++",
            "cc",
            "g++",
            "gcc",
            "gpg",
            "make",
            "openssl",
            "patch",
            "xz",
        }
    ),
    "ubuntu": frozenset(),
    "debian": frozenset(),
}


def packages_for(command: str) -> tuple[str, ...]:
    """Return the Debian package that installs `command`, and what it needs besides; () for an unknown command."""
    names = PACKAGE_OF_COMMAND.get(command), COMPANION_OF_COMMAND.get(command)
    return tuple(name for name in names if name)


MIRROR_SOURCE = (
    "docs.docker.com, mirror of Docker Hub; docs.aws.amazon.com/AmazonECR, pull through cache, and gallery.ecr.aws; "
    "jfrog.com/help, remote Docker repositories (a path in front of the name on Docker Hub)"
)
OFFICIAL_FOLDER = "library"
_MIRRORED = ("ubuntu", "debian")  # their names are not used for images of other distributions


def public_name(registry: str, repository: str, tag: str) -> str:
    """Return the name on Docker Hub of what `repository` of a registry or mirror holds, ``library/`` left out.

    It is `repository` itself where a mirror isn't certain: ``lambda/python`` is no Debian, ``x/python:3.11-slim`` is.
    """
    before, _, name = repository.rpartition("/")
    folder = before.rpartition("/")[2]
    if folder == OFFICIAL_FOLDER:
        return name
    if folder == "nvidia" and name == "cuda":
        return f"{folder}/{name}"
    of_debian = "slim" in tag or any(codename in tag for codename in DEBIAN_OF_CODENAME)
    is_mirror = bool(registry) and (name in _MIRRORED or (name == "python" and of_debian))
    return name if is_mirror else repository


def image_kind(repository: str, tag: str) -> ImageKind | None:
    """Return the kind of a public image, or None for any other image and for other flavours of CUDA."""
    name = repository.removeprefix("docker.io/").removeprefix("library/")
    if name == "python":
        return None if "alpine" in tag or "windows" in tag else "python-slim" if "slim" in tag else "python"
    if name == "nvidia/cuda":
        return "cuda-devel" if "devel" in tag and "ubuntu" in tag else None
    return "ubuntu" if name == "ubuntu" else "debian" if name == "debian" else None


DEBIAN_SOURCE = (
    "docker-library/official-images:library/python and its history: a tag without a codename is on the newest Debian, "
    "but images of a Python that had reached its end stay on the Debian of that time"
)
NEWEST_DEBIAN = "debian13"
DEBIAN_OF_CODENAME = {
    "trixie": "debian13",
    "bookworm": "debian12",
    "bullseye": "debian11",
    "buster": "debian10",
    "stretch": "debian9",
}
LAST_PYTHON_OF_DEBIAN = (("3.6", "debian11"), ("3.8", "debian12"))  # the last Python whose images stayed there


def debian_of_python(tag: str) -> str:
    """Return the Debian release of an image of Python by its tag: ``debian12`` for ``3.11-slim-bookworm``."""
    named = next((debian for codename, debian in DEBIAN_OF_CODENAME.items() if codename in tag), None)
    version = re.match(r"\d+(?:\.\d+)*", tag)
    if named is not None or version is None:
        return named or NEWEST_DEBIAN
    python = numbers(version[0])[:2]
    return next((debian for last, debian in LAST_PYTHON_OF_DEBIAN if python <= numbers(last)), NEWEST_DEBIAN)


READER_SOURCE = "the manual pages of GNU coreutils 9.4, grep 3.11, sed 4.9, gawk 5.2, jq 1.7, dpkg 1.22 and curl 8.5"
# programs that only print, each with a pattern of the words with which it does more
READERS = {
    **dict.fromkeys(
        (
            *("[", "arch", "basename", "cat", "cut", "date", "dirname", "echo", "expr", "false", "getconf", "grep"),
            *("head", "id", "jq", "ls", "lsb_release", "nproc", "printf", "pwd", "readlink", "realpath"),
            *("tail", "test", "tr", "true", "uname", "wc", "which", "whoami"),
        ),
        r"(?!)",
    ),
    "awk": r".*(?:>|system).*",
    "curl": r"-(?!-)(?![fgIkLsSv]+$|[fgIkLsSv]*[AHm]).*|--(?!fail$|header|location$|silent$|show-error$|user-agent).*",
    "dpkg": r"(?!--print-architecture$).*",
    "command": r"-(?![vV]$).*",
    "sed": r"-(?![Enr]+$|e$).*|.*\bw\b.*|.*[/|,#]e$",
    "sort": r"-.*o.*",
}

DOWNLOADER_SOURCE = "the manual pages of the programs"
# programs that download what a URL on their command line names
DOWNLOADERS = frozenset({"aria2c", "axel", "curl", "fetch", "http", "https", "lwp-download", "wget", "wget2", "xh"})
