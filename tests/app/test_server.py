"""The server target: its entry in pyproject.toml, and the gate in front of Cog's server."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import SERVED, run, write
from dockerfix.app import AppError, build_server

FAKE_COG = """
import http.server, json, os, signal, sys, time
begin, delay, state = time.monotonic(), float(sys.argv[1]), sys.argv[2]
if state == "STUBBORN": signal.signal(signal.SIGTERM, signal.SIG_IGN); state = "READY"

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code, value):
        data = json.dumps(value).encode()
        self.send_response(code); self.send_header("Content-Length", str(len(data))); self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        late = time.monotonic() - begin >= delay
        if self.path == "/end": os._exit(7)
        if self.path == "/deaf": self.server.socket.close(); time.sleep(60)
        if self.path == "/break": globals().update(state="DEFUNCT", delay=0)
        self.answer(200, {"status": state if late else "STARTING", "stub": os.environ["COG_PREDICT_TYPE_STUB"]})
    def do_POST(self):
        self.answer(200, {"output": self.rfile.read(int(self.headers["Content-Length"])).decode()})
    def log_message(self, *arguments): print(self.requestline, file=sys.stderr, flush=True)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
PREDICTOR = "from cog import BasePredictor\n\n\nclass Predictor(BasePredictor):\n    def predict(self) -> str: ...\n"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Gate:
    """The gate with something that answers as Cog does behind it."""

    def __init__(self, folder: Path, delay: float, state: str) -> None:
        self.port = free_port()
        text = build_server(write(folder, predict__py=PREDICTOR)).gate
        for name, value in (
            ("PORT", self.port),
            ("INNER_PORT", free_port()),
            ("PAUSE", 0.05),
            ("PATIENCE", 40),
            ("GRACE", 0.3),
        ):
            text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
            assert count == 1
        (folder / "fal_gate.py").write_text(text, encoding="utf-8")
        (folder / "cog_server.py").write_text(FAKE_COG, encoding="utf-8")
        command = [sys.executable, str(folder / "fal_gate.py"), sys.executable, str(folder / "cog_server.py")]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([*command, str(delay), state], stderr=log, start_new_session=True)

    def get(self, path: str = "/", data: bytes | None = None) -> bytes | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data, timeout=10) as response:
                found: bytes = response.read()
                return found
        except (urllib.error.URLError, ConnectionError):
            return None

    def wait(self) -> None:
        end = time.monotonic() + 20
        while self.get() is None:
            assert time.monotonic() < end
            assert self.process.poll() is None
            time.sleep(0.02)


@pytest.fixture
def gate(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Gate]:
    opened = Gate(tmp_path / SERVED, *getattr(request, "param", (0.0, "READY")))
    yield opened
    with contextlib.suppress(ProcessLookupError):
        os.killpg(opened.process.pid, signal.SIGKILL)
    opened.process.wait(10)


@pytest.mark.parametrize("gate", [(1.0, "READY")], indirect=True)
def test_opens_when_ready(gate: Gate) -> None:
    begin = time.monotonic()
    gate.wait()
    assert time.monotonic() - begin > 0.8
    assert gate.get("/predictions", b"x" * 200_000) == b'{"output": "' + b"x" * 200_000 + b'"}'
    assert gate.get("/health-check") == b'{"status": "READY", "stub": "predict.py:Predictor"}'


@pytest.mark.parametrize("gate", [(0.2, "SETUP_FAILED")], indirect=True)
def test_ends_when_setup_fails(gate: Gate) -> None:
    assert gate.process.wait(20) == 1
    assert gate.get() is None
    assert b"cog is SETUP_FAILED" in gate.log.read_bytes()


@pytest.mark.parametrize(("path", "code"), [("/end", 7), ("/break", 1)])
def test_ends_with_cog(gate: Gate, path: str, code: int) -> None:
    gate.wait()
    gate.get(path)
    assert gate.process.wait(20) == code


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ends_when_told(gate: Gate) -> None:
    gate.wait()
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(20) == 0
    assert gate.get() is None


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("gate", [(60.0, "READY")], indirect=True)
def test_ends_when_told_before_it_opens(gate: Gate) -> None:
    end = time.monotonic() + 20
    while b"GET /health-check" not in gate.log.read_bytes():
        assert time.monotonic() < end
        assert gate.process.poll() is None
        time.sleep(0.02)
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(20) == 0


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("gate", [(0.0, "STUBBORN")], indirect=True)
def test_ends_a_cog_that_does_not_end_itself(gate: Gate) -> None:
    gate.wait()
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(gate.process.pid, 0)


