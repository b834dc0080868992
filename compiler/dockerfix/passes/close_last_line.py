"""DF114: a last line that would continue what is added after it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis.context import Context
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span

CODE = "DF114"


def close_last_line(document: Document, _context: Context) -> Iterator[Finding]:
    """Remove a backslash that continues the last instruction at the end of the file.

    Nothing follows it but comments, so BuildKit ends the instruction there
    (`moby/buildkit:frontend/dockerfile/parser/parser.go`). Instructions that dockerfix adds at the end would become part of it.

    Before:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
        RUN ls \\
        # the end

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
        RUN ls
        # the end
    """
    last = document.instructions[-1] if document.instructions else None
    place = _open_end(last) if last is not None else None
    if last is not None and place is not None:
        message = "removes the backslash at the end of the file, which continues nothing"
        yield Finding(CODE, place, message, (Edit(place, ""),))


def _open_end(instruction: Instruction) -> Span | None:
    """Return the blanks and the escape character of a continuation behind which the instruction has no more text."""
    tokens = [token for token in instruction.node.tokens if token.kind not in ("INNER_COMMENT", "INNER_BLANK")]
    if (
        len(tokens) < 2
        or tokens[-2].kind != "CONTINUATION"
        or tokens[-1].kind != "END"
        or tokens[-1].span.end > tokens[-1].span.start
    ):
        return None
    start, end = tokens[-2].span
    text = instruction.node.text
    before = len(text[:start].rstrip(" \t"))
    if text[before - 1] == instruction.node.escape:
        return None  # the blank is escaped, and without the rest it would continue the line
    return Span(before, start + len(text[start:end].rstrip("\r\n"))).shift(instruction.start)
