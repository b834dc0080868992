"""Processes that survey one project at a time, so that none of them can stop the others.

A project on which a process dies, or takes too long, gets a summary that says so; the next one gets a new process. Jobs
and results are lines of JSON on the standard input and output of the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from threading import Timer
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.cli import streams

if TYPE_CHECKING:
    from dockerfix.cli.survey.project import Surveyed, SurveyJob

_PROGRAM = "import sys; sys.path[:] = {path!r}; from dockerfix.cli.survey.worker import main; main({megabytes})"
"""The parent's own path, as ``-c`` and ``-m`` would let the working directory's modules go first."""
_MOST = 2000
"""How many projects a process surveys before another one takes its place, whatever it keeps of each."""
_OUT_OF_MEMORY = "out of memory"


class Limits(NamedTuple):
    """The most that one project may take; 0 is no limit."""

    seconds: int
    megabytes: int


class Worker:
    """Surveys projects in a process of its own, which starts with the first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._closed = False

    def run(self, job: SurveyJob) -> Surveyed:
        """Survey a project. Raises Failure where no process can be started."""
        from dockerfix.cli.survey.project import Surveyed, failed

        if self._process is None or self._count >= _MOST:
            self.close()
            self._process, self._count, self._closed = self._start(), 0, False
        self._count += 1
        process = self._process
        begin = time.monotonic()
        timer = Timer(self._limits.seconds, _kill, (process,))
        timer.daemon = True
        if self._limits.seconds:
            timer.start()
        reply = _ask(process, json.dumps(job._asdict()).encode())
        timer.cancel()
        is_late = 0 < self._limits.seconds <= time.monotonic() - begin
        if reply == _OUT_OF_MEMORY.encode():
            self._end()
            return failed(f"it takes more than {self._limits.megabytes} MB of memory (--memory-limit)")
        if reply:
            return Surveyed.from_data(json.loads(reply))
        code = self._end()
        if is_late:
            return failed(f"it takes longer than {self._limits.seconds} seconds (--time-limit)")
        return failed(f"the process that read it ended{_how(code)}")

    def _start(self) -> subprocess.Popen[bytes]:
        program = _PROGRAM.format(path=sys.path, megabytes=self._limits.megabytes)
        try:
            return subprocess.Popen(  # noqa: S603 - Python itself and a fixed program
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a group of its own, with what it starts; Ctrl-C is for the parent
            )
        except OSError as error:
            raise streams.Failure(f"cannot start a process: {error.strerror or error}") from None

    def _end(self) -> int:
        """End the process, and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        try:
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            _kill(process)
            code = process.wait()
        process.stdout.close()  # type: ignore[union-attr]
        return code

    def close(self) -> None:
        """End the process if there is one."""
        self._end()

    def kill(self) -> None:
        """End the process at once, so that `run` returns; from any thread."""
        if self._process is not None:
            _kill(self._process)


def _ask(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    """Send a line to a process, and return the line that it answers; b"" if it is gone."""
    assert process.stdin is not None  # noqa: S101 - for mypy
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        reply = process.stdout.readline()
    except OSError:
        return b""
    return reply.rstrip(b"\n") if reply.endswith(b"\n") else b""


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _how(code: int) -> str:
    if code >= 0:
        return f" with code {code}"
    with contextlib.suppress(ValueError):
        return f" by {signal.Signals(-code).name}"
    return f" by signal {-code}"


# ---- in the process


def main(megabytes: int) -> None:
    """Survey the projects that standard input names, until it ends."""
    from dockerfix.cli.survey.project import SurveyJob, survey

    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not mix with the replies
    _limit_memory(megabytes)
    for line in sys.stdin.buffer:
        try:
            text = json.dumps(survey(SurveyJob(**json.loads(line))).as_data())
        except MemoryError:
            replies.write(_OUT_OF_MEMORY.encode() + b"\n")
            break
        replies.write(text.encode() + b"\n")
        replies.flush()
    with contextlib.suppress(OSError):
        replies.close()


def _limit_memory(megabytes: int) -> None:
    """Limit the memory of this process, where the system can."""
    if megabytes:
        with contextlib.suppress(ImportError, ValueError, OSError):
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
