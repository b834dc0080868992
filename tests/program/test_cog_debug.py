"""Every output of `cog debug` in the shared data becomes fal-ready: 34 releases of Cog on 20 projects."""

from __future__ import annotations

import difflib
import re

import pytest

from checker.corpus import REFUSALS, Row, config_of, judge, rows
from places import SHARED

pytestmark = pytest.mark.skipif(SHARED is None, reason="the shared outputs of `cog debug` are not here")

RELEASES = tuple(dict.fromkeys(row.release for row in rows()))
SHOWN = 12


@pytest.mark.parametrize("release", RELEASES)
def test_outputs_of_a_release_become_fal_ready(release: str) -> None:
    chosen = [row for row in rows() if row.release == release]
    lines = [f"{row.file}: {rule}: {message}" for row in chosen for rule, message in judge(row).problems]
    assert not lines, "\n".join([f"{len(lines)} violations", *lines[:SHOWN]])


def test_the_manifest_is_read() -> None:
    assert len(rows()) == len({row.file for row in rows()})
    assert len(rows()) > 900
    assert len(RELEASES) > 30


def _with_packages() -> dict[str, Row]:
    """The first row of each release whose project lists packages and is not refused."""
    found: dict[str, Row] = {}
    for row in rows():
        if (row.release, row.project) not in REFUSALS and "python_packages:\n" in config_of(row):
            found.setdefault(row.release, row)
    return found


WITH_PACKAGES = _with_packages()


@pytest.mark.parametrize("release", WITH_PACKAGES)
def test_a_change_of_cog_yaml_changes_one_block(release: str) -> None:
    import dockerfix

    row = WITH_PACKAGES[release]
    changed = re.sub(r"( +)python_packages:\n", r"\g<0>\1  - added-package==1.0\n", config_of(row))
    before = judge(row).text
    result = dockerfix.rewrite(before, project=row.folder, cog_yaml=changed)
    assert result.ok, [finding.message for finding in result.findings]
    difference = list(difflib.unified_diff(before.split("\n"), result.text.split("\n"), lineterm="", n=0))[2:]
    assert [line for line in difference if line.startswith("-")] == []
    assert [line.strip("+ \\") for line in difference if line.startswith("+")] == ["'added-package==1.0'"]
