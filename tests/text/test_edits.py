"""Edits: applied together or refused, and the places of text before and after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.text.edits import Applied, Edit, History, OverlappingEdits, emit, ordered
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
    assert str(caught.value) == f"edit {span[0]}..{span[1]} is outside the text of 4 characters"


def start_of(edits: list[Edit], offset: int, *, back: bool = False) -> int:
    """Where a span that starts at `offset` starts in the other text, found edit by edit."""
    return _walked(edits, offset, back, lambda start: offset < start)


def end_of(edits: list[Edit], offset: int, *, back: bool = False) -> int:
    return _walked(edits, offset, back, lambda start: offset <= start)


def _walked(edits: list[Edit], offset: int, back: bool, is_before: Callable[[int], bool]) -> int:
    shift = 0  # of the text that is searched, from the other one
    for (start, stop), text in edits:
        old, new = stop - start, len(text)
        here = start + shift if back else start
        if is_before(here):
            break
        if offset < here + (new if back else old):
            return start if back else start + shift
        shift += new - old
    return offset - shift if back else offset + shift


PLACES: dict[str, tuple[list[Edit], list[int], list[int], list[int], list[int]]] = {
    # where spans that start, and that end, at 0..5 of the source go, and where those of the emitted text come from
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


@pytest.mark.parametrize("name", PLACES)
def test_starts_and_ends_of_places(name: str) -> None:
    edits, starts, ends, back_starts, back_ends = PLACES[name]
    applied = Applied(edits)
    emitted = range(len(emit("abcde", edits)) + 1)
    assert [applied.forward(Span(offset, offset)).start for offset in range(6)] == starts
    assert [applied.forward(Span(0, offset)).end for offset in range(6)] == ends
    assert [applied.backward(Span(offset, offset)).start for offset in emitted] == back_starts
    assert [applied.backward(Span(0, offset)).end for offset in emitted] == back_ends


@examples
@given(texts_and_edits())
def test_places_are_where_a_walk_over_the_edits_finds_them(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    edits = ordered(edits, len(text))
    applied = Applied(edits)
    for start, end in spans_of(emit(text, edits)):
        first = start_of(edits, start, back=True)
        assert applied.backward(Span(start, end)) == (first, max(first, end_of(edits, end, back=True)))
    for start, end in spans_of(text):
        first = start_of(edits, start)
        assert applied.forward(Span(start, end)) == (first, max(first, end_of(edits, end)))


def spans_of(text: str) -> Iterator[tuple[int, int]]:
    return combinations_with_replacement(range(len(text) + 1), 2)


@examples
@given(texts_and_edits())
def test_a_place_that_no_edit_touches_is_found_in_both_texts(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    edits = ordered(edits, len(text))
    result = emit(text, edits)
    applied = Applied(edits)
    for start, end in spans_of(text):
        if start < end and not any(edit.span.start < end and edit.span.end > start for edit in edits):
            place = applied.forward(Span(start, end))
            assert result[slice(*place)] == text[start:end]
            assert applied.backward(place) == (start, end)


def test_the_history_goes_through_all_passes() -> None:
    history = History()
    assert history.to_source(Span(1, 2)) == (1, 2)
    text = "abcdef"
    for edit in (Edit(Span(0, 1), "AAA"), Edit(Span(4, 4), "x"), Edit(Span(6, 7), "")):
        history.passes.append(Applied([edit]))
        text = emit(text, [edit])
    assert text == "AAAbxcef"
    assert history.to_source(Span(5, 7)) == (2, 5)  # "ce", with the deleted "d" between
    assert history.to_result(Span(3, 6), 0) == (3, 6)  # "bcd"
    assert history.to_result(Span(5, 7), 1) == (5, 6)  # "cd"
