"""Text that goes into a shell command: quoting it, and not letting secrets through."""

from __future__ import annotations

import re
from functools import lru_cache

from dockerfix.text.lazy_patterns import lazy

_SECRET = lazy(
    r"[?&](?:[a-z-]*token|sig|signature|x-(?:amz|goog)-signature|api_?key|auth|secret|password)=[^&\s]", re.IGNORECASE
)
_USER = lazy(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/\s\"'@]*)@(?=\S)")


def shell_quote(text: str) -> str:
    """`text` as one word of a POSIX shell, always in single quotes.

    Raises ValueError for a line break or NUL: no quoting keeps these inside one instruction.
    """
    if re.search(r"[\r\n\0]", text):
        raise ValueError("a line break or NUL can't stand in a word of a RUN instruction")
    return "'" + text.replace("'", "'\"'\"'") + "'"


@lru_cache(maxsize=4096)
def has_credentials(text: str) -> bool:
    """Whether a URL in `text` carries a user name that may be a secret, a password, or a token in its query.

    The ``git@`` of ``git+ssh://git@host`` is none, nor is any user name without password over SSH. A reference to a
    variable in that place counts: the image would need the secret just the same.
    """
    for match in _USER.finditer(text):
        scheme, user = match.group(1).lower(), match.group(2)
        if user and not (":" not in user and (user == "git" or scheme.endswith("ssh"))):
            return True
    return "://" in text and _SECRET.search(text) is not None
