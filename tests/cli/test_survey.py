"""The survey of many projects: what its rows say, that nothing stops it, and what it keeps."""

from __future__ import annotations

import csv
import io
import json
import os
import pkgutil
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import archives
import fleets
from commands import COMMAND, Done, environment, run
from dockerfix.cli.survey.run import find_all
from dockerfix.driver.project_summary import ProjectSummary, as_data, from_data
from dockerfix.report.survey.comma_separated import COLUMNS
from places import PROJECTS

SAMPLES = sorted(path.name for path in PROJECTS.iterdir())


def survey(*arguments: str | Path, **extra: str) -> Done:
    return run("survey", *arguments, **extra)


def rows(done: Done) -> list[dict[str, Any]]:
    """The projects of a survey as JSON."""
    data: dict[str, Any] = json.loads(done.out)
    jsonschema.validate(data, json.loads(pkgutil.get_data("dockerfix.report.survey", "survey.schema.json") or b""))
    projects: list[dict[str, Any]] = data["projects"]
    counts = Counter(each["verdict"].replace("-", "_") for each in projects)
    assert data["summary"] == {
        "projects": len(projects),
        **{name: counts[name] for name in ("converts", "converts_with_checks", "needs_work", "refused", "failed")},
    }
    return projects


def by_name(done: Done) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in rows(done)}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample projects, each with what the newest release printed for it."""
    root = tmp_path_factory.mktemp("samples")
    newest = {each.project: each for each in archives.outputs() if each.variant == "-"}
    for name in SAMPLES:
        shutil.copytree(PROJECTS / name, root / name)
        (root / name / "Dockerfile.cog").write_bytes(newest[name].data)
    return root


class TestRows:
    def test_the_samples(self, samples: Path) -> None:
        before = contents(samples)
        done = survey(samples, "--format", "json")
        assert done.code == 0
        found = by_name(done)
        assert list(found) == SAMPLES
        assert {each["verdict"] for each in found.values()} <= {"converts", "converts-with-checks"}
        assert contents(samples) == before, "a survey only reads"
        sdxl = found["sdxl-turbo"]
        assert sdxl["project"] == str(samples / "sdxl-turbo")
        assert sdxl["dockerfile"] == "Dockerfile.cog"
        assert sdxl["gpu"]
        assert sdxl["machines"][0].startswith("GPU-")
        assert sdxl["cuda"].startswith("12.")
        assert sdxl["weights"][0]["host"] == "weights.example.org"
        assert any(each.startswith("diffusers") for each in sdxl["python_packages"])
        assert not sdxl["reasons"]

    def test_it_agrees_with_migrate(self, samples: Path, tmp_path: Path) -> None:
        """The files below OUT are those that `dockerfix migrate` writes, for each project that converts."""
        out = tmp_path / "out"
        done = survey(samples, "--format", "json", "--migrate", out)
        assert done.code == 0
        for name in by_name(done):
            project = tmp_path / "projects" / name
            shutil.copytree(samples / name, project)
            before = set(contents(project))
            assert run("migrate", project, "-qq").code == 0
            migrated = {path: data for path, data in contents(project).items() if path not in before}
            assert contents(out / name) == migrated, name

    def test_without_a_dockerfile(self, tmp_path: Path) -> None:
        shutil.copytree(PROJECTS / "whisper-cu118", tmp_path / "a")
        (found,) = rows(survey(tmp_path, "--format", "json"))
        assert found["verdict"] == "needs-work"
        assert "cog debug > Dockerfile.cog" in found["reasons"][0]
        assert (found["cuda"], found["torch"], found["gpu"]) == ("11.8", "2.0.1", True)
        assert found["machines"]
        assert (found["base"], found["cog"]) == ("", "")

    def test_weights(self, tmp_path: Path) -> None:
        project = tmp_path / "model"
        project.mkdir()
        (project / "cog.yaml").write_text(
            "build:\n  gpu: true\n  python_version: '3.11'\n  run:\n"
            "    - curl -o /w.pt https://user:hunter2@files.example.com/w.pt?sig=abcdef\n"
            "predict: predict.py:Predictor\n"
            "weights:\n  - name: base\n    source: {uri: 'hf://acme/base-7b'}\n    target: /src/weights\n"
        )
        (project / "predict.py").write_text(
            "from cog import BasePredictor\nfrom transformers import AutoModel\n"
            "URL = 'https://weights.example.org/a/b.safetensors'\n"
            "class Predictor(BasePredictor):\n"
            "    def setup(self):\n        self.model = AutoModel.from_pretrained('acme/other')\n"
            "    def predict(self, text: str) -> str:\n        return text\n"
        )
        (project / "small.onnx").write_bytes(b"\0" * 2_000_000)
        (found,) = rows(survey(tmp_path, "--format", "json"))
        sources = {(each["host"], each["what"]): each["size"] for each in found["weights"]}
        assert sources == {
            ("huggingface.co", "acme/base-7b"): 14_000_000_000,
            ("weights.example.org", "https://weights.example.org/a/b.safetensors"): None,
            ("files.example.com", "https://***@files.example.com/w.pt"): None,
            ("huggingface.co", "acme/other"): None,
            ("", "small.onnx"): 2_000_000,
        }
        assert found["weights_size"] == 14_000_000_000
        assert "hunter2" not in json.dumps(found)

    def test_a_summary_survives_json(self) -> None:
        summary = ProjectSummary("a", "refused", ("why",))
        assert from_data(json.loads(json.dumps(as_data(summary)))) == summary


class TestBrokenProjects:
    def test_a_hundred_copies_with_ten_broken_ones(self, tmp_path: Path) -> None:
        projects = fleets.write(tmp_path / "fleet", 100)
        broken = {}
        for project, (kind, (damage, verdict, reason)) in zip(projects[3::10], fleets.BREAKS.items(), strict=True):
            damage(project)
            broken[str(project)] = (kind, verdict, reason)
        before = contents(tmp_path / "fleet")
        done = survey(tmp_path / "fleet", "--format", "json")
        assert done.code == 0
        found = {each["project"]: each for each in rows(done)}
        assert sorted(found) == sorted(map(str, projects))
        for path, (kind, verdict, reason) in broken.items():
            assert found[path]["verdict"] == verdict, (kind, found[path]["reasons"])
            assert reason in found[path]["reasons"][0], kind
        for path in found.keys() - broken.keys():
            # one release of Cog leaves out `run` commands
            assert found[path]["verdict"].startswith("converts") or "is not in this Dockerfile" in str(found[path])
        assert contents(tmp_path / "fleet") == before

    @pytest.fixture
    def cog(self, tmp_path: Path) -> dict[str, str]:
        """A `cog` that prints Printed.txt, unless the project's name asks for a mishap."""
        program = tmp_path / "bin" / "cog"
        program.parent.mkdir()
        program.write_text(
            '#!/bin/sh\n[ "$1" = --version ] && echo 1 && exit\n'
            'case "$PWD" in\n*/slow) echo $$ > started; sleep 600;;\n*/crash) kill -9 $PPID;;\n'
            "*/fails) echo 'no docker' >&2; exit 1;;\n*/huge) head -c 300000000 /dev/zero;;\nesac\ncat Printed.txt\n"
        )
        program.chmod(0o755)
        return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

    def fleet(self, root: Path, *names: str) -> Path:
        output = next(each for each in archives.outputs() if (each.project, each.release) == ("hello-text", "v0.16.12"))
        for name in names:
            shutil.copytree(output.folder, root / name)
            (root / name / "Printed.txt").write_bytes(output.data)
        return root

    def test_a_crash_and_the_limits_spoil_one_row_only(self, tmp_path: Path, cog: dict[str, str]) -> None:
        fleet = self.fleet(tmp_path / "fleet", "a", "crash", "fails", "slow", "z")
        begin = time.monotonic()
        done = survey(fleet, "--format", "json", "--cog-debug", "--jobs", "2", "--time-limit", "15", **cog)
        assert time.monotonic() - begin < 200
        assert done.code == 4
        found = {name: (each["verdict"], each["reasons"]) for name, each in by_name(done).items()}
        assert found == {
            "a": ("converts", []),
            "crash": ("failed", ["the process that read it ended by SIGKILL"]),
            "fails": ("needs-work", ["`cog debug` fails: no docker"]),
            "slow": ("failed", ["it takes longer than 15 seconds (--time-limit)"]),
            "z": ("converts", []),
        }
        pid = int((fleet / "slow" / "started").read_text())
        assert not _is_running(pid), "what the project started ends with it"

    def test_too_much_memory(self, tmp_path: Path, cog: dict[str, str]) -> None:
        fleet = self.fleet(tmp_path / "fleet", "a", "huge", "z")
        done = survey(fleet, "--format", "json", "--cog-debug", "--jobs", "1", "--memory-limit", "500", **cog)
        assert done.code == 4
        found = {name: (each["verdict"], each["reasons"]) for name, each in by_name(done).items()}
        assert found == {
            "a": ("converts", []),
            "huge": ("failed", ["it takes more than 500 MB of memory (--memory-limit)"]),
            "z": ("converts", []),
        }

    def test_cog_runs_only_on_request(self, tmp_path: Path, cog: dict[str, str]) -> None:
        fleet = self.fleet(tmp_path / "fleet", "slow")
        (found,) = rows(survey(fleet, "--format", "json", **cog))
        assert found["verdict"] == "needs-work"
        assert not (fleet / "slow" / "started").exists()

    def test_cog_must_be_there(self, tmp_path: Path) -> None:
        done = survey(tmp_path, "--cog-debug", PATH="/nowhere")
        assert (done.code, done.err) == (3, "dockerfix: --cog-debug needs cog, which is not installed\n")

    def test_the_project_s_modules_do_not_run(self, tmp_path: Path) -> None:
        """The processes start in the folder where the user is, which may hold the code of a project."""
        shutil.copytree(PROJECTS / "hello-text", tmp_path / "model")
        for name in ("json", "dockerfix", "signal", "click"):
            (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n")
        assert len(rows(survey(".", "--format", "json", cwd=tmp_path))) == 1
        assert not (tmp_path / "ran").exists()


def _is_running(pid: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.1)
    return True


class TestState:
    def reads(self, state: Path) -> int:
        """How many projects the state has."""
        with sqlite3.connect(state) as table:
            count: int = table.execute("SELECT count(*) FROM projects").fetchone()[0]
        return count

    def test_only_what_changed_is_read_again(self, tmp_path: Path) -> None:
        state = tmp_path / "state"
        projects = fleets.write(tmp_path / "fleet", 12)
        arguments = (tmp_path / "fleet", "--format", "json", "--state", state)
        first = survey(*arguments)
        assert self.reads(state) == 12
        # what is found in the state is used: an entry is marked, and comes back
        with sqlite3.connect(state) as table:
            table.execute("UPDATE projects SET summary = json_set(summary, '$.cog', 'from the state')")
        marked = rows(survey(*arguments))
        assert {each["cog"] for each in marked} == {"from the state"}
        (projects[4] / "predict.py").write_text((projects[4] / "predict.py").read_text() + "# changed\n")
        (projects[7] / "new.py").write_text("import torch\n")
        third = {each["project"]: each["cog"] for each in rows(survey(*arguments))}
        assert {path for path in third if third[path] != "from the state"} == {str(projects[4]), str(projects[7])}
        assert self.reads(state) == 14
        assert [each["project"] for each in rows(first)] == list(third)

    def test_what_else_a_summary_depends_on(self, tmp_path: Path) -> None:
        state = tmp_path / "state"
        fleets.write(tmp_path / "fleet", 1)
        arguments = (tmp_path / "fleet", "--format", "json", "--state", state)
        survey(*arguments)
        survey(*arguments, "--target", "server")
        assert self.reads(state) == 2
        next((tmp_path / "fleet").rglob("cog.yaml")).with_name(".dockerfix.yaml").write_text("fail-on: warning\n")
        survey(*arguments)
        assert self.reads(state) == 3
        survey(*arguments)
        assert self.reads(state) == 3

    def test_the_survey_s_own_files_do_not_count(self, tmp_path: Path) -> None:
        (project,) = fleets.write(tmp_path, 1)
        arguments = ("survey", ".", "--format", "html", "-o", "out", "--state", "state.db")
        for _ in range(3):
            assert run(*arguments, cwd=project).code == 0
        assert self.reads(project / "state.db") == 1

    def test_a_survey_that_is_killed_goes_on(self, tmp_path: Path) -> None:
        fleet = tmp_path / "fleet"
        projects = fleets.write(fleet, 60)
        state = tmp_path / "state"
        arguments = ["survey", str(fleet), "--format", "csv", "--state", str(state), "-j", "1"]
        with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, env=environment()) as process:
            assert process.stdout is not None
            while state_rows(state) < 5:  # they are on the disk within a second
                process.stdout.readline()
                assert process.poll() is None
            process.kill()
        kept = self.reads(state)
        assert 5 <= kept < 60
        done = run(*arguments)
        assert len(list(csv.DictReader(io.StringIO(done.out.decode())))) == len(projects)
        assert self.reads(state) == 60

    def test_a_failure_is_tried_again(self, tmp_path: Path) -> None:
        fleets.write(tmp_path / "fleet", 1)
        arguments = (tmp_path / "fleet", "--format", "json", "--state", tmp_path / "state")
        done = survey(*arguments, "--memory-limit", "10")
        assert done.code == 4
        assert rows(done)[0]["verdict"] == "failed"
        assert survey(*arguments).code == 0

    def test_ctrl_c_keeps_what_was_found(self, tmp_path: Path) -> None:
        fleets.write(tmp_path / "fleet", 60)
        state = tmp_path / "state"
        words = [*COMMAND, "survey", str(tmp_path / "fleet"), "--state", str(state), "-j", "2"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment(), start_new_session=True) as process:
            assert process.stdout is not None
            for _ in range(6):
                process.stdout.readline()
            tasks = Path(f"/proc/{process.pid}/task").glob("*/children")  # each is started by a thread
            children = [int(each) for path in tasks for each in path.read_text().split()]
            assert len(children) == 2
            os.killpg(process.pid, signal.SIGINT)
            process.stdout.read()
        assert process.returncode == 130
        assert 5 <= self.reads(state) < 60
        assert not any(map(_is_running, children))

    def test_another_file(self, tmp_path: Path) -> None:
        fleets.write(tmp_path / "fleet", 1)
        (tmp_path / "state").write_text("what is this?" * 100)
        done = survey(tmp_path / "fleet", "--state", tmp_path / "state")
        assert done.code == 3
        assert "as the state of a survey" in done.err
        assert (tmp_path / "state").read_text() == "what is this?" * 100


