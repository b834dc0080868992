"""The tree of a document, as text or as JSON."""

from __future__ import annotations

from typing import Any

from dockerfix.syntax.dockerfile.tree import Document, InstructionNode, Node
from dockerfix.text.credentials import Masked, masked
from dockerfix.text.quoting import readable
from dockerfix.text.source import Span


def as_json(document: Document) -> dict[str, Any]:
    """The tree as plain data. Spans are ``[start, end]`` in characters of the source."""
    return {
        "escape": document.escape,
        "directives": [
            {"name": directive.name, "value": directive.value, "line": document.source.position(directive.offset).line}
            for directive in document.directives
        ],
        "nodes": [_node(document, node, start) for node, start in zip(document.nodes, document.offsets, strict=True)],
        "problems": [
            {"message": problem.message, "line": position.line, "column": position.column}
            for problem in document.problems
            for position in [document.source.position(problem.offset)]
        ],
    }


def _node(document: Document, node: Node, start: int) -> dict[str, Any]:
    position = document.source.position(start)
    result: dict[str, Any] = {
        "kind": node.kind,
        "span": [start, start + len(node.text)],
        "line": position.line,
    }
    if isinstance(node, InstructionNode):
        result["keyword"] = node.keyword
        result["line_text"] = masked(node.line.text)
        result["flags"] = [
            {"text": masked(flag.value), "span": _span(node, flag.span, start)} for flag in node.command.flags
        ]
        command = node.command
        rest = masked(f"{node.keyword} {command.rest}")[len(node.keyword) + 1 :]
        arguments = Span(command.rest_at, command.rest_at + len(command.rest))
        result["arguments"] = {"text": rest, "span": _span(node, arguments, start)}
        result["heredocs"] = [
            {"name": heredoc.opener.name, "span": list(heredoc.content.shift(start))} for heredoc in node.heredocs
        ]
        result["tokens"] = [[token.kind, *token.span.shift(start)] for token in node.tokens]
    return result


def _span(node: InstructionNode, span: Span, start: int) -> list[int]:
    return list(node.line.original(span).shift(start))


def as_text(document: Document) -> str:
    """The tree for people: one line for each node, followed by its tokens."""
    lines: list[str] = []
    shown = Masked(document.text)
    for node, start in zip(document.nodes, document.offsets, strict=True):
        first = document.source.position(start)
        name = readable(node.keyword) if isinstance(node, InstructionNode) else node.kind
        lines.append(f"{first.line}:{first.column} {name} {start}..{start + len(node.text)}")
        if isinstance(node, InstructionNode):
            for token in node.tokens:
                begin, end = token.span.shift(start)
                lines.append(f"    {token.kind} {begin}..{end} {shown.slice(begin, end)!r}")
    for problem in document.problems:
        place = document.source.position(problem.offset)
        lines.append(f"{place.line}:{place.column} problem: {readable(masked(problem.message))}")
    return "".join(f"{line}\n" for line in lines)
