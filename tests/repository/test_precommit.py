"""The pre-commit hooks and the GitHub action, tried as their users run them."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import COG_YAML, COMMAND, DOCKERFILE, environment
from places import ROOT

PREDICTOR = """\
from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self, x: str) -> str:
        return x
"""
PLAIN = "FROM python:3.11-slim\nRUN echo hello\n"
SHIPPED = [
    *("compiler", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"),
    *("action.yml", "action-requirements.txt"),
]

needs_pre_commit = pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="needs pre-commit")


def git(folder: Path, *arguments: str) -> str:
    # a hook that runs the tests hands its own repository down
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True, env=env
    )
    return done.stdout


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository of its own, with what is in the working tree now."""
    folder = tmp_path_factory.mktemp("dockerfix")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "snapshot")
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A user's repository: a Cog project, and a Dockerfile that isn't Cog's."""
    folder = tmp_path / "model"
    (folder / "other").mkdir(parents=True)
    (folder / "cog.yaml").write_text(COG_YAML)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "other" / "plain.Dockerfile").write_text(PLAIN)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    return folder


class TestHooks:
    def hooks(self) -> list[dict[str, Any]]:
        loaded: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        return loaded

    @needs_pre_commit
    def test_pre_commit_takes_them(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    def test_their_entries_are_the_command(self) -> None:
        from dockerfix.cli.app import app
        from dockerfix.cli.command import main_command

        assert [hook["id"] for hook in self.hooks()] == ["dockerfix", "dockerfix-check", "dockerfix-app"]
        for hook in self.hooks():
            program, *arguments = hook["entry"].split()
            command = app if arguments[0] == "app" else main_command
            options = {name for parameter in command.params for name in parameter.opts}
            assert program == "dockerfix"
            assert arguments
            assert set(arguments) - {"app"} <= options
            assert hook["language"] == "python"

    @pytest.mark.slow
    @needs_pre_commit
    def test_try_repo(self, snapshot: Path, model: Path, tmp_path: Path) -> None:
        """Both hooks in one call: the first rewrites the file and so fails, the second finds nothing more."""
        done = self.pre_commit(model, tmp_path, "try-repo", str(snapshot), "--all-files", "--verbose", "--color=never")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "dockerfix................................................................Failed" in done.stdout
        assert "files were modified by this hook" in done.stdout
        assert "dockerfix (check only)...................................................Passed" in done.stdout
        assert "Dockerfile: rewritten, 7 notes" in done.stdout
        assert "'fal==" in (model / "Dockerfile").read_text()
        assert (model / "other" / "plain.Dockerfile").read_text() == PLAIN
        assert git(model, "status", "--short").splitlines() == [
            "AM Dockerfile",
            "A  cog.yaml",
            "A  other/plain.Dockerfile",
        ]

    @pytest.mark.slow
    @needs_pre_commit
    def test_in_daily_work(self, snapshot: Path, model: Path, tmp_path: Path) -> None:
        def configure(**hook: Any) -> None:
            repository = {"repo": str(snapshot), "rev": git(snapshot, "rev-parse", "HEAD").strip(), "hooks": [hook]}
            (model / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
            git(model, "add", "-A")

        configure(id="dockerfix-check")
        done = self.pre_commit(model, tmp_path, "run", "--color=never")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "- exit code: 1" in done.stdout
        assert "files were modified" not in done.stdout
        assert (model / "Dockerfile").read_text() == DOCKERFILE
        configure(id="dockerfix", args=["--quiet"])
        done = self.pre_commit(model, tmp_path, "run", "--color=never")
        assert done.returncode == 1
        assert "files were modified" in done.stdout
        git(model, "add", "-A")
        done = self.pre_commit(model, tmp_path, "run", "--color=never")
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.slow
    @needs_pre_commit
    def test_what_is_staged(self, snapshot: Path, model: Path, tmp_path: Path) -> None:
        """Only what is staged counts, and a file from which a Dockerfile or an App follows is enough."""
        rev = git(snapshot, "rev-parse", "HEAD").strip()
        hooks = [{"id": "dockerfix-check"}, {"id": "dockerfix-app"}]
        repository = {"repo": str(snapshot), "rev": rev, "hooks": hooks}
        (model / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
        (model / "predict.py").write_text(PREDICTOR)
        for command in (["-i", "Dockerfile"], ["app", "-qq"]):
            subprocess.run([*COMMAND, *command], cwd=model, env=environment(), capture_output=True, check=False)
        git(model, "add", "-A")
        git(model, "commit", "-qm", "converted")

        def run(*staged: str) -> tuple[str, list[str]]:
            """What pre-commit prints, and the outcomes of the two hooks."""
            git(model, "add", *staged)
            done = self.pre_commit(model, tmp_path, "run", "--color=never")
            git(model, "reset", "-q")
            outcomes = [line.rpartition(".")[2] for line in done.stdout.splitlines() if "...." in line]
            return done.stdout + done.stderr, outcomes

        for name in ("Dockerfile.dockerignore", "Dockerfile.md", "Dockerfile.j2", "Dockerfile.gpu.md", "other.txt"):
            (model / name).write_text("{{ text }}\n")
        names = ["Dockerfile.dockerignore", "Dockerfile.md", "Dockerfile.j2", "Dockerfile.gpu.md", "other.txt"]
        assert run(*names)[1] == ["(no files to check)Skipped"] * 2
        assert run("cog.yaml", "predict.py", "Dockerfile", *names)[1] == ["(no files to check)Skipped"] * 2

        (model / "predict.py").write_text(PREDICTOR.replace("return x", "return x + x"))
        (model / "cog.yaml").write_text(COG_YAML.replace("2.32.3", "2.32.4"))
        said, outcomes = run("predict.py")  # cog.yaml stays as it is committed
        assert outcomes == ["Passed"] * 2, said
        assert (model / "cog.yaml").read_text() != COG_YAML
        said, outcomes = run("cog.yaml")
        assert outcomes == ["Failed", "Passed"], said
        assert "would be rewritten" in said
        git(model, "checkout", "-q", "cog.yaml")

        (model / "predict.py").write_text(PREDICTOR.replace("x: str", "x: str, y: int = 1"))
        said, outcomes = run("predict.py")
        assert outcomes == ["Passed", "Failed"], said
        assert ".: fal_app.py is out of date; run `dockerfix app`\n" in said

    def test_the_hooks_see_what_the_command_calls_a_dockerfile(self) -> None:
        from dockerfix.cli.dockerfiles import NO_DOCKERFILES, is_dockerfile, is_source

        endings = ["", ".gpu", ".cog", *(f".{each}" for each in NO_DOCKERFILES), *(f".a.{e}" for e in NO_DOCKERFILES)]
        names = [
            *(f"Dockerfile{ending}" for ending in endings),
            "gpu.Dockerfile",
            "Dockerfiles",
            "cog.yml",
            "a.py",
            "a.txt",
        ]
        for hook in self.hooks():
            for name in names:
                seen = re.search(hook["files"], name) and not re.search(hook.get("exclude", "^$"), name)
                assert bool(seen) is (is_dockerfile(name) or is_source(name)), name

    def pre_commit(self, folder: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in environment().items() if not name.startswith(("GIT_", "PYTHONPATH"))}
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**env, "PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull},
        )


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
class TestAction:
    """The steps of action.yml, run as GitHub's runner does: bash with -e and pipefail, inputs as variables."""

    def action(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
        return loaded

    def step(self, name: str, runner: Path, cwd: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        action = self.action()
        assert set(inputs) <= set(action["inputs"])
        given = {each: str(about["default"]) for each, about in action["inputs"].items()} | inputs
        step = next(step for step in action["runs"]["steps"] if step["name"] == name)
        variables = {
            key: given[text.removeprefix("${{ inputs.").removesuffix(" }}")] for key, text in step["env"].items()
        }
        (runner / "output").write_text("")
        env = {key: value for key, value in environment().items() if key != "PYTHONPATH"}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            env={
                **env,
                **variables,
                "RUNNER_TEMP": str(runner),
                "GITHUB_ACTION_PATH": str(runner / "action"),
                "GITHUB_OUTPUT": str(runner / "output"),
            },
        )

    @pytest.fixture
    def runner(self, tmp_path: Path) -> Path:
        """A runner on which the first step has been: `dockerfix` is in its environment."""
        programs = tmp_path / "runner" / "dockerfix" / "bin"
        programs.mkdir(parents=True)
        script = f'#!/bin/sh\nPYTHONPATH="{ROOT / "compiler"}" exec "{sys.executable}" -m dockerfix "$@"\n'
        (programs / "dockerfix").write_text(script)
        (programs / "dockerfix").chmod(0o755)
        return tmp_path / "runner"

    def output(self, runner: Path) -> str:
        return (runner / "output").read_text()

    def test_nothing_of_an_input_is_in_a_script(self) -> None:
        for step in self.action()["runs"]["steps"]:
            assert "${{" not in step["run"]

    def test_check_annotates_and_shows_the_difference(self, runner: Path, model: Path) -> None:
        done = self.step("Run dockerfix", runner, model)
        assert done.returncode == 1
        assert done.stdout.startswith(
            "::error file=Dockerfile,line=1,endLine=1,col=1,endColumn=1,title=DF005 stale::this file"
        )
        assert "--- a/Dockerfile\n+++ b/Dockerfile\n" in done.stdout
        assert self.output(runner) == "exit-code=1\n"
        assert (model / "Dockerfile").read_text() == DOCKERFILE

    def test_fix_rewrites_and_goes_on(self, runner: Path, model: Path) -> None:
        done = self.step("Run dockerfix", runner, model, mode="fix")
        assert (done.returncode, self.output(runner)) == (0, "exit-code=0\n"), done.stderr
        assert "'fal==" in (model / "Dockerfile").read_text()
        assert self.step("Run dockerfix", runner, model).returncode == 0

    def test_fix_fails_where_a_file_can_not_be_fixed(self, runner: Path, model: Path) -> None:
        (model / "cog.yaml").unlink()
        done = self.step("Run dockerfix", runner, model, mode="fix")
        assert (done.returncode, self.output(runner)) == (1, "exit-code=1\n")
        assert "::error file=Dockerfile,line=3," in done.stdout

    def test_a_report(self, runner: Path, model: Path) -> None:
        inputs = {
            "format": "sarif",
            "report": "out.sarif",
            "files": "other/plain.Dockerfile\n",
            "args": "--fail-on\nnote\n",
        }
        done = self.step("Run dockerfix", runner, model, **inputs)
        assert done.returncode == 1
        assert '"results": []' in (model / "out.sarif").read_text()

    def test_hostile_inputs_stay_text(self, runner: Path, model: Path) -> None:
        done = self.step("Run dockerfix", runner, model, files="$(touch hacked)\n; touch hacked\n-i\n", args="")
        assert done.returncode == 3
        assert not (model / "hacked").exists()
        assert self.step("Run dockerfix", runner, model, mode="x; touch hacked").returncode == 2
        assert not (model / "hacked").exists()

    @pytest.mark.parametrize("form", ["github", "text"])
    def test_nothing_of_a_project_is_a_workflow_command(self, runner: Path, model: Path, form: str) -> None:
        """GitHub's runner obeys lines that begin with ``::`` after blanks, and ``##[name]`` anywhere in a line."""
        spoof = "::error title=spoof::all checks failed"
        (model / "Dockerfile").write_text(DOCKERFILE + f"RUN echo \\\n{spoof} \\\n##[add-mask]x\n")
        done = self.step("Run dockerfix", runner, model, format=form)
        assert done.returncode == 1
        assert f"+{spoof}" in done.stdout  # the difference is shown
        stopped: str | None = None
        tokens: list[str] = []
        for line in (done.stdout + done.stderr).split("\n"):
            command = line.strip()
            if stopped is not None:
                stopped = None if command == f"::{stopped}::" else stopped
            elif command.startswith("::stop-commands::"):
                stopped = command.removeprefix("::stop-commands::")
                tokens.append(stopped)
            else:
                assert "spoof" not in line or line.startswith("::notice file=")
                assert "##[" not in line or line.startswith("::notice file=")
        assert stopped is None
        assert len(set(tokens)) == len(tokens) >= 2
        assert all(len(token) == 32 for token in tokens)

    def test_no_dockerfile(self, runner: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty"
        empty.mkdir()
        git(empty, "init", "-q")
        done = self.step("Run dockerfix", runner, empty)
        assert (done.returncode, self.output(runner)) == (0, "exit-code=0\n")
        assert "\ndockerfix: no Dockerfile found\n" in done.stdout

    @pytest.mark.slow
    def test_it_installs_itself(self, tmp_path: Path, snapshot: Path) -> None:
        runner = tmp_path / "runner"
        runner.mkdir()
        (runner / "action").symlink_to(snapshot)
        done = self.step("Install dockerfix", runner, tmp_path, python=sys.executable)
        assert done.returncode == 0, done.stderr
        program = runner / "dockerfix" / "bin" / "dockerfix"
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert version.stdout.startswith("dockerfix ")
        schema = (
            "import importlib.resources as r; print((r.files('dockerfix') / 'report/findings.schema.json').is_file())"
        )
        python = program.with_name("python")
        found = subprocess.run([python, "-c", schema], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert found.stdout == "True\n"
