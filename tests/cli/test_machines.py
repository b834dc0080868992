"""Machines that fail: special files, links, a working directory that is gone, files that change meanwhile."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import COG_YAML, COMMAND, DOCKERFILE, Done, Here, environment, here, project, run, shell
from dockerfix.cli import job
from dockerfix.text.transactions import JOURNAL

__all__ = ["here", "project"]

COMMANDS = (
    (),
    ("-i", "Dockerfile"),
    ("--check", "Dockerfile"),
    ("--diff", "Dockerfile"),
    ("-o", "out", "Dockerfile"),
    ("--against", "Dockerfile", "Dockerfile"),
    ("--format", "json", "Dockerfile"),
    ("app",),
    ("migrate",),
    ("migrate", "--diff", "--dockerfile", "-"),
    ("review", "Dockerfile"),
    ("review", "-o", "page.html", "Dockerfile"),
    ("trace", "Dockerfile"),
    ("tree", "Dockerfile"),
)
"""Each command that reads or writes files, once at least."""

PREDICTOR = "class Predictor:\n    def predict(self, text: str) -> str:\n        return text\n"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".git"}


def texts(folder: Path) -> dict[str, bytes]:
    """The content of each file in a folder, and of the folders in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def model(project: Here) -> Here:
    """A project that can be migrated."""
    project.write("predict.py", PREDICTOR)
    return project


class TestLinks:
    def test_a_hard_link_is_told_and_keeps_the_old_content(self, project: Here) -> None:
        (project.folder / "other").hardlink_to(project.folder / "Dockerfile")
        done = project("-i", "-qq", "Dockerfile")
        said = "dockerfix: Dockerfile had another name (a hard link), which keeps the old content\n"
        assert (done.code, done.err) == (1, said)
        assert (project.folder / "other").read_text() == DOCKERFILE
        assert "'fal==" in (project.folder / "Dockerfile").read_text()

    def test_several(self, project: Here) -> None:
        for name in ("other", "third"):
            (project.folder / name).hardlink_to(project.folder / "Dockerfile")
        done = project("-qq", "-o", "third", "Dockerfile")
        said = "dockerfix: third had 2 other names (hard links), which keep the old content\n"
        assert (done.code, done.err) == (0, said)

    def test_nothing_is_told_where_nothing_is_written(self, project: Here) -> None:
        project("-i", "-qq", "Dockerfile")
        (project.folder / "other").hardlink_to(project.folder / "Dockerfile")
        assert project("-i", "-qq", "Dockerfile") == Done(0, b"", "")
        assert project("--check", "-qq", "Dockerfile") == Done(0, b"", "")

    def test_migrate_and_the_page(self, model: Here) -> None:
        (model.folder / "other").hardlink_to(model.folder / "Dockerfile")
        done = model("migrate", "-qq")
        assert (done.code, "Dockerfile had another name" in done.err) == (0, True)
        assert (model.folder / "other").read_text() == DOCKERFILE
        model.write("other.html", "")
        (model.folder / "page.html").hardlink_to(model.folder / "other.html")
        assert "page.html had another name" in model("review", "-o", "page.html", "other").err
        assert (model.folder / "other.html").read_text() == ""

    def test_a_link_to_itself_is_refused(self, model: Here) -> None:
        for name in ("loop", "fal_app.py"):
            (model.folder / name).symlink_to(name)
        assert model("-i", "loop").err == "dockerfix: cannot read loop: Too many levels of symbolic links\n"
        done = model("-qq", "-o", "loop", "--no-config", "--select", "DF104", "Dockerfile")
        assert (done.code, done.err) == (3, "dockerfix: cannot write loop: Too many levels of symbolic links\n")
        done = model("app", "-qq")
        assert (done.code, "fal_app.py: can't be read: Too many levels of symbolic links" in done.err) == (3, True)
        assert (model.folder / "fal_app.py").is_symlink()


