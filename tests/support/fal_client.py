"""fal's own reader of COPY and ADD beside ours, and lines for both."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from dockerfix.analysis.fal.client import client_readings


def sources(text: str) -> list[str]:
    return [source for reading in client_readings(text) for source in reading.sources]


def real_sources() -> Callable[[str], list[str]]:
    """The parser of fal's own client."""
    container = pytest.importorskip("fal.container")

    def read(text: str) -> list[str]:
        with contextlib.redirect_stdout(io.StringIO()):
            return list(container.DockerfileParser(text).parse_copy_add_sources())

    return read


NAMES = [
    "a",
    "b.txt",
    "d/x",
    "./c",
    "/abs",
    "f--b",
    "it\\'s",
    '"q"',
    "'q'",
    "$V",
    "${W}/x",
    "${N:-d}",
    "$U",
    "a]",
    "~",
    "ü",
    ".",
]
URLS = ["https://example.org/x", "http://example.org/a.git"]
FLAGS = ["--chown=1:2", "--link", "--from=st", "--exclude='x'", "--keep-git-dir=true"]
GAPS = [" ", " ", " ", "\t", " \\\n  ", " \\ \n", " \\\n\n", " \\\n# note\n  ", " \\\r\n", " \\\n # n \\\n "]


@st.composite
def copies(draw: st.DrawFn) -> str:
    keyword = draw(st.sampled_from(["COPY", "ADD", "copy"]))
    names = NAMES + (URLS if keyword == "ADD" else [])
    words = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    words.append(draw(st.sampled_from(["/x/", "./", "/y]", "$V/", "/o--p/"])))
    flags = draw(st.lists(st.sampled_from(FLAGS), max_size=2))
    parts = [*flags, *([json.dumps(words)] if draw(st.booleans()) and draw(st.booleans()) else words)]
    indent = draw(st.sampled_from(["", "", "", " ", "\t"]))
    return indent + keyword + "".join(draw(st.sampled_from(GAPS)) + part for part in parts)


OTHERS = [
    "# c \\",
    "RUN echo a\\\\",
    "RUN <<EOF\ncopy 1 2\nEOF",
    "RUN x && \\\n# k\nadd l m",
    "RUN foo \\ \ncopy 1 2",
    "ENV X=1",
]
