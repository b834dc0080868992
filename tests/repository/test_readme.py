"""What the README promises a new user, run as written there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from places import FIXTURES, ROOT

README = (ROOT / "README.md").read_text("utf-8")
CASE = FIXTURES / "pipeline" / "comfy-workflows-v0.9.6"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as a user has it, with what `cog debug` prints for it beside it."""
    folder = tmp_path / "my-model"
    shutil.copytree(CASE, folder)
    (folder / "input.Dockerfile").rename(tmp_path / "debug.Dockerfile")
    for name in ("expected.Dockerfile", "expected.report"):
        (folder / name).unlink()
    return folder


def dockerfix(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    debug = (folder.parent / "debug.Dockerfile").read_bytes()
    command = [sys.executable, "-m", "dockerfix", *arguments]
    return subprocess.run(command, input=debug, cwd=folder, capture_output=True, check=False)


def test_convert(project: Path) -> None:
    assert "cog debug | dockerfix -o Dockerfile" in README
    done = dockerfix("-o", "Dockerfile", folder=project)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (project / "Dockerfile").read_bytes() == (CASE / "expected.Dockerfile").read_bytes()


def test_a_stale_file_fails_with_a_diff(project: Path) -> None:
    assert "cog debug | dockerfix --against Dockerfile" in README
    dockerfix("-o", "Dockerfile", folder=project)
    assert dockerfix("--against", "Dockerfile", folder=project).returncode == 0
    cog_yaml = project / "cog.yaml"
    cog_yaml.write_text(cog_yaml.read_text("utf-8").replace("- einops", "- einops==0.8.0", 1), "utf-8")
    done = dockerfix("--against", "Dockerfile", folder=project)
    changed = [line for line in done.stdout.decode().splitlines() if re.match(r"[-+] ", line)]
    assert done.returncode == 1
    assert changed == ["-    'einops' \\", "+    'einops==0.8.0' \\"]


def test_the_diff_of_the_readme_is_of_the_golden_files() -> None:
    block = README.partition("```diff\n")[2].partition("```")[0]
    source = (CASE / "input.Dockerfile").read_text("utf-8").splitlines()
    result = (CASE / "expected.Dockerfile").read_text("utf-8").splitlines()
    for line in block.splitlines():
        assert line[1:] in (source if line[0] != "+" else result), line
        assert line[0] != " " or line[1:] in result, line


def test_every_command_of_the_readme_is_a_target_of_make() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z0-9]+)", README))
    assert named <= targets
