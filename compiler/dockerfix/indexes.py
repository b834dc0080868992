"""From where torch comes: the index, or in old releases the page of links, that Cog would have named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dockerfix import bases
from dockerfix.context import Context
from dockerfix.knowledge.cuda import TorchRow, torch_row
from dockerfix.knowledge.load import table
from dockerfix.patterns import lazy
from dockerfix.requirements import Item, Option, Requirement
from dockerfix.syntax.tree import Document

_HOST = "download.pytorch.org"
_LOCAL = lazy(r"cpu|cu\d+", re.ASCII)


class TorchSource(NamedTuple):
    """Options of pip for torch, each a tuple of words, and requirements to name otherwise: as written, as installed."""

    options: tuple[tuple[str, ...], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def name(self, text: str) -> str:
        """A requirement as it is installed."""
        return next((new for old, new in self.renamed if old == text), text)


def torch_source(items: Iterable[Item], document: Document, context: Context) -> TorchSource:
    """From where the pinned torch among `items` comes for the CUDA (or CPU) of the image, unless an item says it.

    `replicate/cog@v0.22.0:pkg/config/config.go` (PythonRequirementsForArch) puts the index in front of the packages.
    Before torch 1.11 there is no index for each CUDA but one page with the wheels of all, so that the local version has
    to tell them apart (`replicate/cog@v0.4.4:pkg/config/config.go`).
    """
    parts = [part for item in items for part in item.parts]
    named = [part for part in parts if isinstance(part, Requirement) and not part.is_url and not part.is_path]
    pins = [part.pin for part in named if part.name == "torch" and part.pin]
    if not pins or any(isinstance(part, Option) and _HOST in (part.value or "") for part in parts):
        return TorchSource()
    version, _, local = pins[0].partition("+")
    row = torch_row(pins[0], bases.cuda_of(document, context, version))
    if row is not None and row.index_url is not None:
        if not row.is_page:
            return TorchSource((("--extra-index-url", row.index_url),))
        return TorchSource((("--find-links", row.index_url),), tuple(_with_local(named, row)))
    if row is None and _LOCAL.fullmatch(local):
        return TorchSource((("--extra-index-url", f"{table('torch')['base_url']}{local}"),))
    return TorchSource()


def _with_local(parts: Iterable[Requirement], row: TorchRow) -> Iterable[tuple[str, str]]:
    """torch and the torchvision of its row with their local version."""
    versions = {"torch": row.torch, "torchvision": row.torchvision}
    for part in parts:
        if part.pin is not None and part.name in versions and part.pin == versions[part.name]:
            yield part.text, part.text.replace(part.pin, f"{part.pin}+{row.local}", 1)
