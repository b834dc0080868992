"""Texts and edits of them."""

from __future__ import annotations

from hypothesis import strategies as st

from dockerfix.text.edits import Edit
from dockerfix.text.source import Span


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and edits of it that don't overlap, in any order."""
    text = draw(st.text("abc\n", max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    edits = [Edit(Span(start, end), draw(st.text("XY", max_size=4))) for start, end in pairs]
    return text, edits
