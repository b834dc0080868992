"""Which project a Dockerfile belongs to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Location(NamedTuple):
    """The project's folder and its cog.yaml; None where there is none."""

    project: Path | None
    cog_yaml: Path | None


def folder_of(file: str) -> Path:
    """The folder of `file`, or the working directory for ``-``."""
    return Path() if file == "-" else Path(file).parent


def locate(file: str, project: str | Path | None, cog_yaml: str | Path | None) -> Location:
    """Where to look: what the user named, else the folder of `file`, or the working directory for ``-``.

    A folder that nobody named counts as the project only if it holds cog.yaml or cog.yml.
    """
    if cog_yaml is not None:
        return Location(Path(project) if project else Path(cog_yaml).parent, Path(cog_yaml))
    if project is not None:
        return Location(Path(project), None)
    folder = folder_of(file)
    named = any((folder / name).is_file() for name in ("cog.yaml", "cog.yml"))
    return Location(folder if named else None, None)


def path_in_project(path: Path, project: Path) -> str | None:
    """How an instruction of the project's Dockerfile names the file `path`, or None where it lies outside."""
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(project))
    if relative == ".." or relative.startswith(f"..{os.sep}") or Path(relative).is_absolute():
        return None
    return relative.replace(os.sep, "/")
