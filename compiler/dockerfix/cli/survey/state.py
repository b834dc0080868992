"""What earlier surveys found, by the content of the projects: a table of SQLite in the file that ``--state`` names."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from dockerfix import __version__
from dockerfix.cli import config, streams
from dockerfix.driver.project_summary import ProjectSummary, as_data, from_data
from dockerfix.knowledge.cog_server import SCHEMA_FILE
from dockerfix.project.files import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, Walk

_COMMIT_SECONDS = 1.0
"""What a survey that is killed has to read again."""


class State:
    """The summaries of projects by their `key`. Raises Failure for a file that is something else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._table = sqlite3.connect(path, timeout=30)
            self._table.execute("CREATE TABLE IF NOT EXISTS projects (key BLOB PRIMARY KEY, summary TEXT NOT NULL)")
            self._table.commit()
        except sqlite3.Error as error:
            raise self._failure(error) from None
        self._next = time.monotonic() + _COMMIT_SECONDS

    def get(self, key: bytes) -> ProjectSummary | None:
        """What was found for a project; None for one that is new or has changed."""
        try:
            row = self._table.execute("SELECT summary FROM projects WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise self._failure(error) from None
        try:
            return None if row is None else from_data(json.loads(row[0]))
        except (ValueError, TypeError, KeyError):
            return None

    def put(self, key: bytes, found: ProjectSummary) -> None:
        """Keep what was found for a project, on the disk within a second."""
        try:
            self._table.execute("INSERT OR REPLACE INTO projects VALUES (?, ?)", (key, json.dumps(as_data(found))))
            if time.monotonic() >= self._next:
                self._table.commit()
                self._next = time.monotonic() + _COMMIT_SECONDS
        except sqlite3.Error as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """Write what is still in memory."""
        try:
            self._table.commit()
            self._table.close()
        except sqlite3.Error as error:
            raise self._failure(error) from None

    def _failure(self, error: sqlite3.Error) -> streams.Failure:
        return streams.Failure(f"cannot use {self._path} as the state of a survey: {error}")


def key(folder: Path, written: Sequence[str], *options: object) -> bytes:
    """A digest of all that the summary of a project depends on: its files, dockerfix's version, settings, `options`.

    Small files count by their content; large ones, and those of a project with very many, by size and time. What the
    survey itself has `written` doesn't count; these are real paths.
    """
    digest = sha256(repr((__version__, *options, _settings(folder))).encode("utf-8", "surrogateescape"))
    count = total = 0
    real = os.path.realpath(folder)
    ours = tuple(os.path.relpath(path, real) for path in written if path.startswith(real + os.sep))
    for name in _names(folder):
        if name.startswith(ours):
            continue
        path = os.path.join(folder, name)  # noqa: PTH118 - for each file of each project
        digest.update(b"\0" + os.fsencode(name) + b"\0")
        try:
            found = os.stat(path)  # noqa: PTH116
            count, total = count + 1, total + found.st_size
            is_small = found.st_size <= MAX_FILE_BYTES and count <= MAX_FILES and total <= MAX_TOTAL_BYTES
            if stat.S_ISREG(found.st_mode) and is_small:
                with open(path, "rb") as file:  # noqa: PTH123
                    digest.update(sha256(file.read()).digest())
            else:
                digest.update(f"{found.st_mode} {found.st_size} {found.st_mtime_ns}".encode())
        except OSError as error:
            digest.update(f"error {error.errno}".encode())
    return digest.digest()


def _names(folder: Path) -> Iterator[str]:
    yield from Walk(folder).files()
    yield SCHEMA_FILE


def _settings(folder: Path) -> str:
    """The settings that configuration files give a project."""
    try:
        found = config.find(folder)
    except config.SettingsError as error:
        return str(error)
    # the order of a set is another one in each process
    return json.dumps(
        found, sort_keys=True, default=lambda value: sorted(value) if isinstance(value, frozenset) else str(value)
    )
