"""The lossless tree: a document is a tuple of nodes that tile its source.

A node does not depend on its position: it has its own text, and its spans are offsets in that text. The document adds
the offsets of the nodes. So the documents before and after an edit share all nodes that the edit did not touch, with
everything that was already read from them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from dockerfix.syntax.dockerfile.arguments import CommandLine, name_of, split_command
from dockerfix.syntax.dockerfile.heredocs import HeredocBody
from dockerfix.syntax.dockerfile.instructions import From, View, view_of
from dockerfix.syntax.dockerfile.scanner import Directive, Problem
from dockerfix.text.source import Source, Span


class Node:
    """A line that is not an instruction. `kind` is ``bom``, ``blank``, ``comment`` or ``directive``.

    `found` are the problems that the scanner found in it, at offsets in `text`.
    """

    __slots__ = ("found", "kind", "text")

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.found: tuple[Problem, ...] = ()


class Token:
    """A piece of a node's text: `kind` is a terminal of ``grammar/dockerfile.lark``."""

    __slots__ = ("kind", "span")

    def __init__(self, kind: str, span: Span) -> None:
        self.kind = kind
        self.span = span


class Logical:
    """A logical line: what BuildKit reads once the continuation lines of an instruction are joined.

    `starts` are the offsets in `text` at which its pieces start, `origins` the offsets of the same pieces in the text
    of the node.
    """

    __slots__ = ("origins", "starts", "text")

    def __init__(self, text: str, starts: tuple[int, ...], origins: tuple[int, ...]) -> None:
        self.text = text
        self.starts = starts
        self.origins = origins

    def original(self, span: Span) -> Span:
        """Return the span of the node's text that `span` of the logical line comes from, with continuations inside it.

        An empty span between two pieces belongs to the later one.
        """
        start = self._origin(span.start)
        return Span(start, start if span.end == span.start else self._origin(span.end - 1) + 1)

    def _origin(self, offset: int) -> int:
        piece = bisect_right(self.starts, offset) - 1
        return self.origins[piece] + offset - self.starts[piece] if piece >= 0 else offset


class InstructionNode(Node):
    """An instruction with its continuation lines, the comments inside them, and its heredocs.

    `line` is the logical line, without leading white space. `kinds` and `ends` are the tokens, which tile the text, in
    the form that takes the least memory; `tokens` has them as objects.
    """

    __slots__ = ("__dict__", "ends", "escape", "heredocs", "kinds", "line")

    def __init__(
        self,
        text: str,
        kinds: tuple[str, ...],
        ends: tuple[int, ...],
        line: Logical,
        heredocs: tuple[HeredocBody, ...],
        escape: str,
    ) -> None:
        super().__init__("instruction", text)
        self.kinds = kinds
        self.ends = ends
        self.line = line
        self.heredocs = heredocs
        self.escape = escape

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens; their spans are offsets in the node's text."""
        starts = (0, *self.ends)
        return tuple(map(Token, self.kinds, map(Span, starts, self.ends)))

    @cached_property
    def command(self) -> CommandLine:
        """Keyword, flags and arguments; their spans are offsets in the logical line."""
        return split_command(self.line.text, self.escape)

    @cached_property
    def keyword(self) -> str:
        """The instruction's name in upper case."""
        name = name_of(self.command.keyword)
        return name.upper() if name.isascii() else name

    @cached_property
    def view(self) -> View:
        """The arguments as the instruction reads them; spans are offsets in the logical line."""
        return view_of(self.command, self.escape, self.heredocs)


