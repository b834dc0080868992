"""The tree of a document, as text or as JSON."""

from __future__ import annotations

from typing import Any

from dockerfix.syntax.dockerfile.tree import Document, InstructionNode, Node
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
        result["line_text"] = node.line.text
        result["flags"] = [{"text": flag.value, "span": _span(node, flag.span, start)} for flag in node.command.flags]
        command = node.command
        arguments = Span(command.rest_at, command.rest_at + len(command.rest))
        result["arguments"] = {"text": command.rest, "span": _span(node, arguments, start)}
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
    for node, start in zip(document.nodes, document.offsets, strict=True):
        first = document.source.position(start)
        name = node.keyword if isinstance(node, InstructionNode) else node.kind
        lines.append(f"{first.line}:{first.column} {name} {start}..{start + len(node.text)}")
        if isinstance(node, InstructionNode):
            for token in node.tokens:
                begin, end = token.span.shift(start)
                lines.append(f"    {token.kind} {begin}..{end} {document.text[begin:end]!r}")
    for problem in document.problems:
        place = document.source.position(problem.offset)
        lines.append(f"{place.line}:{place.column} problem: {problem.message}")
    return "".join(f"{line}\n" for line in lines)
