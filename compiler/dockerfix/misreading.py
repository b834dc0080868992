"""Places that fal's client misreads, and the smallest edits that set it right (see `dockerfix.fal_client`)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from dockerfix import flow, variables
from dockerfix.copying import ContextCopy, body
from dockerfix.emitter import Edit
from dockerfix.source import Span
from dockerfix.syntax.instructions import Arg, ListView
from dockerfix.syntax.shell import Command
from dockerfix.syntax.tree import Document, Instruction

_POSIX_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_SHOWN = 3


def listed(names: Iterable[str]) -> str:
    """Some names for a message: the first few in backticks, each once."""
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - _SHOWN} more" if len(unique) > _SHOWN else ""
    return ", ".join(f"`{name}`" for name in unique[:_SHOWN]) + more


def replace(instruction: Instruction, text: str) -> Edit:
    """Write the instruction as `text`; comments inside its continuation lines move above it."""
    _start, end = body(instruction)
    comments: list[str] = []
    for token in instruction.node.tokens:
        if token.kind == "INNER_COMMENT":
            comment = instruction.node.text[token.span.start : token.span.end]
            # a comment that ends in a backslash would take the next line with it, in the client's eyes
            comments.append(re.sub(r"\\\n\Z", "\\\\ \n", comment))
    if comments and not comments[-1].endswith("\n"):
        comments[-1] += "\n"
    return Edit(Span(instruction.start, end), "".join(comments) + text)


def reveal(document: Document, instruction: Instruction) -> tuple[Edit, ...]:
    """The blank behind the backslash of the line before, to which the client joins the instruction; none elsewhere."""
    before = document.text[: instruction.start].rstrip()
    if before.endswith("\\") and document.text.startswith("\n", len(before)):
        return (Edit(Span(len(before), len(before)), " "),)
    return ()


def variables_in(copy: ContextCopy) -> tuple[str, ...]:
    """The variables in the sources of a COPY, in order, each once."""
    return variables.names_in(word.value for word in copy.view.sources)


def are_arguments(document: Document, names: Iterable[str]) -> bool:
    """Whether one of the variables is a build argument."""
    views = [instruction.view for instruction in document.instructions]
    arguments = {pair.name.value for view in views if isinstance(view, Arg) for pair in view.pairs}
    return any(name in arguments for name in names)


def owner(document: Document, offset: int) -> Instruction | None:
    """The instruction in which an offset lies."""
    index = bisect_right([instruction.start for instruction in document.instructions], offset) - 1
    found = document.instructions[index] if index >= 0 else None
    return found if found is not None and offset < found.span.end else None


def line_span(document: Document, offset: int) -> Span:
    """From `offset` to the end of its line."""
    end = document.text.find("\n", offset)
    return Span(offset, len(document.text) if end < 0 else end)


def is_between_words(instruction: Instruction, offset: int) -> bool:
    """Whether a blank at `offset` in a RUN changes nothing: it is outside all words of a POSIX shell."""
    found = flow.shell(instruction)
    if found is None or found.script.opaque or not _has_posix_shell(instruction):
        return False
    if found.in_heredoc:
        place: int | None = offset - found.base
    else:
        place = _logical(instruction, offset)
        place = None if place is None else place - found.base
    if place is None or not 0 <= place <= len(found.script.text):
        return False
    return not any(_holds(command, place) for command in found.script.walk())


def _logical(instruction: Instruction, offset: int) -> int | None:
    """Where a place in the source stands in the logical line; None for what isn't part of it."""
    line = instruction.node.line
    relative = offset - instruction.start
    piece = bisect_right(line.origins, relative) - 1
    if piece < 0:
        return None
    place = line.starts[piece] + relative - line.origins[piece]
    end = line.starts[piece + 1] if piece + 1 < len(line.starts) else len(line.text)
    return place if place < end else None


def _holds(command: Command, place: int) -> bool:
    """Whether `place` lies inside a word or a heredoc of a command."""
    words = [*command.words, *(assignment.value for assignment in command.assignments)]
    words += [redirection.target for redirection in command.redirections]
    if any(word.span.start < place < word.span.end for word in words):
        return True
    if any(assignment.span.start < place < assignment.span.end for assignment in command.assignments):
        return True
    bodies = [redirection.heredoc for redirection in command.redirections if redirection.heredoc is not None]
    ends = [redirection.delimiter for redirection in command.redirections if redirection.delimiter is not None]
    return any(span.start <= place < span.end for span in (*bodies, *ends)) or command.kind == "opaque"


def _has_posix_shell(instruction: Instruction) -> bool:
    """Whether no SHELL instruction before this one names another shell."""
    for other in reversed(instruction.document.instructions[: instruction.index]):
        if other.keyword == "SHELL" and isinstance(other.view, ListView):
            words = other.view.exec_form or ()
            return bool(words) and words[0].value.rpartition("/")[2] in _POSIX_SHELLS
    return True
