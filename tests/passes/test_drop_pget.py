"""Steps that call pget."""

from __future__ import annotations

import pytest

from dockerfix.passes.drop_pget import installs
from dockerfix.syntax.dockerfile.parser import parse


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("CMD pget a b\n", 1),
        ('RUN ["pget", "a", "b"]\n', 1),
        ("RUN echo a\n", None),
        ("RUN if pget\n", 1),
        ("RUN echo spaget\n", None),
        ("RUN select x in a; do pget $x; done\n", 1),
        ("RUN for (( ; ; )) { pget a b; }\n", 1),
    ],
)
def test_later_calls_of_pget(rest: str, expected: int | None) -> None:
    found = installs.later_call(parse(f"FROM a\n{rest}"), ())
    assert (None if found is None else found.index) == expected
