"""Safe reading of a project's files: limited in size, only regular files, never outside through `..` or a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

MAX_FILE_BYTES = 1 << 20
"""The size limit of a file read as text, in bytes: code and requirements are small, weights aren't text."""
MAX_FILES = 2000
MAX_TOTAL_BYTES = 16 << 20
MAX_ENTRIES = 1_000_000
"""The most directory entries to read, some seconds of work; then the walk ends, and the project is `truncated`."""

CONFIG_NAMES = ("cog.yaml", "cog.yml")
"""The names of a project's configuration; the first that is there counts."""

MARK = "Written by dockerfix"
"""The mark in the first lines of files that dockerfix writes beside a Dockerfile."""
MARKED_LINES = 10

_ENVIRONMENT = "pyvenv.cfg"
"""The file that makes a folder a virtual environment."""
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})


def find_config(folder: Path) -> Path | None:
    """Return `cog.yaml` in `folder`, or `cog.yml`; None without either."""
    return next((path for name in CONFIG_NAMES if (path := folder / name).is_file()), None)


def head(text: str) -> str:
    """Return the lines of a file that may contain the mark."""
    return "\n".join(text.split("\n", MARKED_LINES)[:MARKED_LINES])


def marked(text: str) -> bool:
    """Whether dockerfix wrote a file, even if it was edited since."""
    return MARK in head(text)


def locate(root: Path, relative: str) -> Path | None:
    """Return the regular file `relative` in the folder `root`; None without one inside it.

    `relative` uses slashes. Absolute paths, paths and links that leave the folder, folders
    and special files give None.
    """
    if not relative or "\0" in relative:
        return None
    try:
        plain = _without_links(root, relative)
        if plain is not None:
            return plain
        if PurePosixPath(relative).is_absolute() or Path(relative).is_absolute():
            return None
        base = root.resolve(strict=True)
        path = (base / relative).resolve(strict=True)
        if not path.is_relative_to(base) or not stat.S_ISREG(path.stat().st_mode):
            return None
    except (OSError, RuntimeError, ValueError):
        return None
    return path


def _without_links(root: Path, relative: str) -> Path | None:
    """Return `relative` in `root` if no part of it is a link or ``..``, so nothing needs to be resolved; else None."""
    *folders, name = relative.split("/")
    if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in (*folders, name)):
        return None
    path = str(root)
    for folder in folders:
        path = f"{path}/{folder}"
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            return None
    path = f"{path}/{name}"
    return Path(path) if stat.S_ISREG(os.lstat(path).st_mode) else None


def is_folder(root: Path, relative: str) -> bool:
    """Whether `relative`, with links followed, is a folder; False for a path that no file can have."""
    try:
        return (root / relative).is_dir()
    except (OSError, ValueError):
        return False


def leaves(root: Path, relative: str) -> bool:
    """Whether `relative`, with links followed, is outside the folder `root`; False for a missing file inside it."""
    if "\0" in relative or PurePosixPath(relative).is_absolute() or Path(relative).is_absolute():
        return True
    try:
        base = root.resolve()
        return not (base / relative).resolve().is_relative_to(base)
    except (OSError, RuntimeError, ValueError):
        return True


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES) -> bytes | None:
    """Return the content of a file of at most `limit` bytes; None for a larger or unreadable one."""
    try:
        with path.open("rb") as stream:
            # asking for `limit` would allocate that much memory first
            data = stream.read(min(os.fstat(stream.fileno()).st_size, limit) + 1)
    except OSError:
        return None
    return data if len(data) <= limit else None


def peek(path: Path, length: int = 128) -> bytes:
    """Return the first bytes of a file; b"" for an unreadable one."""
    try:
        with path.open("rb") as stream:
            return stream.read(length)
    except OSError:
        return b""


def find_projects(root: Path, closed: list[str]) -> Iterator[Path]:
    """Yield the folders at and below `root` that have a cog.yaml or cog.yml, sorted, as they are found.

    Skips what `Walk` skips, and nothing else: a project may contain others. `closed` gets the folders that can't be
    read.
    """
    pending = [str(root)]
    while pending:
        folder = pending.pop()
        folders: list[str] = []
        names: set[str] = set()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(".") and entry.name not in _SKIPPED:
                            folders.append(entry.path)
                    elif entry.name in (*CONFIG_NAMES, _ENVIRONMENT) and entry.is_file():
                        names.add(entry.name)
        except OSError:
            closed.append(folder)
            continue
        if _ENVIRONMENT in names and folder != str(root):
            continue
        if names.intersection(CONFIG_NAMES):
            yield Path(folder)
        pending.extend(sorted(folders, reverse=True))


class Walk:
    """The files below a folder in a fixed order: the files of each folder by name, then its folders by name.

    Skips version control, caches, virtual environments and installed packages, and doesn't follow links to folders.
    `truncated` becomes True if a limit ended the walk, and `closed` gets the folders that can't be read. `wanted` says
    by its name whether a file counts; the names of the others aren't kept.
    """

    def __init__(self, root: Path, wanted: Callable[[str], bool] | None = None) -> None:
        self.root = root
        self.wanted = wanted
        self.truncated = False
        self.closed: list[str] = []
        self._entries = 0

    def files(self) -> Iterator[str]:
        """Yield relative paths with slashes."""
        pending = [""]
        while pending:
            folder = pending.pop()
            names, folders = self._list(folder)
            yield from names
            pending.extend(reversed(folders))

    def _list(self, folder: str) -> tuple[list[str], list[str]]:
        files: list[str] = []
        folders: list[str] = []
        try:
            with os.scandir(self.root / folder) as entries:
                for entry in entries:
                    self._entries += 1
                    if self._entries > MAX_ENTRIES:
                        self.truncated = True
                        break
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith(".") and entry.name not in _SKIPPED:
                            folders.append(path)
                    elif entry.name != _ENVIRONMENT:
                        if self.wanted is None or self.wanted(entry.name):
                            files.append(path)
                    elif folder:
                        return [], []
        except OSError:
            self.closed.append(folder)
            return [], []
        return sorted(files), sorted(folders)
