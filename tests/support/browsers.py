"""Chromium for the tests of pages: the fixture `browser`, and what a user does in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from places import ROOT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,900"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no network: every other host is unknown
)
AXE = ROOT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = (1400, 900), (390, 844)
LOOKS = [(size, scheme) for size in (WIDE, NARROW) for scheme in ("light", "dark")]
NAMES = [f"{size[0]} {scheme}" for size, scheme in LOOKS]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A Chromium without a window, which keeps what its console says."""
    if not (BROWSER and DRIVER) and not os.environ.get("CI"):
        pytest.skip("no Chromium with its driver here")
    assert BROWSER, "no Chromium here"
    assert DRIVER, "no chromedriver here"
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def find(browser: Chrome, selector: str) -> list[Any]:
    """The elements that a selector of CSS means."""
    return list(browser.find_elements("css selector", selector))


def press(browser: Chrome, keys: str) -> None:
    """Type."""
    from selenium.webdriver import ActionChains

    ActionChains(browser).send_keys(keys).perform()


@contextmanager
def look(browser: Chrome, size: tuple[int, int], scheme: str = "light", media: str = "") -> Iterator[None]:
    """A screen of `size` that prefers a colour scheme, or paper."""
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == NARROW}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)  # type: ignore[no-untyped-call]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})  # type: ignore[no-untyped-call]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})  # type: ignore[no-untyped-call]


def objections(browser: Chrome) -> list[tuple[str, str]]:
    """What axe-core objects to in the page that is shown: its rule, and the first element."""
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("no axe-core here; `make axe` installs it")
    assert AXE.exists(), "`make axe` installs it"
    browser.execute_script(AXE.read_text("utf-8"))
    run = (
        "const done = arguments[arguments.length - 1];"
        "axe.run({resultTypes: ['violations']}).then(done, (error) => done({failed: String(error)}))"
    )
    found = browser.execute_async_script(run)  # type: ignore[no-untyped-call]
    assert "failed" not in found, found
    assert len(found["passes"]) > 20
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
