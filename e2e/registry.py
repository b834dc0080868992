"""Which images the real registries serve: a stand-in is made for these alone."""

from __future__ import annotations

import re
from typing import Any

from dockerfix.knowledge.cuda import known_tag

PYTHON = re.compile(
    r"(?:docker\.io/)?(?:library/)?python:(?P<minor>\d+\.\d+)(?:\.(?P<patch>\d+))?(?:-(?P<slim>slim))?(?:-(?P<suite>\w+))?"
)
CUDA = re.compile(r"(?:docker\.io/)?nvidia/cuda:(?P<tag>(?P<version>\d+\.\d+(?:\.\d+)?)(?:-.*)?)")


def refused(image: str, pythons: dict[str, Any]) -> str:
    """Why the real registry does not serve an image, "" where it does or where nothing here can tell.

    `pythons` is the table of standins.yaml: the newest patch version of each Python.
    """
    if re.match(r"(?:docker\.io/)?(?:library/)?python[:@]", image):
        match = PYTHON.fullmatch(image)
        if not match or match["minor"] not in pythons or int(match["patch"] or 0) > pythons[match["minor"]]:
            return f"the registry serves no {image}"
    if re.match(r"(?:docker\.io/)?nvidia/cuda[:@]", image):
        match = CUDA.fullmatch(image)
        if not match or not known_tag(match["tag"]):
            return f"the registry serves no {image}"
    return ""


def suite(match: re.Match[str]) -> str:
    """Debian's release below an image of Python.

    The images stand on the newest Debian, those of a Python or a patch version that had ended by then on an older one.
    """
    if match["suite"]:
        return match["suite"]
    minor = int(match["minor"].split(".")[1])
    return "bookworm" if minor <= 8 or match["patch"] else "trixie"
