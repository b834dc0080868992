"""Lines of two texts that correspond."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.report.lines import Block, blocks, common_ends, lines_of
from effort import examples


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("a", ["a"]), ("a\n", ["a\n"]), ("a\r\nb", ["a\r\n", "b"]), ("\n\x0b\n", ["\n", "\x0b\n"])],
)
def test_lines(text: str, expected: list[str]) -> None:
    assert lines_of(text) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("abc", "abc", (3, 0)), ("abcd", "abxd", (2, 1)), ("aa", "aaa", (2, 0)), ("a", "b", (0, 0)), ("", "a", (0, 0))],
)
def test_common_ends(old: str, new: str, expected: tuple[int, int]) -> None:
    assert common_ends(old, new) == expected


def test_blocks_of_a_change_in_the_middle() -> None:
    assert blocks("abcd", "axcd") == [Block(True, 0, 1, 0, 1), Block(False, 1, 2, 1, 2), Block(True, 2, 4, 2, 4)]
    assert blocks("", "") == []


@examples
@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_blocks_cover_both_texts(old: str, new: str) -> None:
    found = blocks(old, new)
    assert "".join(old[each.i1 : each.i2] for each in found) == old
    assert "".join(new[each.j1 : each.j2] for each in found) == new
    assert all(each.same == (old[each.i1 : each.i2] == new[each.j1 : each.j2]) for each in found)
    assert all((one.i2, one.j2) == (two.i1, two.j1) for one, two in pairwise(found))
