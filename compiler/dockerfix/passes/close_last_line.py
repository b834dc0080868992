"""DF114: a last line that would continue what is added after it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis.context import Context
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF114"


def close_last_line(document: Document, _context: Context) -> Iterator[Finding]:
    """Remove a backslash that continues the last instruction at the end of the file.

    Nothing follows it but comments, so BuildKit ends the instruction there
    (`moby/buildkit:frontend/dockerfile/parser/parser.go`). Instructions that dockerfix adds at the end would become part of it.
    Behind a blank that another backslash escapes, as in `ENV A=b\\ \\`, it can't go without a change of meaning: that is
    an error.

    When it is wrong: The backslash has no meaning at this place, so nothing is lost by its removal. The pass always runs,
    whatever `--select`, `--ignore` or a comment says: what dockerfix adds at the end would become part of your
    instruction otherwise.

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
    open_ends = _open_ends(last) if last is not None else []
    if last is None or not open_ends:
        return
    if _is_closed_without(last, open_ends):
        message = "removes the backslash at the end of the file, which continues nothing"
        edits = tuple(Edit(place, "") for place in open_ends)
        yield Finding(CODE, open_ends[-1], message, edits)
    else:
        message = (
            f"the file ends in `{last.node.escape}` behind another one or behind nothing, so nothing can be added after it; "
            "remove it"
        )
        yield Finding(CODE, open_ends[-1], message, severity=Severity.ERROR)


def _open_ends(instruction: Instruction) -> list[Span]:
    """Return the escape characters, with the blanks around them, behind which the instruction has no more text."""
    tokens = [token for token in instruction.node.tokens if token.kind not in ("INNER_COMMENT", "INNER_BLANK")]
    if not tokens or tokens[-1].kind != "END" or tokens[-1].span.end > tokens[-1].span.start:
        return []
    text = instruction.node.text
    found: list[Span] = []
    for token in reversed(tokens[:-1]):
        start, end = token.span
        if token.kind == "CONTINUATION":
            line = text.rfind("\n", 0, start) + 1
            before = line + len(text[line:start].rstrip(" \t"))
            found.append(Span(before, start + len(text[start:end].rstrip("\r\n"))).shift(instruction.start))
        elif text[start:end].strip(" \t"):
            break
    return found[::-1]


def _is_closed_without(instruction: Instruction, places: list[Span]) -> bool:
    """Whether the instruction ends by itself, with some text, once `places` are removed."""
    text = instruction.node.text[: places[0].start - instruction.start].rstrip(" \t")
    escape = instruction.node.escape
    return bool(text.strip()) and (not text.endswith(escape) or text.endswith(escape * 2))
