"""An HTTP server of a test, for files that an App or a gate fetches."""

from __future__ import annotations

import http.server
import threading
import time
from typing import Any


class Files:
    """An HTTP server of the test: what it serves, how often it was asked, and the faults it makes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.cut: dict[str, int] = {}
        """How often a file still ends early."""
        self.status: dict[str, list[int]] = {}
        self.pause = 0.0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                failing = outer.status.get(self.path)
                if failing:
                    self.send_error(failing.pop(0))
                    return
                data = outer.files.get(self.path)
                if data is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                time.sleep(outer.pause)
                if outer.cut.get(self.path, 0) > 0:
                    outer.cut[self.path] -= 1
                    data = data[: len(data) // 2]
                self.wfile.write(data)

            def log_message(self, *_arguments: Any) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
