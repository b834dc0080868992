"""A caching front of the real package index: pages cut down to what the platform can install, files kept on disk.

Without it each build spends half a minute reading index pages of megabytes that list files for every other platform.
"""

from __future__ import annotations

import hashlib
import html
import re
import ssl
import threading
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from e2e import host

LINK = re.compile(r"<a\s([^>]*)>\s*([^<]+?)\s*</a>", re.IGNORECASE)
HREF = re.compile(r'href="([^"]+)"', re.IGNORECASE)
REQUIRES = re.compile(r'data-requires-python="[^"]*"', re.IGNORECASE)
YANKED = re.compile(r"data-yanked", re.IGNORECASE)
PLATFORM = re.compile(r"-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?:any|[\w.]*linux\w*_x86_64)\.whl$")
SDIST = re.compile(r"^(.+)-([^-]+)\.(?:tar\.gz|zip)$")


class Mirror:
    """Pages and files of the index at `upstream` (URL without a final slash), read through this machine's settings."""

    def __init__(self, upstream: str, folder: Path, address: str) -> None:
        self._upstream, self._folder, self._address = upstream, folder, address
        self._pages: dict[str, list[tuple[str, str]] | None] = {}
        self._cut: dict[tuple[str, str | None], bytes] = {}
        self._files: dict[str, str] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        bundle = host.certificate_bundle()
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(bundle) if bundle else None))
        self._opener = urllib.request.build_opener(trust)
        folder.mkdir(parents=True, exist_ok=True)

    def page(self, name: str, minor: str | None) -> bytes | None:
        """The page of a project, None where the index has none; with `minor` ("3.11") without other Pythons' wheels."""
        with self._lock(name):
            if name not in self._pages:
                self._pages[name] = self._read(name)
            links = self._pages[name]
        if links is None:
            return None
        if (name, minor) in self._cut:
            return self._cut[name, minor]
        lines = "".join(line for file, line in links if not minor or _fits(file, minor.replace(".", "")))
        self._cut[name, minor] = f"<!DOCTYPE html><html><body>\n{lines}</body></html>\n".encode()
        return self._cut[name, minor]

    def file(self, key: str) -> bytes | None:
        """A file that a page linked to, from the disk where an earlier run had it."""
        url = self._files.get(key)
        if url is None:
            return None
        kept = self._folder / f"{key}-{unquote(urlsplit(url).path.rsplit('/', 1)[1])}"
        with self._lock(key):
            if not kept.exists():
                partial = kept.with_suffix(".part")
                partial.write_bytes(self._get(url))
                partial.rename(kept)
        return kept.read_bytes()

    def _lock(self, key: str) -> threading.Lock:
        """One lock for each page and file, so two builds don't fetch the same one."""
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())

    def _get(self, url: str) -> bytes:
        """The body behind an address."""
        with self._opener.open(url, timeout=120) as answer:
            data: bytes = answer.read()
            return data

    def _read(self, name: str) -> list[tuple[str, str]] | None:
        """Fetch a page and keep the links that matter: wheels for this platform, and sources where a version has none.

        Gives pairs of a file name and a line of HTML.
        """
        base = f"{self._upstream}/{name}/"
        try:
            text = self._get(base).decode()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        links = [(match[1], html.unescape(match[2])) for match in LINK.finditer(text)]
        links = [link for link in links if HREF.search(link[0]) and not YANKED.search(link[0])]
        wheels = [link for link in links if PLATFORM.search(link[1])]
        have = {file.split("-")[1] for _, file in wheels}
        sources = [link for link in links if (match := SDIST.match(link[1])) and match[2] not in have]
        return [(file, self._line(base, attributes, file)) for attributes, file in wheels + sources]

    def _line(self, base: str, attributes: str, file: str) -> str:
        """One link, to this server."""
        match = HREF.search(attributes)
        url = urljoin(base, html.unescape(match[1] if match else ""))
        address, _, digest = url.partition("#")
        key = hashlib.sha256(address.encode()).hexdigest()[:20]
        self._files[key] = address
        requires = REQUIRES.search(attributes)
        suffix = f"#{digest}" if digest else ""
        return f'<a href="{self._address}/{key}/{file}{suffix}" {requires[0] if requires else ""}>{file}</a>\n'


def _fits(file: str, digits: str) -> bool:
    """Whether CPython 3.x (`digits`: "311") may take a file, by its name."""
    match = PLATFORM.search(file)
    return not match or match["abi"] in {"none", "abi3"} or f"cp{digits}" in match["python"]
