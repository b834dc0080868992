"""DF101: what surrounds the Dockerfile in the output of `cog debug`."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cog
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import FRAME_MARK, FRAME_OF_DOCKERFILE
from dockerfix.syntax.dockerfile.instructions import View
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF101"
REPAIRS = ("",)
"""Everything: what surrounds the Dockerfile is no Dockerfile."""

_MAY_COME_FIRST = frozenset({"ARG", "FROM"})


def cut_frame(document: Document, _context: Context) -> Iterator[Finding]:
    """Keep only the runner's Dockerfile: remove the `===` frame and messages before the first instruction.

    `cog debug --separate-weights` prints three documents between `===` lines, of which the second is the Dockerfile
    (`replicate/cog@v0.8.0-beta4:pkg/cli/debug.go`); `cog debug &> FILE` writes its warnings, with colour codes, before them.

    When it is wrong: Only lines before the first instruction and the frame go, and BuildKit reads neither, so there is
    nothing to keep: with `--ignore DF101` the file is refused (DF003). If you need the weights Dockerfile of
    `--separate-weights`, save that part yourself; fal builds one image, and DF108 copies the weights into it.

    Before:

        === Weights Dockerfile contents:
        FROM scratch
        COPY weights /src/weights
        ===

        === Runner Dockerfile contents:
        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
        ===

        === DockerIgnore contents:
        weights
        ===

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    frame = [instruction for instruction in document.instructions if cog.is_frame_line(instruction)]
    if frame:
        yield _cut(document, frame)
        return
    stray = _stray(document)
    if stray:
        end = stray[-1].span.end
        message = f"removes {len(stray)} line{'s' if len(stray) > 1 else ''} before the Dockerfile"
        yield Finding(CODE, stray[0].body_span, message, (Edit(Span(0, end), ""),))


def _cut(document: Document, frame: list[Instruction]) -> Finding:
    opening = next((line for line in frame if line.text.strip() == FRAME_OF_DOCKERFILE), None)
    if opening is None:
        message = f"the text has `===` lines as frames, but none says `{FRAME_OF_DOCKERFILE}`"
        return Finding(CODE, frame[0].body_span, message, severity=Severity.ERROR)
    closing = next((line for line in frame if line.start > opening.start), None)
    following = closing.next if closing is not None else None
    if closing is not None and closing.text.strip() == FRAME_MARK and following is not None and following not in frame:
        message = (
            f"`{FRAME_MARK}` ends the Dockerfile here, but what follows is not the next document; remove this line"
        )
        return Finding(CODE, closing.body_span, message, severity=Severity.ERROR)
    end = closing.start if closing else len(document.text)
    first = next((each for each in document.instructions if opening.start < each.start), None)
    if first is None or first.start >= end or first.keyword not in _MAY_COME_FIRST:
        message = f"the Dockerfile under `{FRAME_OF_DOCKERFILE}` does not start with FROM"
        return Finding(CODE, opening.body_span, message, severity=Severity.ERROR)
    edits = (Edit(Span(0, opening.span.end), ""), Edit(Span(end, len(document.text)), ""))
    message = "keeps only the runner's Dockerfile of the documents that `--separate-weights` prints"
    return Finding(CODE, opening.body_span, message, tuple(edit for edit in edits if edit.span.start < edit.span.end))


def _stray(document: Document) -> list[Instruction]:
    """Return the text before the first FROM or ARG; nothing if it has an instruction, which the parser reports."""
    result: list[Instruction] = []
    for instruction in document.instructions:
        if instruction.keyword in _MAY_COME_FIRST:
            break
        result.append(instruction)
    return [] if any(_is_instruction(each) for each in result) else result


def _is_instruction(line: Instruction) -> bool:
    """A line that begins with the name of an instruction as everybody writes it; in a message it would be ``Run``."""
    return line.node.command.keyword.isupper() and type(line.view) is not View
