"""The page to try dockerfix on, in Chromium: its results are those of the command, and nothing leaves it."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsers import LOOKS, NAMES, browser, look, objections
from commands import COG_YAML, DOCKERFILE, Done, Here, here
from dockerfix.cli import config
from make_playground import EXAMPLES, PAGE, build
from places import PROJECTS

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["browser", "here"]

PATIENCE = 300
"""Seconds to wait for what takes two on a quiet machine."""


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder as `python -m http.server` does, and notes what is asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder; gives its address, and the paths that are asked for."""
    asked: list[str] = []
    handler = type("Noting", (Handler,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as `make playground` builds it."""
    if not (shutil.which("npm") and shutil.which("node")) and not os.environ.get("CI"):
        pytest.skip("no npm and node here")
    path = tmp_path_factory.mktemp("playground") / "built"
    build(path)
    return path


@pytest.fixture(scope="module")
def opened(browser: Chrome, folder: Path) -> Iterator[Chrome]:
    """The page, loaded once: it takes a while."""
    with serve(folder) as (address, _asked):
        browser.set_script_timeout(PATIENCE)
        browser.get(address)
        wait(browser, "idle")
        yield browser


@pytest.fixture
def page(opened: Chrome) -> Iterator[Chrome]:
    """The page without input; whatever a test does, the console stays empty."""
    opened.execute_script("document.querySelector('#clear').click()")
    wait(opened, "idle")
    opened.get_log("browser")  # type: ignore[no-untyped-call]
    yield opened
    assert opened.get_log("browser") == []  # type: ignore[no-untyped-call]


def wait(browser: Chrome, *states: str) -> None:
    """Wait for a state of the page in which the worker has nothing to do."""
    from selenium.webdriver.support.ui import WebDriverWait

    def settled(driver: Chrome) -> bool:
        script = "return [document.querySelector('#output').dataset.state, document.querySelector('#output').ariaBusy]"
        state, busy = driver.execute_script(script)
        assert state != "failed" or "failed" in states, text(driver, "#state")
        return state in states and busy != "true"

    WebDriverWait(browser, PATIENCE, 0.1).until(settled)


def text(browser: Chrome, selector: str) -> str:
    return str(browser.execute_script("return document.querySelector(arguments[0]).textContent", selector))


def choose(browser: Chrome, selector: str, value: str) -> None:
    browser.execute_script(
        "const field = document.querySelector(arguments[0]); field.value = arguments[1];"
        "for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, {bubbles: true}))",
        selector,
        value,
    )


def converted(browser: Chrome) -> Done:
    """What the page shows of a run, as the command would print it."""
    wait(browser, "done", "refused")
    code = int(browser.execute_script("return document.querySelector('#output').dataset.code"))
    return Done(code, text(browser, "#result pre").encode(), text(browser, "#findings pre"))


def expected(here: Here, dockerfile: str, files: dict[str, str], *options: str) -> tuple[Done, str]:
    """What the command prints in a folder with these files: as it is run in the README, and its review."""
    for name, content in files.items():
        here.write(name, content)
    done = here(*options, stdin=dockerfile.encode())
    if options:
        here.write(".dockerfix.yaml", f"target: {options[1]}\n")
        config._search.cache_clear()
    return done._replace(out=b"" if done.code else done.out), here("review", stdin=dockerfile.encode()).out.decode()


def review(browser: Chrome) -> str:
    return str(browser.execute_script("return document.querySelector('#review iframe').srcdoc"))


def fragment(data: object) -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.urlsafe_b64encode(packer.compress(json.dumps(data).encode()) + packer.flush()).decode().rstrip("=")


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[each[0] for each in EXAMPLES])
def test_an_example_gives_what_the_command_gives(page: Chrome, folder: Path, here: Here, number: int) -> None:
    example = json.loads((folder / "examples.json").read_text("utf-8"))[number]
    project = PROJECTS / example["project"]
    assert example["files"] == {
        path.relative_to(project).as_posix(): path.read_text("utf-8")
        for path in project.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    choose(page, "#example", str(number))
    done, its_review = expected(here, example["dockerfile"], example["files"])
    assert done.code == 0
    assert done.out != example["dockerfile"].encode()
    assert converted(page) == done
    assert review(page) == its_review


def test_the_other_target(page: Chrome, folder: Path, here: Here) -> None:
    example = json.loads((folder / "examples.json").read_text("utf-8"))[0]
    choose(page, "#example", "0")
    as_app = converted(page)
    choose(page, "#target", "server")
    done, its_review = expected(here, example["dockerfile"], example["files"], "--target", "server")
    found = converted(page)
    assert found == done
    assert found.out != as_app.out
    assert review(page) == its_review


@pytest.mark.parametrize(
    ("dockerfile", "files"),
    [
        ("this is no Dockerfile\n", {}),
        ("", {"cog.yaml": "build: {}\n"}),
        (DOCKERFILE, {"cog.yaml": f"build: {'[' * 100}{']' * 100}\n"}),
        (DOCKERFILE, {}),
        (f"{DOCKERFILE}FOO bar\n", {"cog.yaml": COG_YAML}),
        (DOCKERFILE, {"cog.yaml": COG_YAML, ".dockerfix.yaml": "ignor: [DF104]\n"}),
    ],
    ids=["no Dockerfile", "empty", "deep cog.yaml", "no cog.yaml", "not what BuildKit reads", "wrong settings"],
)
def test_an_error_is_that_of_the_command(page: Chrome, here: Here, dockerfile: str, files: dict[str, str]) -> None:
    page.execute_script("location.hash = arguments[0]", fragment({"dockerfile": dockerfile, "files": files}))
    done, _review = expected(here, dockerfile, files)
    assert done.code != 0
    assert converted(page) == done
    assert f"exit code {done.code}" in text(page, "#state")
    assert page.find_element("id", "findings").is_displayed()


def test_what_is_no_yaml_has_the_place_and_the_code_of_the_command(page: Chrome, here: Here) -> None:
    """PyYAML's part in C, which a browser lacks, has other words for it."""
    files = {"cog.yaml": "build: ["}
    page.execute_script("location.hash = arguments[0]", fragment({"dockerfile": DOCKERFILE, "files": files}))
    found = [
        done._replace(err=re.sub("(?<=: not valid YAML: ).*", "", done.err))
        for done in (converted(page), expected(here, DOCKERFILE, files)[0])
    ]
    assert found[0] == found[1]
    assert "DF004 error: cog.yaml:1:9: not valid YAML: \n" in found[0].err


def test_a_failure_does_not_stay(page: Chrome) -> None:
    """What breaks a run, here a file in a file, is said, and the next input is converted by a new worker."""
    files = {"a": "x", "a/b": "y"}
    page.execute_script("location.hash = arguments[0]", fragment({"dockerfile": DOCKERFILE, "files": files}))
    wait(page, "failed")
    assert text(page, "#state").startswith("dockerfix stopped: FileExistsError")
    choose(page, "#example", "0")
    assert converted(page).code == 0


def test_what_is_typed_is_converted(page: Chrome) -> None:
    page.find_element("id", "dockerfile").send_keys('FROM python:3.11\nCMD ["python", "-m", "cog.server.http"]\n')
    done = converted(page)
    assert done.out.startswith(b"FROM python:3.11\n")
    assert b"cog.server.http" not in done.out


def test_a_link_holds_the_whole_input(page: Chrome, browser: Chrome) -> None:
    choose(page, "#example", "2")
    done = converted(page)
    page.execute_script("document.querySelector('#link').click()")
    wait(page, "done")
    link = page.execute_async_script(
        "const done = arguments[0];(function look() { location.hash ? done(location.href) : setTimeout(look, 50) })()"
    )
    page.execute_script("history.replaceState(null, '', location.pathname)")
    page.execute_script("document.querySelector('#clear').click()")
    wait(page, "idle")
    assert text(page, "#result pre") == ""
    page.execute_script("location.hash = arguments[0]", link.partition("#")[2])
    assert converted(page) == done
    assert page.find_element("id", "count").text == "(2)"


def test_a_damaged_link_says_so(page: Chrome) -> None:
    page.execute_script("location.hash = 'damaged'")
    wait(page, "failed")
    assert "damaged" in text(page, "#state")


def test_a_path_can_not_leave_the_project(page: Chrome) -> None:
    files = {"../../../lib/dockerfix/dockerfix/__init__.py": "broken", "/lib/dockerfix/dockerfix/cli/__init__.py": "x"}
    page.execute_script("location.hash = arguments[0]", fragment({"dockerfile": "FROM a\n", "files": files}))
    assert converted(page).code == 0


def test_copy_and_download(page: Chrome, tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    choose(page, "#example", "0")
    done = converted(page)
    folder = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.execute_cdp_cmd("Browser.setDownloadBehavior", folder)
    for tab, name, content in (
        ("result", "Dockerfile", done.out),
        ("findings", "findings.txt", done.err.encode()),
        ("review", "review.html", review(page).encode()),
    ):
        page.find_element("id", f"tab-{tab}").click()
        page.find_element("id", "download").click()
        WebDriverWait(page, PATIENCE, 0.1).until(lambda _page, path=tmp_path / name: path.exists())
        assert (tmp_path / name).read_bytes() == content
    page.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    page.find_element("id", "tab-result").click()
    page.find_element("id", "copy").click()
    WebDriverWait(page, PATIENCE, 0.1).until(lambda _page: text(page, "#copy") == "Copied")
    assert page.execute_async_script("navigator.clipboard.readText().then(arguments[0])").encode() == done.out


def test_the_keyboard(page: Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    page.find_element("id", "tab-result").click()
    for key, panel in ((Keys.ARROW_RIGHT, "findings"), (Keys.END, "review"), (Keys.ARROW_RIGHT, "result")):
        page.switch_to.active_element.send_keys(key)
        assert [each for each in ("result", "findings", "review") if page.find_element("id", each).is_displayed()] == [
            panel
        ]


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=NAMES)
def test_it_fits_every_screen(page: Chrome, size: tuple[int, int], scheme: str) -> None:
    choose(page, "#example", "3")
    converted(page)
    page.execute_script("document.querySelector('#more').open = true")
    with look(page, size, scheme):
        assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        left, right = (page.find_element("id", each).rect for each in ("input", "output"))
        narrow = size[0] < 1000
        assert (left["x"] == right["x"]) == narrow
        assert (left["y"] + left["height"] <= right["y"]) == narrow
        colour = page.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", colour))) > 3 * 128) == (scheme == "light")
        for tab in ("tab-findings", "tab-review", "tab-result"):
            page.find_element("id", tab).click()
            assert objections(page) == []


LEAKS = {
    "playground.js": "fetch('{0}page').catch(() => 0); new Image().src = '{0}image';\n",
    "worker.js": "fetch('{0}worker').catch(() => 0);\n",
}


@pytest.mark.parametrize("kept", [True, False], ids=["with the policy", "without it"])
def test_nothing_can_leave_the_page(browser: Chrome, folder: Path, tmp_path: Path, kept: bool) -> None:
    """A script that would send something, in the page or in the worker, is stopped by the page's policy."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (tmp_path / "elsewhere").mkdir()
    index = (copy / "index.html").read_text("utf-8")
    assert "default-src 'self'" in index
    if not kept:
        index = re.sub(r"<meta http-equiv=.*>\n", "", index)
    (copy / "index.html").write_text(index, "utf-8")
    with serve(copy) as (address, _asked), serve(tmp_path / "elsewhere") as (elsewhere, leaked):
        for name, code in LEAKS.items():
            path = copy / name
            # imports go first in a module
            path.write_text(path.read_text("utf-8") + code.format(elsewhere), "utf-8")
        browser.get(address)
        wait(browser, "idle")
        browser.get("about:blank")
    assert sorted(leaked) == ([] if kept else ["/image", "/page", "/worker"])


def test_every_file_is_published_or_built_in() -> None:
    from make_playground import PUBLISHED

    built_in = {"index.html", "playground.py", "compile.mjs"}
    assert {path.name for path in PAGE.iterdir() if path.name != "__pycache__"} == {*PUBLISHED, *built_in}