class Instruction:
    """An instruction at its place in a document: its spans are offsets in the document's source.

    `keyword` is its name in upper case, `view` its arguments as the instruction reads them; the spans in `view` are
    offsets in `text`.
    """

    __slots__ = ("document", "index", "keyword", "node", "start", "view")

    def __init__(self, document: Document, index: int, node: InstructionNode, start: int) -> None:
        self.document = document
        self.index = index
        self.node = node
        self.start = start
        self.keyword: str = node.keyword
        self.view: View

    def __repr__(self) -> str:
        """Its keyword and line."""
        line = self.document.source.position(self.body_span.start).line
        return f"<Instruction {self.keyword} in line {line}>"

    def __getattr__(self, name: str) -> View:
        # the view is read at its first use; from then on it is an attribute like the others
        if name != "view":
            raise AttributeError(name)
        self.view = self.node.view
        return self.view

    @property
    def text(self) -> str:
        """The logical line, as BuildKit reads it."""
        return self.node.line.text

    @property
    def span(self) -> Span:
        """The whole instruction with white space before it, its heredocs and its line end."""
        return Span(self.start, self.start + len(self.node.text))

    @property
    def body_span(self) -> Span:
        """The instruction from its keyword on, without the end of its last line."""
        node = self.node
        first = node.ends[0] if node.kinds[0] == "INDENT" else 0
        last = len(node.text.rstrip("\r\n"))
        return Span(self.start + first, self.start + max(first, last))

    def original(self, span: Span) -> Span:
        """Return the span of the source that `span` of the logical line comes from."""
        return self.node.line.original(span).shift(self.start)

    @property
    def previous(self) -> Instruction | None:
        """The instruction before this one."""
        return self.document.instructions[self.index - 1] if self.index else None

    @property
    def next(self) -> Instruction | None:
        """The instruction after this one."""
        instructions = self.document.instructions
        return instructions[self.index + 1] if self.index + 1 < len(instructions) else None


class Stage:
    """A build stage: its FROM and the instructions after it, in order."""

    __slots__ = ("base", "index", "instructions")

    def __init__(self, index: int, base: Instruction, instructions: tuple[Instruction, ...]) -> None:
        self.index = index
        self.base = base
        self.instructions = instructions

    def __repr__(self) -> str:
        """Its number and name."""
        name = "" if self.name is None else f" {self.name}"
        return f"<Stage {self.index}{name}: {len(self.instructions)} instructions>"

    @property
    def name(self) -> str | None:
        """The name that ``AS`` gives it, in lower case because BuildKit ignores case; None without one."""
        view = self.base.view
        return name_of(view.stage_name.value) if isinstance(view, From) and view.stage_name else None

    @property
    def span(self) -> Span:
        """From its FROM to the end of its last instruction."""
        last = self.instructions[-1] if self.instructions else self.base
        return Span(self.base.start, last.span.end)


class Document:
    """A Dockerfile as a tuple of nodes; the concatenation of their texts is the source."""

    def __init__(self, source: Source, nodes: Sequence[Node], escape: str, directives: tuple[Directive, ...]) -> None:
        self.source = source
        self.nodes = tuple(nodes)
        self.escape = escape
        self.directives = directives

    def __repr__(self) -> str:
        """Its size."""
        return f"<Document of {len(self.instructions)} instructions in {len(self.stages)} stages>"

    @property
    def text(self) -> str:
        """The source text."""
        return self.source.text

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The offset at which each node starts."""
        offsets: list[int] = []
        at = 0
        for node in self.nodes:
            offsets.append(at)
            at += len(node.text)
        return tuple(offsets)

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions, in order."""
        result: list[Instruction] = []
        for node, start in zip(self.nodes, self.offsets, strict=True):
            if type(node) is InstructionNode:
                result.append(Instruction(self, len(result), node, start))
        return tuple(result)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The build stages; instructions before the first FROM are in none."""
        heads = [instruction.index for instruction in self.instructions if instruction.keyword == "FROM"]
        ends = [*heads, len(self.instructions)][1:]
        return tuple(
            Stage(number, self.instructions[head], self.instructions[head + 1 : end])
            for number, (head, end) in enumerate(zip(heads, ends, strict=True))
        )

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What BuildKit's parser refuses, in the order of the text; empty if it reads the file."""
        result: list[Problem] = []
        for node, start in zip(self.nodes, self.offsets, strict=True):
            result += [Problem(problem.message, start + problem.offset) for problem in node.found]
            if isinstance(node, InstructionNode) and node.view.problem:
                result.append(Problem(node.view.problem, start))
        if not self.instructions and not result:
            result.append(Problem("file with no instructions", 0))
        return tuple(sorted(result, key=lambda problem: problem.offset))

    def comments_above(self, instruction: Instruction) -> Iterator[tuple[Node, int]]:
        """Yield the comment lines directly above `instruction`, nearest first, each with its offset."""
        index = bisect_left(self.offsets, instruction.start)
        while index > 0 and self.nodes[index - 1].kind == "comment":
            index -= 1
            yield self.nodes[index], self.offsets[index]
