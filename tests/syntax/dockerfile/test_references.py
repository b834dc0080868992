"""The parts of an image reference."""

from __future__ import annotations

import pytest

from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.syntax.dockerfile.references import ImageReference, parse_image
from dockerfix.text.source import Span

DIGEST = "sha256:" + "0" * 64


def image(text: str, at: int = 5) -> ImageReference:
    return parse_image(Text(text, Span(at, at + len(text))))


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("python", "", "python", None, None),
        ("python:3.11-slim", "", "python", "3.11-slim", None),
        ("nvidia/cuda:12.1.1-base", "", "nvidia/cuda", "12.1.1-base", None),
        ("r8.im/cog-base:cuda11.8", "r8.im", "cog-base", "cuda11.8", None),
        ("host:5000/a/b", "host:5000", "a/b", None, None),
        ("host:5000/a/b:c", "host:5000", "a/b", "c", None),
        ("localhost/a", "localhost", "a", None, None),
        ("locals/a", "", "locals/a", None, None),
        ("[::1]:5000/a:b", "[::1]:5000", "a", "b", None),
        (f"a@{DIGEST}", "", "a", None, DIGEST),
        (f"ghcr.io/a/b:c@{DIGEST}", "ghcr.io", "a/b", "c", DIGEST),
        ("$BASE", "", "$BASE", None, None),
        ("${BASE:-python:3.11}", "", "${BASE:-python:3.11}", None, None),
        ("${R:-docker.io}/python:${TAG:-3.11}", "", "${R:-docker.io}/python", "${TAG:-3.11}", None),
        ("a:${T#*@}", "", "a", "${T#*@}", None),
        ("python:", "", "python", "", None),
        ("a@", "", "a", None, ""),
        ("", "", "", None, None),
        ("${A:-${B:-c:d}}:e", "", "${A:-${B:-c:d}}", "e", None),
        ("}:a", "", "}", "a", None),
    ],
)
def test_parts(text: str, registry: str, repository: str, tag: str | None, digest: str | None) -> None:
    found = image(text)
    assert (found.text, found.registry, found.repository) == (text, registry, repository)
    for part, value in ((found.tag, tag), (found.digest, digest)):
        assert (part and part.value) == value
        if part:
            assert text[part.span.start - 5 : part.span.end - 5] == part.value


def test_name() -> None:
    assert image("ghcr.io/a/b:c").name == "b"
    assert image("a").name == "a"


def test_long_references_take_linear_time() -> None:
    assert image("a/" * 200_000 + "${" * 200_000).tag is None
