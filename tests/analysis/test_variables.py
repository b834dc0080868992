"""Variables in the words of instructions."""

from __future__ import annotations

import pytest

from dockerfix.analysis import variables
from dockerfix.syntax.dockerfile.parser import parse


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EXPOSE $P 2\n", ("80", "2")),
        ("VOLUME $P\n", ("80",)),
        ("WORKDIR /a/$P\n", ("/a/80",)),
        ("COPY <<E /$P\nx\nE\n", ("/80",)),
        ("COPY <<E a<< /$P\nx\nE\n", ("a<<", "/80")),
        ("COPY <<E a<<${ /$P\nx\nE\n", ()),
    ],
)
def test_words_of_instructions(line: str, expected: tuple[str, ...]) -> None:
    document = parse(f"FROM a\nENV P=80\n{line}")
    assert variables.of(document.instructions[-1]).words == expected
