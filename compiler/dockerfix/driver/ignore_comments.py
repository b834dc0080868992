"""``# dockerfix: ignore=DF104 reason`` above an instruction: passes with that code don't change it.

A code may be the beginning of one (``DF1``), or a pass's name (``drop-server``); several are separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dockerfix.analysis.options import Options
from dockerfix.passes import NEEDED, all_passes
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

UNUSED = "DF007"

_COMMENT = lazy(r"[ \t]*#[ \t]*dockerfix:[ \t]*ignore[ \t]*=[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)(.*)")
_MEANT = lazy(r"[ \t]*#[ \t]*dockerfix[ \t]*:?[ \t]*ignore(?![\w-])")
"""A comment that was meant as one of these, or is one."""


class Ignore(NamedTuple):
    """One code of one comment: the comment's place, the code as it is written, and the instruction that it protects.

    `code` is the code or its beginning; None if there is no such code, or the comment names none. `reason` is the rest.
    """

    span: Span
    word: str
    code: str | None
    instruction: Instruction
    reason: str


def ignores_of(document: Document) -> tuple[Ignore, ...]:
    """Return all ignore comments, in order; a comment with several codes gives several ignores."""
    if "ignore" not in document.text:
        return ()
    result: list[Ignore] = []
    for instruction in document.instructions:
        for node, offset in reversed(list(document.comments_above(instruction))):
            if not _MEANT.match(node.text):
                continue
            text = node.text.rstrip("\r\n")
            match = _COMMENT.match(text)
            words = re.findall(r"[\w-]+", match[1]) if match else [""]
            reason = match[2].strip() if match else ""
            span = Span(offset, offset + len(text))
            result += [Ignore(span, word, _code(word), instruction, reason) for word in words]
    return tuple(result)


def _code(word: str) -> str | None:
    """The code that a word of a comment means."""
    if re.fullmatch(r"(?i:df)[0-9]{0,3}", word):
        return word.upper()
    name = word.replace("-", "_").lower()
    return next((each.code for each in all_passes() if each.name == name), None)


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
            hit = [
                ignore
                for ignore in present
                if ignore.code and finding.code.startswith(ignore.code) and _concerns(finding, ignore)
                if finding.code != NEEDED
            ]
            self._used.update((to_source(ignore.span).start, ignore.word) for ignore in hit)
            if not hit:
                staying.append(finding)
        return staying

    def objections(self, options: Options) -> list[Finding]:
        """Return a warning on each ignore that names nothing, had no effect, or has no reason where one is required."""
        found: list[Finding] = []
        for ignore in self.known:
            if not ignore.word:
                message = "this comment ignores nothing; write `# dockerfix: ignore=CODE reason`"
            elif ignore.code is None:
                message = f"`ignore={ignore.word}` names no code and no pass; `dockerfix passes` lists them"
            elif (ignore.span.start, ignore.word) not in self._used and options.runs(ignore.code):
                message = (
                    f"`ignore={ignore.word}` has no effect: no finding with this code changes the instruction below"
                )
            elif options.require_reason and not ignore.reason:
                message = f"`ignore={ignore.word}` gives no reason; write it behind the code"
            else:
                continue
            found.append(Finding(UNUSED, ignore.span, message, severity=Severity.WARNING))
        return found


def _concerns(finding: Finding, ignore: Ignore) -> bool:
    """Whether a finding changes the instruction, or is about it and changes nothing."""
    span = ignore.instruction.span
    if finding.edits:
        return any(_touches(edit.span, span) for edit in finding.edits)
    return span.contains(finding.span)


def _touches(edit: Span, span: Span) -> bool:
    """Whether an edit changes something inside `span`; insertions before or after it don't count."""
    return edit.start < span.end and span.start < edit.end
