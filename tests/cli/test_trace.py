"""``dockerfix trace``, and the account in the JSON output."""

from __future__ import annotations

import json

from commands import COG_YAML, DOCKERFILE, Here, here, project

__all__ = ["here", "project"]


def test_each_line_of_cog_yaml_beside_where_it_went(project: Here) -> None:
    done = project("trace", stdin=DOCKERFILE.encode())
    assert (done.code, done.err) == (0, "")
    text = done.out.decode()
    assert text.startswith("cog.yaml:\n")
    assert "\n\nDockerfile:\n" in text
    values = [line for line in COG_YAML.split("\n") if line.strip() and not line.strip().endswith(":")]
    assert values
    for line in values:
        assert line.strip().lstrip("- ").partition(": ")[2].strip("\"'") in text
    assert "CMD" in text
    assert "removed, DF104" in text


def test_as_json_and_in_the_findings(project: Here) -> None:
    traced = json.loads(project("trace", "--format", "json", stdin=DOCKERFILE.encode()).out)
    assert {entry["file"] for entry in traced} == {"cog.yaml", "Dockerfile"}
    found = json.loads(project("--check", "--format", "json", stdin=DOCKERFILE.encode()).out)
    assert found["files"][0]["account"] == traced


def test_what_is_no_dockerfile_has_no_account(project: Here) -> None:
    done = project("trace", stdin=b"hello\n")
    assert done.code == 3
    assert "not a Dockerfile" in done.err


def test_the_help_has_an_example(here: Here) -> None:
    assert "cog debug | dockerfix trace" in here("trace", "--help").out.decode()
