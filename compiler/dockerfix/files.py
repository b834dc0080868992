"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def replace(path: str | Path, data: bytes) -> None:
    """Give the file `path` the content `data`, atomically; its mode and a symbolic link to it are kept.

    What is no regular file (``/dev/stdout``) is written to. Raises OSError, and then leaves no temporary file and
    the old content.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG | _default_mode()
    if not stat.S_ISREG(mode):
        with target.open("wb") as stream:
            stream.write(data)
        return
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".dockerfix-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _default_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
