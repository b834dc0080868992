"""Why a build failed: the lines of its output that say so."""

from __future__ import annotations

import re

NOISE = re.compile(
    r"^(#\d+ (?:\[|DONE|CANCELED|CACHED|transferring|sha256)|-+$|Dockerfile:\d+$|>>>|\d+ \|"
    r"|ERROR: failed to solve: process)"
)
STAMP = re.compile(r"^(?:#\d+ )?(?:\d+\.\d+ )?")


def reason(output: str) -> str:
    """The lines of a failed command's output that say why, on one line."""
    lines = [line.strip() for line in output.split("\n")]
    lines = [
        STAMP.sub("", line) for line in lines if line and not NOISE.match(line) and not re.match(r"\s*\d+ \|", line)
    ]
    errors = [line for line in lines if re.search(r"error|fail|not found|no such|cannot|can't", line, re.IGNORECASE)]
    return " | ".join(dict.fromkeys([*errors[-4:], *[line for line in lines if line][-1:]]))[-700:]
