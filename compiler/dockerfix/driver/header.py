"""The head of a file, where BuildKit takes a comment such as ``# escape=x`` for a directive."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from dockerfix.analysis.blocks import newline
from dockerfix.syntax.dockerfile.instructions import View
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Applied, Edit
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span


def uncovered(before: Document, after: Document, edits: Sequence[Edit]) -> Edit | None:
    """Return the edit that makes a comment of `before` a directive of `after`; None if none does.

    `edits`, in order, are those that made `after`. The first line that isn't a directive ends the head, a blank one too
    (``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/directives.go``). Where the first instruction is none, the
    Dockerfile starts below it, with its own head.
    """
    if not after.nodes or after.nodes[0].kind not in ("bom", "directive"):
        return None
    if not before.instructions or type(before.instructions[0].view) is View:
        return None
    applied = Applied(edits)
    end = _end(before)
    for node, start in zip(after.nodes, after.offsets, strict=True):
        if node.kind not in ("bom", "directive"):
            return None
        if node.kind == "directive" and applied.backward(Span(start, start + len(node.text))).start >= end:
            return edits[bisect_right(applied.starts, start) - 1]
    return None


def with_blank_line(document: Document, findings: Sequence[Finding], edit: Edit) -> list[Finding]:
    """Return `findings` with a blank line after the text of `edit`, below which a comment is one."""
    longer = Edit(edit.span, edit.text + newline(document))
    return [
        finding._replace(edits=tuple([longer if each is edit else each for each in finding.edits]))
        for finding in findings
    ]


def _end(document: Document) -> int:
    """Return the offset of the first line that isn't a directive."""
    for node, start in zip(document.nodes, document.offsets, strict=True):
        if node.kind not in ("bom", "directive"):
            return start
    return len(document.text)