class TestSpecialFiles:
    @pytest.fixture
    def special(self, model: Here, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
        """Makes a pipe, a socket or a folder."""
        monkeypatch.chdir(model.folder)  # the name of a socket is short

        def make(kind: str, name: str) -> None:
            if kind == "pipe":
                os.mkfifo(name)
            elif kind == "folder":
                Path(name).mkdir()
            else:
                with socket.socket(socket.AF_UNIX) as made:
                    made.bind(name)

        return make

    @pytest.mark.parametrize("kind", ["pipe", "socket"])
    def test_in_place(self, model: Here, special: Callable[[str, str], None], kind: str) -> None:
        special(kind, "x")
        done = run("-i", "-qq", "x", "Dockerfile", cwd=model.folder)
        said = f"dockerfix: cannot read x: it is a {kind}, and only a regular file can be rewritten\n"
        assert (done.code, done.err) == (3, said)
        # the others are done
        assert "'fal==" in (model.folder / "Dockerfile").read_text()

    def test_a_device(self, model: Here) -> None:
        said = "dockerfix: cannot read /dev/null: it is a device, and only a regular file can be rewritten\n"
        assert model("-i", "/dev/null") == Done(3, b"", said)

    @pytest.mark.parametrize("arguments", [("-o", "x", "-qq", "Dockerfile"), ("review", "-o", "x", "Dockerfile")])
    def test_a_socket_as_output(
        self, model: Here, special: Callable[[str, str], None], arguments: tuple[str, ...]
    ) -> None:
        special("socket", "x")
        assert model(*arguments) == Done(3, b"", "dockerfix: cannot write x: it is a socket\n")

    @pytest.mark.parametrize("kind", ["pipe", "socket", "folder"])
    @pytest.mark.parametrize(
        ("name", "command"),
        [
            ("fal_app.py", "app"),
            ("fal_call.py", "migrate"),
            (".dockerignore", "migrate"),
            ("MIGRATION.md", "migrate"),
            ("pyproject.toml", "migrate"),
        ],
    )
    def test_in_place_of_a_file_of_the_app(
        self, model: Here, special: Callable[[str, str], None], kind: str, name: str, command: str
    ) -> None:
        special(kind, name)
        before = texts(model.folder)
        done = run(command, "-qq", cwd=model.folder)
        said = f"dockerfix: {name}: is a {kind}, but dockerfix writes a file of this name; rename it\n"
        assert (done.code, done.err[-len(said) :]) == (3, said)
        assert texts(model.folder) == before

    def test_a_file_that_is_too_large(self, model: Here) -> None:
        with (model.folder / "MIGRATION.md").open("wb") as stream:
            stream.truncate(10 << 30)
        (model.folder / ".dockerignore").write_text("MIGRATION.md\n")  # fal's client would refuse it before
        done = model("migrate", "-qq")
        assert (done.code, done.err.endswith("MIGRATION.md: can't be read: it is larger than 10 MiB\n")) == (3, True)

    def test_a_cog_yaml_that_is_a_pipe(self, model: Here) -> None:
        done = shell("dockerfix --cog-yaml <(cat cog.yaml) Dockerfile", model.folder)
        assert (done.code, "is a pipe, and cog.yaml must be a file" in done.err) == (3, True)


class TestStreamsByName:
    """Pipes that the shell names are read and written like standard input and output."""

    @pytest.mark.parametrize(
        "line",
        [
            "dockerfix -qq <(cat Dockerfile)",
            "cat Dockerfile | dockerfix -qq /dev/stdin",
            "dockerfix -qq /dev/fd/7 7<Dockerfile",
            "dockerfix -qq -o /dev/stdout Dockerfile",
            "dockerfix -qq -o /dev/stdout Dockerfile | cat",
            "dockerfix -qq -o /dev/fd/1 Dockerfile | cat",
            "dockerfix -qq -o /dev/fd/8 Dockerfile 8>&1",
            "dockerfix -qq -o /dev/stdout Dockerfile > out; cat out",
            "ln -s /dev/stdout link; dockerfix -qq -o link Dockerfile | cat",
            "mkfifo pipe; cat pipe & dockerfix -qq -o pipe Dockerfile; wait",
            "dockerfix -qq -o >(cat > out) Dockerfile; until [ -s out ]; do sleep 0.05; done; cat out",
        ],
    )
    def test_as_the_plain_ones(self, project: Here, line: str) -> None:
        plain = shell("cat Dockerfile | dockerfix -q", project.folder)
        assert plain.code == 0
        assert shell(line, project.folder) == plain

    def test_what_stands_before_stays(self, project: Here) -> None:
        plain = shell("dockerfix -qq Dockerfile", project.folder)
        done = shell("echo before > log; dockerfix -qq -o /dev/stdout Dockerfile >> log; cat log", project.folder)
        assert done.out == b"before\n" + plain.out

    def test_a_reader_that_is_gone(self, project: Here) -> None:
        project.write("long", "FROM python:3.11-slim\n" + "RUN echo 0123456789\n" * 20_000)
        line = "dockerfix -qq --select DF104 -o /dev/stdout long | head -1; echo ${PIPESTATUS[0]}"
        assert shell(line, project.folder) == (0, b"FROM python:3.11-slim\n141\n", "")


class TestWorkingDirectory:
    @pytest.mark.parametrize("arguments", [*COMMANDS, ("passes",), ("explain", "DF201"), ("--help",), ("--version",)])
    def test_that_is_gone(self, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        gone = tmp_path / "gone"
        gone.mkdir()
        code = f"import os; os.rmdir(os.getcwd()); os.execv({COMMAND[0]!r}, {[*COMMAND, *arguments]!r})"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, cwd=gone, env=environment(), check=False, timeout=60
        )
        said = b"dockerfix: the working directory doesn't exist any more; run dockerfix in another one\n"
        assert (done.returncode, done.stdout, done.stderr) == (3, b"", said)

    def test_that_goes_meanwhile(self, project: Here, monkeypatch: pytest.MonkeyPatch) -> None:
        calls = []

        def here() -> str:
            calls.append(1)
            if len(calls) > 1:
                raise FileNotFoundError(2, "No such file or directory")
            return str(project.folder)

        monkeypatch.setattr(os, "getcwd", here)
        done = project("--diff", "-qq", "Dockerfile")
        said = "dockerfix: the working directory doesn't exist any more; run dockerfix in another one\n"
        assert (done.code, done.err) == (3, said)


class TestChangedMeanwhile:
    """What changes between reading and writing is not overwritten."""

    @pytest.fixture
    def then(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
        """Does something as soon as the conversion is done."""
        rewrite = job.attempt

        def arrange(change: Callable[[], object]) -> None:
            def changing(*arguments: Any) -> Any:
                done = rewrite(*arguments)
                change()
                return done

            monkeypatch.setattr(job, "attempt", changing)

        return arrange

    SAID = "it was changed, replaced or removed meanwhile; run dockerfix again"

    @pytest.mark.parametrize("arguments", [("-i", "Dockerfile"), ("-o", "Dockerfile", "Dockerfile"), ("-i", "link")])
    @pytest.mark.parametrize("how", ["changed", "replaced", "removed", "same time and size"])
    def test_one_file(
        self, project: Here, then: Callable[[Callable[[], object]], None], arguments: tuple[str, ...], how: str
    ) -> None:
        path = project.folder / "Dockerfile"
        (project.folder / "link").symlink_to("Dockerfile")
        mine = DOCKERFILE.replace("5000", "5001")

        def change() -> None:
            before = path.stat()
            if how == "removed":
                path.unlink()
            elif how == "replaced":
                project.write("other", mine).replace(path)
            else:
                path.write_text(mine)
                if how != "changed":
                    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

        then(change)
        done = project("-qq", *arguments)
        assert (done.code, done.err) == (3, f"dockerfix: cannot write {arguments[1]}: {self.SAID}\n")
        assert names(project.folder) - {"Dockerfile"} == {"link", "cog.yaml", "predict.py"}
        assert not path.exists() if how == "removed" else path.read_text() == mine

    def test_standard_input_from_the_file(self, project: Here) -> None:
        assert shell("dockerfix -qq -o Dockerfile < Dockerfile", project.folder).code == 0
        assert "'fal==" in (project.folder / "Dockerfile").read_text()

    def test_one_file_under_two_names(self, project: Here) -> None:
        (project.folder / "link").symlink_to("Dockerfile")
        done = project("-i", "-qq", "Dockerfile", "link", "./Dockerfile", "-j", "2")
        assert (done.code, done.err) == (1, "")

    @pytest.mark.parametrize("name", ["Dockerfile", "pyproject.toml", "fal_app.py"])
    def test_migrate(self, model: Here, then: Callable[[Callable[[], object]], None], name: str) -> None:
        from dockerfix.app import migrate

        model.write("pyproject.toml", "a = 1\n")
        if name == "Dockerfile":
            then(lambda: model.write(name, "FROM mine\n"))
        else:
            write_all = migrate.write_all

            def late(*arguments: Any) -> None:
                model.write(name, "b = 1\n")
                write_all(*arguments)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(migrate, "write_all", late)
                done = model("migrate", "-qq")
            assert (model.folder / name).read_text() == "b = 1\n"
        if name == "Dockerfile":
            done = model("migrate", "-qq")
            assert (model.folder / name).read_text() == "FROM mine\n"
        said = f"dockerfix: cannot write {name}: {self.SAID}; nothing was written\n"
        assert (done.code, done.err[-len(said) :]) == (3, said)
        assert names(model.folder) <= {"Dockerfile", "cog.yaml", "predict.py", "pyproject.toml", name}


class TestNamesWhereCaseDoesNotCount:
    """Two names of one file stand for a file system in which `dockerfile` and `Dockerfile` are one."""

    def test_the_input_is_replaced(self, model: Here) -> None:
        (model.folder / "dockerfile").hardlink_to(model.folder / "Dockerfile")
        done = model("migrate", "-qq", "--dockerfile", "dockerfile")
        assert done.code == 0
        assert "'fal==" in (model.folder / "Dockerfile").read_text()
        assert "Dockerfile.fal" not in names(model.folder)

    def test_the_predictor_is_never_replaced(self, model: Here) -> None:
        model.write("Fal_App.py", PREDICTOR)
        (model.folder / "fal_app.py").hardlink_to(model.folder / "Fal_App.py")
        model.write("cog.yaml", COG_YAML.replace("predict.py", "Fal_App.py"))
        done = model("migrate", "-qq", "--force")
        assert (done.code, "has the name of one that dockerfix writes" in done.err) == (3, True)
        assert (model.folder / "fal_app.py").read_text() == PREDICTOR

    def test_the_page_does_not_replace_the_dockerfile(self, project: Here) -> None:
        (project.folder / "dockerfile").hardlink_to(project.folder / "Dockerfile")
        for name in ("dockerfile", "Dockerfile", "./Dockerfile"):
            done = project("review", "Dockerfile", "-o", name)
            assert (done.code, "the page would replace Dockerfile" in done.err) == (2, True)
        assert (project.folder / "Dockerfile").read_text() == DOCKERFILE


class TestOddNames:
    NAME = os.fsdecode(b"a\xff\nb")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("nofile",),
            ("-o", "nofolder/x", "Dockerfile"),
            ("--against", "nofile", "Dockerfile"),
            ("--config", "nofile", "Dockerfile"),
            ("--requirements", "nofile", "Dockerfile"),
            ("migrate", "--dockerfile", "nofile"),
            ("migrate", "nofile"),
            ("review", "nofile"),
            ("review", "Dockerfile", "-o", "nofolder/x"),
        ],
    )
    def test_messages_have_one_line(self, model: Here, arguments: tuple[str, ...]) -> None:
        odd = [word.replace("no", self.NAME) for word in arguments]
        done = model(*odd, "-qq") if arguments[0] != "review" else model(*odd)
        lines = [line for line in done.err.splitlines() if not line.startswith("dockerfix: your")]
        assert done.code in (2, 3)
        assert len(lines) == 1
        assert r"a\xff\x0ab" in lines[0]

    def test_files(self, model: Here) -> None:
        folder = model.folder / self.NAME
        folder.mkdir()
        for name in ("cog.yaml", "predict.py", "Dockerfile"):
            (folder / name).write_bytes((model.folder / name).read_bytes())
        (folder / self.NAME).write_text("")
        assert model("-i", "-qq", f"{self.NAME}/Dockerfile").code == 1
        assert model("migrate", "-qq", self.NAME).code == 0
        assert model("review", f"{self.NAME}/Dockerfile", "-o", f"{self.NAME}/page").code == 0

    def test_the_image_needs_a_name_that_can_be_written_down(self, model: Here) -> None:
        done = model("migrate", "--dockerfile-name", self.NAME)
        assert (done.code, "can't be a file in" in done.err) == (2, True)


