"""What runs on other people's machines is pinned: the action's packages by hash, the workflow's actions by commit."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lock import FILE, HEAD, asked
from places import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))


def pinned() -> dict[str, Requirement]:
    """The packages of action-requirements.txt, each with its only version."""
    text = FILE.read_text("utf-8").removeprefix(HEAD)
    found = [Requirement(entry.split("\\\n")[0]) for entry in re.split(r"\n(?=\S)", text.rstrip("\n"))]
    return {canonicalize_name(each.name): each for each in found}


def test_every_file_has_a_hash() -> None:
    text = FILE.read_text("utf-8")
    assert text.startswith(HEAD)
    for entry in re.split(r"\n(?=\S)", text.removeprefix(HEAD).rstrip("\n")):
        assert re.fullmatch(r"[\w.-]+==[\w.]+(?: ; [^\\\n]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+", entry), entry


def test_the_versions_are_those_that_pyproject_asks_for() -> None:
    versions = pinned()
    for text in asked():
        wanted = Requirement(text)
        found = versions[canonicalize_name(wanted.name)]
        (version,) = [each.version for each in found.specifier]
        assert wanted.specifier.contains(version), text
        assert (found.marker is None) == (wanted.marker is None), text


def test_the_action_installs_nothing_else() -> None:
    step = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"][0]["run"]
    commands = [line.strip() for line in step.splitlines() if "install" in line and not line.strip().startswith("#")]
    assert [line for line in commands if "--no-deps" not in line and not line.startswith('"${install[@]}"')] == []
    assert "--require-hashes --only-binary :all: --requirement" in step
    assert '--no-build-isolation "$GITHUB_ACTION_PATH"' in step


MAY_WRITE = {
    ("docs.yml", "publish"): {"pages", "id-token"},
    ("refresh.yml", "propose"): {"contents", "pull-requests"},
    ("release.yml", "publish"): {"id-token"},
    ("release.yml", "announce"): {"contents"},
}
"""The jobs that may do more than read, and what they may write."""
OWN_STEPS = re.compile(r"bash tools/propose_refresh\.sh|gh release create .*")
"""What these jobs run: nothing that installs or builds, so no code of a dependency sees what they may do."""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_pinned_and_may_do_no_more_than_it_has_to(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow: dict[str, Any] = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = MAY_WRITE.get((path.name, name), set())
        assert {each for each, how in job["permissions"].items() if how == "write"} == writes
        assert all(how == "write" or (each, how) == ("contents", "read") for each, how in job["permissions"].items())
        steps = [step["run"] for step in job["steps"] if "run" in step]
        assert not writes or all(OWN_STEPS.fullmatch(step) for step in steps), steps
        # a workflow's own expressions are no part of a script's text
        assert not any("${{" in step for step in steps), steps
    for used in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
    assert len(re.findall(r"uses: \S+ # v[\d.]+$", text, re.MULTILINE)) == text.count("uses: ")


def test_an_action_has_one_commit_in_all_workflows() -> None:
    pins = {pin for path in WORKFLOWS for pin in re.findall(r"uses: (\S+ # \S+)", path.read_text("utf-8"))}
    assert len({pin.partition("@")[0] for pin in pins}) == len(pins)


def test_what_the_workflows_run_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            for step in job["steps"]:
                assert set(re.findall(r"make ([\w-]+)", step.get("run", ""))) <= targets
                assert all((ROOT / name).is_file() for name in re.findall(r"tools/\S+", step.get("run", "")))


def test_all_that_ci_runs_may_fail() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "set -euo pipefail" in script
    steps = [line for line in script.splitlines() if line.startswith("make ")]
    assert {"make test", "make fuzz", "make lint", "make e2e"} <= set(steps)
    assert all(re.fullmatch(r"make [\w-]+", line) for line in steps), steps


def test_security_names_the_place_of_the_project() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert f"{urls['Homepage']}/security/advisories/new" in text
    assert "@" not in re.sub(r"`[^`]*`", "", text), "an address of mail"
