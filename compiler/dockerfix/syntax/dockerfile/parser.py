"""Text to tree: the scanner's tokens through the grammar, and the reading again of what an edit changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from dockerfix.syntax.dockerfile.heredocs import Heredoc
from dockerfix.syntax.dockerfile.lexemes import Lexeme, Problem
from dockerfix.syntax.dockerfile.logical import Logical
from dockerfix.syntax.dockerfile.scanner import MAX_KNOWN_LENGTH, Scanner
from dockerfix.syntax.dockerfile.tree import Document, HeredocBody, InstructionNode, Node
from dockerfix.syntax.lalr import Parser
from dockerfix.syntax.tables import dockerfile
from dockerfix.text.edits import Edit, emit, ordered
from dockerfix.text.source import Source, Span

_IN_LINE = frozenset({"KEYWORD", "SPACE", "TEXT"})


class Builder:
    """What the rules of ``dockerfile.lark`` make: the lexeme of a line, those of an instruction, the list of both."""

    def start(self, parts: list[Any]) -> list[Any]:
        """The whole text; a lexeme in it is a line that is no instruction, or an instruction that was read before."""
        return parts

    def instruction(self, parts: list[Lexeme]) -> list[Lexeme]:
        """An instruction that is new."""
        return parts


_parser = Parser(dockerfile.STATES, dockerfile.RULES, Builder())


_MAX_KNOWN = 2048
_known: dict[str, dict[str, InstructionNode]] = {}
"""Instructions that were read, by escape character and text. A node does not depend on its place, so the documents of a
process share it, with its views and commands; Cog's own instructions are the same in most of them."""


def parse(source: str | bytes) -> Document:
    """Read a Dockerfile, whatever it holds: no input raises.

    What BuildKit's parser would refuse is a node too, and is listed in ``Document.problems``.
    """
    text = Source.read(source)
    scanner = Scanner(text.text, known=_known)
    return Document(text, _nodes(scanner), scanner.escape, tuple(scanner.directives))


def reparse(document: Document, edits: Sequence[Edit]) -> Document:
    """The document that `edits` make of `document`; nodes that no edit touches are shared between both.

    Raises what `dockerfix.text.edits.emit` raises.
    """
    if not edits:
        return document
    edits = ordered(edits, len(document.text))
    text = emit(document.text, edits)
    header_end = _header_end(document)
    if edits[0].span.start < header_end or header_end == len(document.text):
        return parse(text)
    kept = _Kept(document, edits)
    nodes: list[Node] = []
    at = 0
    while at < len(text):
        run = kept.find(at)
        if run is None:
            scanner = Scanner(text, at, escape=document.escape, header=False, stops=kept, known=_known)
            nodes += _nodes(scanner)
            at = scanner.end
        else:
            nodes += document.nodes[run.first : run.stop]
            at = run.end
    return Document(Source(text), nodes, document.escape, document.directives)


def _header_end(document: Document) -> int:
    """The end of the first line that is no directive: up to there, lines must be read together."""
    for node, start in zip(document.nodes, document.offsets, strict=True):
        if node.kind not in ("bom", "directive"):
            return start + len(node.text)
    return len(document.text)


class _Run(NamedTuple):
    """The nodes `first` to `stop` of the old document, which no edit touches, and where they end in the new text."""

    first: int
    stop: int
    end: int