FILES = {
    "app": {"fal_app.py", "fal_call.py", "fal_cog.py"},
    "migrate": {"fal_app.py", "fal_call.py", "fal_cog.py", ".dockerignore", "pyproject.toml", "MIGRATION.md"},
}

STOPS = """
import itertools, os, signal, sys
number, how = int(sys.argv[1]), getattr(signal, sys.argv[2])
sys.argv[1:] = sys.argv[3:]
steps = itertools.count()
seen = ("os.rename", "os.link", "os.remove", "os.mkdir")
def step(event, arguments):
    if event in seen and next(steps) == number:
        os.kill(os.getpid(), how)
from dockerfix.cli import main
sys.addaudithook(step)
main()
"""


class TestInterruptedMigration:
    """The real command, stopped before each rename, link or removal; `tests/text/test_transactions.py` has more."""

    def stopped(self, model: Here, number: int, how: str, *arguments: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-c", STOPS, str(number), how, *arguments],
            capture_output=True,
            cwd=model.folder,
            env=environment(),
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode())

    @pytest.mark.parametrize(("how", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
    @pytest.mark.parametrize("command", ["migrate", "app"])
    def test_a_signal_leaves_all_or_nothing(self, model: Here, how: str, code: int, command: str) -> None:
        before = texts(model.folder)
        ends = set()
        for number in range(0, 40, 3):
            done = self.stopped(model, number, how, command, "-qq")
            after = texts(model.folder)
            assert not [name for name in after if ".dockerfix-" in name], number
            assert after == before or after.keys() >= FILES[command], number
            ends.add((after == before, done.code))
            if after != before:
                break
        assert ends <= {(True, code), (False, code), (False, 0)}
        assert len(ends) == 2

    def test_the_next_run_tells_what_a_kill_left(self, model: Here) -> None:
        before = texts(model.folder)
        told = 0
        for number in range(1, 30):
            if self.stopped(model, number, "SIGKILL", "migrate", "-qq").code == 0:
                break
            found = texts(model.folder)
            journal = found.get(JOURNAL, b"done\n")
            mixed = journal[-5:] != b"done\n" and found["Dockerfile"] != before["Dockerfile"]
            if JOURNAL in found:
                done = model("migrate", "--diff")
                assert (done.code, "was stopped while it wrote" in done.err) == (3, True)
            done = model("migrate", "-qq")
            assert done.code == 0
            assert "put back" in done.err or not mixed
            told += "put back" in done.err
            assert not [name for name in texts(model.folder) if ".dockerfix-" in name]
            for name in texts(model.folder).keys() - before.keys():
                (model.folder / name).unlink()
            for name, data in before.items():
                model.write(name, data)
        assert told >= 3
        assert number > 10

    def test_a_journal_that_came_with_the_repository(self, model: Here) -> None:
        model.write(JOURNAL, "[]\n")
        done = model("migrate")
        said = f"dockerfix: cannot write {JOURNAL}: dockerfix did not write it; remove it; nothing was written\n"
        assert (done.code, done.err) == (3, said)


class TestLimits:
    """Limits of the system: the size of files, the number of open ones, a folder without room."""

    def limited(self, model: Here, limit: int, value: int, *arguments: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            cwd=model.folder,
            env=environment(PYTHONDONTWRITEBYTECODE="1"),
            check=False,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(limit, (value, value)),
        )
        return Done(done.returncode, done.stdout, done.stderr.decode())

    @pytest.mark.parametrize("command", ["migrate", "app"])
    def test_the_size_of_files(self, model: Here, command: str) -> None:
        before = texts(model.folder)
        done = self.limited(model, resource.RLIMIT_FSIZE, 4096, command, "-qq")
        assert (done.code, done.err.endswith(": File too large; nothing was written\n")) == (3, True)
        assert texts(model.folder) == before
        done = self.limited(model, resource.RLIMIT_FSIZE, 64, command, "-qq")
        assert (done.code, done.err.endswith("dockerfix: cannot write into .: File too large\n")) == (3, True)
        assert texts(model.folder) == before

    def test_the_size_of_one_file(self, model: Here) -> None:
        done = self.limited(model, resource.RLIMIT_FSIZE, 64, "-i", "-qq", "Dockerfile")
        assert done == Done(3, b"", "dockerfix: cannot write Dockerfile: File too large\n")
        assert names(model.folder) == {"Dockerfile", "cog.yaml", "predict.py"}

    @pytest.mark.parametrize("number", [5, 6, 8])
    @pytest.mark.parametrize("arguments", [("-i", "-qq", "Dockerfile"), ("migrate", "-qq")])
    def test_open_files(self, model: Here, number: int, arguments: tuple[str, ...]) -> None:
        before = texts(model.folder)
        done = self.limited(model, resource.RLIMIT_NOFILE, number, *arguments)
        assert done.code in (0, 1, 3)
        assert "Traceback" not in done.err
        if done.code == 3:
            assert texts(model.folder) == before

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a file system")
    @pytest.mark.parametrize("command", ["migrate", "app", "-i"])
    def test_no_room(self, model: Here, tmp_path: Path, command: str) -> None:
        small = tmp_path / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "none", small], check=False).returncode:
            pytest.skip("no file system can be mounted here")
        try:
            for name in ("cog.yaml", "predict.py", "Dockerfile"):
                (small / name).write_bytes((model.folder / name).read_bytes())
            with contextlib.suppress(OSError), (small / "fill").open("wb", buffering=0) as stream:
                for _ in range(40 if command == "-i" else 5):
                    stream.write(b"x" * 4096)
            before = texts(small)
            done = run(command, "-qq", *(["Dockerfile"] if command == "-i" else []), cwd=small)
            assert (done.code, "No space left on device" in done.err) == (3, True)
            assert texts(small) == before
        finally:
            subprocess.run(["umount", "-l", small], check=True)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
    @pytest.mark.parametrize("arguments", [("-i", "-qq", "Dockerfile"), ("migrate", "-qq"), ("app", "-qq")])
    def test_a_read_only_folder(self, model: Here, arguments: tuple[str, ...]) -> None:
        before = texts(model.folder)
        model.folder.chmod(0o500)
        try:
            done = model(*arguments)
        finally:
            model.folder.chmod(0o700)
        assert (done.code, "Permission denied" in done.err) == (3, True)
        assert texts(model.folder) == before


def test_what_is_ignored_stays_ignored(project: Here) -> None:
    from dockerfix.cli.rewrite import end_in_order

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        end_in_order()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
