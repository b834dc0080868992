"""The reading of shell text that nobody wrote: any text, any nesting, any length."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.syntax.shell import Script, parse_shell
from effort import examples
from oracles import check_shell, check_spans
from strategies.shell import commands, scripts, texts
from work import count_calls

parse_uncached: Callable[[str], Script] = parse_shell.__wrapped__


@examples
@given(texts)
def test_any_text(text: str) -> None:
    check_shell(text)


@examples
@given(commands())
def test_any_command(command: str) -> None:
    check_shell(command)


@examples
@given(scripts, scripts, st.integers(0, 80))
def test_any_script(text: str, other: str, at: int) -> None:
    whole = f"{text}\nx <<E; y\n$({other})\nE\n{other}"
    assert not parse_uncached(whole).opaque
    check_shell(whole)
    check_spans(parse_uncached(text[:at]))
    check_spans(parse_uncached(text[at:] + text[:at]))


# Size

OPENERS = [
    "(",
    "$(",
    "{ ",
    "if a; then ",
    "`",
    '"',
    "'",
    "\\",
    "${",
    "$((",
    "((",
    "$'",
    "x=(",
    "@(",
    "[[ ",
    "<(",
    '"$(',
]
REPEATED = [
    "a; ",
    "a b ",
    "<<A ",
    "<<A\n",
    "`a` ",
    "$((a);b) ",
    "! ",
    "f() ",
    "case a in a) ",
    "\\`",
    "# a\n",
    "> f ",
    "\n",
]


@pytest.mark.parametrize("piece", [*OPENERS, *REPEATED])
def test_work_grows_with_the_length(piece: str) -> None:
    sizes = [1_000, 10_000]
    counts = [count_calls(partial(parse_uncached, (piece * size)[:size])) for size in sizes]
    assert counts[1] <= 12 * counts[0] + 1_000


@pytest.mark.parametrize("text", ["`a", "$'a", "`\\a", "'a", '"a', '"`a', "$((a `b", "# `a"])
def test_what_is_not_closed_is_given_up_at_once(text: str) -> None:
    assert len(parse_uncached(text + "b" * 200_000).commands) <= 1


@pytest.mark.parametrize("opener", OPENERS)
def test_a_hundred_thousand_openers(opener: str) -> None:
    script = parse_uncached(opener * 100_000)
    check_spans(script)
    assert len(list(script.walk())) == 1


@pytest.mark.parametrize(("opener", "closer"), [("(", ")"), ("{ ", "; }"), ("$(", ")"), ("if a; then ", "; fi")])
def test_nesting_that_is_read_can_be_walked_by_recursion(opener: str, closer: str) -> None:
    def nested(depth: int) -> str:
        return opener * depth + "a" + closer * depth

    assert parse_uncached(nested(5_000)).opaque
    depth = next(depth for depth in range(100, 0, -1) if not parse_uncached(nested(depth)).opaque)
    assert depth > 30
    script = parse_uncached(nested(depth))
    assert script == parse_uncached(nested(depth))
    assert repr(script)
    assert hash(script) == hash(parse_uncached(nested(depth)))


def test_back_ticks_nest_as_deep_as_texts_inside_texts_may() -> None:
    assert len(list(parse_shell("a `b \\`c \\\\\\`d\\\\\\`\\``").walk())) == 4
    text = "a"
    for _ in range(9):
        text = "a `" + text.replace("\\", "\\\\").replace("`", "\\`") + "`"
    assert parse_shell(text).opaque


def test_threads_share_the_parser() -> None:
    text = 'a && b `c` "$(d)" <<E\n$(e)\nE\n'
    expected = parse_uncached(text)
    failures: list[Script] = []

    def work() -> None:
        for _ in range(30):
            script = parse_uncached(text)
            if script != expected:
                failures.append(script)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_timing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """No limit is asserted: the figure is for reading with ``pytest -s``."""
    text = (
        "set -eux; apt-get update -qq; apt-get install -qqy --no-install-recommends curl; rm -rf /var/lib/apt/lists/*; "
        'TINI_VERSION=v0.19.0; TINI_ARCH="$(dpkg --print-architecture)"; curl -sSL -o /sbin/tini '
        '"https://example.org/${TINI_VERSION}/tini-${TINI_ARCH}"; chmod +x /sbin/tini'
    )
    assert len(parse_uncached(text).commands) == 8
    best = 1.0
    for _ in range(20):
        begin = time.perf_counter()
        parse_uncached(text)
        best = min(best, time.perf_counter() - begin)
    with capsys.disabled():
        sys.stderr.write(f" [8 commands in {best * 1000:.2f} ms] ")
