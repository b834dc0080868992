"""The App in the image: made as a user makes it, started as fal starts it, called over HTTP."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from e2e import calls, network, server
from e2e.buildah import Buildah, Failed, reason
from e2e.rows import Row
from e2e.uploads import Uploads

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RUNNER = Path(__file__).with_name("runner.py")
STARTING, ENDING = 120, 30  # seconds; fal itself gives an App 600 to start


def migrate(command: list[str], row: Row, context: Path, converted: str) -> None:
    """Write the App and all that belongs to it into the project. Raises Failed where that isn't done as it must be."""
    arguments = [*command, "migrate", str(context), "--dockerfile", "-"]
    done = subprocess.run(arguments, input=row.source.read_bytes(), capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip()[-400:]
        raise Failed(f"dockerfix migrate ended with {done.returncode}: {last}")
    if (context / "Dockerfile").read_bytes() != converted.encode(errors="surrogateescape"):
        raise Failed("dockerfix migrate wrote another Dockerfile than dockerfix")


def entry_point(context: Path) -> tuple[str, str]:
    """What fal reads in pyproject.toml: the App's entry point and its Python version."""
    (entry,) = tomllib.loads((context / "pyproject.toml").read_text())["tool"]["fal"]["apps"].values()
    return entry["python_entry_point"], entry["python_version"]


class Apps:
    """Starts Apps in containers of their images. `certificate` and `key` are the stand-in hosts'."""

    def __init__(self, buildah: Buildah, table: dict[str, dict[str, Any]], certificate: Path, key: Path) -> None:
        self._buildah, self._table, self._certificate, self._key = buildah, table, certificate, key

    def calls(self, project: str) -> list[dict[str, Any]]:
        """The calls for a project's App, none where it can't be served."""
        found: list[dict[str, Any]] = self._table[project].get("calls", [])
        return found

    def needs(self, project: str) -> str:
        """What a project's App needs that isn't here."""
        return str(self._table[project].get("needs", ""))

    def serve(self, row: Row, context: Path, container: str, worker: int, log: Path) -> list[str]:
        """Start the App in a container, make all calls, end it; returns what is wrong."""
        entry, python = entry_point(context)
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            shutil.copy(RUNNER, scratch)
            command = [*self._command(scratch, container), "python", "/opt/e2e-app/runner.py", entry, python]
            return network.alone(lambda: self._called(command, self.calls(row.project), worker, log))

    def _command(self, scratch: str, container: str) -> list[str]:
        """`buildah run` with the runner mounted and an account's key, which uploads need."""
        mounts = ["-v", f"{scratch}:/opt/e2e-app:ro", "--network=host", "--isolation=chroot"]
        return ["run", *mounts, "-e", "FAL_KEY=e2e:stand-in", container, "--"]

    def _called(self, command: list[str], wanted: list[dict[str, Any]], worker: int, log: Path) -> list[str]:
        """Start, call, end; runs in a network of its own."""
        kept: dict[str, tuple[str, bytes]] = {}
        handler = type("BoundUploads", (Uploads,), {"kept": kept})
        storage = server.listen(handler, self._certificate, self._key)
        process = self._buildah.start(*command, worker=worker, log=log)
        try:
            if not _healthy(process):
                return ["the App did not start: " + cause(log.read_text(errors="replace"))]
            return [text for call in wanted for text in calls.make(call, kept)]
        finally:
            _end(process)
            storage.shutdown()
            storage.server_close()


def cause(output: str) -> str:
    """The errors that an App's output tells of, without their tracebacks; where it tells of none, its last lines."""
    errors = re.findall(r"\b\w*(?:Error|Exception): .*", output)
    return " | ".join(dict.fromkeys(errors))[:700] or reason(output)


def _healthy(process: subprocess.Popen[bytes]) -> bool:
    """Wait for the App; False where it ends before, or takes too long."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end and process.poll() is None:
        if calls.ready():
            return True
        time.sleep(0.2)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the App by the end of its runner's input, or by force."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
