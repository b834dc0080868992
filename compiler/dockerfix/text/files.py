"""Reading within a limit, and writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 10 << 20
"""The largest input that is taken; the longest Dockerfile that Cog prints has about 10 kB."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class InputError(Exception):
    """An input can't be taken; the text says why and names no path."""


def read(stream: BinaryIO) -> bytes:
    """All bytes of a stream. Raises InputError for what is too large or no text, and OSError."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"it is larger than {MAX_BYTES >> 20} MiB")
    if data.startswith(_UTF_16):
        raise InputError("it is UTF-16, as PowerShell's `>` writes; BuildKit needs UTF-8 (`| Out-File -Encoding utf8`)")
    return data


def read_file(path: str) -> bytes:
    """The content of a file. Raises InputError: what is wrong, in one line."""
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
    """Give the file `path` the content `data`, atomically; its mode, its owner and a symbolic link to it are kept.

    What is no regular file (``/dev/stdout``) is written to. Raises OSError, and then leaves no temporary file and
    the old content; so does an interrupt.
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
        # the name is known before the file is there, so that an interrupt at any point finds it to remove
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
    """Write a file that isn't there yet, with the mode and owner of `like`."""
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
