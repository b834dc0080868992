"""Apps really run: each in a process, called over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from apps import HERE

httpx = pytest.importorskip("httpx")
pytest.importorskip("fal")


class Server:
    """The App of a folder under uvicorn, in a process of its own; raises AssertionError, with its log, if it ends."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder = folder
        self.log = folder.parent / "log"
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "serve_app.py"), str(folder), str(port), *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TOKEN": "of the runner"},
            )
        self._wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            try:
                if self.client.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def post(self, path: str = "/", **values: Any) -> Any:
        return self.client.post(path, json=values)

    def stream(self, **values: Any) -> list[Any]:
        """What `/stream` sends: the outputs of its pieces, and the text of an error."""
        found: list[Any] = []
        for line in self.post("/stream", **values).text.splitlines():
            if line.startswith("data: "):
                data = json.loads(line[6:])
                found.append(data.get("output", data.get("detail")))
        return found
