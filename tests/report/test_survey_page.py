"""The page of a survey: what is in it, and how it behaves in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from tests.report.test_page import Tags

import fleets
from browsers import browser, find, press
from commands import run
from dockerfix.driver.project_summary import Point, ProjectSummary, WeightSource
from dockerfix.report.survey import format_of, size
from places import PROJECTS

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["browser"]

SCRIPT = "</script><script>window.hacked=1</script>"
IMAGE = '"><img src=x onerror=window.hacked=1>'
HOSTILE = ProjectSummary(
    project=SCRIPT,
    name=SCRIPT,
    verdict="needs-work",
    reasons=(IMAGE, f"`{SCRIPT}`"),
    dockerfile=IMAGE,
    cog=IMAGE,
    base=SCRIPT,
    new_base=IMAGE,
    python=SCRIPT,
    machines=(IMAGE,),
    python_packages=(SCRIPT,),
    system_packages=(IMAGE,),
    weights=(WeightSource(IMAGE, SCRIPT, 1),),
    weights_size=1,
    weights_size_from=IMAGE,
    by_hand=(Point("DF101", "warning", SCRIPT, IMAGE, 1),),
    secrets=(SCRIPT,),
    review=f"reviews/{IMAGE}",
)


def page_of(*summaries: ProjectSummary) -> str:
    form, counts = format_of("html"), {each.verdict: 1 for each in summaries}
    rows = "".join(form.row(number, each) for number, each in enumerate(summaries))
    return form.opening(counts) + rows + form.closing(counts)


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, ""), (0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2.0 MB"), (13_900_000_000, "14 GB")],
)
def test_sizes(number: int | None, text: str) -> None:
    assert size(number) == text


def test_nothing_gets_in() -> None:
    page = page_of(HOSTILE, ProjectSummary("a", "converts", name="a"))
    found = Tags(page)
    assert [tag for tag, _ in found.seen].count("script") == 1
    assert "img" not in [tag for tag, _ in found.seen]
    assert not [name for _tag, attributes in found.seen for name in attributes if name.startswith("on")]
    assert "default-src 'none'" in page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey of 30 projects, three of them broken and one without a Dockerfile, as the command writes it."""
    root = tmp_path_factory.mktemp("survey")
    projects = fleets.write(root / "fleet", 30)
    for kind, project in zip(("no-yaml", "missing-file", "broken-dockerfile"), projects, strict=False):
        fleets.BREAKS[kind][0](project)
    shutil.copytree(PROJECTS / "minimal", root / "fleet" / "a & b#1%")
    assert run("survey", root / "fleet", "--format", "html", "-o", root / "page").code == 0
    return root / "page"


def test_each_name_leads_to_its_review(folder: Path) -> None:
    found = Tags((folder / "index.html").read_text("utf-8"))
    links = [attributes["href"] or "" for tag, attributes in found.seen if tag == "a"]
    reviews = [link for link in links if link.startswith("reviews/")]
    # two have no cog.yaml that can be read, or no Dockerfile
    assert len(reviews) == len(set(reviews)) == 29
    for link in reviews:
        page = (folder / unquote(link)).read_text("utf-8")
        assert "dockerfix review</title>" in page


@pytest.fixture
def page(browser: Chrome, folder: Path) -> Iterator[Chrome]:
    """The page; whatever a test does, the console stays empty."""
    browser.get((folder / "index.html").as_uri())
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    yield browser
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def names(browser: Chrome) -> list[str]:
    return [each.text.split()[-1] for each in find(browser, ".item:not([hidden]) .col-project")]


def texts(browser: Chrome, column: str) -> list[str]:
    return [each.text for each in find(browser, f".item:not([hidden]) .col-{column}")]


def click(browser: Chrome, selector: str) -> None:
    element: Any = find(browser, selector)[0]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


class TestBrowser:
    def test_the_filter(self, page: Chrome) -> None:
        everything = names(page)
        assert len(everything) == 31
        press(page, "/")
        press(page, "sdxl")
        assert set(names(page)) == {each for each in everything if "sdxl" in each}
        assert find(page, "#shown")[0].text == f"{len(names(page))} of 31 projects"
        press(page, " nothing-has-this")
        assert names(page) == []
        assert find(page, "#none")[0].is_displayed()
        press(page, "\ue00c")  # Escape
        assert names(page) == everything

    def test_the_filter_finds_what_the_details_have(self, page: Chrome) -> None:
        press(page, "/")
        press(page, "weights.example.org")
        assert 0 < len(names(page)) < 31

    def test_the_verdicts(self, page: Chrome) -> None:
        click(page, ".chip[data-verdict=refused]")
        assert len(names(page)) == 3
        assert all(text.startswith("refused") for text in texts(page, "verdict"))
        click(page, ".chip[data-verdict=needs-work]")
        assert len(names(page)) == 4
        numbers = {each.get_attribute("data-verdict"): each.text.split()[-1] for each in find(page, ".chip")}
        assert (numbers["refused"], numbers["needs-work"]) == ("3", "1")

    def test_sorting(self, page: Chrome) -> None:
        title = "th[data-column=todo]"
        click(page, f"{title} button")
        numbers = [int(text or 0) for text in texts(page, "todo")]
        assert numbers == sorted(numbers)
        assert find(page, title)[0].get_attribute("aria-sort") == "ascending"
        click(page, f"{title} button")
        assert [int(text or 0) for text in texts(page, "todo")] == sorted(numbers, reverse=True)
        click(page, "th[data-column=project] button")
        assert names(page) == sorted(names(page))
        assert find(page, title)[0].get_attribute("aria-sort") == "none"
        click(page, "th[data-column=verdict] button")
        assert texts(page, "verdict")[-1].startswith("refused")

    def test_details(self, page: Chrome) -> None:
        row = next(each for each in find(page, ".item") if "whisper-cu118" in each.text)
        details = row.find_element("css selector", ".more")
        assert not details.is_displayed()
        button = row.find_element("css selector", ".toggle")
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        assert details.is_displayed()
        assert button.get_attribute("aria-expanded") == "true"
        assert "openai-whisper" in details.text
        assert "To check by hand" in details.text
        button.click()
        assert not details.is_displayed()

    def test_the_review_opens(self, page: Chrome) -> None:
        click(page, ".item .col-project a")
        assert page.title.endswith("dockerfix review")

    def test_the_keys(self, page: Chrome) -> None:
        script = "return getComputedStyle(document.body).backgroundColor"
        before = page.execute_script(script)
        press(page, "t")
        assert page.execute_script(script) != before
        press(page, "?")
        assert find(page, "dialog[open]")
        press(page, "\ue00c")
        assert not find(page, "dialog[open]")

    @pytest.mark.parametrize("width", [1400, 900, 390])
    def test_nothing_is_wider_than_the_screen(self, page: Chrome, width: int) -> None:
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            page.execute_script("document.querySelectorAll('.toggle').forEach((each) => each.click())")
            assert page.execute_script("return document.documentElement.scrollWidth") <= width
        finally:
            page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_hostile_text_does_not_run(self, browser: Chrome, tmp_path: Path) -> None:
        (tmp_path / "index.html").write_text(page_of(HOSTILE), "utf-8")
        browser.get((tmp_path / "index.html").as_uri())
        assert browser.execute_script("return window.hacked") is None
        assert browser.execute_script("return document.images.length + document.scripts.length") == 1
        assert SCRIPT in find(browser, ".col-project")[0].text
        assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
