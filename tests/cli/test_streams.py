"""Streams that are closed, full or without a reader, terminals, interrupts, and runs at the same time."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import COG_YAML, COMMAND, DOCKERFILE, environment, here, project, shell
from dockerfix import __version__
from dockerfix.cli import progress as progress_module
from dockerfix.cli.progress import Progress
from dockerfix.text import files

__all__ = ["here", "project"]

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cog.yaml").write_text(COG_YAML)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    # more than a pipe holds
    (tmp_path / "long").write_text("FROM python:3.11-slim\n" + "RUN echo 0123456789\n" * 5_000)
    return tmp_path


class TestBrokenStreams:
    @pytest.mark.parametrize("unbuffered", ["", "1"])
    def test_a_reader_that_stops(self, folder: Path, unbuffered: str) -> None:
        line = f"PYTHONUNBUFFERED={unbuffered} dockerfix -q --no-config --select DF104 long"
        assert shell(line + " | head -1; echo ${PIPESTATUS[0]}", folder) == (0, b"FROM python:3.11-slim\n141\n", "")
        assert shell(line + " | (sleep 0.2; cat) | cmp - long", folder) == (0, b"", "")

    def test_a_reader_of_the_tree_that_stops(self, folder: Path) -> None:
        done = shell("dockerfix tree long | head -1; echo ${PIPESTATUS[0]}", folder)
        assert done == (0, b"1:1 FROM 0..22\n141\n", "")

    @pytest.mark.parametrize("arguments", ["-q Dockerfile", "--version", "passes"])
    def test_a_closed_output(self, folder: Path, arguments: str) -> None:
        done = shell(f"dockerfix {arguments} >&-", folder)
        assert done == (3, b"", "dockerfix: cannot write standard output: it is closed\n")

    def test_a_closed_input(self, folder: Path) -> None:
        assert shell("dockerfix <&-", folder) == (3, b"", "dockerfix: cannot read standard input: it is closed\n")

    def test_an_input_that_cannot_be_read(self, folder: Path) -> None:
        assert shell("dockerfix 0>/dev/null", folder) == (
            3,
            b"",
            "dockerfix: cannot read standard input: Bad file descriptor\n",
        )

    def test_a_closed_output_that_nothing_goes_to(self, folder: Path) -> None:
        assert shell("dockerfix -q -o result Dockerfile >&-", folder) == (0, b"", "")
        assert b"'fal==" in (folder / "result").read_bytes()

    def test_closed_errors(self, folder: Path) -> None:
        done = shell("dockerfix Dockerfile 2>&-", folder)
        assert done.code == 0
        assert b"'fal==" in done.out

    @needs_full
    def test_a_full_disk(self, folder: Path) -> None:
        line = "dockerfix: cannot write standard output: No space left on device\n"
        assert shell("dockerfix -q Dockerfile >/dev/full", folder) == (3, b"", line)
        assert shell("dockerfix --help >/dev/full", folder) == (3, b"", line)
        assert shell("dockerfix explain DF102 >/dev/full", folder) == (3, b"", line)

    @needs_full
    def test_full_errors(self, folder: Path) -> None:
        done = shell("dockerfix Dockerfile 2>/dev/full", folder)
        assert done.code == 0
        assert b"'fal==" in done.out


def on_terminal(*arguments: str, cwd: Path, **extra: str) -> tuple[int, bytes]:
    """Run the command on a terminal of its own; gives the code and what the terminal got."""
    leader, follower = pty.openpty()
    started = subprocess.Popen(
        [*COMMAND, *arguments], stdin=follower, stdout=follower, stderr=follower, cwd=cwd, env=environment(**extra)
    )
    os.close(follower)
    seen = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(leader)
    return started.wait(60), seen


class TestTerminal:
    def test_without_a_file_it_says_what_to_do(self, folder: Path) -> None:
        code, seen = on_terminal(cwd=folder)
        assert code == 2
        assert b"name a FILE, or pipe a Dockerfile in: `cog debug | dockerfix`" in seen

    def test_colours(self, folder: Path) -> None:
        code, seen = on_terminal("--diff", "-v", "Dockerfile", cwd=folder)
        assert code == 0
        assert b"\x1b[31m-EXPOSE 5000\x1b[0m" in seen
        assert b"Dockerfile:5:1: \x1b[36mDF104\x1b[0m " in seen

    def test_no_colours_for_who_does_not_want_them(self, folder: Path) -> None:
        assert b"\x1b" not in on_terminal("--diff", "Dockerfile", cwd=folder, NO_COLOR="1")[1]
        assert b"\x1b" not in on_terminal("--diff", "Dockerfile", cwd=folder, TERM="dumb")[1]

    def test_an_empty_no_color_counts_as_none(self, folder: Path) -> None:
        assert b"\x1b[36m" in on_terminal("-v", "Dockerfile", cwd=folder, NO_COLOR="")[1]


class TestProgress:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        now = [0.0]
        monkeypatch.setattr(progress_module, "monotonic", lambda: now[0])
        return now

    def test_it_comes_after_a_second_and_goes(
        self, clock: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(progress_module.streams, "is_terminal", lambda _stream: True)
        bar = Progress(4)
        bar.step()
        bar.clear()
        assert capsys.readouterr().err == ""
        clock[0] = 1.5
        bar.step()
        bar.step()
        assert capsys.readouterr().err == "\r[###############---------------] 2/4"
        bar.clear()
        bar.clear()
        assert capsys.readouterr().err == "\r\x1b[K"

    def test_it_is_for_people(self, clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
        bar = Progress(4)
        clock[0] = 9
        bar.step()
        bar.clear()
        assert capsys.readouterr().err == ""


class TestReplacing:
    """`files.replace`: all or nothing."""

    def entries(self, folder: Path) -> list[str]:
        return sorted(path.name for path in folder.iterdir())

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
    def test_what_fails_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
    ) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"old")

        def fail(_descriptor: int) -> None:
            raise error

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(type(error)):
            files.replace(path, b"new")
        assert path.read_bytes() == b"old"
        assert self.entries(tmp_path) == ["file"]

    def test_a_file_of_somebody_else_is_left_alone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        taken = tmp_path / f".dockerfix-{bytes(8).hex()}"
        taken.write_bytes(b"not mine")
        names = [b"\1" * 8, bytes(8)]
        monkeypatch.setattr(os, "urandom", lambda _count: names.pop())
        files.replace(tmp_path / "file", b"new")
        assert (tmp_path / "file").read_bytes() == b"new"
        assert taken.read_bytes() == b"not mine"
        assert self.entries(tmp_path) == [taken.name, "file"]

    def test_a_new_file_has_the_mode_of_new_files(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            files.replace(tmp_path / "file", b"new")
        finally:
            os.umask(before)
        assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640

    def test_a_link_to_nothing_makes_what_it_names(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("there")
        files.replace(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "there").read_bytes() == b"new"

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
    def test_the_owner_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"old")
        os.chown(path, 1234, 4321)
        files.replace(path, b"new")
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


class TestManyAtOnce:
    @pytest.fixture
    def many(self, tmp_path: Path) -> list[str]:
        names = [f"{number:03}/Dockerfile" for number in range(150)]
        for name in names:
            path = tmp_path / name
            path.parent.mkdir()
            (path.parent / "cog.yaml").write_text(COG_YAML)
            path.write_text(DOCKERFILE)
        return names

    def start(self, arguments: list[str], cwd: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=environment(),
        )

    def leftovers(self, folder: Path) -> list[Path]:
        return [path for path in folder.rglob("*") if path.name.startswith(".dockerfix")]

    @pytest.mark.parametrize(
        ("number", "code", "jobs"), [(signal.SIGINT, 130, "1"), (signal.SIGINT, 130, "2"), (signal.SIGTERM, 143, "1")]
    )
    def test_an_interrupt(self, tmp_path: Path, many: list[str], number: int, code: int, jobs: str) -> None:
        started = self.start(["-i", "-q", "-j", jobs, *many], tmp_path)
        last = tmp_path / many[71]
        until = time.monotonic() + 60
        while last.read_text() == DOCKERFILE and time.monotonic() < until:
            time.sleep(0.001)
        # it holds still until the interrupt is there
        started.send_signal(signal.SIGSTOP)
        started.send_signal(number)
        started.send_signal(signal.SIGCONT)
        out, err = started.communicate(timeout=60)
        assert (started.returncode, out, err) == (code, b"", b"")
        assert self.leftovers(tmp_path) == []
        result = last.read_text()
        texts = [(tmp_path / name).read_text() for name in many]
        assert set(texts) == {DOCKERFILE, result}
        # those before the interrupt are done, those behind it are as they were
        assert texts == sorted(texts, key=[result, DOCKERFILE].index)

    def test_two_runs_over_one_folder(self, tmp_path: Path, many: list[str]) -> None:
        runs = [self.start(["-i", "-q", "-j1", *many[:60]], tmp_path) for _ in range(2)]
        ends = [started.communicate(timeout=120) for started in runs]
        assert all(end == (b"", b"") for end in ends)
        assert {started.returncode for started in runs} <= {0, 1}
        assert self.leftovers(tmp_path) == []
        texts = {(tmp_path / name).read_text() for name in many[:60]}
        assert len(texts) == 1
        assert "'fal==" in texts.pop()


def test_a_version_needs_nothing(tmp_path: Path) -> None:
    script = """
import sys
sys.argv = ["dockerfix", "--version"]
from dockerfix.cli import main
try:
    main()
except SystemExit:
    heavy = {"click", "lark", "yaml", "json", "dataclasses", "inspect", "pathlib", "ast", "dockerfix.driver.rewrite"}
    sys.stdout.write(repr(heavy & set(sys.modules)))
"""
    # without `site`, as a package's .pth file may import anything
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
        check=True,
    )
    assert done.stdout == f"dockerfix {__version__}\nset()"
