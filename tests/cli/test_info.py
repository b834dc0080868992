"""Help, and the subcommands that tell about the program."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from commands import COG_YAML, COMMAND, DOCKERFILE, Here, environment, here, project, run
from dockerfix import __version__, knowledge
from dockerfix.cli.command import cli
from dockerfix.knowledge.cuda import IMAGE_AS_OF
from dockerfix.passes import all_passes
from dockerfix.report.rules import GENERAL, all_rules

__all__ = ["here", "project"]


class TestHelp:
    def test_it_tells_everything(self, here: Here) -> None:
        from dockerfix.cli.command import main_command

        done = here("--help")
        assert (done.code, done.err) == (0, "")
        text = done.out.decode()
        assert text.startswith("Usage: dockerfix [OPTIONS] [FILE]...\n       dockerfix COMMAND [ARGUMENT]...\n")
        for parameter in main_command.params:
            if getattr(parameter, "hidden", False):
                continue  # a former name
            for name in (*parameter.opts, *parameter.secondary_opts):
                assert name == "files" or name in text
        for name in ("completion", "explain", "passes", "tree", "--version", "Exit status:", "Examples:", "NO_COLOR"):
            assert name in text
        assert all(len(line) <= 100 and line == line.rstrip() for line in text.split("\n"))

    def test_anywhere_and_in_short(self, here: Here) -> None:
        text = here("--help").out
        assert here("-h").out == here("-i", "--help").out == here("Dockerfile", "-h").out == text

    def test_of_a_subcommand(self, here: Here) -> None:
        assert here("explain", "--help").out.startswith(b"Usage: dockerfix explain [OPTIONS] CODE|NAME\n")

    def test_version(self, here: Here) -> None:
        assert here("--version") == (0, f"dockerfix {__version__}\n".encode(), "")
        assert here("--no-config", "--version").code == 2

    @pytest.mark.parametrize("word", ["--verbose", "-v"])
    def test_the_version_with_the_tables(self, here: Here, word: str) -> None:
        """Each subject with its date, each table with its source."""
        done = here("--version", word)
        assert (done.code, done.err) == (0, "")
        text = done.out.decode()
        assert text.startswith(f"dockerfix {__version__}\n")
        for module in pkgutil.iter_modules(knowledge.__path__):
            loaded = importlib.import_module(f"dockerfix.knowledge.{module.name}")
            for name, value in vars(loaded).items():
                if name.endswith("_SOURCE"):
                    own = name.removesuffix("SOURCE") + "AS_OF"
                    assert f", as of {getattr(loaded, own, None) or loaded.AS_OF}: {value}\n" in text
        assert f"  CUDA_IMAGES, as of {IMAGE_AS_OF}: " in text


def test_each_subcommand_is_there() -> None:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        found = cli.get_command(context, name)
        assert found is not None
        assert found.name == name
    assert cli.get_command(context, "nothing") is None


class TestPasses:
    def test_one_line_each(self, here: Here) -> None:
        lines = here("passes").out.decode().splitlines()
        assert [line.split()[0] for line in lines] == [each.code for each in all_passes()]
        assert any(line.split(maxsplit=2)[:2] == ["DF102", "drop-tini"] for line in lines)
        assert len({line.index(each.summary) for line, each in zip(lines, all_passes(), strict=True)}) == 1


class TestExplain:
    def test_a_pass(self, here: Here) -> None:
        done = here("explain", "DF102")
        assert done.code == 0
        text = done.out.decode()
        assert text.startswith("DF102 drop-tini\n\nRemove tini")
        assert "\nBefore:\n\n    FROM " in text
        assert "\nAfter:\n\n    FROM " in text
        assert text.endswith("/DF102/\n")
        assert here("explain", "df102") == here("explain", "drop_tini") == here("explain", "drop-tini") == done

    @pytest.mark.parametrize("rule", GENERAL, ids=lambda rule: rule.code)
    def test_codes_that_no_pass_gives(self, here: Here, rule: object) -> None:
        code = str(rule.code)  # type: ignore[attr-defined]
        assert here("explain", code).out.decode().startswith(f"{code} ")

    def test_what_is_unknown(self, here: Here) -> None:
        done = here("explain", "drop-tiny")
        assert (done.code, done.out) == (2, b"")
        assert done.err.splitlines()[-1] == "Error: no code or name `drop-tiny`; did you mean `drop-tini`?"


class TestTree:
    def test_text(self, here: Here) -> None:
        done = here("tree", stdin=b"FROM a\nRUN b\n")
        assert done.code == 0
        assert done.out.startswith(b"1:1 FROM 0..7\n")

    def test_json(self, project: Here) -> None:
        data = json.loads(project("tree", "Dockerfile", "--format", "json").out)
        assert [node["keyword"] for node in data["nodes"]][:2] == ["FROM", "COPY"]
        assert data["nodes"][-1]["span"][1] == len(DOCKERFILE)

    def test_what_can_not_be_read(self, here: Here) -> None:
        assert here("tree", "nope") == (3, b"", "dockerfix: cannot read nope: No such file or directory\n")

    def test_a_file_of_that_name(self, here: Here) -> None:
        here.write("tree", "FROM a\n")
        assert here("-q", "tree").out == here("-q", "./tree").out == b"FROM a\n"


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_scripts(self, here: Here, tmp_path: Path, shell: str) -> None:
        done = here("completion", shell)
        assert done.code == 0
        assert b"_DOCKERFIX_COMPLETE" in done.out
        program = shutil.which(shell)
        if program is None:
            pytest.skip(f"no {shell}")
        script = tmp_path / "script"
        script.write_bytes(done.out)
        checked = subprocess.run([program, "-n", str(script)], capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, b"")

    def test_another_shell(self, here: Here) -> None:
        assert here("completion", "csh").code == 2

    def complete(self, line: str, cwd: Path) -> list[str]:
        words = line.split(" ")
        done = run(
            cwd=cwd, _DOCKERFIX_COMPLETE="bash_complete", COMP_WORDS=f"dockerfix {line}", COMP_CWORD=str(len(words))
        )
        assert (done.code, done.err) == (0, "")
        return [row.partition(",")[2] for row in done.out.decode().splitlines()]

    def test_words(self, tmp_path: Path) -> None:
        assert self.complete("--in", tmp_path) == ["--in-place"]
        assert self.complete("pass", tmp_path)[0] == "passes"
        assert self.complete("--keep cog-base-", tmp_path) == ["cog-base-extras"]
        assert self.complete("--ignore DF102,DF104", tmp_path) == ["DF102,DF104"]
        assert self.complete("explain DF00", tmp_path) == [code for code in all_rules() if code.startswith("DF00")]
        assert self.complete("--output-format s", tmp_path) == ["sarif"]
        assert self.complete("app --machine-type gpu-h", tmp_path) == ["GPU-H100", "GPU-H200"]
        assert self.complete("app --machine-type x", tmp_path) == ["XS", "XL"]
        assert self.complete("app --name ", tmp_path) == [""]

    @pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
    def test_in_bash(self, tmp_path: Path) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "dockerfix"
        program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
        program.chmod(0o755)
        script = (
            'eval "$(dockerfix completion bash)"; COMP_WORDS=(dockerfix --aga); COMP_CWORD=1; '
            '_dockerfix_completion dockerfix --aga dockerfix; echo "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            check=False,
            env=environment(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}"),
        )
        assert (done.returncode, done.stdout) == (0, b"--against\n")


def test_what_the_help_shows_works(tmp_path: Path) -> None:
    """The examples of the help, with a `cog` that prints a file."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "cog-debug").write_text(DOCKERFILE)
    for name, line in (("cog", f'cat "{tmp_path}/cog-debug"'), ("dockerfix", f'exec {" ".join(COMMAND)} "$@"')):
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    (tmp_path / "cog.yaml").write_text(COG_YAML)
    script = """
set -e
git init -q .
cog debug | dockerfix -o Dockerfile
cog debug | dockerfix --against Dockerfile --output-format github
cp Dockerfile good; cog debug > Dockerfile; git add .
dockerfix --diff Dockerfile | git apply
cmp Dockerfile good
cog debug > Dockerfile
dockerfix --in-place . || echo changed
cmp Dockerfile good
sed -i s/WORKDIR/USER/ Dockerfile
cog debug | dockerfix --against Dockerfile --output-format github && exit 9 || echo stale
"""
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        cwd=tmp_path,
        check=False,
        env=environment(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}"),
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"changed\n::stop-commands::" in done.stdout
    assert b"\n--- a/Dockerfile\n" in done.stdout
    assert done.stdout.endswith(b"stale\n")
