"""The account: where everything in cog.yaml, its requirements files and the Dockerfile has gone.

It is worked out from the input and the result, after the passes and without them. A finding counts only as the reason
why something is gone: where its edits cover it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from dockerfix.analysis.context import Context
from dockerfix.driver.account_result import fold
from dockerfix.driver.account_settings import Settings
from dockerfix.driver.account_surplus import surplus
from dockerfix.driver.account_types import KEY, Entry, Fate
from dockerfix.driver.pipeline import Change, Outcome
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.credentials import BLANK, is_secret, masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

__all__ = ["Account", "Entry", "Fate", "account"]


class Account:
    """What became of the input, entry by entry; the entries are worked out when they are first asked for.

    `findings` are what the account objects to: what has no place in the result, keys that Cog doesn't know, and what
    cog.yaml and the Dockerfile contradict each other in.
    """

    def __init__(self, document: Document, outcome: Outcome, context: Context, *, refused: bool = False) -> None:
        self._document = document
        self._outcome = outcome
        self._context = context
        config = context.config
        self._settings = Settings(document, outcome, context, refused=refused) if config is not None else None
        self.findings: tuple[Finding, ...] = tuple(self._objections())

    def _objections(self) -> Iterator[Finding]:
        if self._settings is None or not self._context.converting:
            return
        yield from _keys(self._context)
        yield from self._settings.findings
        yield from surplus(self._document, self._settings, self._context)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """cog.yaml in its order, then the requirements files, then the instructions of the input."""
        found: list[Entry] = []
        if self._settings is not None:
            found += [*self._settings.entries, *self._settings.requirements]
        return tuple(map(_masked, (*found, *_instructions(self._document, self._outcome))))


def _masked(entry: Entry) -> Entry:
    """An entry that shows no secret; in a mapping the name of a variable is in the path."""
    name = entry.what.partition("environment.")[2]
    text = BLANK if name and is_secret(name, entry.text) else masked(entry.text)
    return entry._replace(text=text, reason=masked(entry.reason))


def account(document: Document, outcome: Outcome, context: Context, *, refused: bool) -> Account:
    """The account of a run over `document` that ended in `outcome`; `refused` is whether BuildKit refuses it."""
    return Account(document, outcome, context, refused=refused)


def _keys(context: Context) -> Iterator[Finding]:
    """What was odd in cog.yaml: an error where what it says would be lost."""
    config = context.config
    for note in config.notes if config is not None else ():
        severity = Severity.ERROR if note.lost else Severity.WARNING
        yield Finding(
            KEY, Span(0, 0), note.message, severity=severity, file=context.project.config_name, line=note.line
        )


def _instructions(source: Document, outcome: Outcome) -> Iterator[Entry]:
    """Each instruction of the input: kept or moved by its text, otherwise explained by the finding that covers it."""
    result = outcome.document
    places: dict[str, list[int]] = {}
    for instruction in result.instructions:
        places.setdefault(_text(instruction), []).append(instruction.index)
    touching = _touching(source, outcome)
    at = 0
    for instruction in source.instructions:
        line = source.source.position(instruction.body_span.start).line
        present = places.get(_text(instruction), [])
        following = bisect_left(present, at)
        fate: Fate = "kept"
        if following < len(present):
            index = present[following]
            at = index + 1
        elif present:
            fate, index = "moved", present[-1]
        else:
            yield _changed(instruction, line, outcome, touching.get(instruction.index, []))
            continue
        to = _line(result, result.instructions[index])
        yield Entry("Dockerfile", line, instruction.keyword, instruction.text, fate, to)


def _touching(source: Document, outcome: Outcome) -> dict[int, list[Change]]:
    """The changes in each instruction of the input, by its index, in the order of the passes."""
    spans = [instruction.span for instruction in source.instructions]
    found: dict[int, list[Change]] = {}
    for change in outcome.changes:
        at = bisect_right(spans, change.before.start, key=lambda span: span.end)
        while at < len(spans) and spans[at].start < change.before.end:
            found.setdefault(at, []).append(change)
            at += 1
    return found


def _changed(instruction: Instruction, line: int, outcome: Outcome, touching: list[Change]) -> Entry:
    """What became of an instruction whose text is nowhere in the result; `touching` are the changes in it."""
    result = outcome.document.source
    span = instruction.span
    last = next((change for change in reversed(touching) if change.after.start < change.after.end), None)
    reason = (last or touching[-1]).finding if touching else None
    code, message = (reason.code, reason.message) if reason is not None else (None, "")
    kept = last is not None or any(
        change.before.start > span.start or change.before.end < span.end - 1 for change in touching
    )
    to = result.position((last or touching[0]).after.start).line if kept and touching else None
    fate: Fate = "replaced" if to is not None else "removed"
    return Entry("Dockerfile", line, instruction.keyword, instruction.text, fate, to, code, message)


def _text(instruction: Instruction) -> str:
    node = instruction.node
    contents = [node.text[body.content.start : body.content.end] for body in node.heredocs]
    return "\n".join([fold(instruction.text), *contents])


def _line(document: Document, instruction: Instruction) -> int:
    return document.source.position(instruction.body_span.start).line
