"""Which project a Dockerfile belongs to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from dockerfix.project.files import find_config


class Location(NamedTuple):
    """The project's folder and its cog.yaml; each None if there is none."""

    project: Path | None
    cog_yaml: Path | None


def folder_of(file: str) -> Path:
    """The folder of `file`, or the working directory for ``-`` and other streams, such as ``/dev/fd/63``."""
    return Path() if file == "-" or file.startswith("/dev/") else Path(file).parent


def locate(file: str, project: str | Path | None, cog_yaml: str | Path | None) -> Location:
    """The project that the user named, or else the folder of `file`, or else the working directory.

    A folder that the user didn't name is the project only if it contains cog.yaml or cog.yml.
    """
    if cog_yaml is not None:
        return Location(Path(project) if project else folder_of(str(cog_yaml)), Path(cog_yaml))
    if project is not None:
        return Location(Path(project), None)
    folders = (folder_of(file), Path())
    return Location(next((folder for folder in folders if find_config(folder)), None), None)


def path_in_project(path: Path, project: Path) -> str | None:
    """The path by which an instruction in the project's Dockerfile names the file, or None if it is outside."""
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(project))
    if relative == ".." or relative.startswith(f"..{os.sep}") or Path(relative).is_absolute():
        return None
    return relative.replace(os.sep, "/")
