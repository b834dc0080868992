"""The smallest edits for places that fal's client misreads (see `dockerfix.analysis.fal.client`)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from dockerfix.analysis import commands, variables
from dockerfix.analysis.fal.copies import ContextCopy, body
from dockerfix.analysis.memo import of_document
from dockerfix.syntax.dockerfile.instructions import Arg
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command
from dockerfix.text.edits import Edit
from dockerfix.text.source import Span

_SHOWN = 3


class Names:
    """Names for a message, of which only the first few are kept: there may be a hundred thousand."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.count = 0

    def add(self, name: str) -> None:
        """Count one more, which wasn't added before."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(name)

    def __str__(self) -> str:
        more = f" and {self.count - _SHOWN} more" if self.count > _SHOWN else ""
        return ", ".join(f"`{name}`" for name in self.first) + more


def listed(names: Iterable[str]) -> str:
    """Return names for a message: the first few in backticks, each once."""
    result = Names()
    for name in dict.fromkeys(names):
        result.add(name)
    return str(result)


def replace(instruction: Instruction, text: str) -> Edit:
    """Return the edits that write the instruction as `text`; comments inside its continuation lines move above it."""
    _start, end = body(instruction)
    comments: list[str] = []
    for token in instruction.node.tokens:
        if token.kind == "INNER_COMMENT":
            comment = instruction.node.text[token.span.start : token.span.end]
            # the client reads a backslash at a comment's end as a continuation
            comments.append(re.sub(r"\\\n\Z", "\\\\ \n", comment).lstrip(" \t"))
    if comments and not comments[-1].endswith("\n"):
        comments[-1] += "\n"
    return Edit(Span(instruction.start, end), "".join(comments) + text)


def separate_from_line_before(document: Document, instruction: Instruction) -> tuple[Edit, ...]:
    """Return the edit that adds a blank after a backslash that makes the client join the line before, if any."""
    text, at = document.text, instruction.start
    while at and text[at - 1].isspace():
        at -= 1
    joins = at > 0 and text[at - 1] == "\\" and text.startswith("\n", at)
    return (Edit(Span(at, at), " "),) if joins else ()


def variables_in(copy: ContextCopy) -> tuple[str, ...]:
    """Return the variables in the sources of a COPY, in order, each once."""
    return variables.names_in(word.value for word in copy.view.sources)


def are_arguments(document: Document, names: Iterable[str]) -> bool:
    """Whether one of the variables is a build argument."""
    return not _arguments(document).isdisjoint(names)


@of_document
def _arguments(document: Document) -> frozenset[str]:
    views = [instruction.view for instruction in document.instructions]
    return frozenset(pair.name.value for view in views if isinstance(view, Arg) for pair in view.pairs)


def owner(document: Document, offset: int) -> Instruction | None:
    """Return the instruction at an offset."""
    index = bisect_right(_starts(document), offset) - 1
    found = document.instructions[index] if index >= 0 else None
    return found if found is not None and offset < found.span.end else None


@of_document
def _starts(document: Document) -> tuple[int, ...]:
    return tuple(instruction.start for instruction in document.instructions)


def line_span(document: Document, offset: int) -> Span:
    """Return the text from `offset` to the end of its line."""
    end = document.text.find("\n", offset)
    return Span(offset, len(document.text) if end < 0 else end)


def is_between_words(instruction: Instruction, offset: int) -> bool:
    """Whether a blank at `offset` in a RUN changes nothing, as it is outside all words of a POSIX shell."""
    found = commands.shell(instruction)
    held = _held(instruction.document, instruction)
    if found is None or held is None:
        return False
    if found.in_heredoc:
        place: int | None = offset - found.base
    else:
        place = _logical(instruction, offset)
        place = None if place is None else place - found.base
    if place is None or not 0 <= place <= len(found.script.text):
        return False
    at = bisect_right(held, (place, len(found.script.text))) - 1
    return at < 0 or held[at][1] < place


@of_document
def _held(_document: Document, instruction: Instruction) -> tuple[tuple[int, int], ...] | None:
    """Return the first and last place of each word and heredoc of a script, in order; None if all of it counts."""
    found = commands.shell(instruction)
    if found is None or found.script.opaque or not commands.has_posix_shell(instruction):
        return None
    result: list[tuple[int, int]] = []
    for first, last in sorted(stretch for command in found.script.walk() for stretch in _stretches(command)):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        elif first <= last:
            result.append((first, last))
    return tuple(result)


def _logical(instruction: Instruction, offset: int) -> int | None:
    """Return the offset in the logical line of a place in the source; None if it is not part of it."""
    line = instruction.node.line
    relative = offset - instruction.start
    piece = bisect_right(line.origins, relative) - 1
    if piece < 0:
        return None
    place = line.starts[piece] + relative - line.origins[piece]
    end = line.starts[piece + 1] if piece + 1 < len(line.starts) else len(line.text)
    return place if place < end else None


def _stretches(command: Command) -> Iterator[tuple[int, int]]:
    """Yield the places inside the words of a command, after their first character, and those of its heredocs."""
    spans = [word.span for word in command.words] + [assignment.span for assignment in command.assignments]
    spans += [redirection.target.span for redirection in command.redirections]
    for start, end in spans:
        yield start + 1, end - 1
    for redirection in command.redirections:
        for span in (redirection.heredoc, redirection.delimiter):
            if span is not None:
                yield span.start, max(span.start, span.end - 1)
    if command.kind == "opaque":
        yield command.span.start, command.span.end
