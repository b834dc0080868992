"""The site, as readers see it: links and anchors lead somewhere, the search finds, nothing is cut in Chromium."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urldefrag, urljoin

import pytest

from browsers import browser
from commands import environment
from dockerfix.report.rules import all_rules
from places import ROOT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["browser"]

WIDTHS = (1400, 390)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site that ``make docs`` builds."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_it_has_the_generated_parts(site: Path) -> None:
    for rule in all_rules().values():
        assert rule.name in (site / "reference" / "codes" / rule.code / "index.html").read_text("utf-8")
        assert rule.url.endswith(f"/reference/codes/{rule.code}/")
    for path in site.rglob("*.html"):
        assert "generated:" not in path.read_text("utf-8"), path
    assert "--in-place" in (site / "reference" / "command-line" / "index.html").read_text("utf-8")
    assert "GPU-H100" in (site / "how-to" / "machines" / "index.html").read_text("utf-8")


def test_a_page_loads_nothing_from_other_hosts(site: Path) -> None:
    html = (site / "reference" / "command-line" / "index.html").read_text("utf-8")
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://(?!dockerfix\.github\.io/)', html)


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.anchors |= {str(values[name]) for name in ("id", "name") if values.get(name)}
        if tag in ("a", "link") and values.get("href"):
            self.links.append(str(values["href"]))
        if tag in ("script", "img") and values.get("src"):
            self.links.append(str(values["src"]))


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert len(pages) > len(all_rules())
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # its links begin at the address of the site
        for link in page.links:
            target, anchor = urldefrag(link)
            if "://" in target or target.startswith(("mailto:", "data:")):
                continue
            place = Path(unquote(urljoin(path.as_uri(), target)).removeprefix("file://")) if target else path
            place = place / "index.html" if place.is_dir() else place
            there = place in pages and (not anchor or unquote(anchor) in pages[place].anchors)
            if not (there or (place.is_file() and not anchor)):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_every_page_is_in_the_navigation_or_the_list_of_codes(site: Path) -> None:
    home = Page(site / "index.html")
    codes = Page(site / "reference" / "codes" / "index.html")
    for path in site.rglob("index.html"):
        name = path.parent.relative_to(site).as_posix()
        listed = codes.links if name.startswith("reference/codes/") else home.links
        wanted = f"../{path.parent.name}/" if name.startswith("reference/codes/") else f"{name}/"
        assert name == "." or wanted in listed or wanted.removeprefix("../") in listed, name


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the site on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def resize(browser: Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


CUT = """
const [base, names, done] = arguments;
const content = document.querySelector('.md-content');
const cut = [];
(async () => {
  for (const name of names) {
    const text = await (await fetch(base + name + '/')).text();
    content.innerHTML = new DOMParser().parseFromString(text, 'text/html').querySelector('.md-content').innerHTML;
    const code = [...content.querySelectorAll('pre > code')];
    if (document.documentElement.scrollWidth > innerWidth) cut.push(name);
    cut.push(...code.filter(each => each.scrollWidth > each.clientWidth).map(each => name + ': ' + each.textContent));
  }
  done(cut);
})();
"""
"""Shows one page after the other in the frame of the first; loading each as a whole takes a minute."""


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_at_the_right_edge(browser: Chrome, address: str, site: Path, width: int) -> None:
    resize(browser, width)
    browser.get(address)
    names = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    assert browser.execute_async_script(CUT, address, names) == []  # type: ignore[no-untyped-call]
    wide = "content.firstElementChild.insertAdjacentHTML('beforeend', '<pre><code style=\"white-space:pre\">%s');"
    assert browser.execute_async_script(CUT.replace("const code", wide % ("x" * 300) + "const code"), address, ["."])


SEARCHES = {
    "private index": "how-to/private-indexes/",
    "CUDA": "reference/codes/DF401/",
    "DF203": "reference/codes/DF203/",
    "weights": "how-to/weights/",
    "exit code 3": "reference/exit-codes/",
    "pget": "how-to/keep/",
    "cog-base": "reference/codes/DF110/",
    "drift": "how-to/drift/",
    "many models": "how-to/many-models/",
    "pre-commit": "how-to/pre-commit/",
    "machine type": "how-to/machines/",
    "streaming": "how-to/app/",
    "ignore comment": "how-to/configuration/",
    "monobase": "reference/glossary/",
    "hadolint": "explanation/comparison/",
    "what differs from Cog": "how-to/app/",
    "webhook": "how-to/app/",
    "fal_app.py": "how-to/app/",
    "out of date": "how-to/drift/",
    "monorepo": "how-to/many-models/",
    "secret": "how-to/private-indexes/",
    "Windows": "",
}
"""What a reader looks for, and the page that has to be among the first five."""

FOUND = """
return [...document.querySelectorAll('.md-search-result__item > a.md-search-result__link')].map(each => each.href);
"""


@pytest.mark.parametrize("words", SEARCHES)
def test_the_search_finds(browser: Chrome, address: str, words: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    resize(browser, WIDTHS[0])
    browser.get("about:blank")
    browser.get(f"{address}?q={quote(words)}")
    found = WebDriverWait(browser, 20).until(lambda driver: driver.execute_script(FOUND))
    pages = list(dict.fromkeys(urldefrag(each).url.removeprefix(address).partition("?")[0] for each in found))
    assert SEARCHES[words] in pages[:5]
