"""``dockerfix app`` and ``dockerfix migrate`` as commands: exit codes, what is written, what is not."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commands import Done, Here, environment, here
from dockerfix.app import AppResult, build
from dockerfix.project.project import Project
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

__all__ = ["here"]

PREDICTOR = """\
from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, text: str = Input(description="What to say")) -> str:
        return text
"""
COG_YAML = (
    'build:\n  python_version: "3.11"\n  python_packages:\n    - requests==2.32.3\npredict: "predict.py:Predictor"\n'
)
DOCKERFILE = """\
FROM python:3.11-slim
RUN curl -sSL -o /sbin/tini "https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64"; chmod +x /sbin/tini
ENTRYPOINT ["/sbin/tini", "--"]
COPY .cog/tmp/build1/cog-0.14.7-py3-none-any.whl /tmp/cog-0.14.7-py3-none-any.whl
RUN pip install --no-cache-dir /tmp/cog-0.14.7-py3-none-any.whl
COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
RUN pip install -r /tmp/requirements.txt
WORKDIR /src
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""
APP_FILES = {"fal_app.py", "fal_call.py", "fal_cog.py"}
BESIDE = {".dockerignore", "Dockerfile", "MIGRATION.md", "pyproject.toml"}


def command(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **extra: str) -> Done:
    """Run the command as a module, with no cog on the path."""
    done = subprocess.run(
        [sys.executable, "-m", "dockerfix", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(PATH=str(cwd), **extra) if "PATH" not in extra else environment(**extra),
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in a folder of its own."""
    project = tmp_path / "my_model"
    project.mkdir()
    (tmp_path / ".git").mkdir()
    (project / "cog.yaml").write_text(COG_YAML)
    (project / "predict.py").write_text(PREDICTOR)
    return project


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"cog.yaml", "predict.py"}


class TestApp:
    def test_writes_three_files(self, folder: Path) -> None:
        done = command("app", cwd=folder)
        assert (done.code, done.out) == (0, b"")
        assert done.err.endswith("dockerfix: fal_app.py, fal_call.py and fal_cog.py written\n")
        assert names(folder) == APP_FILES
        again = command("app", folder, cwd=folder.parent)
        assert again.err.endswith("dockerfix: nothing to change\n")

    def test_prints(self, folder: Path) -> None:
        done = command("app", "my_model", "-o", "-", "-q", cwd=folder.parent)
        assert (done.code, done.err, names(folder)) == (0, "", set())
        assert command("app", "-q", cwd=folder).err == ""
        assert (folder / "fal_app.py").read_bytes() == done.out

    def test_settings(self, folder: Path) -> None:
        options = ["--name=shout", "--machine-type=GPU-H100", "--auth=shared", "--keep-alive=5", "--startup-timeout=90"]
        done = command("app", "--toml", *options, "-o", "serve.py", cwd=folder)
        assert names(folder) == {"serve.py", "fal_call.py", "fal_cog.py", "pyproject.toml"}
        assert done.out == b""
        assert (
            (folder / "pyproject.toml")
            .read_text()
            .startswith(
                '[tool.fal.apps.shout]\npython_entry_point = "serve:Shout"\nauth = "shared"\n'
                'machine_type = "GPU-H100"\nkeep_alive = 5\nstartup_timeout = 90\npython_version = "3.11"\n\n'
                '[tool.fal.apps.shout.image]\ndockerfile = "Dockerfile"\n'
            )
        )
        text = (folder / "serve.py").read_text()
        assert 'machine_type = "GPU-H100"' in text
        assert 'app_name = "shout"' in text

    def test_dockerfile(self, folder: Path) -> None:
        (folder / "images").mkdir()
        (folder / "images" / "gpu.Dockerfile").write_text("FROM python:3.12-slim\n")
        done = command("app", "my_model", "--toml", "--dockerfile-name", "images/gpu.Dockerfile", cwd=folder.parent)
        assert (done.code, done.out) == (0, b"")
        assert 'python_version = "3.12"' in (folder / "pyproject.toml").read_text()
        assert 'dockerfile = "images/gpu.Dockerfile"' in (folder / "pyproject.toml").read_text()
        (folder / "Dockerfile").write_text("FROM python:3.10-slim\n")
        command("app", "--toml", cwd=folder)
        assert 'python_version = "3.10"' in (folder / "pyproject.toml").read_text()

    @pytest.mark.parametrize("name", ["fal_app.py", "fal_call.py"])
    def test_keeps_what_is_not_its_own(self, folder: Path, name: str) -> None:
        (folder / name).write_text("mine\n")
        done = command("app", "--toml", cwd=folder)
        assert (done.code, done.out) == (3, b"")
        assert done.err.endswith(
            f"dockerfix: dockerfix did not write `{name}`; nothing was written "
            "(rename it, or replace it with --force)\n"
        )
        assert names(folder) == {name}
        assert command("app", "--force", cwd=folder).code == 0
        assert (folder / name).read_text() != "mine\n"

    @pytest.mark.parametrize(
        ("cog_yaml", "predict", "message"),
        [
            (None, PREDICTOR, "the project has no cog.yaml"),
            ("build: [\n", PREDICTOR, "cog.yaml:"),
            ("build: {}\n", PREDICTOR, "cog.yaml: names no predictor: neither `predict` nor `run` is set"),
            (COG_YAML, None, "cog.yaml:5: there is no file `predict.py`"),
            (COG_YAML, "class Other: ...\n", "predict.py: "),
            (COG_YAML, "class Predictor(:\n", "predict.py:1: "),
            (COG_YAML, "print 'hello'\n", "predict.py:1: "),
            ('predict: "../predict.py:Predictor"\n', PREDICTOR, "cog.yaml:1: "),
            (COG_YAML.replace("3.11", "2.7"), PREDICTOR, "cog.yaml:2: cog.yaml asks for Python 2.7"),
        ],
    )
    def test_bad_projects(self, folder: Path, cog_yaml: str | None, predict: str | None, message: str) -> None:
        for name, text in (("cog.yaml", cog_yaml), ("predict.py", predict)):
            (folder / name).unlink()
            if text is not None:
                (folder / name).write_text(text)
        for arguments in (["app"], ["migrate", ".", "--dockerfile", "-"]):
            done = command(*arguments, cwd=folder, stdin=DOCKERFILE.encode())
            assert (done.code, done.out) == (3, b"")
            assert done.err.startswith("dockerfix: ")
            assert message in done.err
            assert done.err.count("\n") == 1
            assert names(folder) == set()

    def test_a_dockerfile_that_cannot_be_read(self, folder: Path) -> None:
        done = command("app", "--dockerfile-name", "none", cwd=folder)
        assert done == (3, b"", "dockerfix: cannot read none: no such file, or too large\n")
        assert names(folder) == set()

    def test_how_much_is_said(self, folder: Path) -> None:
        (folder / "predict.py").write_text(PREDICTOR.replace("text: str", "text: Foreign"))
        said = {option: command("app", "-o", "-", option, cwd=folder).err for option in ("-v", "-q", "-qq")}
        assert [line.split()[1:3] for line in said["-q"].splitlines()] == [["DF504", "warning:"]]
        assert said["-qq"] == ""
        (folder / "predict.py").write_text(PREDICTOR)
        (folder / "cog.yaml").write_text("predict: predict.py:Predictor\n")
        assert "DF515" in command("app", "-o", "-", cwd=folder).err  # a note
        assert "DF515" not in command("app", "-o", "-", "-q", cwd=folder).err

    @pytest.mark.parametrize("arguments", [["app", "."], ["migrate", ".", "--dockerfile", "-"]], ids=["app", "migrate"])
    def test_an_app_with_errors_is_written_by_force_alone(
        self, here: Here, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
    ) -> None:
        def with_error(*given: Any) -> AppResult:
            found = build(*given)
            error = Finding("DF504", Span(0, 0), "wrong", severity=Severity.ERROR, file="predict.py", line=4)
            return replace(found, findings=(*found.findings, error))

        monkeypatch.setattr("dockerfix.app.build", with_error)
        here.write("cog.yaml", COG_YAML)
        here.write("predict.py", PREDICTOR)
        done = here(*arguments, "-q", stdin=DOCKERFILE.encode())
        assert (done.code, done.out) == (1, b"")
        assert done.err == "predict.py:4: DF504 error: wrong\ndockerfix: nothing was written\n"
        assert names(here.folder) == {".git"}
        assert here(*arguments, "-q", "--force", stdin=DOCKERFILE.encode()).code == 1
        assert names(here.folder) >= APP_FILES

    def test_no_folder(self, tmp_path: Path) -> None:
        assert command("app", "nothing", cwd=tmp_path) == (3, b"", "dockerfix: nothing: no such folder\n")

    @pytest.mark.parametrize("program", ["app", "migrate"])
    def test_a_misspelt_machine(self, folder: Path, program: str) -> None:
        code, output, messages = command(program, ".", "--machine-type", "GPU-H10", cwd=folder)
        assert (code, output) == (2, b"")
        assert "`GPU-H10` is not a machine type of fal; did you mean `GPU-H100`?" in messages

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--name", "a b"],
            ["--name", 'x]\nauth = "public"'],
            ["--machine-type", "no such"],
            ["--machine-type", "GPU-H10"],
            ["--keep-alive", "-1"],
            ["--auth", "none"],
            ["-o", "fal_call.py"],
            ["-o", "fal.py"],
            ["-o", "App"],
            ["-o", "../fal_app.py"],
            ["-o", "-", "--toml"],
            ["-o", "-", "--diff"],
            ["--dockerfile-name", "../Dockerfile"],
            [".", "more"],
        ],
    )
    def test_wrong_usage(self, folder: Path, arguments: list[str]) -> None:
        done = command("app", *arguments, cwd=folder)
        assert (done.code, done.out, names(folder)) == (2, b"", set())
        assert done.err.startswith("Usage: dockerfix app ")

    @pytest.mark.parametrize("option", ["-o-", "--diff"])
    def test_closed_output(self, folder: Path, option: str) -> None:
        script = f"{sys.executable} -m dockerfix app {option} -q >&-"
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, cwd=folder, env=environment(), check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (3, b"dockerfix: cannot write standard output: it is closed\n")
        assert names(folder) == set()

    def test_what_cannot_be_written(self, folder: Path) -> None:
        (folder / "fal_call.py").mkdir()
        done = command("app", "--force", cwd=folder)
        assert (done.code, names(folder)) == (3, {"fal_call.py"})
        said = "dockerfix: fal_call.py: is a folder, but dockerfix writes a file of this name; rename it\n"
        assert done.err.endswith(said)

    def test_a_link_out_of_the_project(self, folder: Path) -> None:
        (folder / "fal_cog.py").symlink_to(folder.parent / "elsewhere.py")
        done = command("app", cwd=folder)
        assert done.code == 3
        assert "`fal_cog.py` is a link out of the project; nothing was written" in done.err
        assert names(folder) == {"fal_cog.py"}

    def test_an_error_of_the_program(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(
            "import dockerfix.app\n\ndef build(*_): raise RuntimeError('broken')\n\ndockerfix.app.build = build\n"
        )
        path = os.pathsep.join([str(folder), environment()["PYTHONPATH"]])
        done = subprocess.run(
            [sys.executable, "-m", "dockerfix", "app", str(folder)],
            capture_output=True,
            env={**environment(), "PYTHONPATH": path},
            check=False,
            timeout=60,
        )
        assert done.returncode == 4
        assert b"internal error: RuntimeError: broken; nothing was written; please report this with" in done.stderr

    def test_help(self, tmp_path: Path) -> None:
        for name in ("app", "migrate"):
            done = command(name, "--help", cwd=tmp_path)
            assert (done.code, done.err) == (0, "")
            assert f"  dockerfix {name}".encode() in done.out
            assert f"\n  {name} ".encode() in command("--help", cwd=tmp_path).out


class TestMigrate:
    def test_from_standard_input(self, folder: Path) -> None:
        done = command("migrate", ".", "--dockerfile", "-", "-v", cwd=folder, stdin=DOCKERFILE.encode())
        assert (done.code, done.out) == (0, b"")
        assert names(folder) == APP_FILES | BESIDE
        assert "<stdin>:3:1: DF102 removes tini's ENTRYPOINT\n" in done.err
        text = (folder / "Dockerfile").read_text()
        assert "'fal==" in text
        guide = (folder / "MIGRATION.md").read_text()
        assert "DF102" in guide
        account = guide.partition("## Where each line of cog.yaml went\n\n```text\n")[2]
        assert account.startswith("cog.yaml:\n")
        assert "Dockerfile:\n" not in account
        assert (folder / "fal_app.py").read_text().startswith('"""Serves predict.py:Predictor on fal')

    @pytest.mark.parametrize(("whole", "code"), [(True, "DF306"), (False, "DF532")])
    def test_one_finding_for_one_line_of_the_ignore_file(self, folder: Path, *, whole: bool, code: str) -> None:
        """The App's findings are left out where those of the Dockerfile have the line; alone, they are printed."""
        (folder / ".dockerignore").write_text("# ours\nnotes.txt\n!keep\n")
        (folder / "docs").mkdir()
        (folder / "docs" / "notes.txt").write_text("x")
        text = DOCKERFILE if whole else DOCKERFILE.replace("COPY . /src", "COPY predict.py /src/")
        done = command("migrate", ".", "--dockerfile", "-", "-v", cwd=folder, stdin=text.encode())
        about = [line for line in done.err.splitlines() if "`notes.txt`" in line]
        assert len(about) == 1
        assert code in about[0]
        assert (folder / "MIGRATION.md").read_text().count("`notes.txt`") == 1
        assert "DF532" in command("app", ".", cwd=folder).err

    def test_again(self, folder: Path) -> None:
        """Neither the same input nor the result changes anything more."""
        (folder / "Dockerfile.cog").write_text(DOCKERFILE)
        first = command("migrate", ".", "--dockerfile", "Dockerfile.cog", cwd=folder)
        assert first.code == 0
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        again = command("migrate", ".", "--dockerfile", "Dockerfile.cog", cwd=folder)
        assert again.err.endswith("dockerfix: nothing to change\n")
        result = command("migrate", ".", "--dockerfile", "Dockerfile", cwd=folder)
        assert result.code == 0
        after = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert {name for name in before if before[name] != after[name]} <= {"MIGRATION.md"}

    def test_its_own_dockerfile_is_replaced(self, folder: Path) -> None:
        (folder / "Dockerfile").write_text(DOCKERFILE)
        done = command("migrate", "my_model", "--dockerfile", "my_model/Dockerfile", cwd=folder.parent)
        assert done.code == 0
        assert ".cog/" not in (folder / "Dockerfile").read_text()

    def test_a_dockerfile_of_the_project_stays(self, folder: Path) -> None:
        (folder / "Dockerfile").write_text("FROM scratch\n")
        arguments = ["migrate", "--dockerfile", "-"]
        for extra in ([], [], ["--force"]):
            done = command(*arguments, *extra, cwd=folder, stdin=DOCKERFILE.encode())
            assert done.code == 0
            assert names(folder) == APP_FILES | BESIDE | {"Dockerfile.fal"}
            assert (folder / "Dockerfile").read_text() == "FROM scratch\n"
            assert 'dockerfile = "Dockerfile.fal"' in (folder / "pyproject.toml").read_text()
            assert 'str(HERE / "Dockerfile.fal")' in (folder / "fal_app.py").read_text()
        assert "dockerfix: your Dockerfile stays; the image's is Dockerfile.fal\n" in done.err
        assert command("app", "--toml", cwd=folder).err.endswith("dockerfix: nothing to change\n")

    def test_the_name_of_the_dockerfile(self, folder: Path) -> None:
        (folder / "Dockerfile").write_text("FROM scratch\n")
        arguments = ["migrate", "--dockerfile", "-", "--dockerfile-name"]
        assert command(*arguments, "images/fal", cwd=folder, stdin=DOCKERFILE.encode()).code == 2
        (folder / "images").mkdir()
        (folder / "images" / "note").write_text("not empty")
        assert command(*arguments, "images/fal", cwd=folder, stdin=DOCKERFILE.encode()).code == 0
        assert "'fal==" in (folder / "images" / "fal").read_text()
        assert command("migrate", "--dockerfile", "-", cwd=folder, stdin=DOCKERFILE.encode()).err.endswith("change\n")
        for name in ("../Dockerfile", ".", "images"):
            assert command(*arguments, name, cwd=folder, stdin=DOCKERFILE.encode()).code == 2
        done = command(*arguments, "Dockerfile", cwd=folder, stdin=DOCKERFILE.encode())
        assert (done.code, (folder / "Dockerfile").read_text()) == (3, "FROM scratch\n")
        assert "dockerfix did not write `Dockerfile`; nothing was written" in done.err
        done = command(*arguments, "Dockerfile", "--diff", cwd=folder, stdin=DOCKERFILE.encode())
        assert "`Dockerfile` was not written by dockerfix; only --force would replace it\n" in done.err

    @pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.cog"])
    def test_what_cog_wrote_is_the_input(self, folder: Path, name: str) -> None:
        (folder / name).write_text(DOCKERFILE)
        done = command("migrate", "my_model", cwd=folder.parent)
        assert done.code == 0
        assert f"dockerfix: converts {name}, which Cog wrote\n" in done.err
        assert names(folder) == APP_FILES | BESIDE | {name}
        assert ".cog/" not in (folder / "Dockerfile").read_text()
        again = command("migrate", "my_model", cwd=folder.parent)
        assert again.code == 0
        if name == "Dockerfile":
            assert "converts Dockerfile, which dockerfix wrote, since cog is not installed\n" in again.err
        else:
            assert again.err.endswith("dockerfix: nothing to change\n")
        assert command("migrate", "my_model", "-q", cwd=folder.parent).err == ""

    def test_an_edited_dockerfile_stays(self, folder: Path) -> None:
        (folder / "Dockerfile.cog").write_text(DOCKERFILE)
        command("migrate", cwd=folder)
        edited = (folder / "Dockerfile").read_text() + "ENV MINE=1\n"
        (folder / "Dockerfile").write_text(edited)
        done = command("migrate", cwd=folder)
        assert (done.code, (folder / "Dockerfile").read_text()) == (0, edited)
        assert "dockerfix: keeps your changes to Dockerfile (the whole file); --force would write:\n" in done.err
        assert "\n-ENV MINE=1\n" in done.err
        assert "- [ ] Dockerfile keeps your changes (the whole file)" in (folder / "MIGRATION.md").read_text()
        (folder / "MIGRATION.md").unlink()
        command("migrate", cwd=folder)
        assert (folder / "Dockerfile").read_text() == edited
        assert command("migrate", "--dockerfile", "Dockerfile", cwd=folder).code == 0
        assert "MINE=1" in (folder / "Dockerfile").read_text()
        command("migrate", "--force", cwd=folder)
        assert "MINE" not in (folder / "Dockerfile").read_text()

    def test_dry_run(self, folder: Path) -> None:
        arguments = ["migrate", ".", "--dockerfile", "-"]
        shown = command(*arguments, "--dry-run", cwd=folder, stdin=DOCKERFILE.encode())
        assert (shown.code, names(folder)) == (0, set())
        assert shown.err.splitlines()[-1].startswith("dockerfix: Dockerfile, fal_app.py, ")
        assert shown.err.endswith(" and MIGRATION.md would be written\n")
        subprocess.run(["git", "apply", "-"], input=shown.out, cwd=folder, check=True, env=dict(os.environ))
        assert names(folder) == APP_FILES | BESIDE
        again = command(*arguments, "--dry-run", "-q", cwd=folder, stdin=DOCKERFILE.encode())
        assert again == (0, b"", "")

    def test_the_users_pyproject(self, folder: Path) -> None:
        own = "[project]\r\nname = 'x' # mine"
        (folder / "pyproject.toml").write_bytes(own.encode())
        done = command("migrate", ".", "--dockerfile", "-", cwd=folder, stdin=DOCKERFILE.encode())
        assert done.code == 0
        text = (folder / "pyproject.toml").read_bytes().decode()
        assert text.startswith(f"{own}\r\n\r\n[tool.fal.apps.my-model]\r\n")
        assert "\n" not in text.replace("\r\n", "")
        again = command("migrate", ".", "--dockerfile", "-", cwd=folder, stdin=DOCKERFILE.encode())
        assert again.err.endswith("dockerfix: nothing to change\n")

    def test_an_invalid_pyproject(self, folder: Path) -> None:
        (folder / "pyproject.toml").write_text("[project\n")
        for arguments in (["migrate", "--dockerfile", "-"], ["app", "--toml"]):
            done = command(*arguments, cwd=folder, stdin=DOCKERFILE.encode())
            assert (done.code, names(folder)) == (3, {"pyproject.toml"})
            assert "pyproject.toml: not valid TOML (" in done.err
            assert done.err.endswith("; nothing was written\n")

    def test_quiet_tells_nothing_of_what_stays(self, folder: Path) -> None:
        (folder / "Dockerfile.cog").write_text(DOCKERFILE)
        command("migrate", cwd=folder)
        path = folder / "fal_app.py"
        path.write_text(path.read_text().replace("keep_alive = 60", "keep_alive = 1"))
        assert command("migrate", "-q", cwd=folder).err == ""
        done = command("migrate", "--diff", cwd=folder)
        assert (
            "dockerfix: would keep your changes to fal_app.py (`MyModel.keep_alive`); --force would write:\n"
            in done.err
        )
        done = command("app", cwd=folder)
        assert done.err.endswith("dockerfix: nothing to change\n")
        assert "\n-    keep_alive = 1\n+    keep_alive = 60\n" in done.err

    def test_server(self, folder: Path) -> None:
        arguments = ["migrate", ".", "--dockerfile", "-", "--target", "server", "--name", "shout"]
        done = command(*arguments, cwd=folder, stdin=DOCKERFILE.encode())
        assert done.code == 0
        assert names(folder) == BESIDE | {"fal_gate.py", ".cog"}
        assert names(folder / ".cog") == {"openapi_schema.json"}
        text = (folder / "Dockerfile").read_text()
        assert text.endswith(
            'ENTRYPOINT ["/sbin/tini", "--"]\n'
            "# dockerfix[DF201]: python_packages from cog.yaml\n"
            "RUN pip install \\\n    'requests==2.32.3'\n"
            "# dockerfix[DF311]: Cog's own server\n"
            "RUN python -m pip install --no-cache-dir 'cog==0.23.1'\n"
            "WORKDIR /src\n"
            "# dockerfix[DF312]: Cog's server, behind a gate that opens once it is ready (2 instructions)\n"
            "EXPOSE 8080\n"
            'CMD ["python", "/src/fal_gate.py"]\n'
            "COPY . /src\n"
        )
        entry = (folder / "pyproject.toml").read_text()
        assert "[tool.fal.apps.shout]\nexposed_port = 8080\n" in entry
        assert 'cmd = ["python", "/src/fal_gate.py"]' in entry
        again = command(*arguments, cwd=folder, stdin=DOCKERFILE.encode())
        assert again.err.endswith("dockerfix: nothing to change\n")

    @pytest.mark.parametrize("target", ["app", "server"])
    def test_the_ignore_file_that_it_writes_counts(self, folder: Path, target: str) -> None:
        """Without one fal's client leaves out `*.md`: a first run must say and write the same as the next."""
        (folder / "README.md").write_text("# Shout\n")
        (folder / "pyproject.toml").write_text('[project]\nname = "shout"\nversion = "1"\nreadme = "README.md"\n')
        text = DOCKERFILE.replace("COPY . /src", "COPY READ*.md predict.py /src/").encode()
        arguments = ("migrate", ".", "--dockerfile", "-", "--target", target)
        done = command(*arguments, cwd=folder, stdin=text)
        assert done.code == 0
        assert "README.md" not in done.err
        assert "COPY README.md predict.py /src/\n" in (folder / "Dockerfile").read_text()
        assert command(*arguments, cwd=folder, stdin=text).err.endswith("dockerfix: nothing to change\n")

    def test_target_of_the_configuration(self, folder: Path) -> None:
        (folder / ".dockerfix.yaml").write_text("target: server\n")
        command("migrate", "my_model", "--dockerfile", "-", cwd=folder.parent, stdin=DOCKERFILE.encode())
        assert (folder / "fal_gate.py").exists()
        (folder / ".dockerfix.yaml").write_text("target: nothing\n")
        done = command("migrate", "my_model", "--dockerfile", "-", cwd=folder.parent, stdin=DOCKERFILE.encode())
        assert done.code == 2

    def test_app_writes_what_the_server_needs(self, folder: Path) -> None:
        """The same files as `migrate`, but those that it alone writes."""
        arguments = ["app", "--target", "server", "--toml", "--name", "shout"]
        command(
            "migrate", ".", "--dockerfile", "-", *arguments[1:3], *arguments[4:], cwd=folder, stdin=DOCKERFILE.encode()
        )
        paths = ("fal_gate.py", ".cog/openapi_schema.json", "pyproject.toml")
        texts = [(folder / path).read_text() for path in paths]
        assert command(*arguments, cwd=folder).err.endswith("dockerfix: nothing to change\n")
        for path in paths:
            (folder / path).unlink()
        done = command(*arguments, cwd=folder)
        assert (done.code, [(folder / path).read_text() for path in paths]) == (0, texts)
        assert not APP_FILES & names(folder)
        for output in ("-", "other.py"):
            done = command("app", "--target", "server", "-o", output, cwd=folder)
            assert done.code == 2
            assert "-o names the App's file, and the target `server` has none" in done.err

    def test_app_and_migrate_read_the_configuration(self, folder: Path) -> None:
        (folder / ".dockerfix.yaml").write_text("target: server\n")
        assert command("app", cwd=folder).code == 0
        assert "fal_gate.py" in names(folder)
        assert "fal_app.py" not in names(folder)
        assert command("app", "--no-config", cwd=folder).code == 0
        assert "fal_app.py" in names(folder)
        (folder / "other.yaml").write_text("target: app\nfail-on: note\n")
        migrate = ("migrate", ".", "--dockerfile", "-")
        for arguments in (("app",), migrate):
            stdin = DOCKERFILE.encode() if arguments is migrate else b""
            done = command(*arguments, "--config", "other.yaml", "--machine-type", "GPU-H100", cwd=folder, stdin=stdin)
            assert done.code == (1 if arguments is migrate else 0)  # the Dockerfile has notes
            assert command(*arguments, "--config", "no.yaml", cwd=folder, stdin=stdin).code == 2
            done = command(*arguments, "--config", "other.yaml", "--no-config", cwd=folder, stdin=stdin)
            assert "--config and --no-config can't be combined" in done.err
        (folder / ".dockerfix.yaml").write_text("nothing: at all\n")
        assert command("app", cwd=folder).code == 2
        assert command("app", "--no-config", cwd=folder).code == 0

    @pytest.mark.parametrize("arguments", [("app",), ("migrate", "--dockerfile", "-")])
    def test_what_prevents_writing(self, folder: Path, arguments: tuple[str, ...]) -> None:
        """Findings of the App count as those of the Dockerfile do."""
        path = folder / "predict.py"
        path.write_text(path.read_text().replace('description="What to say"', "default=read()"))
        stdin = DOCKERFILE.encode() if len(arguments) > 1 else b""
        limit = ("--fail-on", "warning", "--ignore", "DF307") if stdin else ("--fail-on", "warning")
        done = command(*arguments, *limit, cwd=folder, stdin=stdin)
        assert (done.code, "fal_app.py" in names(folder)) == (1, False)
        assert done.err.endswith("dockerfix: nothing was written\n")
        assert command(*arguments, *limit, "--force", cwd=folder, stdin=stdin).code == 1
        assert "fal_app.py" in names(folder)

    def test_runs_cog(self, folder: Path) -> None:
        arguments = ["migrate", "my_model"]
        done = command(*arguments, cwd=folder.parent)
        assert (done.code, names(folder)) == (3, set())
        assert done.err == (
            "dockerfix: cog is not installed; pass what `cog debug` printed with --dockerfile FILE, "
            "or - for standard input\n"
        )
        program = folder.parent / "cog"
        program.write_text(f"#!/bin/sh\n[ -f cog.yaml ] && [ $1 = debug ] && printf '%s' '{DOCKERFILE}'\n")
        program.chmod(0o755)
        path = os.pathsep.join([str(folder.parent), os.environ["PATH"]])
        done = command(*arguments, "-v", cwd=folder.parent, PATH=path)
        assert done.code == 0
        assert "cog debug:3:1: DF102 " in done.err
        assert names(folder) == APP_FILES | BESIDE

    @pytest.mark.parametrize(
        ("dockerfile", "code", "message"),
        [
            ("", 3, "DF001 error: the input is empty"),
            ("hello\n", 3, "DF002 error: not a Dockerfile"),
            (f"{DOCKERFILE}COPY nothing.txt /src/\n", 1, "DF306 error: "),
            (f"{DOCKERFILE}NONSENSE x\n", 3, "DF003 error: "),
        ],
    )
    def test_bad_dockerfiles(self, folder: Path, dockerfile: str, code: int, message: str) -> None:
        arguments = ["migrate", ".", "--dockerfile", "-", "-q"]
        done = command(*arguments, cwd=folder, stdin=dockerfile.encode())
        assert (done.code, done.out, names(folder)) == (code, b"", set())
        assert message in done.err
        assert done.err.endswith("dockerfix: nothing was written\n")

    def test_force_writes_in_spite_of_errors(self, folder: Path) -> None:
        arguments = ["migrate", ".", "--dockerfile", "-", "-q", "--force"]
        done = command(*arguments, cwd=folder, stdin=f"{DOCKERFILE}COPY nothing.txt /src/\n".encode())
        assert done.code == 1
        assert names(folder) == APP_FILES | BESIDE

    def test_input_that_cannot_be_read(self, folder: Path) -> None:
        done = command("migrate", ".", "--dockerfile", "nothing", cwd=folder)
        assert done == (3, b"", "dockerfix: cannot read nothing: No such file or directory\n")
        script = f"{sys.executable} -m dockerfix migrate . --dockerfile - <&-"
        closed = subprocess.run(
            ["bash", "-c", script], capture_output=True, cwd=folder, env=environment(), check=False, timeout=60
        )
        assert (closed.returncode, closed.stderr) == (3, b"dockerfix: cannot read standard input: it is closed\n")

    def test_closed_output(self, folder: Path) -> None:
        (folder / "Dockerfile").write_text(DOCKERFILE)
        script = f"{sys.executable} -m dockerfix migrate . --dockerfile Dockerfile --dry-run -q >&-"
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, cwd=folder, env=environment(), check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (3, b"dockerfix: cannot write standard output: it is closed\n")
        assert names(folder) == {"Dockerfile"}

    def test_needs_a_project(self, tmp_path: Path) -> None:
        assert command("migrate", cwd=tmp_path) == (3, b"", "dockerfix: the project has no cog.yaml\n")
        assert command("migrate", "nothing", cwd=tmp_path) == (3, b"", "dockerfix: nothing: no such folder\n")


def test_files_of_the_app_need_no_packages(folder: Path) -> None:
    """What the App imports comes with fal: it doesn't count as the project's code."""
    assert command("app", cwd=folder).code == 0
    project = Project.open(folder)
    assert project.python_files() == ("predict.py",)
    assert project.undeclared_imports() == []
    assert build(project).ok
