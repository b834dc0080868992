"""What README promises a new user, run as it is written there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

import dockerfix
from apps import HERE, run
from archives import outputs
from commands import DOCKERFILE
from places import FIXTURES, PROJECTS, ROOT
from shown import README, bash, block, tools

__all__ = ["tools"]

TEXT = README.read_text("utf-8")
CASE = FIXTURES / "pipeline" / "comfy-workflows-v0.9.6"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as a user has it, with what `cog debug` prints for it."""
    folder = tmp_path / "my-model"
    shutil.copytree(CASE, folder, ignore=shutil.ignore_patterns("expected.*"))
    (folder / "input.Dockerfile").rename(folder / "Dockerfile.cog")
    return folder


def test_it_is_short_and_begins_with_the_two_commands() -> None:
    assert len(TEXT.splitlines()) <= 150
    first = block(README, "sh").splitlines()
    assert [line.split("#")[0].strip() for line in first] == ["make demo", "make test"]


def test_every_target_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z0-9]+)", TEXT)) <= targets


def test_before_and_after() -> None:
    """The lines are those of the linked case, in their order; `…` stands for the rest of a line."""
    case = FIXTURES / "pipeline" / "runner-key-v0.22.0"
    assert f"]({(case / 'input.Dockerfile').relative_to(ROOT)})" in TEXT
    shown = block(README, "diff").splitlines()
    assert len(shown) <= 24
    for name, other in (("input.Dockerfile", "+"), ("expected.Dockerfile", "-")):
        lines = iter((case / name).read_text("utf-8").splitlines())
        for line in shown:
            if line[0] != other:
                start = line[1:].removesuffix("…")
                assert any(each == start or ("…" in line and each.startswith(start)) for each in lines), line


def test_convert(project: Path, tools: Path) -> None:
    done = bash(block(README, "sh", number=3), project, tools)
    assert done.returncode == 0, done.stdout
    assert (project / "Dockerfile").read_bytes() == (CASE / "expected.Dockerfile").read_bytes()


def test_review(project: Path, tools: Path) -> None:
    page, against, check = block(README, "sh", number=4).splitlines()
    assert bash("cog debug | dockerfix -o Dockerfile", project, tools).returncode == 0
    for line in (page, against, check.replace("*/", "")):
        done = bash(line, project, tools)
        assert done.returncode == 0, done.stdout
    assert (project / "review.html").is_file()
    cog_yaml = project / "cog.yaml"
    cog_yaml.write_text(cog_yaml.read_text("utf-8").replace("- einops", "- einops==0.8.0", 1), "utf-8")
    for line in (against, check.replace("*/", "")):
        done = bash(line, project, tools)
        changed = [each for each in done.stdout.splitlines() if re.match(r"[-+] ", each)]
        assert done.returncode == 1
        assert changed == ["-    'einops' \\", "+    'einops==0.8.0' \\"]


CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
from describe_apps import load
from starlette.testclient import TestClient
with TestClient(load(sys.argv[2])(_allow_init=True)._build_app()) as client:
    print(client.post("/", content=sys.argv[3], headers={"Content-Type": "application/json"}).text)
"""


def test_from_cog_debug_to_a_call(tmp_path: Path, tools: Path) -> None:
    """The steps up to the deployment; fal finds the App under the name to deploy, and it answers the call."""
    pytest.importorskip("fal", reason="needs fal")
    folder = tmp_path / "my-model"
    shutil.copytree(PROJECTS / "hello-text", folder, ignore=shutil.ignore_patterns("expected.*"))
    (folder / "Dockerfile.cog").write_text(DOCKERFILE)
    install, enter, migrate, login, deploy = block(README, "sh", number=1).splitlines()
    assert install.startswith("pip install . fal ")
    assert login == "fal auth login"
    done = bash(f"{enter}\n{migrate}", tmp_path, tools)
    assert done.returncode == 0, done.stdout
    assert (folder / "MIGRATION.md").is_file()
    name = shlex.split(deploy, comments=True)[-1]
    found = run("-c", f"from fal.cli._utils import get_app_data_from_toml as read; print(read({name!r}))", cwd=folder)
    assert found.returncode == 0, found.stderr
    words = shlex.split(block(README, "sh", number=2).replace("\\\n", ""))
    assert words[1].endswith(f"/{name}")
    answer = run("-c", CALL, str(HERE), str(folder), words[words.index("-d") + 1])
    assert answer.stdout.splitlines()[-1:] == ['{"output":"hello world"}'], answer.stderr


def test_the_figures() -> None:
    listed = outputs()
    releases, projects = ({getattr(row, name) for row in listed} for name in ("release", "project"))
    assert f"The {len(listed)} outputs" in TEXT
    assert f"({len(releases)} releases of Cog, {len(projects)} projects)" in TEXT


def test_the_version() -> None:
    assert f"dockerfix {dockerfix.__version__} is not released yet" in TEXT


def test_the_public_names_exist() -> None:
    for name in dockerfix.__all__:
        assert getattr(dockerfix, name) is not None


def test_the_changelog_is_in_the_form_of_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", each) for each in releases[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds
    assert all(f"\n{each.split(' - ')[0]}: https://" in text for each in releases)
