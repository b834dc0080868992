"""An input of several files: the first one, then a line ``#--- NAME`` before each other one."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dockerfix.text.source import decode

SEPARATOR = "#--- {}\n"
SERVER = "server"
"""A separator without a file: the target is Cog's server."""

NAMES = ("Dockerfile", "cog.yaml", "requirements.txt", "more.txt", "predict.py", "other.py", ".dockerignore", SERVER)
_BORDER = re.compile(b"#--- (" + b"|".join(re.escape(name.encode()) for name in NAMES) + b")\n")


class Parts(NamedTuple):
    """The first file, and the others by name."""

    data: bytes
    files: dict[str, bytes]
    server: bool = False

    @property
    def first(self) -> str:
        """The text of the first file."""
        return decode(self.data)


def split(data: bytes, first: str) -> Parts:
    """Divide an input; a second file of one name is left out, and so is one with the name of the first."""
    pieces = _BORDER.split(data)
    names = [name.decode() for name in pieces[1::2]]
    files: dict[str, bytes] = {}
    for name, piece in zip(names, pieces[2::2], strict=True):
        if name not in (first, SERVER):
            files.setdefault(name, piece)
    return Parts(pieces[0], files, SERVER in names)


def join(first: bytes, files: dict[str, bytes]) -> bytes:
    """The input that `split` divides so."""
    return b"".join([first, *(SEPARATOR.format(name).encode() + data for name, data in files.items())])


@contextmanager
def in_folder(files: dict[str, bytes]) -> Iterator[Path | None]:
    """A folder with the files; None for no files, or for nothing but a cog.yaml, which can be handed over as text."""
    if not files.keys() - {"cog.yaml"}:
        yield None
        return
    with tempfile.TemporaryDirectory(dir=_memory()) as name:
        folder = Path(name)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        yield folder


@cache
def _memory() -> str | None:
    """Where a folder costs least."""
    return next((place for place in ("/dev/shm",) if Path(place).is_dir()), None)
