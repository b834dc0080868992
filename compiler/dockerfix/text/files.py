"""Read inputs up to a size limit, and replace files atomically."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 10 << 20
"""The largest input that is read; the longest Dockerfile that Cog prints has about 10 kB."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


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


def read_file(path: str) -> bytes:
    """Return the content of a file. Raises InputError with a message of one line."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - Path would cost the start of every run
            return read(stream)
    except IsADirectoryError:
        raise InputError("it is a folder; name the Dockerfile in it") from None
    except OSError as error:
        raise InputError(error.strerror or str(error)) from None
    except ValueError as error:
        # a NUL in the name
        raise InputError(str(error)) from None


def replace(path: str | Path, data: bytes) -> None:
    """Replace the content of the file `path` by `data`, atomically; its mode and owner and a symbolic link to it stay.

    Anything but a regular file (``/dev/stdout``) is written in place. Raises OSError; after an error or an interrupt
    the file has its old content, and no temporary file is left.
    """
    target = Path(os.path.realpath(path))
    try:
        present = target.stat()
    except FileNotFoundError:
        present = None
    if present is not None and not stat.S_ISREG(present.st_mode):
        with target.open("wb") as stream:
            stream.write(data)
        return
    while True:
        # choose the name before the file exists, so that the file is removed whenever an interrupt comes
        temporary = target.with_name(f".dockerfix-{os.urandom(8).hex()}")
        try:
            _write_new(temporary, data, present)
            temporary.replace(target)
            return
        except FileExistsError:
            continue
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def _write_new(path: Path, data: bytes, like: os.stat_result | None) -> None:
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
