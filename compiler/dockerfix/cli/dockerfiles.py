"""Which Dockerfiles the words on the command line mean: files, folders, and files of a project from which they follow.

A folder means the Dockerfiles below it that git doesn't ignore. cog.yaml, a requirements file or a Python file means
the Dockerfiles beside its project's cog.yaml, so that a hook that gets such a file checks what depends on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dockerfix.cli import streams
from dockerfix.project.files import CONFIG_NAMES, find_config

PRINTED = "dockerfile.cog"
"""The name under which people keep what `cog debug` printed: an input, which nobody wants rewritten."""
NO_DOCKERFILES = ("dockerignore", "md", "rst", "txt", "j2", "jinja", "jinja2", "tmpl", "template", "bak", "orig", "rej")
"""Endings behind ``Dockerfile.`` of files that are none."""


def is_dockerfile(name: str) -> bool:
    """Whether a file with this name is a Dockerfile, by what Docker's documentation and editors call so."""
    lower = name.lower()
    if lower == "dockerfile" or lower.endswith(".dockerfile"):
        return True
    return lower.startswith("dockerfile.") and lower != PRINTED and lower.rpartition(".")[2] not in NO_DOCKERFILES


def is_source(name: str) -> bool:
    """Whether the Dockerfile of a project follows from a file with this name, besides those that COPY names."""
    lower = name.lower()
    return lower in CONFIG_NAMES or lower.endswith(".py") or (lower.endswith(".txt") and "requirements" in lower)


def expand(words: Iterable[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The files that `words` mean, each once, in order; and which of them were found and not named."""
    named: dict[str, bool] = {}
    for word in words:
        meant = _meant(word)
        if meant is None:
            named[word] = True
        else:
            for path in meant:
                named.setdefault(path, False)
    return tuple(named), frozenset(path for path, by_name in named.items() if not by_name)


def _meant(word: str) -> list[str] | None:
    """The Dockerfiles that a word means; None for a file that is meant itself."""
    if word == "-":
        return None
    path = Path(word)
    if path.is_dir():
        return sorted(_below(path))
    if is_dockerfile(path.name) or not is_source(path.name) or not path.is_file():
        return None
    folder = project_of(path)
    found = [] if folder is None else sorted(_in(folder))
    if folder is None or not found:
        streams.say(f"{streams.PROGRAM}: {word}: no Dockerfile beside {'a' if folder is None else 'its'} cog.yaml")
    return found


def project_of(path: Path) -> Path | None:
    """The nearest folder at or above a file that has a cog.yaml, within its repository."""
    for folder in path.parents:
        if find_config(folder):
            return folder
        if (folder / ".git").exists():
            return None
    return None


def _in(folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        if is_dockerfile(entry.name) and entry.is_file():
            yield str(folder / entry.name)


def _below(folder: Path) -> Iterator[str]:
    """The Dockerfiles in a folder and those below it; git's rules decide what is ignored, if it is a repository."""
    listed = _by_git(folder)
    if listed is not None:
        yield from (str(folder / name) for name in listed if is_dockerfile(name.rpartition("/")[2]))
        return
    for place, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name != "node_modules" and not Path(place, name, "pyvenv.cfg").is_file()
        ]
        yield from (str(Path(place, name)) for name in files if is_dockerfile(name))


def _by_git(folder: Path) -> list[str] | None:
    """The files below a folder that git tracks or would track; None without git or outside a repository."""
    import subprocess

    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - a fixed command and a folder
    except (OSError, subprocess.CalledProcessError):
        return None
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return [name for name in names if (folder / name).is_file()]
