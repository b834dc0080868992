"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile


def replace(path: str, data: bytes) -> None:
    """Give the file `path` the content `data`, atomically; its mode and a symbolic link to it are kept.

    Raises OSError, and then leaves no temporary file and the old content.
    """
    target = os.path.realpath(path)
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(os.stat(target).st_mode):
        with open(target, "wb") as stream:
            stream.write(data)
        return
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".dockerfix-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode if mode is not None else _default_mode())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _default_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
