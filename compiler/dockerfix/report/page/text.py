"""Text as HTML: everything is escaped, and invisible characters are made visible."""

from __future__ import annotations

import re

from dockerfix.report.lines import alike, common_ends
from dockerfix.text.quoting import code_spans, html


def prose(value: str) -> str:
    """A sentence in which back-ticks mark code."""
    return "".join(f"<code>{html(part)}</code>" if ticks else html(part) for ticks, part in code_spans(value))


def paragraphs(value: str) -> str:
    """The paragraphs of a docstring up to its example, an indented block after a line that ends in a colon."""
    words = re.split(r"\n\n[^\n]*:\n\n {4}", value)[0]
    parts = [" ".join(part.split()) for part in words.split("\n\n")]
    return "".join(f"<p>{prose(part)}</p>" for part in parts if part)


def marked(before: str, after: str) -> tuple[str, str]:
    """Two lines, with the difference marked if they have enough in common."""
    head, tail = common_ends(before, after)
    if before == after or not alike(before, after, least=0.4):
        return html(before), html(after)
    return _mark(before, head, tail), _mark(after, head, tail)


def _mark(line: str, head: int, tail: int) -> str:
    end = len(line) - tail
    inner = f"<mark>{html(line[head:end])}</mark>" if head < end else ""
    return html(line[:head]) + inner + html(line[end:])
