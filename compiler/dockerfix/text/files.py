"""Read inputs up to a size limit, and replace files atomically."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 10 << 20
"""The largest input that is read; the longest Dockerfile that Cog prints has about 10 kB."""

TEMPORARY = ".dockerfix-"
"""How the names of files begin that are there while others are written."""
CHANGED = "it was changed, replaced or removed meanwhile; run dockerfix again"

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_KINDS = {
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_MAX_LINKS = 40
"""As many links in a row as Linux follows."""


class InputError(Exception):
    """An input can't be read; the message gives the reason, without the path."""


def read(stream: BinaryIO) -> bytes:
    """Return all bytes of a stream. Raises InputError for an input that is too large or UTF-16, and OSError."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"it is larger than {MAX_BYTES >> 20} MiB")
    if data.startswith(_UTF_16):
        raise InputError("it is UTF-16, as PowerShell's `>` writes; BuildKit needs UTF-8 (`| Out-File -Encoding utf8`)")
    return data


def read_file(path: str, *, regular: bool = False) -> bytes:
    """Return the content of a file; with `regular` not of a pipe, a device or the like.

    Raises InputError with a message of one line.
    """
    try:
        if regular and not stat.S_ISREG(mode := os.stat(path).st_mode) and not stat.S_ISDIR(mode):  # noqa: PTH116
            raise InputError(f"it is a {kind(mode)}, and only a regular file can be rewritten")
        with open(path, "rb") as stream:  # noqa: PTH123 - Path would cost the start of every run
            return read(stream)
    except IsADirectoryError:
        raise InputError("it is a folder; name the Dockerfile in it") from None
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise InputError("it is a socket, or a device that isn't there") from None
        raise InputError(error.strerror or str(error)) from None
    except ValueError as error:
        # a NUL in the name
        raise InputError(str(error)) from None


class WriteError(Exception):
    """A file can't be written; the message gives the reason, without the path. Nothing was changed."""


def kind(mode: int) -> str:
    """What a file is that isn't a regular one, by its mode, for messages."""
    return _KINDS.get(stat.S_IFMT(mode), "special file")


def is_same(path: str | int | Path, other: str | Path) -> bool:
    """Whether two names are of one file, as the file system says: by links, or where case doesn't count."""
    try:
        return os.path.samefile(path, other)  # noqa: PTH121 - Path takes no number
    except (OSError, ValueError):
        return False


def other_names(path: str | Path) -> int:
    """The number of further names (hard links) of a file, which `replace` leaves with the old content."""
    try:
        present = Path(path).stat()
    except (OSError, ValueError):
        return 0
    return present.st_nlink - 1 if stat.S_ISREG(present.st_mode) else 0


def replace(path: str | Path, data: bytes, *, source: bytes | None = None) -> None:
    """Replace the content of the file `path` by `data`, atomically; its mode and owner and a symbolic link to it stay.

    `source` is what `data` was made from, if the file itself was read for it: the file is replaced only if it still
    has this content. Other hard links to a file keep the old content. A pipe, a terminal or another stream
    (``/dev/stdout``) is written to.

    Raises WriteError for a folder, a socket or a disk, and for a file that changed meanwhile; and OSError. After an
    error or an interrupt the file has its old content, and no temporary file is left.
    """
    descriptor = _own_descriptor(path) if source is None else None
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.write(data)
        return
    present = _status(path)
    if present is not None and not stat.S_ISREG(present.st_mode):
        if not (stat.S_ISFIFO(present.st_mode) or stat.S_ISCHR(present.st_mode)):
            raise WriteError(f"it is a {kind(present.st_mode)}")
        with open(path, "wb") as stream:  # noqa: PTH123
            stream.write(data)
        return
    target = Path(os.path.realpath(path))
    while True:
        # choose the name before the file exists, so that the file is removed whenever an interrupt comes
        temporary = target.with_name(temporary_name())
        try:
            write_new(temporary, data, present)
            if source is not None and not is_unchanged(target, source, data):
                raise WriteError(CHANGED)
            temporary.replace(target)
            return
        except FileExistsError:
            continue
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def is_unchanged(target: Path, *contents: bytes | None) -> bool:
    """Whether a file has one of some contents; None stands for no file. Raises OSError."""
    try:
        if not stat.S_ISREG(target.stat().st_mode):
            return False
        with target.open("rb") as stream:
            data: bytes | None = stream.read(max(len(each or b"") for each in contents) + 1)
    except FileNotFoundError:
        data = None
    return data in contents


def temporary_name() -> str:
    """A new name for a file beside another one."""
    return f"{TEMPORARY}{os.urandom(8).hex()}"


def _status(path: str | Path) -> os.stat_result | None:
    """What is known of a file, with links followed; None without one. Raises OSError for links in a circle."""
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def _own_descriptor(path: str | Path) -> int | None:
    """The number of the open file of this process that ``/dev/stdout``, ``/dev/fd/63`` or a link to it names.

    Opened by its name a file would be cut off, or written from its beginning; written in its place it keeps what was
    there (``-o /dev/stdout >> log``).
    """
    name = os.fspath(path)
    for _ in range(_MAX_LINKS):
        folder, _, last = name.rpartition("/")
        if last.isdecimal() and os.path.realpath(folder or ".") in (f"/proc/{os.getpid()}/fd", "/dev/fd"):
            return int(last)
        try:
            name = os.path.join(folder, os.readlink(name))  # noqa: PTH115, PTH118
        except (OSError, ValueError):
            return None
    return None


def write_new(path: Path, data: bytes, like: os.stat_result | None) -> None:
    """Write a new file with the mode and owner of `like`. Raises FileExistsError and other OSErrors."""
    mode = 0o666 if like is None else stat.S_IMODE(like.st_mode)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)
    if like is not None:
        made = path.stat()
        if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
            with contextlib.suppress(OSError):
                os.chown(path, like.st_uid, like.st_gid)
        path.chmod(mode)
