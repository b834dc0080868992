"""The passes, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import dockerfix
from dockerfix.analysis.context import Context
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.passes import Pass
from dockerfix.syntax.dockerfile import parser
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span
from pass_cases import open_project
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


def after(seen: str, added: str, *, severity: Severity = Severity.NOTE) -> Pass:
    """A pass that puts `added` at the end of a text that ends in `seen`, and reports on the first line each time."""

    def function(document: Document, _context: Context) -> Iterator[Finding]:
        yield Finding("DF199", Span(0, 4), "is looked at", severity=severity)
        if document.text.endswith(seen):
            end = Span(len(document.text), len(document.text))
            yield Finding("DF199", end, f"adds {added!r}", (Edit(end, added),))

    return Pass("DF199", "append", False, function)


def in_rounds(*passes: Pass, rounds: int = 4) -> Outcome:
    context = Context(open_project(None, None), dockerfix.Options(), converting=False, era="E20")
    return run(parser.parse("FROM a\n"), context, passes, rounds=rounds)


def test_passes_run_again_until_they_change_nothing() -> None:
    outcome = in_rounds(after("RUN b\n", "RUN c\n"), after("FROM a\n", "RUN b\n"))
    assert outcome.document.text == "FROM a\nRUN b\nRUN c\n"
    assert outcome.settled
    assert [each.message for each in outcome.findings] == ["is looked at"] * 2 + ["adds 'RUN b\\n'", "adds 'RUN c\\n'"]
    assert [outcome.document.source.slice(each.after) for each in outcome.changes] == ["RUN b\n", "RUN c\n"]
    assert [each.before for each in outcome.changes] == [Span(7, 7)] * 2


def test_passes_that_never_end_are_stopped() -> None:
    outcome = in_rounds(after("\n", "RUN b\n"))
    assert outcome.document.text.count("RUN b") == 4
    assert not outcome.settled


def test_passes_run_once_where_something_is_wrong() -> None:
    outcome = in_rounds(after("RUN b\n", "RUN c\n"), after("FROM a\n", "RUN b\n", severity=Severity.ERROR))
    assert outcome.document.text == "FROM a\nRUN b\n"
    assert not outcome.settled
