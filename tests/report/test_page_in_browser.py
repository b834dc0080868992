"""The review page in Chromium: how it looks, and how it behaves. axe-core is the judge of what everybody can use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dockerfix
from browsers import LOOKS, NAMES, NARROW, WIDE, browser, find, look, objections, press
from dockerfix.report.page import render
from pages import CASE, HOSTILE, IMAGE, NEEDS, SCRIPT, comfy, long, stale

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["browser"]


def show(browser: Chrome, folder: Path, page: str) -> None:
    path = folder / "review.html"
    path.write_text(page, "utf-8")
    browser.get(path.as_uri())


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Iterator[Chrome]:
    """The page of a real file; whatever a test does, the console stays empty."""
    show(browser, tmp_path, render(comfy(), path="Dockerfile", needs=NEEDS))
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    yield browser
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def visible(browser: Chrome) -> list[str]:
    return [code.text for code in find(browser, ".card:not([hidden]) .head b")]


def chosen(browser: Chrome) -> str | None:
    codes = find(browser, ".card[aria-current] .head b")
    return str(codes[0].text) if codes else None


def in_view(browser: Chrome, selector: str) -> bool:
    script = (
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return box.top >= 0 && box.top < innerHeight && box.height > 0"
    )
    return bool(browser.execute_script(script, selector))


@cache
def pages_to_judge() -> dict[str, str]:
    """Pages of every kind: a conversion, a committed file, an error, a refusal, no change, a long file."""
    result = comfy()
    return {
        "conversion": render(result, path="Dockerfile", needs=NEEDS),
        "committed": render(result, path="Dockerfile.cog", committed=stale(result)),
        "error": render(dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes()), path="Dockerfile"),
        "refused": render(dockerfix.rewrite(""), path="Dockerfile"),
        "unchanged": render(dockerfix.rewrite("FROM a\n"), path="Dockerfile"),
        "hostile": render(dockerfix.rewrite(HOSTILE), path=IMAGE),
        "long": render(long("a third"), path="Dockerfile"),
    }


CONTRAST = """
const parse = (text) => {
  const found = text.match(/[\\d.]+/g).map(Number);
  return found.length > 3 ? found : [...found, 1];
};
const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const behind = (element) => {
  const layers = [];
  const box = element.closest("g.box");
  if (box) layers.push(parse(getComputedStyle(box.querySelector("rect")).fill));
  for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((under, top) => over(top, under));
};
const bad = [];
let seen = 0;
const judge = (element, style, what) => {
  const ink = parse(element.closest("svg") ? style.fill : style.color);
  const found = ratio(over(ink, behind(element)), behind(element));
  seen += 1;
  if (found < 4.5 || Number(style.opacity) < 1) bad.push([what, element.outerHTML.slice(0, 90), found.toFixed(2)]);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.data.trim() || !element.getClientRects().length || element.closest(".hidden, title, script")) continue;
  judge(element, getComputedStyle(element), "text");
}
for (const element of document.querySelectorAll("body *")) {
  const style = getComputedStyle(element, "::before");
  const after = getComputedStyle(element, "::after");
  if (!element.getClientRects().length) continue;
  for (const each of [style, after]) {
    if (!["none", "normal", '""'].includes(each.content)) judge(element, each, each.content);
  }
  if (element.placeholder) judge(element, getComputedStyle(element, "::placeholder"), "placeholder");
}
return {seen, bad};
"""
OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"


class TestLooks:
    @pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=NAMES)
    def test_axe_finds_nothing_to_object_to(
        self, browser: Chrome, tmp_path: Path, size: tuple[int, int], scheme: str
    ) -> None:
        for name, text in pages_to_judge().items():
            with look(browser, size, scheme):
                show(browser, tmp_path, text)
                browser.execute_script(OPEN_ALL)
                found = objections(browser)
            assert found == [], name

    @pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=NAMES)
    def test_every_text_has_contrast(self, browser: Chrome, tmp_path: Path, size: tuple[int, int], scheme: str) -> None:
        """Signs that a style puts in, and short texts, which axe-core leaves to people, included."""
        for name, text in pages_to_judge().items():
            with look(browser, size, scheme):
                show(browser, tmp_path, text)
                browser.execute_script(OPEN_ALL)
                found = browser.execute_script(CONTRAST)
            assert found["seen"] > 10
            assert found["bad"] == [], name

    @pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=NAMES)
    def test_nothing_is_struck_through_or_wider_than_the_screen(
        self, browser: Chrome, tmp_path: Path, size: tuple[int, int], scheme: str
    ) -> None:
        script = (
            "return [...document.querySelectorAll('*')].filter("
            "(each) => getComputedStyle(each).textDecorationLine.includes('line-through')).length"
        )
        for name, text in pages_to_judge().items():
            with look(browser, size, scheme):
                show(browser, tmp_path, text)
                assert browser.execute_script(script) == 0, name
                assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0], name

    def test_the_verdict_and_its_facts_fit_one_screen(self, browser: Chrome, tmp_path: Path) -> None:
        bottom = "return document.querySelector('#summary').getBoundingClientRect().bottom"
        for name in ("conversion", "committed", "error"):
            for size in (WIDE, NARROW):
                with look(browser, size):
                    show(browser, tmp_path, pages_to_judge()[name])
                    assert browser.execute_script(bottom) <= size[1] * (1 if size == WIDE else 1.2), (name, size)

    def test_a_narrow_screen_has_one_column_with_the_findings_first(self, page: Chrome) -> None:
        box = "const box = document.querySelector(arguments[0]).getBoundingClientRect(); return [box.left, box.top]"
        with look(page, NARROW):
            findings, changes = (page.execute_script(box, name) for name in ("#findings", "#changes"))
            assert findings[1] < changes[1]
            said, excerpt = (page.execute_script(box, f".card > {name}") for name in (".said", ".excerpt"))
            assert said[0] == excerpt[0]
            assert said[1] < excerpt[1]
            row = "tr:has(td.before.gone):has(td.after.new) > "
            before, after = (page.execute_script(box, f"{row} td.line.{side}") for side in ("before", "after"))
            assert before[0] == after[0]
            assert before[1] < after[1]

    def test_what_stays_on_top_takes_less_than_a_tenth(self, page: Chrome) -> None:
        script = (
            "return [...document.querySelectorAll('body *')].filter("
            "(each) => ['sticky', 'fixed'].includes(getComputedStyle(each).position) && each.getClientRects().length"
            ").map((each) => each.getBoundingClientRect().height)"
        )
        for size in (WIDE, NARROW):
            with look(page, size):
                assert sum(page.execute_script(script)) <= size[1] / 10

    @pytest.mark.parametrize("kind", ["unchanged", "a third", "in turn"])
    def test_a_long_file_has_few_elements(self, browser: Chrome, tmp_path: Path, kind: str) -> None:
        show(browser, tmp_path, render(long(kind), path="Dockerfile", needs=NEEDS))
        assert browser.execute_script("return document.querySelectorAll('*').length") < 3_000

    def test_on_paper(self, page: Chrome) -> None:
        with look(page, WIDE, "dark", media="print"):
            assert not find(page, ".top")[0].is_displayed()
            assert not find(page, "#filter")[0].is_displayed()
            assert find(page, "#verdict")[0].is_displayed()
            shown = "return getComputedStyle(document.querySelector('#summary')).backgroundColor"
            assert page.execute_script(shown) == "rgb(255, 255, 255)"

    def test_the_keyboard_reaches_everything_and_shows_where_it_is(self, page: Chrome) -> None:
        wanted = page.execute_script(
            "return [...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')]"
            ".filter((each) => each.checkVisibility() && each.getClientRects().length).length"
        )
        script = (
            "const at = document.activeElement; const style = getComputedStyle(at);"
            "at.dataset.reached = 'yes';"
            "return [at.outerHTML.slice(0, 80), at === document.body || style.outlineStyle !== 'none' && "
            "parseFloat(style.outlineWidth) >= 2]"
        )
        for _step in range(wanted):
            press(page, "\ue004")  # Tab
            element, visible_ = page.execute_script(script)
            assert visible_, element
        assert page.execute_script("return document.querySelectorAll('[data-reached]').length") == wanted


class TestBrowser:
    def test_the_filter(self, page: Chrome) -> None:
        everything = visible(page)
        press(page, "/")
        press(page, "tini")
        assert visible(page) == ["DF102", "DF102"]
        assert find(page, "#shown")[0].text == f"2 of {len(everything)}"
        press(page, "\ue00c")  # Escape
        assert visible(page) == everything

    def test_the_filter_by_severity(self, page: Chrome) -> None:
        find(page, ".chip[data-severity=warning]")[0].click()
        assert visible(page) == ["DF402", "DF107"]
        press(page, "/")
        press(page, "tini")
        assert visible(page) == []
        assert find(page, "#none")[0].is_displayed()
        assert not any(heading.is_displayed() for heading in find(page, "h3"))

    def test_a_change_leads_to_its_reason(self, page: Chrome) -> None:
        row = next(row for row in find(page, "td.line.new") if "# dockerfix[DF301]" in row.text)
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", row)
        row.click()
        assert chosen(page) == "DF301"
        assert in_view(page, ".card[aria-current]")
        assert "installs fal" in find(page, ".card[aria-current]")[0].text
        assert page.execute_script("return document.activeElement.matches('.card[aria-current]')")

    def test_a_mark_leads_to_its_reason_even_if_it_is_filtered_out(self, page: Chrome) -> None:
        find(page, ".chip[data-severity=note]")[0].click()
        mark = next(mark for mark in find(page, ".mark") if "DF107" in mark.get_attribute("textContent"))
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
        mark.click()
        assert chosen(page) == "DF107"
        assert in_view(page, ".card[aria-current]")

    def test_a_finding_leads_to_its_place(self, page: Chrome) -> None:
        link = find(page, ".card .place")[-1]
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
        link.click()
        assert in_view(page, "tr.on")
        assert "CMD" in find(page, "tr.on td.line")[0].text

    def test_links_work_without_the_script(self, browser: Chrome, tmp_path: Path) -> None:
        text = render(comfy(), path="Dockerfile")
        show(browser, tmp_path, text[: text.index("<script>")])
        mark = find(browser, ".mark")[-1]
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
        target = mark.get_attribute("href").partition("#")[2]
        mark.click()
        assert in_view(browser, f"#{target}")

    def test_the_keys(self, page: Chrome) -> None:
        press(page, "n")
        first = chosen(page)
        assert first == visible(page)[0]
        press(page, "nn")
        assert chosen(page) == visible(page)[2]
        press(page, "pp")
        assert chosen(page) == first
        press(page, "?")
        assert find(page, "dialog[open]")
        press(page, "\ue00c")
        assert not find(page, "dialog[open]")

    def test_dark_and_light(self, page: Chrome) -> None:
        script = "return getComputedStyle(document.body).backgroundColor"
        before = page.execute_script(script)
        press(page, "t")
        other = page.execute_script(script)
        assert before != other
        page.refresh()
        assert page.execute_script(script) == other
        find(page, "#theme")[0].click()
        assert page.execute_script(script) == before

    def test_hostile_text_does_not_run(self, browser: Chrome, tmp_path: Path) -> None:
        (tmp_path / "cog.yaml").write_text("build:\n  python_version: '3.11'\n")
        show(browser, tmp_path, render(dockerfix.rewrite(HOSTILE, project=tmp_path), path=IMAGE))
        assert browser.execute_script("return window.hacked") is None
        assert browser.execute_script("return document.images.length + document.scripts.length") == 1
        assert SCRIPT in find(browser, "table")[0].text
        assert browser.title == f"{IMAGE}: dockerfix review"
        assert find(browser, "#changes")[0].text.count(IMAGE) >= 3
        assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]

    def test_the_policy_stops_what_would_get_in(self, browser: Chrome, tmp_path: Path) -> None:
        page = render(comfy(), path="Dockerfile").replace("<footer>", f"{SCRIPT}{IMAGE}<footer>")
        show(browser, tmp_path, page)
        assert browser.execute_script("return window.hacked") is None
        assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))  # type: ignore[no-untyped-call]
