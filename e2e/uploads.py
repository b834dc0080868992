"""What an App reaches while it runs: a stand-in for fal's file storage, and hosts that have its weights.

The storage gives back what it takes: results are uploaded to it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

REST = "rest.alpha.fal.ai"  # where fal's SDK announces an upload
HOST = "v3.fal.media"  # where it sends the file


class Uploads(BaseHTTPRequestHandler):
    """The three requests that an upload is: announce the file, send it, fetch it."""

    protocol_version = "HTTP/1.1"
    kept: dict[str, tuple[str, bytes]]
    """Content type and data by path; a class of its own for each App has it."""
    weights: dict[str, str]
    """Texts of files by address."""
    fetched: list[str]
    """The addresses of those that were sent, in order."""

    def do_POST(self) -> None:
        asked = json.loads(self._body())
        address = f"https://{HOST}/files/{len(self.kept)}/{asked['file_name']}"
        self.kept[urlsplit(address).path] = (asked["content_type"], b"")
        self._answer("application/json", json.dumps({"file_url": address, "upload_url": address}).encode())

    def do_PUT(self) -> None:
        self.kept[self.path] = (self.headers["Content-Type"], self._body())
        self._answer("text/plain", b"")

    def do_GET(self) -> None:
        address = f"https://{self.headers['Host']}{self.path}"
        if address in self.weights:
            self.fetched.append(address)
            self._answer("application/octet-stream", self.weights[address].encode())
            return
        if self.path not in self.kept:
            self.send_error(404)
            return
        self._answer(*self.kept[self.path])

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: what is asked for shows in the App's log."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
