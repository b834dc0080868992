"""The frame of a page: head, style, script, the list of keys."""

from __future__ import annotations

import base64
import hashlib
import pkgutil
from collections.abc import Iterable

from dockerfix.text.quoting import html

KEYS = (
    ("n", "next finding"),
    ("p", "previous finding"),
    ("/", "filter"),
    ("Esc", "clear the filter and the choice"),
    ("t", "dark or light"),
    ("?", "these keys"),
)


def frame(
    title: str,
    body: str,
    *,
    style: str | None = None,
    script: str | None = None,
    keys: Iterable[tuple[str, str]] = KEYS,
) -> str:
    """An HTML document; `title` is plain text, `body` markup. Style and script are by default the review page's own.

    The script follows that of the frame, which has the theme, the keys and the filter.
    """
    style = part("review.css") if style is None else style
    script = part("frame.js") + (part("review.js") if script is None else script)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    listed = "".join(f"<dt><kbd>{html(key)}</kbd></dt><dd>{html(what)}</dd>" for key, what in keys)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{html(title)}</title><style>{style}</style></head><body>{body}"
        '<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>'
        f'<dl>{listed}</dl><form method="dialog"><button>Close</button></form></dialog>'
        f"<script>{script}</script></body></html>\n"
    )


def part(name: str, package: str = __package__) -> str:
    """The text of a file of this package, or of another one."""
    data = pkgutil.get_data(package, name)
    if data is None:
        raise FileNotFoundError(name)
    # a checkout may have CRLF, which a browser reads as LF before it hashes
    return data.decode("utf-8").replace("\r\n", "\n")


def _hash(content: str) -> str:
    """The name of an inline style or script in a Content-Security-Policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
