"""The review page: what stands in it, and how it behaves in a browser."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dockerfix
from archives import outputs
from commands import Here, here, project
from dockerfix.report.page import render
from dockerfix.report.page.lines import align
from dockerfix.report.page.stages import graph
from dockerfix.report.page.text import paragraphs
from places import FIXTURES

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["here", "project"]

CASE = FIXTURES / "pipeline" / "comfy-workflows-v0.9.6"

SCRIPT = "</script><script>window.hacked=1</script>"
IMAGE = "<img src=x onerror=window.hacked=1>"
HOSTILE = f"""\
FROM python:3.11-slim AS a
# {SCRIPT} \u202e {IMAGE}
FROM "{IMAGE}" AS final
COPY --from={IMAGE.replace(" ", "/")} /a /b
RUN apt-get install -y '{IMAGE}' && pip install '{IMAGE}' '"{SCRIPT}'
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""


def comfy() -> dockerfix.Result:
    return dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes(), project=CASE)


def plain_lines(text: str) -> list[str]:
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


class Tags(HTMLParser):
    """Collects elements, and complains about what a browser would have to mend."""

    VOID = frozenset({"meta", "input", "br", "img", "path", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestRows:
    def test_both_texts_are_there_whole(self) -> None:
        result = comfy()
        rows = align(result)
        before = [row.before for row in rows if row.before]
        after = [row.after for row in rows if row.after]
        assert [cell.text for cell in before] == result.source.text.removesuffix("\n").split("\n")
        assert [cell.text for cell in after] == result.text.removesuffix("\n").split("\n")
        assert [cell.number for cell in before] == list(range(1, len(before) + 1))
        assert [cell.number for cell in after] == list(range(1, len(after) + 1))

    def test_each_changed_line_has_its_finding(self) -> None:
        result = comfy()
        codes = {}
        for row in align(result):
            for side, cell in (("before", row.before), ("after", row.after)):
                if cell and cell.changed:
                    assert cell.findings, cell
                    codes[side, cell.number] = [result.findings[number].code for number in cell.findings]
        assert codes["before", 3] == codes["before", 4] == ["DF103"]
        assert codes["before", 6] == codes["after", 3] == codes["after", 29] == ["DF201"]
        assert {codes["before", number][0] for number in range(12, 21)} == {"DF102"}
        lines = result.text.split("\n")
        for code in ("DF207", "DF301", "DF302", "DF401"):
            start = next(number for number, line in enumerate(lines, 1) if line.startswith(f"# dockerfix[{code}]"))
            assert codes["after", start] == codes["after", start + 1] == [code]

    def test_every_finding_has_a_place(self) -> None:
        result = comfy()
        assert {number for row in align(result) for number in row.findings} == set(range(len(result.findings)))

    def test_what_cog_prints(self) -> None:
        """Nothing is lost, every change and finding is tied, and each block belongs to the code above it."""
        for output in outputs()[::40]:
            result = dockerfix.rewrite(output.data, project=output.folder)
            rows = align(result)
            cells = [cell for row in rows for cell in (row.before, row.after) if cell]
            assert [row.before.text for row in rows if row.before] == plain_lines(result.source.text)
            assert [row.after.text for row in rows if row.after] == plain_lines(result.rewritten)
            assert all(cell.findings for cell in cells if cell.changed), output.file
            assert {number for cell in cells for number in cell.findings} == set(range(len(result.findings))), (
                output.file
            )
            for cell in cells:
                mark = re.match(r"# dockerfix\[(DF\d+)\]: ", cell.text)
                if mark and cell.changed:
                    assert mark[1] in [result.findings[number].code for number in cell.findings], (output.file, cell)

    @pytest.mark.parametrize("text", ["", "\n", "FROM a", "FROM a\r\nRUN b\r\n", "no Dockerfile\n\n", "\ufeffFROM a\n"])
    def test_odd_texts(self, text: str) -> None:
        result = dockerfix.rewrite(text)
        Tags(render(result, path="x"))
        shown = [row.before.text for row in align(result) if row.before]
        assert shown == text.replace("\r", "").removesuffix("\n").split("\n")[: len(shown)]


class TestPage:
    def test_it_needs_nothing_from_elsewhere(self) -> None:
        tags = Tags(render(comfy(), path="Dockerfile"))
        for tag, attributes in tags.seen:
            assert tag not in ("link", "img", "iframe", "object", "base")
            assert "src" not in attributes
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            if "href" in attributes and tag == "a":
                assert re.match(r"#|https://", attributes["href"] or "")

    def test_ids_are_unique_and_references_lead_somewhere(self) -> None:
        tags = Tags(render(comfy(), path="Dockerfile"))
        ids = [attributes["id"] for _tag, attributes in tags.seen if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _tag, attributes in tags.seen:
            for name in ("for", "aria-labelledby"):
                assert attributes.get(name) is None or attributes[name] in ids
            if "data-to" in attributes:
                assert f"finding-{attributes['data-to']}" in ids

    def test_hostile_text_is_text(self, tmp_path: Path) -> None:
        (tmp_path / "cog.yaml").write_text("build:\n  python_version: '3.11'\n")
        tags = Tags(render(dockerfix.rewrite(HOSTILE, project=tmp_path), path=f"{IMAGE}/Dockerfile"))
        assert [tag for tag, _attributes in tags.seen].count("script") == 1
        assert "img" not in [tag for tag, _attributes in tags.seen]

    def test_bytes_and_directions_are_written_out(self) -> None:
        page = render(dockerfix.rewrite(b"FROM a\n# \xff \xe2\x80\xae \x1b[31m\n"), path="x")
        assert "# \\xff \\u202e \\x1b[31m" in page
        page.encode()

    def test_the_packages_are_compared(self) -> None:
        page = render(comfy(), path="Dockerfile")
        assert '<li class="gone"><span class="hidden">removed: </span>-r /tmp/requirements.txt</li>' in page
        assert '<li class="new"><span class="hidden">added: </span>transformers&gt;=4.25.1</li>' in page
        assert "<li>ffmpeg</li>" in page

    def test_each_line_of_cog_yaml_has_its_place(self) -> None:
        page = render(comfy(), path="Dockerfile")
        section = page[page.index('<section id="account">') :]
        assert "<code>build.cuda</code> <code>12.1</code>" in section
        assert section.count("<tr>") > len((CASE / "cog.yaml").read_text("utf-8").split("- ")) - 1
        assert 'id="account"' not in render(dockerfix.rewrite("FROM a\n"), path="Dockerfile")

    def test_errors_are_said(self) -> None:
        page = render(dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes()), path="Dockerfile")
        assert "Would not be written: errors were found" in page
        assert "Would be refused" in render(dockerfix.rewrite(""), path="Dockerfile")
        assert "Would be unchanged" in render(dockerfix.rewrite("FROM a\n"), path="Dockerfile")


def test_the_stages_and_what_they_take() -> None:
    text = "FROM a AS x\nFROM x\nFROM b\nCOPY --from=x /1 /1\nCOPY --from=0 /2 /2\nCOPY --from=img:1 /3 /3\n"
    found = graph(dockerfix.parse(text + "RUN --mount=type=bind,from=1,target=/x true\n"))
    assert [(box.title, box.detail) for box in found.boxes] == [
        ("x", "a"),
        ("stage 1", "x"),
        ("final image", "b"),
        ("image", "img:1"),
        ("image", "1"),  # a mount names no stage by its number
    ]
    assert set(found.arrows) == {(0, 1, "FROM", 1), (0, 2, "COPY", 2), (3, 2, "COPY", 1), (4, 2, "mount", 1)}


def test_an_image_that_is_taken_from_twice_is_one_box() -> None:
    found = graph(dockerfix.parse("COPY --from=early /0 /0\nFROM a\nCOPY --from=img /1 /1\nCOPY --from=img /2 /2\n"))
    assert [box.title for box in found.boxes] == ["final image", "image"]
    assert set(found.arrows) == {(1, 0, "COPY", 2)}


def test_options_of_an_install_count_as_packages() -> None:
    page = render(dockerfix.rewrite("FROM a\nRUN pip install -e ./own -r own.txt -c no.txt numpy\n"), path="Dockerfile")
    assert "<li>-e ./own</li>" in page
    assert "<li>-r own.txt</li>" in page
    assert "<li>numpy</li>" in page
    assert "no.txt</li>" not in page


def test_the_reason_ends_where_the_example_begins() -> None:
    assert paragraphs("A `b`\nc.\n\nD ``<e>``.\n\ncog.yaml:\n\n    f: g") == (
        "<p>A <code>b</code> c.</p><p>D <code>&lt;e&gt;</code>.</p>"
    )


class TestCommand:
    def test_a_file(self, project: Here) -> None:
        done = project("review", "Dockerfile", "-o", "review.html")
        assert (done.code, done.out) == (0, b"")
        assert done.err.startswith("dockerfix: review.html written; the Dockerfile would be rewritten, ")
        assert "drop-server" in (project.folder / "review.html").read_text("utf-8")

    def test_standard_input(self, project: Here) -> None:
        done = project("review", stdin=(project.folder / "Dockerfile").read_bytes())
        assert done.code == 0
        assert b"&lt;stdin&gt;: dockerfix review" in done.out
        assert b"install-python-packages" in done.out

    def test_the_project_and_the_settings(self, project: Here) -> None:
        text = (project.folder / "Dockerfile").read_bytes()
        project.write("deep/.dockerfix.yaml", "ignore: [DF104]\n")
        project.write("deep/Dockerfile", text)
        done = project("review", "deep/Dockerfile", "--project", ".")
        assert b"install-python-packages" in done.out
        assert b"drop-server" not in done.out
        assert project("review", "deep/Dockerfile", "--cog-yaml", "cog.yaml").out == done.out
        project.write("wrong/.dockerfix.yaml", "ignor: [DF104]\n")
        project.write("wrong/Dockerfile", text)
        assert project("review", "wrong/Dockerfile").code == 2

    def test_what_can_not_be_read_or_written(self, project: Here) -> None:
        done = project("review", "missing")
        assert (done.code, done.err) == (3, "dockerfix: cannot read missing: No such file or directory\n")
        done = project("review", "Dockerfile", "-o", "no/such/folder")
        assert done.code == 3
        assert done.err.startswith("dockerfix: cannot write no/such/folder: ")


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if not (BROWSER and DRIVER) and not os.environ.get("CI"):
        pytest.skip("no Chromium with its driver here")
    assert BROWSER, "no Chromium here"
    assert DRIVER, "no chromedriver here"
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1400,900",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def show(browser: Chrome, folder: Path, page: str) -> None:
    path = folder / "review.html"
    path.write_text(page, "utf-8")
    browser.get(path.as_uri())


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Iterator[Chrome]:
    """The page of a real file; whatever a test does, the console stays empty."""
    show(browser, tmp_path, render(comfy(), path="Dockerfile"))
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    yield browser
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def find(browser: Chrome, selector: str) -> list[Any]:
    return list(browser.find_elements("css selector", selector))


def visible(browser: Chrome) -> list[str]:
    return [card.get_attribute("data-code") for card in find(browser, ".finding:not([hidden])")]


def chosen(browser: Chrome) -> str | None:
    cards = find(browser, ".finding[aria-current]")
    return cards[0].get_attribute("data-code") if cards else None


def in_view(browser: Chrome, selector: str) -> bool:
    script = (
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return box.top >= 0 && box.top < innerHeight && box.height > 0"
    )
    return bool(browser.execute_script(script, selector))


def press(browser: Chrome, keys: str) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(browser).send_keys(keys).perform()


class TestBrowser:
    def test_the_filter(self, page: Chrome) -> None:
        everything = visible(page)
        assert len(everything) == len(comfy().findings)
        press(page, "/")
        press(page, "tini")
        assert visible(page) == ["DF102", "DF102"]
        assert find(page, "#shown")[0].text == f"2 of {len(everything)} findings"
        press(page, "\ue00c")  # Escape
        assert visible(page) == everything

    def test_the_filter_by_code_and_severity(self, page: Chrome) -> None:
        find(page, ".chip[data-severity=warning]")[0].click()
        assert visible(page) == ["DF402", "DF107"]
        find(page, ".chip[data-code=DF104]")[0].click()
        assert visible(page) == []
        assert find(page, "#none")[0].is_displayed()
        find(page, ".chip[data-severity=warning]")[0].click()
        assert visible(page) == ["DF104", "DF104"]
        assert not find(page, "tr:not(.off)[data-findings] .mark")[0].text.startswith("DF102")

    def test_a_change_leads_to_its_reason(self, page: Chrome) -> None:
        row = next(row for row in find(page, "td.line.new") if "# dockerfix[DF301]" in row.text)
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", row)
        row.click()
        assert chosen(page) == "DF301"
        assert in_view(page, ".finding[aria-current]")
        assert "installs fal" in find(page, ".finding[aria-current]")[0].text
        assert find(page, ".finding[aria-current] details[open]")

    def test_the_mark_leads_to_its_reason(self, page: Chrome) -> None:
        mark = next(mark for mark in find(page, ".mark") if mark.get_attribute("textContent") == "DF107")
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
        mark.click()
        assert chosen(page) == "DF107"
        assert in_view(page, ".finding[aria-current]")

    def test_a_finding_leads_to_its_place(self, page: Chrome) -> None:
        card = find(page, ".finding[data-code=DF104] .head")[-1]
        page.execute_script("arguments[0].scrollIntoView({block: 'center'})", card)
        card.click()
        assert in_view(page, "tr.on")
        assert "CMD" in find(page, "tr.on td.line.mine")[0].text

    def test_the_keys(self, page: Chrome) -> None:
        press(page, "n")
        first = chosen(page)
        assert first == visible(page)[0]
        press(page, "nn")
        assert find(page, ".finding[aria-current]")[0].get_attribute("data-number") == "2"
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
        assert find(browser, ".compare")[0].text.count(IMAGE) >= 3
        assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]

    def test_the_policy_stops_what_would_get_in(self, browser: Chrome, tmp_path: Path) -> None:
        page = render(comfy(), path="Dockerfile").replace("<footer>", f"{SCRIPT}{IMAGE}<footer>")
        show(browser, tmp_path, page)
        assert browser.execute_script("return window.hacked") is None
        assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))  # type: ignore[no-untyped-call]