def state_rows(state: Path) -> int:
    try:
        return TestState().reads(state)
    except sqlite3.OperationalError:
        return 0


class TestForms:
    def test_csv(self, samples: Path, tmp_path: Path) -> None:
        done = survey(samples, "--format", "csv")
        found = list(csv.DictReader(io.StringIO(done.out.decode(), newline="")))
        assert list(found[0]) == list(COLUMNS)
        assert [each["name"] for each in found] == SAMPLES
        data = by_name(survey(samples, "--format", "json"))
        for each in found:
            assert each["verdict"] == data[each["name"]]["verdict"]
            assert int(each["python_packages"]) == len(data[each["name"]]["python_packages"])
        written = survey(samples, "--format", "csv", "-o", tmp_path / "survey.csv")
        assert (tmp_path / "survey.csv").read_bytes() == done.out
        assert written.out == b""
        assert "survey.csv written; 20 projects: " in written.err

    def test_where_it_is_written(self, samples: Path, tmp_path: Path) -> None:
        arguments = (samples / "minimal", "--format", "csv", "-q", "-o")
        expected = survey(*arguments[:-1]).out
        assert survey(*arguments, "/dev/stdout").out == survey(*arguments, "-").out == expected
        (tmp_path / "file").write_text("old")
        (tmp_path / "file").chmod(0o600)
        (tmp_path / "link").symlink_to("file")
        assert survey(*arguments, tmp_path / "link").code == 0
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "file").read_bytes() == expected
        assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
        for path, why in ((tmp_path, "it is a folder"), (tmp_path / "no" / "file", "No such file or directory")):
            done = survey(*arguments, path)
            assert (done.code, done.err) == (3, f"dockerfix: cannot write {path}: {why}\n")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]

    def test_no_cell_is_a_formula(self, tmp_path: Path) -> None:
        project = tmp_path / "=cmd|'x'"
        shutil.copytree(PROJECTS / "hello-text", project)
        done = survey(project.name, "--format", "csv", cwd=tmp_path)
        (found,) = csv.DictReader(io.StringIO(done.out.decode(), newline=""))
        assert found["project"] == "'=cmd|'x'"

    def test_the_table(self, samples: Path) -> None:
        done = survey(samples)
        lines = done.out.decode().splitlines()
        assert lines[0].split()[:3] == ["PROJECT", "VERDICT", "TO"]
        assert re.fullmatch(r"20 projects: \d+ ready to convert, \d+ to convert and check", lines[-1])
        assert len(lines) == 23
        assert done.err == ""

    @pytest.mark.parametrize("columns", [60, 80, 120, 200])
    def test_the_table_fits_a_terminal(self, samples: Path, columns: int) -> None:
        lines = on_terminal(columns, "survey", str(samples), str(samples / "minimal"))
        assert all(len(line) <= columns for line in lines)
        assert len([line for line in lines if line.strip() and not line.startswith("[")]) == 23
        assert "VERDICT" in lines[0]

    def test_a_bar_on_a_terminal(self, tmp_path: Path) -> None:
        fleets.write(tmp_path, 120)
        shown = "\n".join(on_terminal(100, "survey", str(tmp_path), "--format", "csv", "-o", str(tmp_path / "x.csv")))
        assert re.search(r"\[#+-+\] \d+/120", shown)

    def test_nothing_there(self, tmp_path: Path) -> None:
        assert survey(tmp_path) == (3, survey(tmp_path).out, "dockerfix: no cog.yaml found\n")
        done = survey(tmp_path / "gone")
        assert (done.code, done.err) == (3, f"dockerfix: {tmp_path / 'gone'}: no such folder\n")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--format", "html"], "--format html writes a folder; name it with -o"),
            (["--force"], "--force is for --migrate"),
            (["--scheduler", "tcp://x", "-j", "2"], "--jobs is for this machine"),
            (["--scheduler", "http://x"], "--scheduler needs an address such as tcp://host:8786 (got `http://x`)"),
        ],
    )
    def test_misuse(self, options: list[str], message: str, tmp_path: Path) -> None:
        done = survey(tmp_path, *options)
        assert done.code == 2
        assert message in done.err


