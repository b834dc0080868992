"""The judge of a comment in Markdown."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

import dockerfix


def parsed(text: str) -> list[tuple[str, str, dict[str, object]]]:
    tokens = MarkdownIt("commonmark").parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    return [(token.type, token.content, dict(token.attrs)) for token in every]


OURS = re.compile(r"(?:<!-- dockerfix review -->|<details>\n<summary>[\w ]+</summary>|</details>)\n*")


def check_comment(text: str) -> None:
    """A comment has no markup but ours, links only to the documentation, and mentions nobody."""
    found = parsed(text)
    assert [content for kind, content, _attrs in found if kind.startswith("html") and not OURS.fullmatch(content)] == []
    links = [str(attrs["href"]) for kind, _content, attrs in found if kind == "link_open"]
    assert [link for link in links if not re.fullmatch(rf"{re.escape(dockerfix.DOCUMENTATION)}/[\w/]+/", link)] == []
    assert "image" not in [kind for kind, _content, _attrs in found]
    assert [kind for kind, _content, _attrs in found].count("heading_open") == 1
    plain_text = [content for kind, content, _attrs in found if kind in ("text", "text_special")]
    assert not [each for each in plain_text if re.search(r"@\w|[#!]\d|://|www\.", each)]
    assert text.replace("\n", "").replace("\t", "").isprintable()
