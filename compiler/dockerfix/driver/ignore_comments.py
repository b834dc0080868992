"""``# dockerfix: ignore=DF104 reason`` above an instruction: passes with that code don't change it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dockerfix.analysis.options import Options
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.findings import Finding
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

UNUSED = "DF007"

_COMMENT = lazy(r"[ \t]*#[ \t]*dockerfix:[ \t]*ignore[ \t]*=[ \t]*([A-Za-z0-9]+(?:[ \t]*,[ \t]*[A-Za-z0-9]+)*)")


class Ignore(NamedTuple):
    """One code of one comment: the comment's place, the code, and the instruction that it protects."""

    span: Span
    code: str
    instruction: Instruction


def ignores_of(document: Document) -> tuple[Ignore, ...]:
    """Return all ignore comments, in order; a comment with several codes gives several ignores."""
    if "ignore" not in document.text:
        return ()
    result: list[Ignore] = []
    for instruction in document.instructions:
        for node, offset in reversed(list(document.comments_above(instruction))):
            match = _COMMENT.match(node.text)
            span = Span(offset, offset + len(node.text.rstrip("\r\n")))
            codes = re.findall(r"[A-Za-z0-9]+", match[1]) if match else []
            result += [Ignore(span, code.upper(), instruction) for code in codes]
    return tuple(result)


class Filter:
    """Removes, from the findings of all passes over a document, those that its comments ask to ignore."""

    def __init__(self, document: Document) -> None:
        self.known = ignores_of(document)
        self._used: set[tuple[int, str]] = set()

    def keep(self, document: Document, findings: Iterable[Finding], to_source: Callable[[Span], Span]) -> list[Finding]:
        """Return the findings that stay. `document` is the pass's input, `to_source` maps its places to the source."""
        found = list(findings)
        if not self.known or not found:
            return found
        staying: list[Finding] = []
        present = ignores_of(document)
        for finding in found:
            hit = [ignore for ignore in present if finding.code.startswith(ignore.code) and _concerns(finding, ignore)]
            self._used.update((to_source(ignore.span).start, ignore.code) for ignore in hit)
            if not hit:
                staying.append(finding)
        return staying

    def unused(self, options: Options) -> list[Finding]:
        """Return a note on each ignore that had no effect although its passes ran."""
        return [
            Finding(
                UNUSED,
                ignore.span,
                f"`ignore={ignore.code}` has no effect: no finding with this code changes the instruction below",
            )
            for ignore in self.known
            if (ignore.span.start, ignore.code) not in self._used and options.runs(ignore.code)
        ]


def _concerns(finding: Finding, ignore: Ignore) -> bool:
    """Whether a finding changes the instruction, or is about it and changes nothing."""
    span = ignore.instruction.span
    if finding.edits:
        return any(_touches(edit.span, span) for edit in finding.edits)
    return span.contains(finding.span)


def _touches(edit: Span, span: Span) -> bool:
    """Whether an edit changes something inside `span`; insertions before or after it don't count."""
    return edit.start < span.end and span.start < edit.end
