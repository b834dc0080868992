"""Paths of Windows images, as ``moby/buildkit@73ed6825c4b7:util/system/path.go`` reads them, and those of others.

Each function raises ValueError for a path that BuildKit refuses, which it does for Windows alone.
"""

from __future__ import annotations

import posixpath

from dockerfix.driver.frontend.state import WINDOWS
from dockerfix.syntax.characters import go_quote


def without_drive(path: str, system: str) -> str:
    """The path without the letter of the system drive."""
    if system != WINDOWS:
        return path
    if len(path) == len("C:") and path.endswith(":"):
        raise ValueError(f"No relative path specified in {go_quote(path)}")
    if path[:2].replace("\\", "/") == "//":
        raise ValueError("UNC paths are not supported")
    drive, colon, rest = path.partition(":")
    if not colon:
        return _clean(path)
    if drive.lower() != "c":
        raise ValueError("The specified path is not on the system drive (C:)")
    return _clean(rest)


def _clean(path: str) -> str:
    cleaned = posixpath.normpath(path.replace("\\", "/"))
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def normalised(parent: str, path: str, system: str) -> str:
    """`path` made absolute from `parent`, with forward slashes."""
    if system == WINDOWS:
        path, parent = path.replace("\\", "/"), parent.replace("\\", "/")
    try:
        parent = without_drive(parent or "/", system)
        parent = parent if parent.startswith("/") else joined("/", parent)
        path = without_drive(path or parent, system)
    except ValueError as error:
        raise ValueError(f"removing drive letter: {error}") from None
    return path if path.startswith("/") else joined(parent, path)


def joined(*parts: str) -> str:
    """Go's ``path.Join``: the parts that are not empty, cleaned."""
    given = "/".join(part for part in parts if part)
    cleaned = posixpath.normpath(given) if given else ""
    return cleaned[1:] if cleaned.startswith("//") else cleaned