def test_ends_when_cog_hears_nothing_any_more(gate: Gate) -> None:
    gate.wait()
    assert gate.get("/deaf") is None
    assert gate.process.wait(20) == 1
    assert b"cog is silent" in gate.log.read_bytes()


def test_entry_is_read_by_fal(tmp_path: Path) -> None:
    if run("-c", "import fal").returncode:
        pytest.skip("fal isn't installed")
    config = 'build:\n  python_version: "3.9"\n  gpu: true\n  cuda: "11.8"\nconcurrency:\n  max: 4\n'
    config += 'predict: "./predict.py:Predictor"\n'
    project = write(tmp_path / "my_model", predict__py="Predictor = make()\n", cog__yaml=config)
    result = build_server(project)
    assert result.cog == "cog==0.16.12"
    (tmp_path / "my_model" / "pyproject.toml").write_text(result.toml, encoding="utf-8")
    (tmp_path / "my_model" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    program = (
        "from fal.cli._utils import get_app_data_from_toml as read\n"
        "data = read('my-model')\n"
        "image = data.options.environment['image']\n"
        "print(data.ref, data.python_entry_point, data.options.gateway, image['cmd'], image['use_isolate'])\n"
        "print(data.options.host['max_multiplexing'], data.options.host['health_check_config'])\n"
    )
    found = run("-c", program, cwd=tmp_path / "my_model")
    first, second = found.stdout.strip().split("\n")
    assert first == "None None {'exposed_port': 8080} ['python', '/src/fal_gate.py'] False"
    assert second.startswith("4 ApplicationHealthCheckConfig(path='/health-check'")
    assert "method='GET'" in second


def test_versions_of_cog(tmp_path: Path) -> None:
    for python, sdk, expected in (("3.8", "", "0.16.12"), ("3.12.1", "", "0.23.1"), ("3.12", "0.20.0", "0.20.0")):
        text = f'build:\n  python_version: "{python}"\n' + (f'  sdk_version: "{sdk}"\n' if sdk else "")
        project = write(tmp_path, predict__py=PREDICTOR, cog__yaml=f'{text}predict: "predict.py:Predictor"\n')
        assert build_server(project).cog == f"cog=={expected}"


def test_quoting_of_the_reference(tmp_path: Path) -> None:
    project = write(tmp_path, **{'a"b\\c__py': PREDICTOR, "cog__yaml": "predict: 'a\"b\\c.py:Predictor'\n"})
    assert "PREDICTOR = 'a\"b\\\\c.py:Predictor'" in build_server(project).gate


def test_training_stays_in_cog(tmp_path: Path) -> None:
    config = 'predict: "predict.py:Predictor"\ntrain: "train.py:train"\n'
    found = build_server(write(tmp_path, predict__py=PREDICTOR, cog__yaml=config)).findings
    message = "`train.py:train` stays reachable only through Cog's training API"
    assert [(each.file, each.line, each.message) for each in found if each.code == "DF510"] == [
        ("cog.yaml", 2, message)
    ]


def test_bad_projects(tmp_path: Path) -> None:
    config = 'build:\n  python_version: "3.5"\npredict: "predict.py:Predictor"\n'
    with pytest.raises(AppError, match=r"cog\.yaml:2: Python 3\.5 is too old: no release of Cog on PyPI runs on it"):
        build_server(write(tmp_path / "old", predict__py=PREDICTOR, cog__yaml=config))
    with pytest.raises(AppError, match=r"there is no file `predict\.py`"):
        build_server(write(tmp_path))
    with pytest.raises(AppError, match="is outside the project"):
        build_server(write(tmp_path, cog__yaml="predict: ../x.py:Predictor\n"))
