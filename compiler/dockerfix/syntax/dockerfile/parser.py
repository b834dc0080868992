"""Text to tree: run the scanner's tokens through the grammar, and read again only what an edit changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from dockerfix.syntax.dockerfile.heredocs import Heredoc, HeredocBody
from dockerfix.syntax.dockerfile.scanner import MAX_KNOWN_LENGTH, Lexeme, Problem, Scanner
from dockerfix.syntax.dockerfile.tree import Document, InstructionNode, Logical, Node
from dockerfix.syntax.lalr import Parser
from dockerfix.syntax.tables import dockerfile
from dockerfix.text.edits import Edit, emit, ordered
from dockerfix.text.source import Source, Span

_IN_LINE = frozenset({"KEYWORD", "SPACE", "TEXT"})


class Builder:
    """Makes the parts of ``dockerfile.lark``: the lexeme of a line, the lexemes of an instruction, the list of both."""

    def start(self, parts: list[Any]) -> list[Any]:
        """The whole text; a lexeme in it is a line that is not an instruction, or a known instruction."""
        return parts

    def instruction(self, parts: list[Lexeme]) -> list[Lexeme]:
        """An instruction that is not known."""
        return parts


_parser = Parser(dockerfile.STATES, dockerfile.RULES, Builder())


_MAX_KNOWN = 2048
_known: dict[str, dict[str, InstructionNode]] = {}
"""Instructions that were read, by escape character and text. A node does not depend on its place, so all documents of
a process can share it, with its views and commands; most documents have the same instructions from Cog."""


def parse(source: str | bytes) -> Document:
    """Return the tree of a Dockerfile; no input raises.

    What BuildKit's parser would refuse is a node too, and is listed in ``Document.problems``.
    """
    text = Source.read(source)
    scanner = Scanner(text.text, known=_known)
    return Document(text, _nodes(scanner), scanner.escape, tuple(scanner.directives))


def reparse(document: Document, edits: Sequence[Edit]) -> Document:
    """Return `document` with `edits` applied; both documents share the nodes that no edit touches.

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
    """The end of the first line that is not a directive: lines up to there must be read together."""
    for node, start in zip(document.nodes, document.offsets, strict=True):
        if node.kind not in ("bom", "directive"):
            return start + len(node.text)
    return len(document.text)


class _Run(NamedTuple):
    """The nodes `first` to `stop` of the old document, which no edit touches, and their end in the new text."""

    first: int
    stop: int
    end: int


class _Kept:
    """The nodes that no edit touches, by their offset in the new text: one run between every two edits.

    An edit after the last node touches it: its line, its continuation or its heredoc may still be open.
    """

    def __init__(self, document: Document, edits: Sequence[Edit]) -> None:
        self._offsets = offsets = document.offsets
        self._size = len(document.text)
        self._begins: list[int] = []  # the offset of each run in the new text
        self._runs: list[tuple[int, int, int]] = []  # first and stop as in _Run, and the shift of the text
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
        """Return the nodes from the one at `at` in the new text up to the next edit, or None without a node at `at`."""
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
    """Give each node the problems that were found in it, with offsets in its text."""
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
    """Forget all known instructions, to measure the reading itself."""
    _known.clear()


def _remember(node: InstructionNode) -> InstructionNode:
    known = _known.setdefault(node.escape, {})
    if len(node.text) <= MAX_KNOWN_LENGTH and len(known) < _MAX_KNOWN and _ends_by_itself(node):
        known[node.text] = node
    return node


def _ends_by_itself(node: InstructionNode) -> bool:
    """Whether the instruction would end here whatever text follows, so not only because the text ends."""
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
