"""BuildKit's verdict on a Dockerfile: what its frontend says before any step runs.

The frontend is asked for an outline of the build, so it reads the file, checks every flag and mount, and resolves the
images, and then it stops. Every image is the same empty one. `#syntax=` is taken out: its frontend is in a registry.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from e2e import engine
from e2e.texts import SYNTAX, images

NAME = re.compile(r"[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*(?::\w[\w.-]{0,100})?(?:@sha256:[0-9a-f]{64})?")
TRIES = 5
# the registry's answer and not the frontend's: no verdict on the file
ABOUT_AN_IMAGE = re.compile(
    r"pull access denied|failed to (?:resolve source metadata|do request|authorize|load cache key)|dial tcp"
    r"|no match for platform|manifest unknown|client version .* is too"
)


class Verdict(NamedTuple):
    """Whether the frontend takes a file, and what it says where it does not.

    `ok` is None where an image is missed, which says nothing of the file.
    """

    ok: bool | None
    message: str


class Judge:
    """Asks a daemon. `scratch` is a folder that it shares."""

    def __init__(self, daemon: engine.Engine, scratch: Path) -> None:
        self._daemon, self._scratch = daemon, scratch
        self._context = scratch / "context"
        self._context.mkdir(parents=True)
        if not daemon.has(engine.EMPTY):
            archive = scratch / "empty.tar"
            archive.write_bytes(bytes(10240))  # a tar file without a member
            daemon.run("import", "--platform", "linux/amd64", "-", engine.EMPTY, source=archive)

    def verdict(self, text: str | bytes) -> Verdict:
        """What the frontend says of a Dockerfile."""
        data = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
        readable = data.decode(errors="surrogateescape")
        asked = SYNTAX.sub(r"\1", readable)
        named = [name for name in images(asked) if NAME.fullmatch(name)]
        contexts = [f"--build-context={name}=docker-image://{engine.EMPTY}" for name in named]
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            file = Path(folder) / "Dockerfile"
            file.write_bytes(asked.encode(errors="surrogateescape"))
            where = ["-f", self._daemon.path(file), self._daemon.path(self._context)]
            command = ["buildx", "build", "--print=outline", "--progress", "plain", *contexts, *where]
            output, code = self._daemon.ask(*command)
            for _ in range(TRIES):
                if "panic: " not in output:  # buildx 0.13 sometimes ends so where it is to tell an error
                    break
                output, code = self._daemon.ask(*command)
        if code == 0:
            return Verdict(True, "")
        message = _message(output)
        if asked != readable:  # the line that was taken out
            message = re.sub(r"(?<= line )\d+", lambda match: str(int(match[0]) + 1), message)
        return Verdict(None if ABOUT_AN_IMAGE.search(message) else False, message)


def _message(output: str) -> str:
    """The error at the end of buildx's output, without what every one begins with."""
    text = output[output.rfind("\nERROR: ") + len("\nERROR: ") :] if "\nERROR: " in output else output
    text = text.strip()
    for prefix in ("failed to solve: ", "failed to create LLB definition: ", "dockerfile parse error: "):
        text = text.removeprefix(prefix)
    return text


@contextlib.contextmanager
def judge(cache: Path, seat: str) -> Iterator[Judge]:
    """A judge with a daemon that answers, or with one of its own, for as long as this lasts. Raises Missing."""
    daemon = engine.find(cache, seat, engine.quiet)
    scratch = Path(tempfile.mkdtemp(prefix=f"{seat}-", dir=daemon.share))
    try:
        yield Judge(daemon, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        daemon.stop()
        daemon.forget_state()
