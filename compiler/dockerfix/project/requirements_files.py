"""A requirements file with all that it includes, read by pip's rules and only inside the project."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerfix.project.requirements import Item, parse_item
from dockerfix.text.source import Source

MAX_INCLUDED = 50


class RequirementLine(NamedTuple):
    """One logical line: its item and first line; `constraint` is true in a ``-c`` file, which installs nothing."""

    item: Item
    file: str
    line: int
    constraint: bool = False


class FileProblem(NamedTuple):
    """A file that can't be used: the reason, and where the file is named (None for cog.yaml)."""

    message: str
    file: str | None
    line: int | None


class Requirements(NamedTuple):
    """The contents of a requirements file: the files read, in order, their lines in pip's order, and problems."""

    files: tuple[str, ...] = ()
    lines: tuple[RequirementLine, ...] = ()
    problems: tuple[FileProblem, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that are installed or are options, without constraints."""
        return tuple(line.item for line in self.lines if not line.constraint)


def logical_lines(text: str) -> Iterator[tuple[str, int]]:
    """Yield the lines of a requirements file without blank lines and comments, continuations joined, with their number.

    As in pip (``pypa/pip:src/pip/_internal/req/req_file.py``, ``preprocess``): a comment ends a continuation, and a
    line ends wherever ``str.splitlines`` ends one, such as at a lone carriage return. Numbers count line feeds, as
    editors do.
    """
    pending, start = "", 0
    for physical, number in _physical_lines(text.removeprefix("\ufeff")):
        comment = physical.lstrip().startswith("#")
        if not pending:
            start = number
        if physical.endswith("\\") and not comment:
            pending += physical.strip("\\")
            continue
        line = pending + ("" if comment else physical)
        pending = ""
        if re.sub(r"(?:^|(?<!\s)\s+)#.*$", "", line).strip():
            yield line.strip(), start
    if re.sub(r"(?:^|\s+)#.*$", "", pending).strip():
        yield pending.strip(), start


def _physical_lines(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.split("\n"), 1):
        for part in f"{line}\n".splitlines():
            yield part, number


class _Reader:
    def __init__(self, read: Callable[[str], Source | None], outside: Callable[[str], bool]) -> None:
        self.read = read
        self.outside = outside
        self.files: list[str] = []
        self.lines: list[RequirementLine] = []
        self.problems: list[FileProblem] = []

    def file(self, path: str, named_by: tuple[str, int] | None, *, constraint: bool) -> None:
        where, line = named_by if named_by is not None else (None, None)
        if self.outside(path):
            self.problems.append(FileProblem(f"`{path}` is outside the project", where, line))
            return
        name = posixpath.normpath(path)
        if name in self.files:
            return
        source = self.read(name)
        if source is None:
            self.problems.append(FileProblem(f"`{path}` is not a file in the project", where, line))
            return
        if "\0" in source.text:
            self.problems.append(FileProblem(f"`{path}` contains a NUL character", where, line))
            return
        if len(self.files) >= MAX_INCLUDED:
            self.problems.append(
                FileProblem(f"more than {MAX_INCLUDED} requirements files include each other", where, line)
            )
            return
        self.files.append(name)
        for text, number in logical_lines(source.text):
            self.line(text, name, number, constraint=constraint)

    def line(self, text: str, name: str, number: int, *, constraint: bool) -> None:
        item = parse_item(text)
        included = [part for part in item.options if part.long in ("--requirement", "--constraint") and part.value]
        if not included:
            self.lines.append(RequirementLine(item, name, number, constraint))
        for option in included:
            value = option.value or ""
            if "://" in value:
                self.lines.append(RequirementLine(item, name, number, constraint))
                continue
            path = posixpath.join(posixpath.dirname(name), value)
            self.file(path, (name, number), constraint=constraint or option.long == "--constraint")


def read_requirements(path: str, read: Callable[[str], Source | None], outside: Callable[[str], bool]) -> Requirements:
    """Return the requirements file `path` and what it includes.

    `read` returns a file of the project or None, `outside` whether a path leaves it. Lines that include another
    local file are replaced by its lines; one that includes a URL stays.
    """
    reader = _Reader(read, outside)
    reader.file(path, None, constraint=False)
    return Requirements(tuple(reader.files), tuple(reader.lines), tuple(reader.problems))
