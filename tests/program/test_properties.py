"""Dockerfiles of all kinds, made by rule: they come out as they went in, and BuildKit reads them as we do."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

import buildkit
import trees
from dockerfix.syntax.dockerfile.parser import forget, parse, reparse
from dockerfix.text.edits import Edit
from dockerfix.text.source import Span
from effort import examples
from strategies.dockerfiles import dockerfiles
from work import count_calls


@examples
@given(dockerfiles())
def test_instructions_are_found_and_nothing_is_lost(case: tuple[str, list[str]]) -> None:
    text, keywords = case
    document = parse(text)
    trees.check(document)
    assert [instruction.keyword for instruction in document.instructions] == keywords
    assert parse(text.encode()).source.to_bytes() == text.encode()


@examples
@given(dockerfiles())
def test_buildkit_reads_the_same(case: tuple[str, list[str]]) -> None:
    assert buildkit.difference(case[0].encode()) is None


@examples
@given(dockerfiles(), st.data())
def test_what_is_read_again_is_what_is_read_anew(case: tuple[str, list[str]], data: st.DataObject) -> None:
    text, _keywords = case
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(
        st.sampled_from(["", "\n", "\\\n", "`\n", "# x", "RUN <<EOF\n", "EOF\n", "FROM b\n", "# escape=`\n"])
    )
    changed = reparse(parse(text), [Edit(Span(start, end), new)])
    forget()
    assert trees.outline(changed) == trees.outline(parse(text[:start] + new + text[end:]))


@examples
@given(st.binary(max_size=60))
def test_any_bytes_at_all(data: bytes) -> None:
    document = parse(data)
    trees.check(document)
    assert document.source.to_bytes() == data
    assert buildkit.difference(data.replace(b"\0", b"")) is None


TIMES = 8


def read_anew(text: str) -> None:
    forget()
    for instruction in parse(text).instructions:
        assert instruction.view is not None


@examples
@given(dockerfiles())
def test_the_work_of_reading_grows_with_the_lines(case: tuple[str, list[str]]) -> None:
    """A file of `TIMES` copies costs no more than as many files: nothing is looked at again for each line."""
    copy = f"{case[0].removeprefix(chr(0xFEFF))}\n"
    once, often = (count_calls(partial(read_anew, copy * times)) for times in (1, TIMES))
    assert often <= TIMES * once + 1_000
