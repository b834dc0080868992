"""The bug report as Markdown: nothing closes its fences, and no secret is in it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dockerfix.report.bug_report import Section, as_markdown
from effort import examples
from secret_texts import FOUND, with_value


def fences(report: str) -> list[tuple[str, str]]:
    """The language and the text of each fence, by CommonMark."""
    return [(token.info, token.content) for token in MarkdownIt().parse(report) if token.type == "fence"]


@examples
@given(st.lists(st.text(alphabet="`~ab \n#<>!-", max_size=40), min_size=1, max_size=4))
def test_no_text_leaves_its_fence(texts: list[str]) -> None:
    report = as_markdown([Section(f"file {number}", text) for number, text in enumerate(texts)])
    assert fences(report) == [("text", text if text.endswith("\n") else f"{text}\n") for text in texts]


def test_a_title_is_text() -> None:
    titles = ["a*b*\n## x`y`", "<script>"]
    found = MarkdownIt().parse(as_markdown([Section(title, "x\n") for title in titles]))
    headings = [after for before, after in pairwise(found) if before.type == "heading_open"]
    assert len(headings) == len(titles)
    kinds = {child.type for heading in headings for child in heading.children or ()}
    assert kinds <= {"text", "text_special", "code_inline"}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("FROM a\r\n", "CRLF line ends"),
        ("\ufeffFROM a\n", "a byte order mark"),
        ("FROM a", "no newline at the end"),
        ("FROM a\udcff\n", "bytes that are not UTF-8"),
        ("FROM a\rRUN b\n", "lone carriage returns"),
    ],
)
def test_what_a_page_loses_is_said(text: str, note: str) -> None:
    assert f"\nWith {note}.\n" in as_markdown([Section("Dockerfile", text)])
    assert "\nWith " not in as_markdown([Section("Dockerfile", "FROM a\n")])


@examples
@given(
    st.lists(st.sampled_from(sorted(FOUND)), min_size=1, max_size=3),
    st.text(alphabet="abcxyzABC0123", min_size=6, max_size=20).map(lambda word: f"q{word}7"),
)
def test_no_secret_is_in_the_sections(texts: list[str], value: str) -> None:
    """Neither where its form gives it away nor where it is repeated."""
    sections = [Section(text, with_value(text, value), "dockerfile") for text in texts]
    joined = " ".join(re.sub(r"[\\`]\n(?:\s*#.*\n)?", "", section.text) for section in sections)
    words = {word for word in re.findall(r"\w+", joined) if word.endswith(value)}
    again = [Section("Error", f"RuntimeError: no {word} in /{word}/x\n") for word in words]
    report = as_markdown([*sections, *again])
    assert value not in report
    assert "***" in report


def test_plain_words_stay() -> None:
    """A password of ordinary words does not blank them everywhere."""
    text = "ENV DB_PASSWORD='my secret words' A_TOKEN=x\nRUN --mount=type=secret,id=words x\n"
    assert fences(as_markdown([Section("Dockerfile", text)]))[0][1] == (
        "ENV DB_PASSWORD='***' A_TOKEN=***\nRUN --mount=type=secret,id=words x\n"
    )
