"""The sources that fal's client reads in a Dockerfile, beside the client itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.analysis.fal.client import client_readings
from effort import examples
from fal_client import OTHERS, copies, real_sources, sources

FORMS = [
    ("COPY a b /x/", ["a", "b"]),
    ("copy a /x", ["a"]),
    ("COPY\ta\t/x", ["a"]),
    ('COPY ["a b","/x"]', ["a b"]),
    ('COPY "a b" /x', ["a b"]),
    ("COPY --chown=1:2 --link --exclude=*.a a /x", ["a"]),
    ("COPY /a /x", ["a"]),
    ("COPY a \\\n  b \\\n\n /x/", ["a", "b"]),
    ("COPY --from=deps /dep /dep", []),
    ("ADD https://example.org/a /x", []),
    ("  COPY a /x", []),
    ("COPY --link --from=deps /dep /dep", ["dep"]),
    ("COPY --link --from=deps / /", [""]),
    ("COPY a \\\n# note\n b /x/", ["a", "#"]),
    ("COPY a \\ \n b /x/", []),
    ("COPY a \\\r\n b /x/", []),
    ("COPY a b /x/\r\n", ["a", "b"]),
    ("COPY a `\n b /x/", ["a"]),
    ("COPY <<EOF /x\nbody\nEOF", ["<<EOF"]),
    ("RUN <<EOF\nCOPY a b\nEOF", ["a"]),
    ("COPY ${VAR} /x", ["${VAR}"]),
    ("ONBUILD COPY a /x", []),
    ("RUN --mount=type=bind,source=a,target=/a true", []),
    ("ADD https://example.org/a local /x/", []),
    ("ADD git@host:r.git /x", ["git@host:r.git"]),
    ("ADD --keep-git-dir=true foo /x", ["-git-dir=true", "foo"]),
    ("COPY foo--bar.txt /x", ["foo.txt"]),
    ("COPY a /x]", []),
    ("COPY it's /x", []),
    ('COPY --chown="a b" x /x', []),
    ("COPY a /x # note", ["a", "/x", "#"]),
    ("# note \\\nCOPY a /x", []),
    ("RUN a\\\\\nCOPY a /x", []),
    ("COPY\n\na /x", ["a"]),
    ("COPY", []),
    ("COPY   \n", []),
    ("COPY \\", []),
    ('COPY [["a"],"b"]', []),
    ("COPY {}] ]", []),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_what_the_client_reads(text: str, expected: list[str]) -> None:
    assert sources(text) == [source.lstrip("/") for source in expected]
    assert real_sources()(text) == sources(text)


@pytest.mark.parametrize(("text", "_expected"), FORMS)
def test_places_of_readings_are_those_of_the_text(text: str, _expected: list[str]) -> None:
    for reading in client_readings(f"FROM x \\\n  \nAS b\n{text}"):
        assert f"FROM x \\\n  \nAS b\n{text}"[reading.offset :][:4].upper().startswith(("COPY", "ADD"))


@examples
@given(st.lists(st.one_of(copies(), st.sampled_from(OTHERS), st.text(max_size=12)), min_size=1, max_size=4))
def test_the_client_is_read_as_it_reads(lines: list[str]) -> None:
    read = real_sources()
    text = "\n".join(lines)
    assert read(text) == sources(text)
