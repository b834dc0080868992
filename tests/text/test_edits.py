"""Edits: applied together, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.text.edits import Edit, OverlappingEdits, backward, backward_end, emit, forward, forward_end, ordered
from dockerfix.text.source import Span
from effort import examples
from strategies.edits import texts_and_edits


def spliced(text: str, edits: list[Edit]) -> str:
    """The plain way: from the last to the first."""
    for (start, end), new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text


@examples
@given(texts_and_edits(), st.randoms(use_true_random=False))
def test_emits_what_splicing_gives(case: tuple[str, list[Edit]], random: object) -> None:
    text, edits = case
    assert emit(text, edits) == spliced(text, edits)
    if len({edit.span for edit in edits}) == len(edits):
        assert emit(text, reversed(edits)) == emit(text, edits)


def test_nothing() -> None:
    assert emit("a", []) == "a"
    assert emit("", [Edit(Span(0, 0), "x")]) == "x"


def test_insertions_at_one_place_keep_their_order() -> None:
    assert emit("ab", [Edit(Span(1, 1), "1"), Edit(Span(1, 1), "2")]) == "a12b"


def test_an_insertion_beside_a_replacement() -> None:
    edits = [Edit(Span(1, 2), "X"), Edit(Span(1, 1), "<"), Edit(Span(2, 2), ">")]
    assert emit("abc", edits) == "a<X>c"


@pytest.mark.parametrize("spans", [[(0, 2), (1, 3)], [(0, 2), (0, 2)], [(0, 3), (1, 1)], [(0, 3), (1, 2)]], ids=str)
def test_overlaps_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(OverlappingEdits) as caught:
        emit("abcd", [Edit(Span(*span), "x") for span in spans])
    (_, end), (start, stop) = spans
    assert str(caught.value) == f"edit {start}..{stop} overlaps one that ends at {end}"


@pytest.mark.parametrize("span", [(-1, 0), (0, 5), (3, 2)])
def test_edits_outside_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="outside") as caught:
        ordered([Edit(Span(*span), "x")], 4)
    assert str(caught.value) == f"edit {span[0]}..{span[1]} lies outside the text of 4 characters"


@examples
@given(texts_and_edits())
def test_offsets_can_be_carried_both_ways(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    edits = ordered(edits, len(text))
    result = emit(text, edits)
    touched = [offset for (start, end), _text in edits for offset in range(start, end)]
    for offset, character in enumerate(text):
        moved = forward(edits, offset)
        if offset not in touched:
            assert result[moved] == character
            assert backward(edits, moved) == offset
        else:
            assert 0 <= moved <= len(result)
    assert forward(edits, len(text)) <= len(result)
    for offset in range(len(result) + 1):
        assert 0 <= backward(edits, offset) <= len(text)


def test_inside_of_an_edit() -> None:
    edits = [Edit(Span(2, 5), "XYZW")]
    assert [forward(edits, offset) for offset in range(7)] == [0, 1, 2, 2, 2, 6, 7]
    assert [backward(edits, offset) for offset in range(8)] == [0, 1, 2, 2, 2, 2, 5, 6]


CARRIED: dict[str, tuple[list[Edit], list[int], list[int], list[int], list[int]]] = {
    # forward and forward_end of 0..5 in the source, backward and backward_end of what is emitted
    "an insertion": (
        [Edit(Span(2, 2), "XY")],
        [0, 1, 4, 5, 6, 7],
        [0, 1, 2, 5, 6, 7],
        [0, 1, 2, 2, 2, 3, 4, 5],
        [0, 1, 2, 2, 2, 3, 4, 5],
    ),
    "a deletion": ([Edit(Span(2, 4), "")], [0, 1, 2, 2, 2, 3], [0, 1, 2, 2, 2, 3], [0, 1, 4, 5], [0, 1, 2, 5]),
    "a replacement": (
        [Edit(Span(2, 4), "X")],
        [0, 1, 2, 2, 3, 4],
        [0, 1, 2, 2, 3, 4],
        [0, 1, 2, 4, 5],
        [0, 1, 2, 4, 5],
    ),
    "two beside each other": (
        [Edit(Span(1, 2), "XY"), Edit(Span(2, 4), "")],
        [0, 1, 3, 3, 3, 4],
        [0, 1, 3, 3, 3, 4],
        [0, 1, 1, 4, 5],
        [0, 1, 1, 2, 5],
    ),
    "an insertion in front of a deletion": (
        [Edit(Span(2, 2), "X"), Edit(Span(2, 4), "")],
        [0, 1, 3, 3, 3, 4],
        [0, 1, 2, 3, 3, 4],
        [0, 1, 2, 4, 5],
        [0, 1, 2, 2, 5],
    ),
}


@pytest.mark.parametrize("name", CARRIED)
def test_starts_and_ends_of_places(name: str) -> None:
    edits, starts, ends, back_starts, back_ends = CARRIED[name]
    assert [forward(edits, offset) for offset in range(6)] == starts
    assert [forward_end(edits, offset) for offset in range(6)] == ends
    emitted = range(len(emit("abcde", edits)) + 1)
    assert [backward(edits, offset) for offset in emitted] == back_starts
    assert [backward_end(edits, offset) for offset in emitted] == back_ends


@examples
@given(texts_and_edits())
def test_a_place_that_no_edit_touches_is_carried_both_ways(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    edits = ordered(edits, len(text))
    result = emit(text, edits)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            inside = [edit for edit in edits if edit.span.start < end and edit.span.end > start]
            if not inside:
                place = forward(edits, start), forward_end(edits, end)
                assert result[slice(*place)] == text[start:end]
                assert (backward(edits, place[0]), backward_end(edits, place[1])) == (start, end)
