"""What an image serves: made as a user makes it, started as fal starts it, called over HTTP."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from e2e import calls, network, server
from e2e.engine import LABEL, LOST, TRIES, Engine, Failed
from e2e.reasons import reason
from e2e.rows import Row
from e2e.uploads import HOST, REST, Uploads

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RUNNER = Path(__file__).with_name("runner.py")
STARTING, ENDING = 120, 30  # seconds; fal itself gives an App 600 to start


def migrate(command: list[str], row: Row, context: Path, converted: str) -> None:
    """Write the App and all that belongs to it into the project. Raises Failed where that isn't done as it must be."""
    target = ["--target", "server"] if row.kind == "server" else []
    arguments = [*command, "migrate", str(context), "--dockerfile", "-", *target]
    done = subprocess.run(arguments, input=row.source, capture_output=True, check=False)
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
    """Starts what images serve, in containers.

    `certificate` and `key` are the stand-in hosts'; `folder` has the files that the calls of `table` name.
    """

    def __init__(
        self, engine: Engine, table: dict[str, dict[str, Any]], certificate: Path, key: Path, folder: Path
    ) -> None:
        self._engine, self._table, self._certificate, self._key = engine, table, certificate, key
        self._folder = folder

    def calls(self, row: Row) -> list[dict[str, Any]]:
        """The calls for what a row serves, none where it can't be served."""
        entry = self._table.get(row.project, {})
        found: list[dict[str, Any]] = entry.get("server" if row.kind == "server" else "calls", [])
        return found

    def needs(self, row: Row) -> str:
        """What a project's App needs that isn't here."""
        return str(self._table.get(row.project, {}).get("needs", "no calls are given"))

    def serve(self, row: Row, context: Path, image: str, log: Path) -> list[str]:
        """Start what the image serves, make all calls, end it; returns what is wrong.

        A container that runc fails to create says nothing about the image: it is tried again.
        """
        for _ in range(TRIES):
            wrong = self._serve(row, context, image, log)
            if not any(LOST.search(each) for each in wrong):
                break
        return wrong

    def _serve(self, row: Row, context: Path, image: str, log: Path) -> list[str]:
        weights, fetched = self._weights(row), list[str]()
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-", dir=self._engine.share) as scratch:
            shutil.copy(RUNNER, scratch)
            (Path(scratch) / "data").mkdir()
            identity = Path(scratch) / "id"
            for _ in range(2 if weights else 1):
                identity.unlink(missing_ok=True)
                command = self._command(row, context, identity, image)
                wrong = self._called(command, identity, row, log, fetched)
                if wrong:
                    return wrong
        counts = {address: fetched.count(address) for address in weights}
        return [f"{address} was fetched {count} times, wanted once" for address, count in counts.items() if count != 1]

    def _weights(self, row: Row) -> dict[str, str]:
        """The texts of the weights that a row's App fetches, by address."""
        found: dict[str, str] = self._table.get(row.project, {}).get("weights", {})
        return found

    def _command(self, row: Row, context: Path, identity: Path, image: str) -> list[str]:
        """`docker run`: the runner with an account's key, which uploads need; or what the image itself starts."""
        scratch = identity.parent
        names = sorted({REST, HOST, *(urlsplit(address).netloc for address in self._weights(row))})
        around = ["run", "-i", "--rm", "--label", LABEL, "--network", "none"]
        around += [f"--add-host={name}:{server.ADDRESS}" for name in names]
        around += ["-v", f"{self._engine.path(scratch / 'data')}:/data", "--cidfile", self._engine.path(identity)]
        if row.kind == "server":
            return [*around, image]
        around += ["-v", f"{self._engine.path(scratch)}:/opt/e2e-app:ro", "-e", "FAL_KEY=e2e:stand-in"]
        return [*around, "--entrypoint", "python", image, "/opt/e2e-app/runner.py", *entry_point(context)]

    def _called(self, command: list[str], identity: Path, row: Row, log: Path, fetched: list[str]) -> list[str]:
        """Start, call, end."""
        process = self._engine.start(*command, log=log)
        try:
            container = _identified(process, identity)
            if not container:
                return ["the App did not start: " + cause(log.read_text(errors="replace"))]
            try:
                return network.within(container, lambda: self._talk(process, row, log, fetched))
            except ProcessLookupError as error:
                return [f"the App did not start: {cause(log.read_text(errors='replace')) or error}"]
        finally:
            if row.kind == "server" and identity.exists():  # it reads no input, whose end would end it
                self._engine.run("kill", identity.read_text(), check=False)
            _end(process, lambda: self._engine.run("kill", identity.read_text(), check=False))

    def _talk(self, process: subprocess.Popen[bytes], row: Row, log: Path, fetched: list[str]) -> list[str]:
        """Wait and call, in the network of the container."""
        kept: dict[str, tuple[str, bytes]] = {}
        bound = {"kept": kept, "weights": self._weights(row), "fetched": fetched}
        handler = type("BoundUploads", (Uploads,), bound)
        storage = server.listen(handler, self._certificate, self._key)
        try:
            if not _healthy(process, "/health-check" if row.kind == "server" else "/health"):
                return ["the App did not start: " + cause(log.read_text(errors="replace"))]
            return calls.make_all(self.calls(row), kept, self._folder)
        finally:
            storage.shutdown()
            storage.server_close()


def cause(output: str) -> str:
    """The errors that an App's output tells of, without their tracebacks; where it tells of none, its last lines."""
    errors = re.findall(r"\b\w*(?:Error|Exception): .*", output)
    return " | ".join(dict.fromkeys(errors))[:700] or reason(output)


def _identified(process: subprocess.Popen[bytes], identity: Path) -> str:
    """Wait for a container's identifier; empty where its start fails."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        found = identity.read_text() if identity.exists() else ""
        if found and network.runs(found):
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    return ""


def _healthy(process: subprocess.Popen[bytes], path: str) -> bool:
    """Wait for the App; False where it ends before, or takes too long."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end and process.poll() is None:
        if calls.ready(path):
            return True
        time.sleep(0.2)
    return False


def _end(process: subprocess.Popen[bytes], kill: Callable[[], object]) -> None:
    """End the App by the end of its runner's input, or by force."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        kill()
        process.kill()
        process.wait()
