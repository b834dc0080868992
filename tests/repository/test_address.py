"""One address of the project, in `[project.urls]`; whatever names it says the same."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import dockerfix
from commands import Here, here, project
from dockerfix.report.rules import all_rules
from places import ROOT
from shown import PROSE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["here", "project"]

URLS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
HOME, DOCUMENTATION = URLS["Homepage"], URLS["Documentation"]
SETTINGS = [
    *(ROOT / name for name in ("mkdocs.yml", "action.yml", ".pre-commit-hooks.yaml", "Makefile", "pyproject.toml")),
    *sorted((ROOT / ".github").rglob("*.yml")),
]
SOURCES = sorted((ROOT / "compiler" / "dockerfix").rglob("*.py"))
OWN = re.compile(r"(?:https?://|git@|uses: )[^\s\"'`<>)]*(?<![\w-])dockerfix(?![\w-])[^\s\"'`<>)]*")
"""An address with `dockerfix` in it: of the project, and of nothing else."""


def is_known(address: str) -> bool:
    """Whether an address is that of the project, or a place below it."""
    if address.startswith("uses: "):
        return address.startswith(f"uses: {HOME.removeprefix('https://github.com/')}@")
    known = "|".join(map(re.escape, (HOME, DOCUMENTATION, "https://pypi.org/project/dockerfix")))
    return bool(re.match(rf"(?:{known})(?:[/#@]|\.git|$)", address))


def test_the_addresses_of_the_project() -> None:
    assert HOME.startswith("https://github.com/")
    assert all(is_known(address) for address in URLS.values())
    assert dockerfix.DOCUMENTATION == DOCUMENTATION


@pytest.mark.parametrize("path", [*PROSE, *SETTINGS, *SOURCES], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_mention_agrees(path: Path) -> None:
    for match in OWN.finditer(path.read_text("utf-8")):
        assert is_known(match[0]), f"{path.relative_to(ROOT)}: {match[0]}"


@pytest.mark.parametrize("address", ["https://example.org/dockerfix.git", "uses: OWNER/dockerfix@v1"])
def test_another_address_is_noticed(address: str) -> None:
    found = OWN.search(f"x {address} y")
    assert found
    assert not is_known(found[0])


@pytest.mark.parametrize("path", [*PROSE, *SETTINGS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_place_to_fill_in(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "OWNER" not in text
    if path.parent.name != "e2e":  # its stand-ins for other hosts are named so
        assert not re.search(r"https?://[\w.]*example\.(?:org|com)", text)


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_name_the_present_version(path: Path) -> None:
    for version in re.findall(r"(?:rev: |dockerfix(?:\.git)?@)(v[\w.]+)", path.read_text("utf-8")):
        assert version == f"v{dockerfix.__version__}"


class TestMessages:
    def test_the_page_of_a_code(self, here: Here) -> None:
        for code in all_rules():
            assert here("explain", code).out.decode().rstrip().endswith(f"{DOCUMENTATION}/reference/codes/{code}/")

    def test_sarif(self, project: Here) -> None:
        run: dict[str, Any] = json.loads(project("--check", "--output-format", "sarif", "Dockerfile").out)["runs"][0]
        driver = run["tool"]["driver"]
        assert driver["informationUri"] == f"{DOCUMENTATION}/"
        for rule in driver["rules"]:
            assert rule["helpUri"] == f"{DOCUMENTATION}/reference/codes/{rule['id']}/"

    def test_the_site(self) -> None:
        text = (ROOT / "mkdocs.yml").read_text("utf-8")
        assert re.search(r"^site_url: (.*)$", text, re.MULTILINE)[1] == f"{DOCUMENTATION}/"  # type: ignore[index]


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub and mkdocs make them."""
    titles = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    """Also on GitHub, which has the pages without those that are generated."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        if "://" in target or re.search(r"reference/codes/|^codes/", target):
            continue
        path = page.parent / target if target else page
        assert path.exists(), f"{page.relative_to(ROOT)}: {link}"
        assert not anchor or anchor in anchors(path), f"{page.relative_to(ROOT)}: {link}"
