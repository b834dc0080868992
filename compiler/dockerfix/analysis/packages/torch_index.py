"""The package index for torch, or in old releases the page of links, as Cog would choose it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.analysis import cuda
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cuda import TORCH_HOST, TorchRow, torch_of_torchvision, torch_row
from dockerfix.project.pip_options import Option
from dockerfix.project.requirements import Item, Requirement
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.lazy_patterns import lazy

_HOST = "download.pytorch.org"
_LOCAL = lazy(r"cpu|cu\d+", re.ASCII)


class TorchSource(NamedTuple):
    """pip's options for torch, each a tuple of words, and requirements to change: as written, as installed."""

    options: tuple[tuple[str, ...], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def name(self, text: str) -> str:
        """Return a requirement as pip should install it."""
        return next((new for old, new in self.renamed if old == text), text)


def torch_source(items: Iterable[Item], document: Document, context: Context) -> TorchSource:
    """Return the index for the pinned torch and torchvision among `items`, by the CUDA (or CPU) of the image, unless
    an item names one.

    `replicate/cog@v0.22.0:pkg/config/config.go` (PythonRequirementsForArch) puts the index in front of the packages:
    for either of the two, not for torchaudio. Before torch 1.11 there is no index for each CUDA but one page with the
    wheels of all, distinguished by the local version (`replicate/cog@v0.4.4:pkg/config/config.go`).
    """
    parts = [part for item in items for part in item.parts]
    if any(isinstance(part, Option) and _HOST in (part.value or "") for part in parts):
        return TorchSource()
    options: dict[tuple[str, str], None] = {}
    renamed: list[tuple[str, str]] = []
    for part in parts:
        if not isinstance(part, Requirement) or part.is_url or part.is_path or not part.pin:
            continue
        row = _row(part.name, part.pin, document, context)
        if row is not None and row.index_url is not None:
            options["--find-links" if row.is_page else "--extra-index-url", row.index_url] = None
            if row.is_page and part.pin in (row.torch, row.torchvision):
                renamed.append((part.text, part.text.replace(part.pin, f"{part.pin}+{row.local}", 1)))
        elif row is None and part.name == "torch" and _LOCAL.fullmatch(part.pin.partition("+")[2]):
            index = f"{TORCH_HOST}{part.pin.partition('+')[2]}"
            options["--extra-index-url", index] = None
    return TorchSource(tuple(options), tuple(renamed))


def _row(name: str | None, pin: str, document: Document, context: Context) -> TorchRow | None:
    """Return the build of a pinned torch, or the one for a pinned torchvision; None for another package."""
    torch = pin if name == "torch" else torch_of_torchvision(pin) if name == "torchvision" else None
    if torch is None:
        return None
    return torch_row(torch, cuda.cuda_for_packages(document, context, torch.partition("+")[0]))
