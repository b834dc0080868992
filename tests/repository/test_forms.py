"""The forms for issues; `make lint` compares them with GitHub's schema."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from dockerfix.cli.help import COMMANDS
from places import ROOT

FORMS = {path.name: path for path in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))}


def fields(name: str) -> dict[str, dict[str, Any]]:
    """The fields of a form by their ids."""
    form = yaml.safe_load(FORMS[name].read_text("utf-8"))
    return {field["id"]: field for field in form["body"] if "id" in field}


def test_a_bug_comes_with_what_is_needed_to_see_it() -> None:
    found = fields("bug.yml")
    assert "dockerfix bug-report" in found["report"]["attributes"]["label"]
    assert found["report"]["validations"]["required"]
    assert {"dockerfile", "cog-yaml"} <= set(found)
    for text in FORMS["bug.yml"].read_text("utf-8"), (ROOT / "CONTRIBUTING.md").read_text("utf-8"):
        assert set(re.findall(r"dockerfix ([a-z-]+-[a-z]+)\b", text)) <= set(COMMANDS)


@pytest.mark.parametrize("name", FORMS)
def test_security_faults_are_led_away(name: str) -> None:
    text = FORMS[name].read_text("utf-8")
    if name == "config.yml":
        assert yaml.safe_load(text)["blank_issues_enabled"] is False
        assert "/SECURITY.md" in text
    elif name == "bug.yml":
        assert "/security/advisories/new" in text
