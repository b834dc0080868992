"""A bug report in Markdown: sections of text in fences, without secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from dockerfix.text.credentials import blanked, words_of_secrets
from dockerfix.text.quoting import markdown, readable

LONGEST_ISSUE = 65_536
"""How many characters GitHub takes in an issue (its error: "body is too long (maximum is 65536 characters)")."""

_HEAD = """\
<!-- Passwords and tokens that dockerfix recognises are blanked (***). Please read the report before you post it: it
still names your packages, images and hosts. -->

**What happened, and what did you expect instead?**


"""


class Section(NamedTuple):
    """A part of the report: its title, its text, and the language of the text for the fence."""

    title: str
    text: str
    language: str = "text"


def as_markdown(sections: Sequence[Section]) -> str:
    """Return the report. What is a secret in one section is blanked in all: a step may print what a variable holds."""
    # in a block of YAML a step has no indent, which ends the value before a continued line
    texts = [text for each in sections for text in (each.text, re.sub(r"(?m)^[ \t]+", "", each.text))]
    words = {word for text in texts for word in words_of_secrets(text)}
    return _HEAD + "\n".join(
        _section(blanked(each.title, words), blanked(each.text, words), each.language) for each in sections
    )


def _section(title: str, text: str, language: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
    lost = _lost(text)
    note = f"With {', '.join(lost)}.\n\n" if lost else ""
    body = text if text.endswith("\n") else f"{text}\n"
    return f"## {markdown(readable(title))}\n\n{note}{fence}{language}\n{body}{fence}\n"


def _lost(text: str) -> list[str]:
    """What a text has that is lost where somebody copies it from a page."""
    signs = {
        "a byte order mark": text.startswith("\ufeff"),
        "CRLF line ends": "\r\n" in text,
        "lone carriage returns": re.search(r"\r(?!\n)", text) is not None,
        "bytes that are not UTF-8": re.search(r"[\udc80-\udcff]", text) is not None,
        "no newline at the end": not text.endswith("\n"),
    }
    return [name for name, there in signs.items() if there]
