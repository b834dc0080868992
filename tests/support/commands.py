"""Running the command: in a process of its own as a user does, or in this one where that is enough and much faster."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from places import ROOT

SCRIPT = Path(sys.executable).with_name("dockerfix")
COMMAND = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "dockerfix"]
"""The command as it is installed beside this Python, or as a module."""

COG_YAML = """\
build:
  python_version: "3.11"
  python_packages:
    - requests==2.32.3
predict: "predict.py:Predictor"
"""

DOCKERFILE = """\
FROM python:3.11-slim
COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
RUN pip install -r /tmp/requirements.txt
WORKDIR /src
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""


class Done(NamedTuple):
    """How a run of the command ended."""

    code: int
    out: bytes
    err: str


def environment(**extra: str) -> dict[str, str]:
    """The environment of a run: this package first on the path, and nothing that changes what is printed."""
    dropped = ("NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    path = os.pathsep.join(part for part in (str(ROOT / "compiler"), os.environ.get("PYTHONPATH", "")) if part)
    return {**kept, "PYTHONPATH": path, "TERM": "xterm", **extra}


def run(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **extra: str) -> Done:
    """Run the installed command."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**extra),
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def shell(script: str, cwd: Path | None = None) -> Done:
    """Run a line of bash in which ``dockerfix`` is the installed command."""
    line = f'dockerfix() {{ {" ".join(COMMAND)} "$@"; }}; {script}'
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, cwd=cwd, env=environment(), check=False, timeout=120
    )
    return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


class Here:
    """Runs the command in this process; relative paths are those of `folder`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capture = capture

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Done:
        from dockerfix.cli import main

        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        with self._monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.delenv("NO_COLOR", raising=False)
            patch.setattr(sys, "argv", ["dockerfix", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            self._capture.readouterr()
            try:
                with pytest.raises(SystemExit) as ended:
                    main()
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)
        out, err = self._capture.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err.decode("utf-8", "replace"))

    def write(self, name: str, text: str | bytes) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Here:
    """The command in this process, in an empty folder that is a repository of its own."""
    from dockerfix.cli import config

    config._search.cache_clear()
    (tmp_path / ".git").mkdir()
    return Here(tmp_path, monkeypatch, capsysbinary)


@pytest.fixture
def project(here: Here) -> Here:
    """The same, with a project and the Dockerfile that Cog prints for it."""
    here.write("cog.yaml", COG_YAML)
    here.write("predict.py", "class Predictor:\n    pass\n")
    here.write("Dockerfile", DOCKERFILE)
    return here
