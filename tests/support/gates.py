"""Cog's own server from PyPI behind the gate, as `--target server` has it in the image."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

from apps import write
from cogs import python_with
from dockerfix.app import build_server
from dockerfix.knowledge.cog_server import SCHEMA_FILE


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Answer(NamedTuple):
    """What came back: the status, 0 for nothing, and the body."""

    status: int
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Gate:
    """The gate with Cog's server behind it, in the folder that `build_server` wrote for."""

    def __init__(
        self, folder: Path, version: str, predictor: str, *, schema: bool = True, config: str = "", **files: str
    ) -> None:
        config += f'build:\n  python_version: "3.11"\n  sdk_version: "{version}"\npredict: "predict.py:Predictor"\n'
        train = 'train: "train.py:train"\n' if "train__py" in files else ""
        self.folder = folder
        self.port = free_port()
        self.result = build_server(write(folder, predict__py=predictor, cog__yaml=config + train, **files))
        for name, text in self.result.files.items():
            if schema or name != SCHEMA_FILE:
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(text.replace("/data/", f"{folder}/data/"), encoding="utf-8")
        self._set(PORT=self.port, INNER_PORT=free_port(), PAUSE=0.05, PATIENCE=3, GRACE=0.5, TIMEOUT=2)
        self.log = folder / "log"
        python = str(python_with(version))
        environment = {
            **os.environ,
            "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "fal_gate.py", python, "-m", "cog.server.http"],
                cwd=folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment,
            )

    def _set(self, **values: float) -> None:
        gate = self.folder / "fal_gate.py"
        text = gate.read_text(encoding="utf-8")
        for name, value in values.items():
            text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
            assert count == 1
        gate.write_text(text, encoding="utf-8")

    def call(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask once more while Cog still has the last request: it is busy for a moment after its answer."""
        end = time.monotonic() + 10
        while True:
            found = self._call(path, body, headers)
            if found.status != 409 or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def _call(self, path: str, body: Any, headers: dict[str, str]) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return Answer(response.status, response.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode())
        except OSError:
            return Answer(0, "")

    def predict(self, **inputs: Any) -> Answer:
        return self.call("/predictions", {"input": inputs})

    def wait(self) -> None:
        end = time.monotonic() + 60
        while not self.call("/health-check").status:
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)

    def server(self) -> int:
        """The process of Cog's server, once setup has begun."""
        end = time.monotonic() + 60
        file = self.folder / "server.pid"
        while not (file.exists() and file.read_text()):
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        return int(file.read_text())

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
