"""What the images named cog-base contain, and what replaces them."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy

AS_OF = "2026-11-23"

PACKAGES_SOURCE = (
    "replicate/cog@v0.9.7:pkg/dockerfile/base.go (baseImageSystemPackages) and its later versions, as ranges"
)
# eras of Cog whose cog-base has these Debian packages; the last row is the newest
PACKAGES_TO_E12 = (
    "build-essential cmake curl ffmpeg g++ gcc git libavcodec-dev libcairo2-dev libfontconfig1 libgirepository1.0-dev "
    "libgl1 libgl1-mesa-glx libglib2.0-0 libsm6 libsndfile1 libssl-dev libunistring-dev libxext6 libxrender1 "
    "python3-opencv sox unzip wget zip"
)
PACKAGES_TO_E15 = (
    "build-essential cmake curl ffmpeg findutils g++ gcc git libavcodec-dev libcairo2-dev libfontconfig1 "
    "libgirepository1.0-dev libgl1 libgl1-mesa-glx libglib2.0-0 libopencv-dev libsm6 libsndfile1 libssl-dev "
    "libunistring-dev libxext6 libxrender1 sox unzip wget zip zstd"
)
PACKAGES = (
    "build-essential cmake curl ffmpeg findutils g++ gcc git libavcodec-dev libcairo2-dev libfontconfig1 "
    "libgirepository1.0-dev libgl1 libglx-mesa0 libglib2.0-0 libopencv-dev libsm6 libsndfile1 libssl-dev "
    "libunistring-dev libxext6 libxrender1 sox unzip wget zip zstd"
)
PACKAGES_OF_ERA = {
    "E11": PACKAGES_TO_E12,
    "E12": PACKAGES_TO_E12,
    "E13": PACKAGES_TO_E15,
    "E14": PACKAGES_TO_E15,
    "E15": PACKAGES_TO_E15,
}

SIZE_SOURCE = (
    "apt-get install --assume-no, with recommended packages, on a Debian of the packages in python:slim: 1,907 MB "
    "(Debian 12) and 2,283 MB (Debian 13) for the newest list, 1,686 and 2,172 MB for the oldest"
)
SIZE_AS_OF = "2026-11-28"
PACKAGES_SIZE = "about 2 GB"

RENAMED_SOURCE = (
    "packages.debian.org, packages.ubuntu.com (libgl1-mesa-glx was a transitional package of libgl1 and libglx-mesa0)"
)
# packages of cog-base, or common in cog.yaml, that newer distributions lack: the replacement, and where it is needed
RENAMED_PACKAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "libgl1-mesa-glx": ("libgl1", ("debian13", "ubuntu24.04")),
}

TAG_SOURCE = "replicate/cog@v0.9.7:pkg/dockerfile/base.go (BaseImageName)"
_TAG = lazy(
    r"(?:cuda(?P<cuda>[\d.]+)-)?python(?P<python>\d+(?:\.\d+)*)(?:-torch(?P<torch>\d+(?:\.\d+)*(?:\+\w+)?))?", re.ASCII
)


class CogBaseTag(NamedTuple):
    """The parts of a tag of cog-base such as ``cuda12.1-python3.11-torch2.3.1``; None for those it lacks."""

    cuda: str | None
    python: str
    torch: str | None


def parse_cog_base_tag(tag: str) -> CogBaseTag | None:
    """Return the parts of a tag of cog-base, or None for ``latest`` and any other form."""
    match = _TAG.fullmatch(tag)
    return CogBaseTag(match.group("cuda"), match.group("python"), match.group("torch")) if match is not None else None


def cog_base_packages(era: str | None) -> tuple[str, ...]:
    """Return the Debian packages of cog-base in an era such as "E13".

    These are the newest ones for None and for an era without cog-base.
    """
    return tuple(PACKAGES_OF_ERA.get(era or "", PACKAGES).split())
