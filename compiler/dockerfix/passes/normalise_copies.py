"""DF304: COPY and ADD in the dialect that fal's client reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dockerfix import blocks, copying, flow, misreading, uploading
from dockerfix.context import Context
from dockerfix.copying import ContextCopy, Reading
from dockerfix.emitter import Edit
from dockerfix.findings import Finding, Severity
from dockerfix.source import Span
from dockerfix.syntax.instructions import Copy, Onbuild
from dockerfix.syntax.tree import Document, Instruction

CODE = "DF304"

_REASONS = {
    "lines": "fal's client misreads this instruction over its lines: written on one line",
    "words": "fal's client misreads the names in this instruction: written so that it reads what the build reads",
    "divided": "fal's client passes over an ADD with a URL, the files beside it too: divided into one for each",
}


def normalise_copies(document: Document, context: Context) -> Iterator[Finding]:
    """Write COPY and ADD so that fal's client finds in them the files that the build needs.

    The client uploads what a few patterns find in the Dockerfile's text
    (`fal-ai/fal:projects/fal/src/fal/container.py`, DockerfileParser), and not what BuildKit reads: it misses an indented
    COPY, takes the source for a local path where `--from` is not the first flag, stops at a comment inside a continuation,
    expands neither variables nor patterns, and takes lines of other instructions that begin with COPY or ADD for copies.
    An instruction that both read alike is left as it is; comments inside one that is joined move above it.

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
    readings = {reading.offset: reading for reading in copying.client_readings(document.text)}
    copies = list(copying.context_copies(document))
    uploaded = tuple(source for copy in copies if copy.is_known for source in copy.expected)
    for copy in copies:
        yield from _context_copy(document, context, copy, readings.get(copy.instruction.body_span.start), uploaded)
    for instruction in document.instructions:
        if isinstance(instruction.view, Copy):
            yield from _stage_copy(document, instruction)
        elif isinstance(instruction.view, Onbuild):
            yield from _onbuild(document, instruction, instruction.view)
    yield from _strays(document, readings.values())


def _context_copy(
    document: Document, context: Context, copy: ContextCopy, reading: Reading | None, uploaded: tuple[str, ...]
) -> Iterator[Finding]:
    span = copy.instruction.body_span
    found = reading.sources if reading is not None else ()
    if not copy.is_known:
        yield _unknown(copy, uploaded)
    elif copy.heredocs:
        yield from _heredoc(copy, found)
    elif found == copy.expected and (reading is not None or not copy.expected):
        yield from _patterns(context, copy, uploaded)
    elif not copy.sources:
        message = f"fal's client takes `{found[0]}` for a file of the project; it goes on when it finds none"
        yield Finding(CODE, span, message, severity=Severity.WARNING)
    else:
        yield _rewritten(document, copy)


def _rewritten(document: Document, copy: ContextCopy) -> Finding:
    """The instruction in the first form that both readers understand."""
    instruction = copy.instruction
    start, end = misreading.body(instruction)
    hidden = misreading.reveal(document, instruction)
    if copying.client_agrees(document.text[start:end], copy.expected):
        if instruction.start < start:
            message = (
                f"fal's client does not see {instruction.keyword} behind white space: moved to the start of its line"
            )
            hidden = (*hidden, Edit(Span(instruction.start, start), ""))
        else:
            message = f"fal's client takes this {instruction.keyword} for a part of the line before: a blank behind that line's backslash parts them"
        return Finding(CODE, instruction.body_span, message, hidden)
    form = next(copying.forms(copy), None)
    if form is None:
        message = f"fal's client can't read `{copy.sources[0]}` in any form that BuildKit reads: rename it, or copy its folder"
        return Finding(CODE, instruction.body_span, message, severity=Severity.ERROR)
    names = misreading.variables_in(copy)
    message = _REASONS[form.kind]
    if form.kind == "words" and names:
        message = (
            f"fal's client does not expand variables: {misreading.listed(names)} replaced by the value in this file"
        )
        if misreading.are_arguments(document, names):
            message += ", which a build argument no longer changes"
    edit = misreading.replace(instruction, form.text.replace("\n", blocks.newline(document)))
    return Finding(CODE, instruction.body_span, message, (*hidden, edit))


def _unknown(copy: ContextCopy, uploaded: tuple[str, ...]) -> Finding:
    names = misreading.listed(misreading.variables_in(copy))
    if uploading.covers(uploaded, "."):
        message = f"fal's client does not expand variables, and {names} has no value in this file; another COPY uploads all files"
        return Finding(CODE, copy.instruction.body_span, message, severity=Severity.WARNING)
    message = f"fal's client does not expand variables, and {names} has no value in this file: write the path itself"
    return Finding(CODE, copy.instruction.body_span, message, severity=Severity.ERROR)


