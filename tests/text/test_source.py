"""Bytes to text and back, spans, lines and columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.text.source import Position, Source, Span, decode, encode
from effort import examples


@examples
@given(st.binary())
def test_bytes_come_back(data: bytes) -> None:
    assert encode(decode(data)) == data
    assert Source.read(data).to_bytes() == data


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_reads_every_kind_of_bytes(kind: type) -> None:
    assert Source.read(kind(b"a\xff")).text == "a\udcff"


def test_text_is_taken_as_it_is() -> None:
    assert Source.read("\ufeffa\r\n").text == "\ufeffa\r\n"


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("é", b"\xc3\xa9"),
        ("\udcff", b"\xff"),
        ("\ud800", b"\xed\xa0\x80"),
        ("é\ud800\udc80\udfff", b"\xc3\xa9\xed\xa0\x80\x80\xed\xbf\xbf"),
    ],
)
def test_surrogates_have_bytes(text: str, data: bytes) -> None:
    assert encode(text) == data


@examples
@given(st.text("ab\r\n\x0b\x0c\x85\u2028é\udcff"))
def test_positions_count_lines_that_end_in_a_line_feed(text: str) -> None:
    source = Source(text)
    for offset in range(len(text) + 1):
        before = text[:offset]
        assert source.position(offset) == Position(before.count("\n") + 1, offset - before.rfind("\n"))
    lines = text.split("\n")
    assert len(source.line_starts) == len(lines)
    for number, line in enumerate(lines, 1):
        assert source.line(number) == line.removesuffix("\r")


def test_a_slice() -> None:
    assert Source("abcdef").slice(Span(1, 3)) == "bc"


def test_spans() -> None:
    assert Span(1, 3).shift(4) == Span(5, 7)
    assert Span(1, 3).contains(Span(1, 3))
    assert Span(1, 3).contains(Span(2, 2))
    assert not Span(1, 3).contains(Span(0, 2))
    assert not Span(1, 3).contains(Span(2, 4))