def on_terminal(columns: int, *arguments: str) -> list[str]:
    """The lines that a terminal of a width gets; what a bar overwrites is there too."""
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen([*COMMAND, *arguments], stdout=slave, stderr=slave, env=environment()) as process:
        os.close(slave)
        parts: list[bytes] = []
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
        assert process.wait() == 0
    os.close(master)
    return re.sub(r"\x1b\[K", "", b"".join(parts).decode()).replace("\r\n", "\n").replace("\r", "\n").split("\n")


class TestFinding:
    def test_names_and_what_is_skipped(self, tmp_path: Path) -> None:
        for name in ("a", "a/inner", "b", ".hidden", "node_modules/x", "venv/x", "c"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / name / "cog.yaml").write_text("x\n")
        (tmp_path / "venv/pyvenv.cfg").touch()
        (tmp_path / "c/cog.yaml").rename(tmp_path / "c/cog.yml")
        (tmp_path / "link").symlink_to(tmp_path / "a")
        names = [each.name for each in find_all([tmp_path], [])]
        assert names == ["a", "a/inner", "b", "c"]
        assert [each.name for each in find_all([tmp_path / "a"], [])] == ["a", "a/inner"]
        assert [each.name for each in find_all([tmp_path / "b", tmp_path / "a", tmp_path / "a/inner"], [])] == [
            "b",
            "a",
            "a/inner",
        ]
        assert [each.name for each in find_all([tmp_path / "a", tmp_path / "a"], [])] == ["a", "a/inner"]

    def test_what_is_excluded(self, tmp_path: Path) -> None:
        for name in ("a", "b", "examples/c"):
            shutil.copytree(PROJECTS / "minimal", tmp_path / name)
        arguments = (".", "--format", "json")
        assert list(by_name(survey(*arguments, "--exclude", "examples", cwd=tmp_path))) == ["a", "b"]
        (tmp_path / ".git").mkdir()
        (tmp_path / ".dockerfix.yaml").write_text("exclude: [b, 'exam*']\n")
        assert list(by_name(survey(*arguments, cwd=tmp_path))) == ["a"]
        assert list(by_name(survey(*arguments, "--no-config", cwd=tmp_path))) == ["a", "b", "examples/c"]

    def test_odd_names(self, tmp_path: Path) -> None:
        """Names that aren't UTF-8, with control characters, or too long for a page; none of them stops the others."""
        names = [b"a\xff", b"b\x1b[31m\n", "c \u202e".encode(), b"d" * 252, b"e.html/f", b"e"]
        for name in names:
            shutil.copytree(os.fsencode(PROJECTS / "minimal"), os.fsencode(tmp_path) + b"/fleet/" + name)
        newest = [each for each in archives.outputs() if (each.project, each.variant) == ("minimal", "-")][-1]
        for path in list((tmp_path / "fleet").rglob("cog.yaml")):
            path.with_name("Dockerfile.cog").write_bytes(newest.data)
        arguments = (tmp_path / "fleet", "--state", tmp_path / "state")
        assert len(rows(survey(*arguments, "--format", "json"))) == 6
        done = survey(*arguments, "--format", "html", "-o", tmp_path / "page")
        assert done.code == 0
        assert "File name too long" in done.err
        assert "\x1b" not in done.err
        assert len(list((tmp_path / "page" / "reviews").rglob("*.html"))) >= 4
        assert b"\x1b" not in survey(*arguments).out

    def test_what_cannot_be_listed_is_said(self, tmp_path: Path) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        shutil.copytree(PROJECTS / "minimal", tmp_path / "a")
        (tmp_path / "closed").mkdir(mode=0)
        assert f"{tmp_path / 'closed'} can't be read; projects in it are missing" in survey(tmp_path).err


