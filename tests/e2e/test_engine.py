"""A Docker daemon of our own: it is used where none answers, and nothing of it outlives the program that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e import engine, rows

STARTED = """if True:
    import sys
    from pathlib import Path
    from e2e import engine
    daemon = engine.own(Path(sys.argv[1]), sys.argv[2], engine.quiet)
    daemon.run("import", "-", "dockerfix-e2e/base:empty", source=Path(sys.argv[3]))
    try:
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        daemon.stop()
        daemon.forget_state()
    """


@pytest.fixture
def own_cache(docker_cache: Path) -> Path:
    try:
        engine.startable()
    except engine.Missing as error:
        pytest.skip(str(error))
    return docker_cache


def processes_of(seat: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(f"/{seat}".encode() in word for word in words if b"/var/lib/dockerfix-e2e" in word):
            found.append(file.parent.name)
    return found


def gone(seat: str) -> bool:
    end = time.monotonic() + 30
    while processes_of(seat) and time.monotonic() < end:
        time.sleep(0.1)
    return not processes_of(seat)


def end_of_input(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()


@pytest.mark.parametrize(
    ("ending", "is_clean"),
    [
        pytest.param(end_of_input, True, id="by itself"),
        pytest.param(lambda process: process.send_signal(signal.SIGINT), True, id="Ctrl-C"),
        pytest.param(lambda process: process.kill(), False, id="killed"),
    ],
)
def test_nothing_outlives_its_program(
    own_cache: Path, tmp_path: Path, ending: Callable[[subprocess.Popen[str]], None], is_clean: bool
) -> None:
    seat = f"test-{os.getpid()}-{time.monotonic_ns()}"
    (tmp_path / "empty.tar").write_bytes(bytes(10240))
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    command = [sys.executable, "-c", STARTED, str(own_cache), seat, str(tmp_path / "empty.tar")]
    process = subprocess.Popen(
        command, cwd=rows.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert processes_of(seat)
        ending(process)
        process.wait(60)
    assert gone(seat)
    assert Path("/proc/self/mounts").read_text(encoding="utf-8") == mounts
    state = own_cache / "engine" / "var" / "lib" / "dockerfix-e2e" / seat
    assert state.exists() is not is_clean
    engine.forget(state)
    engine.remove_dead_cgroups()
    assert not list(engine.CGROUPS.glob(f"**/dockerfix-e2e-{process.pid}"))


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(engine.Missing, match="takes root"):
        engine.find(tmp_path, "rows", engine.quiet)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(engine.Missing, match="takes debootstrap, unshare, setpriv"):
        engine.find(tmp_path, "rows", engine.quiet)
    assert list(tmp_path.iterdir()) == []


DOCKER = """#!/bin/sh
case "$1" in
    version) echo {version} ;;
    buildx) exit {buildx} ;;
esac
"""


@pytest.mark.parametrize(
    ("version", "buildx", "is_used"),
    [("28.2.2", 0, True), ("23.0.1", 0, True), ("20.10.24", 0, False), ("28.2.2", 1, False)],
)
def test_a_daemon_that_answers_is_used_where_it_is_new_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, buildx: int, is_used: bool
) -> None:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(version=version, buildx=buildx), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    said: list[str] = []
    found = engine.answering(tmp_path, said.append)
    assert (found is not None) is is_used
    assert version in said[0]
    if found:
        assert found.process is None
        assert found.path(tmp_path / "x") == f"{tmp_path.resolve()}/x"


def test_an_empty_answer_is_no_daemon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine.answers(engine.quiet) is None
