"""Places in the text of a Dockerfile that a build needs to know, found with patterns."""

from __future__ import annotations

import re

from e2e.engine import LABEL

SYNTAX = re.compile(r"\A(\ufeff?)#[ \t]*syntax[ \t]*=[^\n]*\n", re.IGNORECASE)
FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE | re.MULTILINE)
COPY_FROM = re.compile(r"^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*?--from=(\S+)", re.IGNORECASE | re.MULTILINE)
MOUNT_FROM = re.compile(r"--mount=\S*\bfrom=([^,\s]+)")
SECRET = re.compile(r"--mount=\S*type=secret\S*?\bid=([^,\s]+)")
APT_UNLOCKED = re.compile(r"--mount=(?!\S*sharing=)\S*target=/var/cache/apt\b")
INTERPRETER = re.compile(r"\b(?:uv python|pyenv) install(?:-latest)?\s+[\"']?(3\.\d+)")


def images(text: str) -> list[str]:
    """The images that a Dockerfile names: not its stages, which COPY may name by their number."""
    stages = {name.lower() for _, name in FROM.findall(text) if name} | {"scratch"}
    copied = [name for name in COPY_FROM.findall(text) if not name.isdigit()]
    named = [name for name, _ in FROM.findall(text)] + copied + MOUNT_FROM.findall(text)
    return [name for name in dict.fromkeys(named) if name.lower() not in stages and not name.startswith(f"{LABEL}/")]


def runner(text: str) -> str:
    """The Dockerfile of a project in the three-document output, else the text."""
    match = re.search(r"^=== Runner Dockerfile contents:\n(.*?)^===", text, re.DOTALL | re.MULTILINE)
    return match[1] if match else text
