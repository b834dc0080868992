"""Where the report of a survey goes: standard output as it comes, or a file that is replaced at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal, Protocol

from dockerfix.cli import streams
from dockerfix.cli.progress import Progress
from dockerfix.driver.project_summary import ProjectSummary
from dockerfix.report.survey import Counts, Format, format_of
from dockerfix.text import files
from dockerfix.text.source import encode

PAGE = "index.html"
_STANDARD_OUTPUT = ("-", "/dev/stdout")


class Report(Protocol):
    """A report that is written."""

    def add(self, number: int, summary: ProjectSummary) -> None:
        """Write a project."""

    def end(self, counts: Counts) -> None:
        """Write the rest."""


class _Streamed:
    """A report on standard output, written as it goes."""

    def __init__(self, form: Format, progress: Progress) -> None:
        self._form, self._progress = form, progress
        self._write(form.opening({}))

    def add(self, number: int, summary: ProjectSummary) -> None:
        self._write(self._form.row(number, summary))

    def end(self, counts: Counts) -> None:
        self._write(self._form.closing(counts))

    def _write(self, text: str) -> None:
        self._progress.clear()
        streams.write(encode(text))


class _InFile:
    """A report in a file, which is replaced at the end; the rows wait in a temporary file for the numbers."""

    def __init__(self, form: Format, path: Path, rows: IO[bytes], progress: Progress) -> None:
        self._form, self._path, self._rows, self._progress = form, path, rows, progress

    def add(self, number: int, summary: ProjectSummary) -> None:
        self._rows.write(encode(self._form.row(number, summary)))

    def end(self, counts: Counts) -> None:
        self._progress.clear()
        target = Path(os.path.realpath(self._path))
        if target.exists() and not target.is_file():  # a pipe or a terminal
            self._write(target, "wb", counts)
            return
        temporary = target.with_name(files.temporary_name())
        try:
            self._write(temporary, "xb", counts)
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _write(self, path: Path, mode: Literal["wb", "xb"], counts: Counts) -> None:
        self._rows.seek(0)
        with path.open(mode) as file:
            file.write(encode(self._form.opening(counts)))
            shutil.copyfileobj(self._rows, file)
            file.write(encode(self._form.closing(counts)))


@contextlib.contextmanager
def report_to(name: str, output: Path | None, progress: Progress) -> Iterator[Report]:
    """The report in the form `name`, on standard output or to a file; a page goes into the folder `output`.

    Raises Failure where it can't be written.
    """
    size = streams.size(sys.stdout)
    form = format_of(name, width=size.columns if size is not None else None)
    if output is None or str(output) in _STANDARD_OUTPUT:
        yield _Streamed(form, progress)
        return
    path = output / PAGE if name == "html" else output
    try:
        if name == "html":
            output.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise streams.Failure(f"cannot write {path}: it is a folder")
        with tempfile.TemporaryFile() as rows:
            yield _InFile(form, path, rows, progress)
    except OSError as error:
        raise streams.Failure(f"cannot write {path}: {error.strerror or error}") from None
