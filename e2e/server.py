"""The local server that answers for the stand-in hosts: an index before the real one, files, git repositories."""

from __future__ import annotations

import base64
import json
import os
import re
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from e2e.mirror import Mirror
from e2e.wheels import Catalogue, normal

INDEX = "index.dockerfix.test"
ADDRESS = "127.77.0.1"  # a loopback address of our own, so port 443 is free even where something serves localhost
ASSETS = Path(__file__).parent / "assets"


class Content:
    """What to answer for a host and a path."""

    def __init__(
        self, tables: dict[str, Any], catalogue: Catalogue, mirror: Mirror, packages: Path, pythons: Path
    ) -> None:
        self._indexes = [(entry, re.compile(entry["path"])) for entry in tables["indexes"]]
        self._files = [(re.compile(entry["match"]), entry) for entry in tables["files"]]
        self._catalogue = catalogue
        self._mirror = mirror
        self._packages, self._pythons = packages, pythons
        self._private = {normal(name) for entry in tables["indexes"] if "login" in entry for name in entry["names"]}

    def login(self, host: str, path: str) -> str | None:
        """The name and password that a place asks for, None for the many that ask for none."""
        entries = [entry for entry, pattern in self._indexes if entry["host"] == host and pattern.match(path)]
        return next((entry["login"] for entry in entries if "login" in entry), None)

    def answer(self, host: str, path: str, agent: str = "") -> tuple[int, str, bytes]:
        """Status, content type and body; pip tells its Python in `agent`, its User-Agent."""
        if path.endswith(".whl") and not path.startswith("/remote/"):
            data = self._catalogue.file(path.rsplit("/", 1)[1])
            if data is not None:
                return 200, "application/zip", data
        if host == INDEX:
            found = self._front(path, agent)
            if found:
                return found
        for entry, pattern in self._indexes:
            match = pattern.match(path) if entry["host"] == host else None
            if match:
                return self._index(entry, match, path)
        for pattern, entry in self._files:
            if pattern.fullmatch(host + path):
                return 200, "application/octet-stream", _body(entry)
        return 404, "text/plain", f"no stand-in for {host}{path}\n".encode()

    def _front(self, path: str, agent: str) -> tuple[int, str, bytes] | None:
        """The front index: stand-ins of the table, all other projects from the real index."""
        match = re.fullmatch(r"/simple/([^/]+)/?", path)
        if match and match[1] in self._catalogue and normal(match[1]) not in self._private:
            return 200, "text/html", self._page(match[1], "")
        if match:
            minor = re.search(r'"python":\s*"(3\.\d+)', agent)
            page = self._mirror.page(normal(match[1]), minor[1] if minor else None)
            return (404, "text/plain", b"not on the index\n") if page is None else (200, "text/html", page)
        remote = re.fullmatch(r"/remote/([0-9a-f]+)/[^/]+", path)
        if remote:
            data = self._mirror.file(remote[1])
            return (404, "text/plain", b"unknown file\n") if data is None else (200, "application/zip", data)
        if path == "/python-downloads.json":
            return 200, "application/json", json.dumps(self._downloads()).encode()
        kept = ((r"/pythons/(3\.\d+\.tar\.gz|3\.\d+/VERSION)", self._pythons), (r"/apt/([a-z]+/[^/]+)", self._packages))
        found = ((folder, re.fullmatch(pattern, path.replace("/./", "/"))) for pattern, folder in kept)
        return next((_file(folder / match[1]) for folder, match in found if match), None)

    def _index(self, entry: dict[str, Any], match: re.Match[str], path: str) -> tuple[int, str, bytes]:
        """One of the other indexes: a project's page, or all links on one page (for --find-links)."""
        label = "+" + match["label"] if entry["local"] else ""
        name = normal(path[match.end() :].strip("/"))
        if not name:
            return 200, "text/html", b"".join(self._page(name, label) for name in entry["names"])
        if name in entry["names"]:
            return 200, "text/html", self._page(name, label)
        return 404, "text/plain", b"not on this index\n"

    def _page(self, name: str, label: str) -> bytes:
        """Links to the wheels of one project."""
        files = [self._catalogue.file_name(name, version + label) for version in self._catalogue.versions(name)]
        links = "".join(f'<a href="https://{INDEX}/files/{file.replace("+", "%2B")}">{file}</a>\n' for file in files)
        return f"<!DOCTYPE html><html><body>\n{links}</body></html>\n".encode()

    def _downloads(self) -> dict[str, dict[str, Any]]:
        """The interpreters of this machine in the form that `uv python install` reads."""
        table = {}
        for folder in sorted(self._pythons.glob("3.*/VERSION")):
            major, minor, patch = folder.read_text().strip().split(".")
            table[f"cpython-{major}.{minor}.{patch}-linux-x86_64-gnu"] = {
                "name": "cpython",
                "arch": {"family": "x86_64", "variant": None},
                "os": "linux",
                "libc": "gnu",
                "major": int(major),
                "minor": int(minor),
                "patch": int(patch),
                "prerelease": "",
                "url": f"https://{INDEX}/pythons/{major}.{minor}.tar.gz",
                "sha256": None,
                "variant": None,
            }
        return table


class Handler(BaseHTTPRequestHandler):
    """HTTP around Content, and git's own CGI program for repositories."""

    protocol_version = "HTTP/1.1"
    content: Content
    repositories: Path

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").split(":")[0]
        if re.search(r"\.git(/|$)", urlsplit(self.path).path):
            self._git(host)
            return
        path = unquote(urlsplit(self.path).path)
        login = self.content.login(host, path)
        if login and self.headers.get("Authorization") != "Basic " + base64.b64encode(login.encode()).decode():
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, kind, body = self.content.answer(host, path, self.headers.get("User-Agent", ""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self._git(self.headers.get("Host", "").split(":")[0])

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the builds' own logs say what was fetched."""

    def _git(self, host: str) -> None:
        """Serve a clone with `git http-backend`."""
        address = urlsplit(self.path)
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = self._chunks()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.repositories / host),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "PATH_INFO": address.path,
            "QUERY_STRING": address.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, data = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _chunks(self) -> bytes:
        """A request body sent in chunks."""
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)


def start(content: Content, repositories: Path, certificate: Path, key: Path) -> ThreadingHTTPServer:
    """Serve the stand-in hosts."""
    handler = type("BoundHandler", (Handler,), {"content": content, "repositories": repositories})
    return listen(handler, certificate, key)


def listen(handler: type[BaseHTTPRequestHandler], certificate: Path, key: Path) -> ThreadingHTTPServer:
    """Serve on port 443 of our loopback address, in a thread that ends with the program."""
    server = ThreadingHTTPServer((ADDRESS, 443), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _file(path: Path) -> tuple[int, str, bytes]:
    """A file of the disk as an answer."""
    if not path.is_file():
        return 404, "text/plain", b"not here\n"
    return 200, "application/octet-stream", path.read_bytes()


def _body(entry: dict[str, str]) -> bytes:
    """The bytes of a `files` entry."""
    if "asset" in entry:
        return (ASSETS / entry["asset"]).read_bytes()
    return (entry.get("script") or entry.get("text", "")).encode()
