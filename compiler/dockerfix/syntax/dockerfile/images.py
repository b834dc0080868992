"""The parts of an image reference: registry, repository, tag and digest.

Docker's rules (``distribution/reference:reference.go``, ``splitDockerDomain``): the part before the first slash is a
registry if it holds a dot or a colon or is ``localhost``; a colon after the last slash begins the tag.
"""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.text.source import Span


class ImageReference(NamedTuple):
    """An image as it is written; parts that are not there are empty, `tag` and `digest` come with their spans."""

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

    @property
    def is_variable(self) -> bool:
        """Whether a variable stands in it, so that only the build knows the image."""
        return "$" in self.text


def parse_image(word: Text) -> ImageReference:
    """Divide an image reference; variables (``${TAG:-x}``) are left whole."""
    text, start = word
    name_end = _find_outside_variables(text, "@")
    digest = _part(text, name_end, len(text), start.start)
    slash = _rfind_outside_variables(text[:name_end], "/")
    colon = _find_outside_variables(text[:name_end], ":", slash + 1)
    tag = _part(text, colon, name_end, start.start)
    path = text[:colon]
    first, separator, rest = path.partition("/")
    is_registry = bool(separator) and (any(mark in first for mark in ".:") or first == "localhost") and "$" not in first
    return ImageReference(text, start, first if is_registry else "", rest if is_registry else path, tag, digest)


def _part(text: str, mark: int, end: int, offset: int) -> Text | None:
    return Text(text[mark + 1 : end], Span(offset + mark + 1, offset + end)) if mark < end else None


def _outside_variables(text: str) -> list[int]:
    """Offsets of the characters that are not inside ``${…}``."""
    depth = 0
    result: list[int] = []
    for at, character in enumerate(text):
        if text.startswith("${", at):
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif not depth:
            result.append(at)
    return result


def _find_outside_variables(text: str, mark: str, start: int = 0) -> int:
    """The offset of the first `mark` from `start` on, or the length of the text."""
    if "${" not in text:
        at = text.find(mark, start)
        return len(text) if at < 0 else at
    return next((at for at in _outside_variables(text) if at >= start and text[at] == mark), len(text))


def _rfind_outside_variables(text: str, mark: str) -> int:
    if "${" not in text:
        return text.rfind(mark)
    return next((at for at in reversed(_outside_variables(text)) if text[at] == mark), -1)
