"""Places through many edits: found by halving, they are where the emitter's own reckoning puts them."""

from __future__ import annotations

from functools import partial

from hypothesis import given

import dockerfix
from dockerfix.syntax.dockerfile import parser
from dockerfix.text.edits import Edit, backward, backward_end, emit, forward, forward_end, ordered
from dockerfix.text.source import Span
from dockerfix.text.trail import Step
from effort import examples
from strategies.edits import texts_and_edits
from work import count_calls

TIMES = 8


@examples
@given(texts_and_edits())
def test_a_step_carries_places_as_the_emitter_does(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    edits = ordered(edits, len(text))
    step = Step(edits)
    result = emit(text, edits)
    for start in range(len(result) + 1):
        for end in range(start, len(result) + 1):
            first = backward(edits, start)
            assert step.backward(Span(start, end)) == (first, max(first, backward_end(edits, end)))
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 1):
            first = forward(edits, start)
            assert step.forward(Span(start, end)) == (first, max(first, forward_end(edits, end)))


def with_labels(count: int) -> str:
    labels = "".join(f'LABEL run.cog.a{number}="x"\nRUN echo {number}\n' for number in range(count))
    return f'FROM python:3.11-slim\n{labels}CMD ["python", "-m", "cog.server.http"]\n'


def rewrite_anew(text: str) -> None:
    parser.forget()
    result = dockerfix.rewrite(text)
    assert result.ok
    assert result.changes


def test_the_work_of_many_edits_grows_with_them() -> None:
    rewrite_anew(with_labels(1))  # what is loaded once
    once, often = (count_calls(partial(rewrite_anew, with_labels(count))) for count in (100, 100 * TIMES))
    assert often <= TIMES * 1.2 * once
