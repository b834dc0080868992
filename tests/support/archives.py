"""The compressed data of ``fixtures/``: what `cog debug` printed, and what BuildKit says of Dockerfiles of our own.

Everything is read in memory, once per process, so nothing is left behind. `tools/make_archives.py` writes the files.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from places import FIXTURES, PROJECTS

Case = dict[str, Any]


class Output(NamedTuple):
    """What one release of Cog printed for one project: a row of the manifest."""

    release: str
    era: str
    project: str
    variant: str
    flags: str
    file: str

    @property
    def folder(self) -> Path:
        """The folder of the project."""
        return PROJECTS / self.project

    @property
    def data(self) -> bytes:
        """What `cog debug` printed."""
        return archive()[f"cog-debug/{self.file}"]

    @property
    def text(self) -> str:
        """The same as text, in which undecodable bytes are surrogates."""
        return self.data.decode("utf-8", "surrogateescape")


@cache
def archive() -> dict[str, bytes]:
    """The files of cog-debug.tar.xz by their names: ``cog-debug/`` with MANIFEST.tsv, and ``projects/``."""
    with tarfile.open(FIXTURES / "cog-debug.tar.xz") as files:
        return {entry.name: file.read() for entry in files if (file := files.extractfile(entry))}


@cache
def outputs() -> tuple[Output, ...]:
    """The outputs of `cog debug`, in the order of the manifest."""
    manifest = archive()["cog-debug/MANIFEST.tsv"].decode("utf-8")
    return tuple(Output(**row) for row in csv.DictReader(io.StringIO(manifest, newline=""), delimiter="\t"))


def quirks() -> Iterator[Case]:
    """Short Dockerfiles for one oddity each, with the tree that BuildKit's parser makes of them."""
    return map(json.loads, _lines("quirks"))


def accept() -> Iterator[Case]:
    """Dockerfiles with the verdict of BuildKit's whole frontend: ``ok``, and ``error`` where it refuses them."""
    return map(json.loads, _lines("accept"))


@cache
def _lines(name: str) -> tuple[bytes, ...]:
    with lzma.open(FIXTURES / "conformance" / f"{name}.jsonl.xz") as file:
        return tuple(file)


def source(case: Case) -> bytes:
    """The Dockerfile of a case of `quirks` or `accept`."""
    return str(case["input"]).encode("utf-8", "surrogatepass")
