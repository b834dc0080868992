"""Which project a Dockerfile belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Location(NamedTuple):
    """The project's folder and its cog.yaml; None where there is none."""

    project: Path | None
    cog_yaml: Path | None


def locate(file: str, project: str | None, cog_yaml: str | None) -> Location:
    """Where to look: what the user named, else the folder of `file`, or the working directory for ``-``.

    A folder that nobody named counts as the project only if it holds cog.yaml or cog.yml.
    """
    if cog_yaml is not None:
        return Location(Path(project) if project else Path(cog_yaml).parent, Path(cog_yaml))
    if project is not None:
        return Location(Path(project), None)
    folder = Path() if file == "-" else Path(file).parent
    named = any((folder / name).is_file() for name in ("cog.yaml", "cog.yml"))
    return Location(folder if named else None, None)