class _Kept:
    """The nodes that no edit touches, by where they begin in the new text: a run between every two edits.

    Text after the last node touches it: its line, its continuation or its heredoc may still be open.
    """

    def __init__(self, document: Document, edits: Sequence[Edit]) -> None:
        self._offsets = offsets = document.offsets
        self._size = len(document.text)
        self._begins: list[int] = []  # where each run begins in the new text
        self._runs: list[tuple[int, int, int]] = []  # first and stop as in _Run, and how far the text moved
        done = delta = 0
        for (start, stop), text in edits:
            self._add(bisect_left(offsets, done), bisect_right(offsets, start) - 1, delta)
            delta += len(text) - (stop - start)
            done = stop
        self._add(bisect_left(offsets, done), len(offsets), delta)

    def _add(self, first: int, stop: int, delta: int) -> None:
        if first < stop:
            self._begins.append(self._offsets[first] + delta)
            self._runs.append((first, stop, delta))

    def find(self, at: int) -> _Run | None:
        """The nodes from the one that begins at `at` in the new text up to the next edit; None where none does."""
        number = bisect_right(self._begins, at) - 1
        if number < 0:
            return None
        first, stop, delta = self._runs[number]
        index = bisect_left(self._offsets, at - delta, first, stop)
        if index == stop or self._offsets[index] != at - delta:
            return None
        return _Run(index, stop, delta + (self._offsets[stop] if stop < len(self._offsets) else self._size))

    def __contains__(self, at: object) -> bool:
        return isinstance(at, int) and self.find(at) is not None


def _nodes(scanner: Scanner) -> list[Node]:
    parts: Any = _parser.parse(scanner.tokens())
    nodes = [_node(scanner, part) for part in parts]
    if scanner.problems:
        _attach(scanner.problems, nodes, scanner.start)
    return nodes


def _attach(problems: list[Problem], nodes: list[Node], at: int) -> None:
    """Give each node the problems that were found in it, with offsets in its own text."""
    found = sorted({(problem.offset, problem.message) for problem in problems})
    next_one = 0
    for node in nodes:
        end = at + len(node.text)
        first = next_one
        while next_one < len(found) and found[next_one][0] < end:
            next_one += 1
        if first < next_one:
            node.found = tuple([Problem(message, offset - at) for offset, message in found[first:next_one]])
        at = end


def _node(scanner: Scanner, part: Lexeme | list[Lexeme]) -> Node:
    if isinstance(part, Lexeme):
        if part.type == "KNOWN":
            return _known[scanner.escape][scanner.text[part.start : part.end]]
        return Node(part.type.lower(), scanner.text[part.start : part.end])
    text = scanner.text
    start = part[0].start
    pieces = [lexeme for lexeme in part if lexeme.type in _IN_LINE]
    starts: list[int] = []
    at = 0
    for piece in pieces:
        starts.append(at)
        at += piece.end - piece.start
    line = Logical(
        "".join([text[piece.start : piece.end] for piece in pieces]),
        tuple(starts),
        tuple([piece.start - start for piece in pieces]),
    )
    kinds = tuple([lexeme.type for lexeme in part])
    ends = tuple([lexeme.end - start for lexeme in part])
    heredocs = _heredocs(scanner.heredocs[start], part, start) if start in scanner.heredocs else ()
    return _remember(InstructionNode(text[start : part[-1].end], kinds, ends, line, heredocs, scanner.escape))


def forget() -> None:
    """Drop what was kept of instructions read before, to measure reading itself."""
    _known.clear()


def _remember(node: InstructionNode) -> InstructionNode:
    known = _known.setdefault(node.escape, {})
    if len(node.text) <= MAX_KNOWN_LENGTH and len(known) < _MAX_KNOWN and _ends_by_itself(node):
        known[node.text] = node
    return node


def _ends_by_itself(node: InstructionNode) -> bool:
    """Whether it was not the text's end that ended the instruction, so that more text behind it changes nothing."""
    if not node.text.endswith("\n"):
        return False
    last = node.kinds[-1]
    return last == "HEREDOC_END" or (last == "END" and node.ends[-1] > node.ends[-2])


def _heredocs(openers: tuple[Heredoc, ...], part: list[Lexeme], start: int) -> tuple[HeredocBody, ...]:
    result: list[HeredocBody] = []
    content: Span | None = None
    for lexeme in part:
        span = Span(lexeme.start - start, lexeme.end - start)
        if lexeme.type == "HEREDOC":
            content = span
        elif lexeme.type == "HEREDOC_END":
            result.append(HeredocBody(openers[len(result)], content or Span(span.start, span.start), closed=True))
            content = None
        elif lexeme.type == "UNTERMINATED":
            result.append(HeredocBody(openers[len(result)], span, closed=False))
    return tuple(result)
