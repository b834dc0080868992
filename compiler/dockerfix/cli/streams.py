"""Standard input, output and error, each of which may be closed or full, or whose reader may be gone."""

from __future__ import annotations

import os
import sys

from dockerfix.cli import exit_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

PROGRAM = "dockerfix"
"""The name with which messages about no place in a file begin."""


class Failure(Exception):
    """Ends the command with one line on standard error and an exit code."""

    def __init__(self, message: str, code: int = exit_codes.REFUSED) -> None:
        super().__init__(message)
        self.code = code


def read_file(path: str) -> bytes:
    """Return the content of a file, or of standard input for ``-``. Raises Failure."""
    from dockerfix.text import files

    if path == "-":
        return read()
    try:
        return files.read_file(path)
    except files.InputError as error:
        raise Failure(f"cannot read {path}: {error}") from None


def read() -> bytes:
    """Return all of standard input. Raises Failure."""
    from dockerfix.text import files

    # a stream that was closed before the start is None
    stream: IO[str] | None = sys.stdin
    if stream is None:
        raise Failure("cannot read standard input: it is closed")
    try:
        return files.read(stream.buffer)  # type: ignore[attr-defined]
    except files.InputError as error:
        raise Failure(f"cannot read standard input: {error}") from None
    except OSError as error:
        raise Failure(f"cannot read standard input: {error.strerror or error}") from None


def replace_file(path: str, data: bytes, *, source: bytes | None = None) -> None:
    """Write a file as `files.replace` does, and say which other names it had. Raises Failure and BrokenPipeError."""
    from dockerfix.text import files

    others = files.other_names(path)
    try:
        files.replace(path, data, source=source)
    except BrokenPipeError:
        raise
    except (OSError, ValueError, files.WriteError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failure(f"cannot write {path}: {reason}") from None
    tell_of_links(path, others)


def tell_of_links(path: str, others: int) -> None:
    """Say that a file was replaced under one of its names alone."""
    from dockerfix.text.quoting import readable

    if others:
        names = (
            "another name (a hard link), which keeps"
            if others == 1
            else f"{others} other names (hard links), which keep"
        )
        say(readable(f"{PROGRAM}: {path} had {names} the old content"))


def write(data: bytes) -> None:
    """Write to standard output. Raises Failure, and BrokenPipeError if the reader is gone."""
    stream: IO[str] | None = sys.stdout
    if stream is None:
        raise Failure("cannot write standard output: it is closed")
    try:
        stream.flush()
        rest = memoryview(data)
        while rest:
            # without Python's buffer (PYTHONUNBUFFERED) a write may be partial
            rest = rest[stream.buffer.write(rest) :]  # type: ignore[attr-defined]
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(f"cannot write standard output: {error.strerror or error}") from None


def flush() -> None:
    """Flush standard output. Raises as `write` does."""
    if sys.stdout is not None:
        write(b"")


def say(text: str) -> None:
    """Print lines on standard error, where nothing of them controls a terminal; give up silently if that fails."""
    stream: IO[str] | None = sys.stderr
    if stream is None:
        return
    from dockerfix.text.quoting import terminal

    try:
        stream.write(f"{terminal(text)}\n")
        stream.flush()
    except OSError:
        _discard(stream)


def silence() -> None:
    """Discard what the streams still buffer, so that Python doesn't complain about them at exit."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except OSError:
                _discard(stream)


def _discard(stream: IO[str]) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def colours(stream: IO[str] | None, when: str = "auto") -> bool:
    """Whether to use colours on a stream; `when` is ``always``, ``never`` or ``auto``.

    ``auto`` asks the environment, then whether the stream is a terminal that supports colours. ``NO_COLOR`` goes before
    ``FORCE_COLOR`` and ``CLICOLOR_FORCE``, as in Python's own tracebacks (no-color.org, force-color.org,
    bixense.com/clicolors).
    """
    if when != "auto":
        return when == "always"
    variables = os.environ
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR", "0") not in ("", "0") or variables.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and variables.get("CLICOLOR") != "0" and variables.get("TERM") != "dumb"


def size(stream: IO[str] | None) -> os.terminal_size | None:
    """The columns and lines of a terminal; None if the stream isn't one, or doesn't know them."""
    if stream is None or not is_terminal(stream):
        return None
    try:
        found = os.get_terminal_size(stream.fileno())
    except OSError:
        return None
    return found if found.columns > 0 and found.lines > 0 else None


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a stream is a terminal."""
    return stream is not None and not stream.closed and stream.isatty()