def _heredoc(copy: ContextCopy, found: tuple[str, ...]) -> Iterator[Finding]:
    """A file that stands in the Dockerfile: the client takes its opener for a file, which it then doesn't find."""
    own = tuple(source for source in found if "<<" not in source)
    if own != copy.expected:
        message = "fal's client can't read this instruction with a heredoc: copy the files in one of their own"
        yield Finding(CODE, copy.instruction.body_span, message, severity=Severity.ERROR)
    elif found != own:
        message = (
            "fal's client takes a heredoc of COPY for the name of a file, and goes on when it finds none; "
            "a RUN that writes the file, or a file of the project, is read by all builders"
        )
        yield Finding(CODE, copy.instruction.body_span, message, severity=Severity.WARNING)


def _patterns(context: Context, copy: ContextCopy, uploaded: tuple[str, ...]) -> Iterator[Finding]:
    """Name the files that a pattern means, where nothing else uploads them: the client looks for a file of that name."""
    patterns = [each for each in copy.sources if uploading.is_pattern(each) and not uploading.covers(uploaded, each)]
    if not patterns:
        return
    root, span = context.project.root, copy.instruction.body_span
    shown = misreading.listed(patterns)
    if root is None:
        message = f"fal's client does not expand {shown}: name the files, or the project's folder with `--project`"
        yield Finding(CODE, span, message, severity=Severity.ERROR)
        return
    ignore = uploading.Ignore.of(context.project)
    named = {pattern: uploading.matching(root, pattern, ignore) for pattern in patterns}
    sources = [name for each in copy.sources for name in (named.get(each) or () if each in named else (each,))]
    if any(names is None for names in named.values()):
        message = f"fal's client does not expand {shown}, and the files can't be named safely: copy their folder"
        yield Finding(CODE, span, message, severity=Severity.ERROR)
    elif not sources:
        message = f"{shown} matches no file of the project that fal's client uploads"
        yield Finding(CODE, span, message, severity=Severity.WARNING)
    else:
        yield _named(copy, tuple(sources), shown)


def _named(copy: ContextCopy, sources: tuple[str, ...], shown: str) -> Finding:
    span = copy.instruction.body_span
    destination = copy.view.words[-1].value
    form = next(copying.forms(copy._replace(sources=sources)), None)
    if form is None or (len(sources) > 1 and not re.search(r"(?:^\.|/)$", destination)):
        message = (
            f"fal's client does not expand {shown}: copy the folder, or name the files before a target that ends in `/`"
        )
        return Finding(CODE, span, message, severity=Severity.ERROR)
    message = (
        f"fal's client does not expand {shown}: replaced by what matches now ({len(sources)}); "
        "run dockerfix on the original again when files are added"
    )
    return Finding(CODE, span, message, (misreading.replace(copy.instruction, form.text),))


def _stage_copy(document: Document, instruction: Instruction) -> Iterator[Finding]:
    """A COPY from another stage in which the client sees local files; it sees none that is indented."""
    view = instruction.view
    start, end = misreading.body(instruction)
    if not isinstance(view, Copy) or not view.flag("from") or start > instruction.start:
        return
    if not any(reading.sources for reading in copying.client_readings(document.text[start:end])):
        return
    text = copying.from_first(instruction)
    if text is None:
        message = "fal's client takes the source of this COPY for a file of the project"
        yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)
        return
    message = (
        "fal's client takes the source for a file of the project unless `--from` is the first flag: moved to the front"
    )
    yield Finding(CODE, instruction.body_span, message, (misreading.replace(instruction, text),))


def _onbuild(document: Document, instruction: Instruction, view: Onbuild) -> Iterator[Finding]:
    inner = view.inner
    if not isinstance(inner, Copy) or inner.flag("from"):
        return
    stage = flow.stage_of(document, instruction)
    keyword = inner.command.keyword.upper()
    if stage is not None and any(user.keyword == "FROM" for user in flow.users_of(document, stage)):
        message = (
            f"fal's client does not see the {keyword} behind ONBUILD: write it in the stages that are built on this one"
        )
        yield Finding(CODE, instruction.body_span, message, severity=Severity.ERROR)
    else:
        message = f"ONBUILD {keyword} does nothing in this build: no stage is built on this one"
        yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)


def _strays(document: Document, readings: Iterable[Reading]) -> Iterator[Finding]:
    """Lines of other instructions that the client takes for COPY or ADD."""
    for reading in readings:
        owner = misreading.owner(document, reading.offset)
        if not reading.sources or owner is None:
            continue
        if isinstance(owner.view, Copy) and reading.offset < misreading.body(owner)[1]:
            continue
        span = misreading.line_span(document, reading.offset)
        shown = misreading.listed(reading.sources)
        if misreading.is_between_words(owner, reading.offset):
            message = "fal's client takes this line for an instruction: a blank in front of it, where it means nothing, hides it"
            yield Finding(CODE, span, message, (Edit(Span(reading.offset, reading.offset), " "),))
            continue
        leaves = any(uploading.normal(source).split("/")[0] == ".." for source in reading.sources)
        message = f"fal's client takes this line for an instruction, and looks for {shown} in the project"
        severity = Severity.ERROR if leaves else Severity.WARNING
        yield Finding(CODE, span, message, severity=severity)
