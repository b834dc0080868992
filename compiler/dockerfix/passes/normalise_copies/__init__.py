"""DF304: COPY and ADD in a form that fal's client reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from dockerfix.analysis import blocks
from dockerfix.analysis.context import Context
from dockerfix.analysis.fal import client, copies, repairs
from dockerfix.analysis.fal.client import Reading
from dockerfix.analysis.fal.copies import ContextCopy, Form
from dockerfix.passes.normalise_copies import other_lines
from dockerfix.passes.normalise_copies.other_lines import Uploaded
from dockerfix.passes.normalise_copies.patterns import name_files
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF304"

_REASONS = {
    "lines": "writes this instruction on one line: fal's client misreads it over several",
    "words": "writes the names in this instruction so that fal's client reads what the build reads",
    "divided": "splits this ADD: fal's client skips one with a URL, and with it the files beside the URL",
}


def normalise_copies(document: Document, context: Context) -> Iterator[Finding]:
    """Rewrite COPY and ADD so that fal's client finds the files that the build needs.

    The client uploads what a few patterns find in the Dockerfile's text
    (`fal-ai/fal:projects/fal/src/fal/container.py`, DockerfileParser), and not what BuildKit reads: it misses an indented
    COPY, takes the source for a local path if `--from` is not the first flag, stops at a comment inside a continuation,
    expands neither variables nor patterns, and takes lines of other instructions that begin with COPY or ADD for copies.
    An instruction that both read alike stays as it is; comments inside one that is joined move above it.

    When it is wrong: For BuildKit the result means the same, with one exception: a pattern is replaced by the names
    that match now, so a file that you add later needs another run. `# dockerfix: ignore=DF304` above the COPY keeps it
    as you wrote it; check then that fal's upload has the files (`fal deploy` lists what is missing as a failed COPY).

    Before:

        FROM python:3.11-slim
        ARG folder=models
          COPY app.py /src/
        COPY --link --from=docker.io/library/busybox /bin/busybox /bin/
        COPY a.txt \\
            # the second one
            b.txt /src/
        COPY $folder/tiny /src/models
        ADD https://example.org/x.bin c.txt /src/
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        ARG folder=models
        COPY app.py /src/
        COPY --from=docker.io/library/busybox --link /bin/busybox /bin/
        # the second one
        COPY a.txt b.txt /src/
        COPY models/tiny /src/models
        ADD https://example.org/x.bin /src/
        ADD c.txt /src/
        CMD ["python", "-m", "cog.server.http"]
    """
    readings = {reading.offset: reading for reading in client.client_readings(document.text)}
    uploaded = cache(lambda: copies.uploaded(document))
    for copy in copies.context_copies(document):
        reading = readings.get(copy.instruction.body_span.start)
        yield from _context_copy(document, context, copy, reading, uploaded)
    for instruction in document.instructions:
        if isinstance(instruction.view, Copy):
            yield from _stage_copy(document, instruction)
    yield from other_lines.onbuild(CODE, document, uploaded)
    yield from other_lines.lines(CODE, document, readings.values())


def _context_copy(
    document: Document, context: Context, copy: ContextCopy, reading: Reading | None, uploaded: Uploaded
) -> Iterator[Finding]:
    span = copy.instruction.body_span
    found = reading.sources if reading is not None else ()
    if copy.fails:
        yield Finding(
            CODE, span, f"this {copy.instruction.keyword} can't be read: {copy.problem}", severity=Severity.ERROR
        )
        return
    if copy.problem is not None:
        message = f"fal's client does not expand variables, and here {copy.problem}; write the path itself"
        yield Finding(CODE, span, message, severity=other_lines.severity(uploaded))
        return
    if copy.heredocs:
        yield from other_lines.heredoc(CODE, copy, found, uploaded)
        return
    naming = name_files(context.project, copy, uploaded)
    if naming.problem is not None:
        yield Finding(CODE, span, naming.problem, severity=naming.severity)
    copy = naming.copy
    if found == copy.expected and (reading is not None or not copy.expected):
        return
    if not copy.sources:
        message = f"fal's client takes `{found[0]}` for a file in the project; it continues if there is none"
        yield Finding(CODE, span, message, severity=Severity.WARNING)
    else:
        yield _rewritten(document, copy, naming.note, uploaded)


def _rewritten(document: Document, copy: ContextCopy, note: str | None, uploaded: Uploaded) -> Finding:
    """Rewrite the instruction in the first form that both readers understand."""
    instruction = copy.instruction
    span, (start, _end) = instruction.body_span, copies.body(instruction)
    hidden = repairs.separate_from_line_before(document, instruction)
    if copies.client_sees(document, copy):
        if instruction.start < start:
            message = (
                f"moves {instruction.keyword} to the start of its line: fal's client does not see it after white space"
            )
            hidden = (*hidden, Edit(Span(instruction.start, start), ""))
        else:
            message = "adds a blank after the backslash in the line before: fal's client would join the two lines"
        return Finding(CODE, span, message, hidden)
    form = next(copies.forms(copy), None)
    if form is None:
        message = (
            f"fal's client can't read the COPY of `{copy.sources[0]}` in any form; rename the file or remove flags"
        )
        return Finding(CODE, span, message, severity=other_lines.severity(uploaded))
    edit = repairs.replace(instruction, form.text.replace("\n", blocks.newline(document)))
    return Finding(CODE, span, note or _reason(document, copy, form), (*hidden, edit))


def _reason(document: Document, copy: ContextCopy, form: Form) -> str:
    names = repairs.variables_in(copy)
    if form.kind != "words" or not names:
        return _REASONS[form.kind]
    message = f"replaces {repairs.listed(names)} by the value in this file: fal's client does not expand variables"
    if repairs.are_arguments(document, names):
        message += "; a build argument no longer changes it"
    return message


def _stage_copy(document: Document, instruction: Instruction) -> Iterator[Finding]:
    """Repair a COPY from another stage in which the client sees local files; it sees no indented one."""
    view = instruction.view
    start, end = copies.body(instruction)
    if not isinstance(view, Copy) or not view.flag("from") or start > instruction.start:
        return
    if not any(reading.sources for reading in client.client_readings(document.text[start:end])):
        return
    text = copies.from_first(instruction)
    if text is None:
        message = "fal's client takes the source of this COPY for a file in the project"
        yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)
        return
    message = "moves `--from` to the front: otherwise fal's client takes the source for a file in the project"
    yield Finding(CODE, instruction.body_span, message, (repairs.replace(instruction, text),))
