"""Standard input, output and error, each of which may be closed or full, or whose reader may be gone."""

from __future__ import annotations

import os
import sys
from typing import IO

from dockerfix.cli import exit_codes


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


def colours(stream: IO[str] | None) -> bool:
    """Whether to use colours on a stream: it is a terminal that supports them, and ``NO_COLOR`` isn't set."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a stream is a terminal."""
    return stream is not None and not stream.closed and stream.isatty()
