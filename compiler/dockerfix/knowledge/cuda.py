"""CUDA images, and which CUDA a release of torch or TensorFlow goes with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from dockerfix.knowledge.load import table
from dockerfix.knowledge.versions import begins_with, numbers
from dockerfix.text.lazy_patterns import lazy

_TAG = lazy(
    r"(?P<cuda>\d+\.\d+(?:\.\d+)?)(?:-(?P<cudnn>cudnn\d*))?(?:-(?P<flavour>base|runtime|devel))?(?:-(?P<system>[a-z]+[\d.]+))?"
)


class CudaTag(NamedTuple):
    """A tag of nvidia/cuda, taken apart.

    `cudnn` is the major version, "" where the tag says only ``cudnn``, None without; `flavour` is base, runtime,
    devel or None; `system` is ``ubuntu22.04``, ``ubi8`` and so on, or None.
    """

    tag: str
    cuda: str
    cudnn: str | None
    flavour: str | None
    system: str | None


class TorchRow(NamedTuple):
    """One build of torch; `cuda` is None for the CPU build, `index_url` None where the default index has it.

    `pythons` is what Cog's newest table lists: that an old Python is missing says nothing.
    """

    torch: str
    torchvision: str | None
    torchaudio: str | None
    cuda: str | None
    index_url: str | None
    pythons: tuple[str, ...]

    @property
    def is_page(self) -> bool:
        """Whether `index_url` is a page of links (``--find-links``) and no index (``--extra-index-url``)."""
        return self.index_url is not None and self.index_url.endswith(".html")

    @property
    def local(self) -> str:
        """The local version of its wheels: ``cu121`` or ``cpu``."""
        return "cpu" if self.cuda is None else "cu" + self.cuda.replace(".", "")


class TensorflowRow(NamedTuple):
    """One release of TensorFlow with the CUDA and cuDNN it was built for."""

    tensorflow: str
    cuda: str
    cudnn: str
    pythons: tuple[str, ...]


def parse_cuda_tag(tag: str) -> CudaTag | None:
    """Any tag of nvidia/cuda, known or not, taken apart; None for what has another form."""
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    cudnn = match.group("cudnn")
    system = match.group("system")
    return CudaTag(tag, match.group("cuda"), None if cudnn is None else cudnn[5:], match.group("flavour"), system)


@cache
def cuda_images() -> dict[str, CudaTag]:
    """The tags that are still served, with the major version of cuDNN filled in, in the table's order."""
    result: dict[str, CudaTag] = {}
    for cuda, cudnn, spelling, systems in table("cuda_images")["images"]:
        for release in str(systems).split():
            tag = f"{cuda}-{spelling}-devel-ubuntu{release}"
            result[tag] = CudaTag(tag, str(cuda), str(cudnn), "devel", f"ubuntu{release}")
    return result


def known_tag(tag: str) -> bool:
    """Whether nvidia/cuda still serves this tag, as far as Cog's table tells: it lists devel images with cuDNN."""
    return tag in cuda_images()


@cache
def image_tag(cuda: str, cudnn: str | None = None) -> str | None:
    """The tag for a CUDA version such as 12.1, 12.1.1 or 11: newest patch, highest Ubuntu (Cog from v0.9.10 on).

    `cudnn` narrows it by its major version. None where nothing fits.
    """
    wanted = numbers(cudnn)[:1] if cudnn else ()
    fitting = [
        image
        for image in cuda_images().values()
        if begins_with(image.cuda, cuda) and (not wanted or numbers(image.cudnn or "") == wanted)
    ]
    best = max(fitting, key=lambda image: (numbers(image.cuda), numbers((image.system or "")[6:])), default=None)
    return best.tag if best is not None else None


@cache
def _torch_table() -> dict[str, tuple[TorchRow, ...]]:
    data = table("torch")
    rows: dict[str, list[TorchRow]] = {}
    for torch, vision, audio, cuda, index, pythons in data["rows"]:
        rows.setdefault(str(torch), []).append(
            TorchRow(
                str(torch),
                None if vision == "-" else str(vision),
                None if audio == "-" else str(audio),
                None if cuda == "cpu" else str(cuda),
                None if index == "-" else f"{data['base_url']}{index}",
                tuple(str(pythons).split()),
            )
        )
    return {version: tuple(found) for version, found in rows.items()}


@lru_cache(maxsize=256)
def torch_rows(version: str) -> tuple[TorchRow, ...]:
    """The builds of a release: 2.1.2, 2.1.2+cu118 (local part aside), or 2.1 for its newest patch; () if unknown."""
    return _torch_table().get(_release(version, _torch_table()) or "", ())


def torch_row(version: str, cuda: str | None) -> TorchRow | None:
    """The build for a CUDA version: that with the highest CUDA which isn't higher, as Cog chooses; None means CPU.

    A local part of `version` (``+cu118``, ``+cpu``) decides instead.
    """
    rows = torch_rows(version)
    local = version.partition("+")[2]
    if local:
        return next((row for row in rows if row.local == local), None)
    if cuda is None:
        return next((row for row in rows if row.cuda is None), None)
    bound = numbers(cuda)
    fitting = [row for row in rows if row.cuda is not None and numbers(row.cuda)[: len(bound)] <= bound]
    return max(fitting, key=lambda row: numbers(row.cuda or ""), default=None)


@cache
def _torch_of_torchvision() -> dict[str, str]:
    return {row.torchvision: row.torch for rows in _torch_table().values() for row in rows if row.torchvision}


def torch_of_torchvision(version: str) -> str | None:
    """The release of torch that a release of torchvision was made for; None for one that Cog doesn't know.

    As Cog does it, the version has to be that of the table to the letter, without a local part.
    """
    return _torch_of_torchvision().get(version)


def cuda_for_torch(version: str) -> str | None:
    """The CUDA that Cog takes for a pinned torch: that of its local part, else the highest; None if unknown or CPU."""
    local = version.partition("+")[2]
    rows = [row for row in torch_rows(version) if row.cuda is not None and (not local or row.local == local)]
    return max((row.cuda for row in rows if row.cuda is not None), key=numbers, default=None)


@cache
def _tensorflow_table() -> dict[str, TensorflowRow]:
    rows = (
        TensorflowRow(str(version), str(cuda), str(cudnn), tuple(str(pythons).split()))
        for version, cuda, cudnn, pythons in table("tensorflow")["rows"]
    )
    return {row.tensorflow: row for row in rows}


def tensorflow_row(version: str) -> TensorflowRow | None:
    """The row of a release; a patch that isn't listed takes the row of its minor version."""
    rows = _tensorflow_table()
    found = _release(version, rows) or _release(".".join(version.split(".")[:2]), rows)
    return rows[found] if found is not None else None


def cuda_for_tensorflow(version: str) -> str | None:
    """The CUDA that a pinned TensorFlow was built for, or None if unknown."""
    row = tensorflow_row(version)
    return row.cuda if row is not None else None


def _release(version: str, known: Iterable[str]) -> str | None:
    """The known release that `version` names: itself, or its newest patch where it is shorter."""
    public = version.partition("+")[0].strip()
    fitting = [release for release in known if begins_with(release, public)] if _is_plain(public) else []
    return max(fitting, key=numbers, default=None)


def _is_plain(version: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)*", version, re.ASCII) is not None
