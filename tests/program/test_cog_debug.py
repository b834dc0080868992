"""Every output of `cog debug` becomes fal-ready: 34 releases of Cog on 20 projects."""

from __future__ import annotations

import difflib
import re

import pytest

from archives import Output, archive, outputs
from checker.corpus import REFUSALS, config_of, judge
from places import PROJECTS

RELEASES = tuple(dict.fromkeys(output.release for output in outputs()))
SHOWN = 12


@pytest.mark.parametrize("release", RELEASES)
def test_outputs_of_a_release_become_fal_ready(release: str) -> None:
    chosen = [output for output in outputs() if output.release == release]
    lines = [f"{output.file}: {rule}: {message}" for output in chosen for rule, message in judge(output).problems]
    assert not lines, "\n".join([f"{len(lines)} violations", *lines[:SHOWN]])


def test_the_manifest_is_read() -> None:
    assert len(outputs()) == len({output.file for output in outputs()}) == 921
    assert len(RELEASES) == 34


def test_the_archive_and_the_projects_are_one_set() -> None:
    """The archive is complete without the rest of the repository; tests read its projects as folders."""
    assert {name for name in archive() if name.startswith("cog-debug/")} == {
        "cog-debug/MANIFEST.tsv",
        *(f"cog-debug/{output.file}" for output in outputs()),
    }
    plain = {
        f"projects/{path.relative_to(PROJECTS).as_posix()}": path for path in PROJECTS.rglob("*") if path.is_file()
    }
    assert {name for name in archive() if name.startswith("projects/")} == set(plain)
    assert all(path.read_bytes() == archive()[name] for name, path in plain.items())
    assert {output.folder.name for output in outputs()} == {path.name for path in PROJECTS.iterdir()}


def _with_packages() -> dict[str, Output]:
    """The first output of each release whose project lists packages and is not refused."""
    found: dict[str, Output] = {}
    for output in outputs():
        if (output.release, output.project) not in REFUSALS and "python_packages:\n" in config_of(output):
            found.setdefault(output.release, output)
    return found


WITH_PACKAGES = _with_packages()


@pytest.mark.parametrize("release", WITH_PACKAGES)
def test_a_change_of_cog_yaml_changes_one_block(release: str) -> None:
    import dockerfix

    output = WITH_PACKAGES[release]
    changed = re.sub(r"( +)python_packages:\n", r"\g<0>\1  - added-package==1.0\n", config_of(output))
    before = judge(output).text
    result = dockerfix.rewrite(before, project=output.folder, cog_yaml=changed)
    assert result.ok, [finding.message for finding in result.findings]
    difference = list(difflib.unified_diff(before.split("\n"), result.text.split("\n"), lineterm="", n=0))[2:]
    assert [line for line in difference if line.startswith("-")] == []
    assert [line.strip("+ \\") for line in difference if line.startswith("+")] == ["'added-package==1.0'"]
