"""Names of other things inside an instruction: the image of a FROM, and the ``--mount`` of a RUN.

An image follows Docker's rules (``distribution/reference:reference.go``, ``splitDockerDomain``): the part before the
first slash is a registry if it contains a dot or a colon or is ``localhost``; a colon after the last slash starts the
tag. A mount follows ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/instructions/commands_runmount.go``.
"""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.text.source import Span


class ImageReference(NamedTuple):
    """An image as it is written; a missing part is empty or None. `tag` and `digest` have spans of their own."""

    text: str
    span: Span
    registry: str
    repository: str
    tag: Text | None
    digest: Text | None

    @property
    def name(self) -> str:
        """The last part of the repository (``cuda`` of ``nvidia/cuda``)."""
        return self.repository.rpartition("/")[2]


def parse_image(word: Text) -> ImageReference:
    """Divide an image reference into its parts; a variable (``${TAG:-x}``) is never divided."""
    text, span = word
    marks = _without_variables(text)
    name_end = _find(marks, "@")
    slash = marks.rfind("/", 0, name_end)
    colon = min(_find(marks, ":", slash + 1), name_end)
    path = text[:colon]
    first, separator, rest = path.partition("/")
    is_registry = bool(separator) and (any(mark in first for mark in ".:") or first == "localhost") and "$" not in first
    return ImageReference(
        text,
        span,
        first if is_registry else "",
        rest if is_registry else path,
        _part(text, colon, name_end, span.start),
        _part(text, name_end, len(text), span.start),
    )


def _part(text: str, mark: int, end: int, offset: int) -> Text | None:
    return Text(text[mark + 1 : end], Span(offset + mark + 1, offset + end)) if mark < end else None


def _without_variables(text: str) -> str:
    """`text` with a blank for each character of a ``${…}``."""
    if "${" not in text:
        return text
    depth = 0
    result: list[str] = []
    for at, character in enumerate(text):
        if text.startswith("${", at):
            depth += 1
        result.append(" " if depth else character)
        if character == "}" and depth:
            depth -= 1
    return "".join(result)


def _find(text: str, mark: str, start: int = 0) -> int:
    """The offset of the first `mark` at or after `start`, or the length of the text."""
    at = text.find(mark, start)
    return len(text) if at < 0 else at


MOUNT_OPTIONS = (
    "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid", "src",
    "dst", "destination", "ro", "rw", "readwrite", "env",
)  # fmt: skip
"""The options of a mount (``moby/buildkit@73ed6825c4b7:frontend/dockerfile/instructions/commands_runmount.go``)."""
MOUNT_SWITCHES = ("readonly", "ro", "readwrite", "rw", "required")
"""Those that need no value."""


class Mount(NamedTuple):
    """One ``--mount`` of a RUN: its options in order; an option without a value has None."""

    options: tuple[tuple[str, str | None], ...]
    span: Span

    def get(self, *names: str) -> str | None:
        """Return the last value of the options `names` (``target``, ``dst`` and ``destination`` are one option)."""
        found = [value for name, value in self.options if name in names]
        return found[-1] if found else None

    @property
    def type(self) -> str:
        """The type of the mount; the default is ``bind``."""
        return (self.get("type") or "bind").lower()

    @property
    def is_known(self) -> bool:
        """Whether BuildKit knows the name of each option, and takes those without a value."""
        return all(name in (MOUNT_SWITCHES if value is None else MOUNT_OPTIONS) for name, value in self.options)

    @property
    def source_stage(self) -> str | None:
        """The stage or image that ``from`` names."""
        return self.get("from")

    @property
    def source(self) -> str | None:
        """The path that is mounted."""
        return self.get("source", "src")

    @property
    def target(self) -> str | None:
        """The path it is mounted at."""
        return self.get("target", "dst", "destination")


def mount_options(text: str) -> tuple[tuple[str, str | None], ...]:
    """Return the comma-separated options of a mount, which BuildKit reads as one CSV record."""
    parts = text.split(",")
    if '"' in text:
        import contextlib
        import csv

        with contextlib.suppress(csv.Error):
            parts = next(csv.reader([text], strict=True), [])
    result: list[tuple[str, str | None]] = []
    for part in parts:
        name, separator, value = part.partition("=")
        result.append((name.lower(), value if separator else None))
    return tuple(result)
