"""COPY and ADD that fal's client and BuildKit read as different instructions: heredocs, ONBUILD, other lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from dockerfix.analysis import stages
from dockerfix.analysis.fal import copies as copying
from dockerfix.analysis.fal import repairs, uploads
from dockerfix.analysis.fal.client import Reading
from dockerfix.analysis.fal.copies import ContextCopy
from dockerfix.analysis.fal.uploads import Coverage
from dockerfix.syntax.dockerfile.instructions import Copy, Onbuild
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

Uploaded: TypeAlias = Callable[[], Coverage]
"""What `dockerfix.analysis.fal.copies.uploaded` returns, computed only if something depends on it."""


def severity(uploaded: Uploaded) -> Severity:
    """The severity if the client can't read an instruction: nothing is lost if another COPY uploads the whole project."""
    return Severity.WARNING if uploaded().is_whole else Severity.ERROR


def heredoc(code: str, copy: ContextCopy, found: tuple[str, ...], uploaded: Uploaded) -> Iterator[Finding]:
    """Report a heredoc: the client takes its opener for a file, and doesn't find it."""
    own = tuple(source for source in found if "<<" not in source)
    span = copy.instruction.body_span
    if own != copy.expected:
        message = "fal's client can't read this instruction with a heredoc; copy the files in a separate one"
        yield Finding(code, span, message, severity=severity(uploaded))
    elif found != own:
        message = (
            "fal's client takes a heredoc in COPY for a file name and continues if there is no such file; "
            "a RUN that writes the file, or a file in the project, works everywhere"
        )
        yield Finding(code, span, message, severity=Severity.WARNING)


def onbuild(code: str, document: Document, uploaded: Uploaded) -> Iterator[Finding]:
    """Report COPY and ADD after ONBUILD, which the client doesn't see."""
    for stage in document.stages:
        copies = [each for each in stage.instructions if _copies_on_build(each)]
        used = copies and any(user.keyword == "FROM" for user in stages.users_of(document, stage))
        for instruction in copies:
            message = "ONBUILD has no effect: no stage here is built on this one"
            found = Severity.WARNING
            if used:
                message = "fal's client does not see what ONBUILD copies; write the instruction in the stages built on this one"
                found = severity(uploaded)
            yield Finding(code, instruction.body_span, message, severity=found)


def _copies_on_build(instruction: Instruction) -> bool:
    view = instruction.view
    inner = view.inner if isinstance(view, Onbuild) else None
    return isinstance(inner, Copy) and not inner.flag("from")


def lines(code: str, document: Document, readings: Iterable[Reading]) -> Iterator[Finding]:
    """Repair lines of other instructions that the client takes for COPY or ADD."""
    for reading in readings:
        owner = repairs.owner(document, reading.offset)
        if not reading.sources or owner is None:
            continue
        if isinstance(owner.view, Copy) and reading.offset < copying.body(owner)[1]:
            continue
        span = repairs.line_span(document, reading.offset)
        message = "fal's client takes this line for an instruction"
        if repairs.is_between_words(owner, reading.offset):
            message += "; a blank before it hides it"
            yield Finding(code, span, message, (Edit(Span(reading.offset, reading.offset), " "),))
            continue
        message += f", and looks for {repairs.listed(reading.sources)} in the project"
        leaves = any(uploads.normal(source).split("/")[0] == ".." for source in reading.sources)
        yield Finding(code, span, message, severity=Severity.ERROR if leaves else Severity.WARNING)
