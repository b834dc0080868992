"""DF307 beyond its golden cases: versions that fal can't use, and credentials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockerfix.analysis.options import Options
from dockerfix.driver.rewrite import rewrite
from dockerfix.text.findings import Severity
from pass_cases import (
    SERVER,
    Edge,
    check_edge,
    findings,
    outcome,
)

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


def pinned(*packages: str, python: str = "3.11") -> str:
    return f'build:\n  python_version: "{python}"\n  python_packages:\n' + "".join(
        f"    - {json.dumps(each)}\n" for each in packages
    )


@pytest.mark.parametrize(
    ("package", "severity"),
    [
        ("pydantic<2", WARNING),
        ("pydantic==1.10.13", WARNING),
        ("Pydantic~=1.10", WARNING),
        ("pydantic>=1.9", None),
        ("pydantic", None),
        ("pydantic<2 ; python_version < '3.8'", None),
        ("fastapi==0.200.0", WARNING),
        ("fastapi<0.99", WARNING),
        ("fastapi==0.110.0", None),
        ("protobuf<3.20", WARNING),
        ("protobuf==4.25.1", None),
        ("pydantic-settings<2", None),
        ("fal==1.0.0", NOTE),
        ("fal", None),
        ("torch==2.1.0", None),
    ],
)
def test_pins(package: str, severity: Severity | None) -> None:
    found = findings("DF307", "FROM python:3.11-slim\n", pinned("numpy", package))
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all((each.file, each.line) == ("cog.yaml", 5) for each in found)
    command = package.replace("'", '"')
    found = findings("DF307", f"FROM python:3.11-slim\nRUN python -m pip install -q '{command}' x\n")
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_pins_count_once_and_not_for_a_server() -> None:
    text = "FROM python:3.11-slim\nRUN pip install 'pydantic<2'\n"
    assert len(findings("DF307", text, pinned("pydantic<2"))) == 1
    assert outcome("DF307", text, options=Options(target="server")).findings == ()


def test_pins_of_a_block_count_without_cog_yaml() -> None:
    block = "# dockerfix[DF201]: python_packages from cog.yaml\nRUN pip install \\\n    'pydantic<2'\n"
    text = f"FROM python:3.11-slim\n{block}"
    assert len(findings("DF307", text)) == 1
    assert findings("DF307", text, pinned("numpy")) == []


def test_pins_of_requirements_files(tmp_path: Path) -> None:
    (tmp_path / "cog.yaml").write_text("build:\n  python_version: '3.11'\n  python_requirements: r.txt\n")
    (tmp_path / "r.txt").write_text("numpy\n-r more.txt\n-c caps.txt\n")
    (tmp_path / "more.txt").write_text("pydantic<2\n")
    (tmp_path / "caps.txt").write_text("fastapi<0.1\n")
    found = findings("DF307", "FROM python:3.11-slim\n", project=tmp_path)
    assert [(each.file, each.line) for each in found] == [("more.txt", 1)]
    options = Options(requirements="numpy\n# x\nprotobuf<3\n", requirements_path="given.txt")
    found = list(outcome("DF307", "FROM python:3.11-slim\n", project=tmp_path, options=options).findings)
    assert [(each.file, each.line) for each in found] == [("given.txt", 3)]


@pytest.mark.parametrize(
    ("image", "severity"), [("3.7", ERROR), ("3.8", WARNING), ("3.9.1", WARNING), ("3.10", NOTE), ("3.13", None)]
)
def test_pythons(image: str, severity: Severity | None) -> None:
    found = findings("DF307", f"FROM python:{image}-slim\n", pinned(python=image).replace("  python_packages:\n", ""))
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all((each.file, each.line) == ("cog.yaml", 2) for each in found)


SECRET = "hunter2"


@pytest.mark.parametrize(
    "lines",
    [
        f"  python_packages:\n    - --extra-index-url https://a:{SECRET}@example.org/simple\n",
        f"  python_packages:\n    - x @ git+https://{SECRET}@example.org/x.git\n",
        f"  python_packages:\n    - x --find-links=https://example.org/?token={SECRET}\n",
        f"  python_extra_index_urls:\n    - https://a:{SECRET}@example.org/simple\n",
        f"  python_find_links:\n    - https://example.org/?token={SECRET}\n",
    ],
)
def test_credentials_are_an_error_and_are_not_shown(lines: str) -> None:
    found = findings("DF307", "FROM python:3.11-slim\n", "build:\n  python_version: '3.11'\n" + lines)
    assert [(each.severity, each.file, each.line) for each in found] == [(ERROR, "cog.yaml", 4)]
    assert SECRET not in found[0].message
    assert "build secret" in found[0].message


@pytest.mark.parametrize(
    ("command", "warns"),
    [
        (f"git clone https://a:{SECRET}@example.org/x.git", True),
        (f"curl 'https://example.org/x?token={SECRET}' -o x", True),
        ("git clone https://git@example.org/x.git", False),
        ("git clone ssh://git@example.org/x.git", False),
        ("git clone https://$USER:${TOKEN}@example.org/x.git", False),
        ("git clone https://oauth2:$(cat /run/secrets/t)@example.org/x.git", False),
        ('curl "https://example.org/x?token=$TOKEN" -o x', False),
        ("pip install x@https://example.org/x.whl", False),
    ],
)
def test_credentials_in_commands(command: str, warns: bool) -> None:
    found = findings("DF307", f"FROM python:3.11-slim\nRUN {command}\n")
    assert [each.severity for each in found] == ([WARNING] if warns else [])
    assert all(SECRET not in each.message for each in found)


EDGES = {
    "the fal that is installed anyway": Edge("FROM python:3.11\n", None),
    "another fal": Edge(
        "FROM python:3.11\n",
        (Severity.NOTE, "`fal==1.83.0` gives way to fal 1.82.0, installed last; `--fal-version 1.83.0` keeps it"),
        options=Options(fal_version="1.82.0"),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("check_pins", EDGES[name])


@pytest.mark.parametrize(
    ("python", "severity", "words"),
    [
        ("3.7", Severity.ERROR, "no release of `fal` supports Python 3.7"),
        ("3.9", Severity.WARNING, "is the last release for Python 3.9"),
        ("3.10", Severity.NOTE, "no security fixes since 2026-10"),
        ("3.11", None, ""),
    ],
)
def test_old_pythons(python: str, severity: Severity | None, words: str) -> None:
    found = findings("DF307", f"FROM python:{python}-slim\n", f"build:\n  python_version: '{python}'\n")
    assert [each.severity for each in found] == ([severity] if severity is not None else [])
    assert all(words in each.message for each in found)


def test_no_release_of_fal_is_none() -> None:
    """Where no release supports the Python, nothing is installed and the message doesn't name one."""
    result = rewrite(f"FROM python:3.7-slim\n{SERVER}", cog_yaml=pinned("fal==1.0.0", python="3.7"))
    assert not result.ok
    assert not [each for each in result.findings if "None" in each.message]
