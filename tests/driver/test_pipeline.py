"""The passes, one after the other."""

from __future__ import annotations

from functools import partial

import dockerfix
from dockerfix.syntax.dockerfile import parser
from work import count_calls

TIMES = 8


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