class TestMigrate:
    def test_all_files_or_none(self, samples: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        arguments = (samples / "hello-text", samples / "minimal", "--migrate", out)
        assert survey(*arguments).code == 0
        before = contents(out)
        assert {name.partition("/")[0] for name in before} == {"hello-text", "minimal"}
        assert survey(*arguments).code == 0, "again, with nothing to change"
        (out / "minimal" / "fal_app.py").write_text("mine\n")
        (out / "minimal" / "Dockerfile").unlink()
        done = survey(*arguments, "--format", "json")
        assert done.code == 1
        found = by_name(done)
        assert found["minimal"]["verdict"] == "needs-work"
        assert "fal_app.py exists and differs; --force replaces it" in found["minimal"]["reasons"][0]
        assert not (out / "minimal" / "Dockerfile").exists()
        assert survey(*arguments, "--force").code == 0
        assert contents(out) == before

    def test_what_does_not_convert_is_not_written(self, tmp_path: Path) -> None:
        shutil.copytree(PROJECTS / "hello-text", tmp_path / "fleet" / "a")
        assert survey(tmp_path / "fleet", "--migrate", tmp_path / "out").code == 0
        assert not (tmp_path / "out").exists()

    def test_never_into_the_projects(self, samples: Path, tmp_path: Path) -> None:
        shutil.copytree(samples / "minimal", tmp_path / "minimal")
        before = contents(tmp_path)
        done = survey(tmp_path, "--migrate", tmp_path, "--format", "json")
        assert done.code == 1
        assert "is the project itself; use `dockerfix migrate`" in rows(done)[0]["reasons"][0]
        assert contents(tmp_path) == before

    def test_with_a_state_what_is_gone_is_written_again(self, samples: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        arguments = (samples / "minimal", "--migrate", out, "--state", tmp_path / "state")
        survey(*arguments)
        before = contents(out)
        shutil.rmtree(out)
        survey(*arguments)
        assert contents(out) == before
