"""Images of nvidia/cuda, and the CUDA that goes with a release of torch or TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.knowledge.versions import admits, begins_with, numbers
from dockerfix.text.lazy_patterns import lazy

IMAGE_SOURCE = (
    "replicate/cog@v0.22.0:pkg/config/cuda_compatibility.json; 12.9.2 and 13.3.0 from its branch "
    "chore/update-compatibility-matrices (c0dea56f, 2026-06-18)"
)
IMAGE_AS_OF = "2026-11-28"
# CUDA, cuDNN, the tag's spelling of cuDNN, releases of Ubuntu from old to new: Cog chooses among these tags, which are
# those that NVIDIA still serves with the devel flavour and cuDNN
CUDA_IMAGES = (
    ("11.0.3", "8", "cudnn8", "16.04 18.04 20.04"),
    ("11.1.1", "8", "cudnn8", "16.04 18.04 20.04"),
    ("11.2.2", "8", "cudnn8", "16.04 18.04 20.04"),
    ("11.3.1", "8", "cudnn8", "16.04 18.04 20.04"),
    ("11.4.3", "8", "cudnn8", "18.04 20.04"),
    ("11.5.2", "8", "cudnn8", "18.04 20.04"),
    ("11.6.1", "8", "cudnn8", "20.04"),
    ("11.6.2", "8", "cudnn8", "18.04 20.04"),
    ("11.7.1", "8", "cudnn8", "18.04 20.04 22.04"),
    ("11.8.0", "8", "cudnn8", "18.04 20.04 22.04"),
    ("12.0.0", "8", "cudnn8", "18.04 20.04 22.04"),
    ("12.0.1", "8", "cudnn8", "18.04 20.04 22.04"),
    ("12.1.0", "8", "cudnn8", "20.04 22.04"),
    ("12.1.1", "8", "cudnn8", "20.04 22.04"),
    ("12.2.2", "8", "cudnn8", "20.04 22.04"),
    ("12.3.2", "9", "cudnn9", "20.04 22.04"),
    ("12.4.1", "9", "cudnn", "20.04 22.04"),
    ("12.5.1", "9", "cudnn", "20.04 22.04"),
    ("12.6.0", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.6.1", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.6.2", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.6.3", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.8.0", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.8.1", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.9.0", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.9.1", "9", "cudnn", "20.04 22.04 24.04"),
    ("12.9.2", "9", "cudnn", "20.04 22.04 24.04"),
    ("13.0.0", "9", "cudnn", "22.04 24.04"),
    ("13.0.1", "9", "cudnn", "22.04 24.04"),
    ("13.0.2", "9", "cudnn", "22.04 24.04"),
    ("13.0.3", "9", "cudnn", "22.04 24.04"),
    ("13.1.1", "9", "cudnn", "22.04 24.04"),
    ("13.1.2", "9", "cudnn", "22.04 24.04"),
    ("13.2.0", "9", "cudnn", "22.04 24.04"),
    ("13.2.1", "9", "cudnn", "22.04 24.04"),
    ("13.3.0", "9", "cudnn", "22.04 24.04"),
)

TORCH_SOURCE = (
    "replicate/cog:pkg/config/torch_compatibility.json (torch_compatibility_matrix.json before v0.17.0-alpha3), "
    "releases to v0.22.0 united; 2.12.1 from its branch chore/update-compatibility-matrices (c0dea56f, 2026-06-18); "
    "2.12.0 and from 2.13.0 on from pytorch/test-infra:tools/scripts/generate_binary_build_matrix.py (2.14.0 from its "
    "list for the candidate)"
)
TORCH_AS_OF = "2026-11-28"
TORCH_HOST = "https://download.pytorch.org/whl/"
_PAGE = "torch_stable.html"
_PAGE_OF_BUILD = "{}/torch_stable.html"
_INDEX_OF_BUILD = "{}"
# torch: its own torchvision or "", CUDA of each build, where they are below TORCH_HOST, CUDA of the one on PyPI instead
TORCH: dict[str, tuple[str, str, str, str | None]] = {
    "1.2.0": ("0.4.0", "cpu 9.2 10.0", _PAGE, "10.0"),
    "1.4.0": ("0.5.0", "cpu 9.2 10.1", _PAGE, "10.1"),
    "1.5.0": ("0.6.0", "cpu 9.2 10.1 10.2", _PAGE, "10.2"),
    "1.5.1": ("0.6.1", "cpu 9.2 10.1 10.2", _PAGE, "10.2"),
    "1.6.0": ("0.7.0", "cpu 9.2 10.1 10.2", _PAGE, "10.2"),
    "1.7.0": ("0.8.1", "cpu 9.2 10.1 10.2 11.0", _PAGE, "10.2"),
    "1.7.1": ("0.8.2", "cpu 9.2 10.1 10.2 11.0", _PAGE, "10.2"),
    "1.8.0": ("0.9.0", "cpu 10.2 11.1", _PAGE, "10.2"),
    "1.8.1": ("0.9.1", "cpu 10.1 10.2 11.1", _PAGE, None),
    "1.9.0": ("0.10.0", "cpu 10.2 11.1", _PAGE, None),
    "1.9.1": ("0.10.1", "cpu 10.2 11.1", _PAGE, None),
    "1.10.0": ("0.11.0", "cpu 10.2 11.1", _PAGE, None),
    "1.10.1": ("0.11.2", "cpu 10.2 11.1", _PAGE_OF_BUILD, None),
    "1.11.0": ("0.12.0", "cpu 10.2 11.3", _INDEX_OF_BUILD, None),
    "1.12.0": ("0.13.0", "cpu 10.2 11.3 11.6", _INDEX_OF_BUILD, None),
    "1.12.1": ("0.13.1", "cpu 10.2 11.3 11.6", _INDEX_OF_BUILD, None),
    "1.13.0": ("0.14.0", "cpu 11.6 11.7", _INDEX_OF_BUILD, None),
    "1.13.1": ("0.14.1", "cpu 11.6 11.7", _INDEX_OF_BUILD, None),
    "2.0.0": ("0.15.1", "cpu 11.7 11.8", _INDEX_OF_BUILD, None),
    "2.0.1": ("0.15.2", "cpu 11.7 11.8", _INDEX_OF_BUILD, None),
    "2.1.0": ("0.16.0", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.1.1": ("0.16.1", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.1.2": ("0.16.2", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.2.0": ("0.17.0", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.2.1": ("0.17.1", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.2.2": ("0.17.2", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.3.0": ("0.18.0", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.3.1": ("0.18.1", "cpu 11.8 12.1", _INDEX_OF_BUILD, None),
    "2.4.0": ("0.19.0", "cpu 11.8 12.1 12.4", _INDEX_OF_BUILD, None),
    "2.4.1": ("0.19.1", "cpu 11.8 12.1 12.4", _INDEX_OF_BUILD, None),
    "2.5.0": ("0.20.0", "cpu 11.8 12.1 12.4", _INDEX_OF_BUILD, None),
    "2.5.1": ("0.20.1", "cpu 11.8 12.1 12.4", _INDEX_OF_BUILD, None),
    "2.6.0": ("0.21.0", "cpu 11.8 12.4 12.6", _INDEX_OF_BUILD, None),
    "2.7.0": ("0.22.0", "cpu 11.8 12.6 12.8", _INDEX_OF_BUILD, None),
    "2.7.1": ("0.22.1", "cpu 11.8 12.6 12.8", _INDEX_OF_BUILD, None),
    "2.8.0": ("0.23.0", "cpu 12.6 12.8 12.9", _INDEX_OF_BUILD, None),
    "2.9.0": ("0.24.0", "cpu 12.6 12.8 13.0", _INDEX_OF_BUILD, None),
    "2.9.1": ("0.24.1", "cpu 12.6 12.8 13.0", _INDEX_OF_BUILD, None),
    "2.10.0": ("0.25.0", "cpu 12.6 12.8 12.9 13.0", _INDEX_OF_BUILD, None),
    "2.11.0": ("0.26.0", "cpu 12.6 12.8 12.9 13.0", _INDEX_OF_BUILD, None),
    "2.12.0": ("0.27.0", "cpu 12.6 13.0 13.2", _INDEX_OF_BUILD, None),
    "2.12.1": ("0.27.1", "cpu 12.6 12.9 13.0 13.2", _INDEX_OF_BUILD, None),
    "2.13.0": ("0.28.0", "cpu 12.6 13.0 13.2", _INDEX_OF_BUILD, None),
    "2.14.0": ("0.29.0", "cpu 12.6 13.0 13.2", _INDEX_OF_BUILD, None),
}

TORCH_WHEEL_SOURCE = (
    "PyPI torch: Requires-Dist of the wheels for Linux (cuda-toolkit, nvidia-cuda-runtime-cu11 and -cu12), Cog for "
    "those before 1.13; the Pythons by pip index versions"
)
TORCH_WHEEL_AS_OF = "2026-11-28"
# torch on PyPI: CUDA of the wheel for Linux, lowest and highest Python that it is for; from old to new
TORCH_WHEELS: dict[str, tuple[str, str, str]] = {
    "1.4.0": ("10.1", "3.7", "3.8"),
    "1.5.0": ("10.2", "3.7", "3.8"),
    "1.5.1": ("10.2", "3.7", "3.8"),
    "1.6.0": ("10.2", "3.7", "3.8"),
    "1.7.0": ("10.2", "3.7", "3.8"),
    "1.7.1": ("10.2", "3.7", "3.9"),
    "1.8.0": ("10.2", "3.7", "3.9"),
    "1.8.1": ("10.2", "3.7", "3.9"),
    "1.9.0": ("10.2", "3.7", "3.9"),
    "1.9.1": ("10.2", "3.7", "3.9"),
    "1.10.0": ("10.2", "3.7", "3.9"),
    "1.10.1": ("10.2", "3.7", "3.9"),
    "1.10.2": ("10.2", "3.7", "3.9"),
    "1.11.0": ("10.2", "3.7", "3.10"),
    "1.12.0": ("10.2", "3.7", "3.10"),
    "1.12.1": ("10.2", "3.7", "3.10"),
    "1.13.0": ("11.7", "3.7", "3.11"),
    "1.13.1": ("11.7", "3.7", "3.11"),
    "2.0.0": ("11.7", "3.8", "3.11"),
    "2.0.1": ("11.7", "3.8", "3.11"),
    "2.1.0": ("12.1", "3.8", "3.11"),
    "2.1.1": ("12.1", "3.8", "3.11"),
    "2.1.2": ("12.1", "3.8", "3.11"),
    "2.2.0": ("12.1", "3.8", "3.12"),
    "2.2.1": ("12.1", "3.8", "3.12"),
    "2.2.2": ("12.1", "3.8", "3.12"),
    "2.3.0": ("12.1", "3.8", "3.12"),
    "2.3.1": ("12.1", "3.8", "3.12"),
    "2.4.0": ("12.1", "3.8", "3.12"),
    "2.4.1": ("12.1", "3.8", "3.12"),
    "2.5.0": ("12.4", "3.9", "3.13"),
    "2.5.1": ("12.4", "3.9", "3.13"),
    "2.6.0": ("12.4", "3.9", "3.13"),
    "2.7.0": ("12.6", "3.9", "3.13"),
    "2.7.1": ("12.6", "3.9", "3.13"),
    "2.8.0": ("12.8", "3.9", "3.13"),
    "2.9.0": ("12.8", "3.10", "3.14"),
    "2.9.1": ("12.8", "3.10", "3.14"),
    "2.10.0": ("12.8", "3.10", "3.14"),
    "2.11.0": ("13.0", "3.10", "3.14"),
    "2.12.0": ("13.0", "3.10", "3.14"),
    "2.12.1": ("13.0", "3.10", "3.14"),
    "2.13.0": ("13.0", "3.10", "3.14"),
    "2.14.0": ("13.0", "3.10", "3.14"),
    "2.14.1": ("13.0", "3.10", "3.14"),
    "2.15.0": ("13.2", "3.11", "3.15"),
}

COMPANION_SOURCE = "PyPI torchvision and torchaudio: Requires-Dist of the wheels for Linux"
COMPANION_AS_OF = "2026-11-28"
# torchvision on PyPI: the versions of torch that it requires; from old to new
TORCHVISION: dict[str, str] = {
    "0.4.0": "==1.2.0",
    "0.4.1": "==1.3.0",
    "0.4.2": "==1.3.1",
    "0.5.0": "==1.4.0",
    "0.6.0": "==1.5.0",
    "0.6.1": "==1.5.1",
    "0.7.0": "==1.6.0",
    "0.8.0": "==1.7.0",
    "0.8.1": "==1.7.0",
    "0.8.2": "==1.7.1",
    "0.9.0": "==1.8.0",
    "0.9.1": "==1.8.1",
    "0.10.0": "==1.9.0",
    "0.10.1": "==1.9.1",
    "0.11.1": "==1.10.0",
    "0.11.2": "==1.10.1",
    "0.11.3": "==1.10.2",
    "0.12.0": "==1.11.0",
    "0.13.0": "==1.12.0",
    "0.13.1": "==1.12.1",
    "0.14.0": "==1.13.0",
    "0.14.1": "==1.13.1",
    "0.15.1": "==2.0.0",
    "0.15.2": "==2.0.1",
    "0.16.0": "==2.1.0",
    "0.16.1": "==2.1.1",
    "0.16.2": "==2.1.2",
    "0.17.0": "==2.2.0",
    "0.17.1": "==2.2.1",
    "0.17.2": "==2.2.2",
    "0.18.0": "==2.3.0",
    "0.18.1": "==2.3.1",
    "0.19.0": "==2.4.0",
    "0.19.1": "==2.4.1",
    "0.20.0": "==2.5.0",
    "0.20.1": "==2.5.1",
    "0.21.0": "==2.6.0",
    "0.22.0": "==2.7.0",
    "0.22.1": "==2.7.1",
    "0.23.0": "==2.8.0",
    "0.24.0": "==2.9.0",
    "0.24.1": "==2.9.1",
    "0.25.0": "==2.10.0",
    "0.26.0": "==2.11.0",
    "0.27.0": "==2.12.0",
    "0.27.1": "==2.12.1",
    "0.28.0": "==2.13.0",
    "0.29.0": "==2.14.0",
    "0.29.1": ">=2.14.0",
    "0.29.2": ">=2.14.0",
}
# the same of torchaudio; "" if it requires no torch
TORCHAUDIO: dict[str, str] = {
    "0.3.0": "==1.2.0",
    "0.3.1": "==1.3.0",
    "0.3.2": "==1.3.1",
    "0.4.0": "==1.4.0",
    "0.5.0": "==1.5.0",
    "0.5.1": "==1.5.1",
    "0.6.0": "==1.6.0",
    "0.7.0": "==1.7.0",
    "0.7.2": "==1.7.1",
    "0.8.0": "==1.8.0",
    "0.8.1": "==1.8.1",
    "0.9.0": "==1.9.0",
    "0.9.1": "==1.9.1",
    "0.10.0": "==1.10.0",
    "0.10.1": "==1.10.1",
    "0.10.2": "==1.10.2",
    "0.11.0": "==1.11.0",
    "0.12.0": "==1.12.0",
    "0.12.1": "==1.12.1",
    "0.13.0": "==1.13.0",
    "0.13.1": "==1.13.1",
    "2.0.1": "==2.0.0",
    "2.0.2": "==2.0.1",
    "2.1.0": "==2.1.0",
    "2.1.1": "==2.1.1",
    "2.1.2": "==2.1.2",
    "2.2.0": "==2.2.0",
    "2.2.1": "==2.2.1",
    "2.2.2": "==2.2.2",
    "2.3.0": "==2.3.0",
    "2.3.1": "==2.3.1",
    "2.4.0": "==2.4.0",
    "2.4.1": "==2.4.1",
    "2.5.0": "==2.5.0",
    "2.5.1": "==2.5.1",
    "2.6.0": "==2.6.0",
    "2.7.0": "==2.7.0",
    "2.7.1": "==2.7.1",
    "2.8.0": "==2.8.0",
    "2.9.0": "==2.9.0",
    "2.9.1": "==2.9.1",
    "2.10.0": "==2.10.0",
    "2.11.0": "",
}
COMPANIONS = {"torchvision": TORCHVISION, "torchaudio": TORCHAUDIO}

TENSORFLOW_SOURCE = (
    "replicate/cog:pkg/config/tf_compatibility.json (tf_compatibility_matrix.json before v0.17.0-alpha3), releases to "
    "v0.22.0 united; the newer ones by PyPI tensorflow: Requires-Dist of its extra and-cuda"
)
TENSORFLOW_AS_OF = "2026-11-28"
# TensorFlow: the CUDA and the cuDNN that it was built for
TENSORFLOW = {
    "1.0.0": ("8", "5.1"),
    "1.1.0": ("8", "5.1"),
    "1.2.0": ("8", "5.1"),
    "1.3.0": ("8", "6"),
    "1.4.0": ("8", "6"),
    "1.5.0": ("9", "7"),
    "1.6.0": ("9", "7"),
    "1.7.0": ("9", "7"),
    "1.8.0": ("9", "7"),
    "1.9.0": ("9", "7"),
    "1.10.0": ("9", "7"),
    "1.11.0": ("9", "7"),
    "1.12.0": ("9", "7"),
    "1.13.1": ("10.0", "7.4"),
    "1.14.0": ("10.0", "7.4"),
    "1.15.0": ("10.0", "7.4"),
    "2.0.0": ("10.0", "7.4"),
    "2.1.0": ("10.1", "7.6"),
    "2.2.0": ("10.1", "7.6"),
    "2.3.0": ("10.1", "7.6"),
    "2.4.0": ("11.0", "8.0"),
    "2.5.0": ("11.2", "8.1"),
    "2.6.0": ("11.2", "8.1"),
    "2.7.0": ("11.2", "8.1"),
    "2.8.0": ("11.2", "8.1"),
    "2.9.0": ("11.2", "8.1"),
    "2.10.0": ("11.2", "8.1"),
    "2.11.0": ("11.2", "8.1"),
    "2.12.0": ("11.8", "8.6"),
    "2.13.0": ("11.8", "8.6"),
    "2.14.0": ("11.8", "8.7"),
    "2.15.0": ("12.2", "8.9"),
    "2.16.1": ("12.3", "8.9"),
    "2.17.0": ("12.3", "8.9"),
    "2.18.0": ("12.5", "9.3"),
    "2.19.0": ("12.5", "9.3"),
    "2.20.0": ("12.5", "9.3"),
    "2.21.0": ("12.5", "9.3"),
}

_TAG = lazy(
    r"(?P<cuda>\d+\.\d+(?:\.\d+)?)(?:-(?P<cudnn>cudnn\d*))?(?:-(?P<flavour>base|runtime|devel))?(?:-(?P<system>[a-z]+[\d.]+))?"
)


class CudaTag(NamedTuple):
    """The parts of a tag of nvidia/cuda; None for those it lacks.

    `cudnn` is the major version, or "" if the tag has ``cudnn`` without one; `flavour` is base, runtime or devel;
    `system` is ``ubuntu22.04``, ``ubi8`` and so on.
    """

    cuda: str
    cudnn: str | None
    flavour: str | None
    system: str | None


class TorchRow(NamedTuple):
    """One build of torch; `cuda` is None for the CPU build, `index_url` None if PyPI has the build."""

    torch: str
    torchvision: str
    cuda: str | None
    index_url: str | None

    @property
    def is_page(self) -> bool:
        """Whether `index_url` is a page of links (``--find-links``), not an index (``--extra-index-url``)."""
        return self.index_url is not None and self.index_url.endswith(".html")

    @property
    def local(self) -> str:
        """The local version of its wheels: ``cu121`` or ``cpu``."""
        return _local(self.cuda or "cpu")


class TensorflowRow(NamedTuple):
    """The CUDA and the cuDNN that a release of TensorFlow was built for."""

    cuda: str
    cudnn: str


def parse_cuda_tag(tag: str) -> CudaTag | None:
    """Return the parts of any tag of nvidia/cuda, served or not; None for a tag of another form."""
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    cudnn = match.group("cudnn")
    return CudaTag(match["cuda"], None if cudnn is None else cudnn[5:], match["flavour"], match["system"])


def newest_cuda() -> str:
    """Return the newest CUDA in `CUDA_IMAGES`."""
    return CUDA_IMAGES[-1][0]


def known_tag(tag: str) -> bool:
    """Whether `CUDA_IMAGES` has this tag of nvidia/cuda."""
    return any(
        tag == _tag(cuda, spelling, ubuntu) for cuda, _, spelling, systems in CUDA_IMAGES for ubuntu in systems.split()
    )


def image_tag(cuda: str, cudnn: str | None = None) -> str | None:
    """Return the tag for a CUDA version such as 12.1, 12.1.1 or 11: newest patch, newest Ubuntu (Cog since v0.9.10).

    `cudnn` narrows it by its major version. None if nothing fits.
    """
    wanted = numbers(cudnn)[:1] if cudnn else ()
    fitting = [row for row in CUDA_IMAGES if begins_with(row[0], cuda) and (not wanted or numbers(row[1]) == wanted)]
    if not fitting:
        return None
    newest, _, spelling, systems = max(fitting, key=lambda row: numbers(row[0]))
    return _tag(newest, spelling, systems.split()[-1])


def _tag(cuda: str, spelling: str, ubuntu: str) -> str:
    return f"{cuda}-{spelling}-devel-ubuntu{ubuntu}"


def torch_rows(version: str) -> tuple[TorchRow, ...]:
    """Return the builds of a release, CPU first, then by CUDA; () if it is unknown.

    `version` is 2.1.2, or 2.1.2+cu118 (the local part is ignored), or 2.1 for its newest patch.
    """
    torch = _release(version, TORCH)
    if torch is None:
        return ()
    torchvision, builds, place, on_pypi = TORCH[torch]
    return tuple(
        TorchRow(
            torch,
            torchvision,
            None if build == "cpu" else build,
            None if build == on_pypi else TORCH_HOST + place.format(_local(build)),
        )
        for build in builds.split()
    )


def _local(build: str) -> str:
    return build if build == "cpu" else "cu" + build.replace(".", "")


def torch_row(version: str, cuda: str | None) -> TorchRow | None:
    """Return the build that Cog takes for a CUDA version: the one with the highest CUDA up to it. None means CPU.

    A local part of `version` (``+cu118``, ``+cpu``) decides instead.
    """
    rows = torch_rows(version)
    local = version.partition("+")[2]
    if local:
        return next((build for build in rows if build.local == local), None)
    if cuda is None:
        return next((build for build in rows if build.cuda is None), None)
    bound = numbers(cuda)
    fitting = [build for build in rows if build.cuda is not None and numbers(build.cuda)[: len(bound)] <= bound]
    return fitting[-1] if fitting else None


def torch_of_torchvision(version: str) -> str | None:
    """Return the release of torch that a release of torchvision was made for, or None for one that Cog doesn't know.

    Like Cog, it compares the whole version: one with a local part is unknown.
    """
    return next((torch for torch, row in TORCH.items() if row[0] == version), None)


def torch_for(package: str, version: str) -> str | None:
    """Return the versions of torch that a release of torchvision or torchaudio requires, ``==2.11.0``.

    It is "" if the release requires no torch, or if `package` is another one; None for a release that PyPI lacks.
    """
    table = COMPANIONS.get(package)
    return "" if table is None else table.get(version)


def newest_torch(specifier: str, python: str, cuda: str | None = None) -> str | None:
    """Return the newest release of torch on PyPI that `specifier` admits and that has a wheel for a Python.

    `cuda` is the newest CUDA that the wheel may need. None if there is none.
    """
    minor = numbers(python)[:2]
    fitting = [
        release
        for release, (needs, lowest, highest) in TORCH_WHEELS.items()
        if numbers(lowest) <= minor <= numbers(highest)
        and admits(specifier, release)
        and (cuda is None or numbers(needs) <= numbers(cuda))
    ]
    return fitting[-1] if fitting else None


def newest_known(package: str) -> str:
    """Return the newest release in the tables of torch, torchvision or torchaudio."""
    return list(COMPANIONS.get(package, TORCH_WHEELS))[-1]


def is_newer(package: str, version: str) -> bool:
    """Whether a release of torch, torchvision or torchaudio is newer than all in the tables."""
    return numbers(version) > numbers(newest_known(package))


def cuda_for_torch(version: str) -> str | None:
    """Return the CUDA that Cog takes for a pinned torch: that of its local part, or the highest.

    None for an unknown release and for the CPU build.
    """
    local = version.partition("+")[2]
    found = [build.cuda for build in torch_rows(version) if not local or build.local == local]
    return found[-1] if found else None


def tensorflow_row(version: str) -> TensorflowRow | None:
    """Return what a release of TensorFlow was built for; a patch that isn't listed takes that of its minor version."""
    found = _release(version, TENSORFLOW) or _release(".".join(version.split(".")[:2]), TENSORFLOW)
    return TensorflowRow(*TENSORFLOW[found]) if found is not None else None


def _release(version: str, known: Iterable[str]) -> str | None:
    """The known release that `version` names: itself, or its newest patch if it is shorter."""
    public = version.partition("+")[0].strip()
    if not re.fullmatch(r"\d+(\.\d+)*", public, re.ASCII):
        return None
    return max((release for release in known if begins_with(release, public)), key=numbers, default=None)
