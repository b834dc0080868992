"""What must hold of every tree, whatever was parsed."""

from __future__ import annotations

import json

from dockerfix.syntax.characters import GO_SPACE
from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.syntax.dockerfile.instructions import (
    Arg,
    FieldsView,
    Healthcheck,
    ListView,
    Onbuild,
    PairsView,
    PathsView,
    TextView,
    View,
)
from dockerfix.syntax.dockerfile.tree import Document, Instruction, InstructionNode
from dockerfix.text.source import Span


def check(document: Document) -> None:
    """Nodes tile the text, tokens tile their node, and every span holds what it claims."""
    assert "".join([node.text for node in document.nodes]) == document.text
    for offset, node in zip(document.offsets, document.nodes, strict=True):
        assert node.text
        assert document.text.startswith(node.text, offset)
        for problem in node.found:
            assert 0 <= problem.offset < len(node.text)
        if isinstance(node, InstructionNode):
            _check_node(node)
    for instruction in document.instructions:
        _check_view(instruction.view, instruction.text)
        _check_places(instruction)
    for stage in document.stages:
        assert document.text.startswith(stage.base.node.text, stage.span.start)
    assert [problem.offset for problem in document.problems] == sorted(problem.offset for problem in document.problems)


def _check_node(node: InstructionNode) -> None:
    at = 0
    in_line = []
    for token in node.tokens:
        assert token.span.start == at
        at = token.span.end
        if token.kind in ("KEYWORD", "SPACE", "TEXT"):
            in_line.append(node.text[token.span.start : token.span.end])
    assert at == len(node.text)
    assert "".join(in_line) == node.line.text
    for start, end, origin in zip(
        node.line.starts, (*node.line.starts[1:], len(node.line.text)), node.line.origins, strict=True
    ):
        assert node.line.text[start:end] == node.text[origin : origin + end - start]
    keyword = "".join(
        [node.text[token.span.start : token.span.end] for token in node.tokens if token.kind == "KEYWORD"]
    )
    assert keyword == node.command.keyword
    for heredoc in node.heredocs:
        assert 0 <= heredoc.content.start <= heredoc.content.end <= len(node.text)
        if heredoc.closed:
            rest = node.text[heredoc.content.end :]
            assert (rest.lstrip("\t") if heredoc.opener.chomp else rest).startswith(heredoc.opener.name)


def _check_view(view: View, line: str) -> None:
    """The spans of a view are offsets in the logical line that it was made of."""
    torn = line[view.arguments_span.start : view.arguments_span.end] != view.arguments
    if torn:  # flags ended inside a character: only its last bytes, which are no character, stand elsewhere
        assert view.command.flags
        assert "\udc80" <= view.arguments[0] <= "\udcff"
        return
    for flag in view.command.flags:
        assert line[flag.span.start : flag.span.end].startswith(("-", "'", '"', "\\"))
    if isinstance(view, ListView) and view.exec_form is not None:
        _check_strings(view.exec_form, line)
    elif isinstance(view, Healthcheck):
        _check_strings(view.exec_form or (), line)
    elif isinstance(view, (PathsView, FieldsView)):
        _check_texts(view.words, line)
    elif isinstance(view, (PairsView, Arg)):
        for pair in view.pairs:
            _check_texts((pair.name, pair.value) if pair.value else (pair.name,), line)
            assert line[pair.span.start : pair.span.end].startswith(pair.name.value)
    elif isinstance(view, TextView):
        _check_texts((view.value,), line)
    elif isinstance(view, Onbuild) and view.inner is not None:
        _check_view(view.inner, view.arguments)


def _check_texts(texts: tuple[Text, ...], line: str) -> None:
    for text in texts:
        claimed = line[text.span.start : text.span.end]
        # of a word of ENV, LABEL or ARG BuildKit drops an escape character at the end of the line
        assert claimed == text.value or (claimed[:-1] == text.value and claimed[-1] in "\\`")


def _check_strings(texts: tuple[Text, ...], line: str) -> None:
    for text in texts:
        written = json.loads(line[text.span.start : text.span.end])
        assert _without_surrogates(written) == text.value


def _without_surrogates(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


def _check_places(instruction: Instruction) -> None:
    """A span of the logical line leads to the characters it is made of."""
    text, line = instruction.document.text, instruction.node.line
    for start in {0, *line.starts, instruction.view.arguments_span.start}:
        if start < len(line.text):
            place = instruction.original(Span(start, start + 1))
            assert text[place.start : place.end] == line.text[start]
            whole = instruction.original(Span(start, len(line.text)))
            assert text[whole.start] == line.text[start]
            assert text[whole.end - 1] == line.text[-1]
    body = instruction.body_span
    assert instruction.span.contains(body)
    assert text[body.start] not in GO_SPACE
    assert not text[body.end : instruction.span.end].strip("\r\n")


def outline(document: Document) -> object:
    """All that a tree says, to compare two."""
    nodes = []
    for node in document.nodes:
        said: list[object] = [node.kind, node.text, [(problem.message, problem.offset) for problem in node.found]]
        if isinstance(node, InstructionNode):
            said += [[(token.kind, token.span) for token in node.tokens], node.escape]
            said += [(node.line.text, node.line.starts, node.line.origins)]
            said += [[(heredoc.opener, heredoc.content, heredoc.closed) for heredoc in node.heredocs]]
        nodes.append(said)
    return (
        nodes,
        document.escape,
        [(directive.name, directive.value, directive.offset) for directive in document.directives],
        [(problem.message, problem.offset) for problem in document.problems],
        [(stage.name, stage.span) for stage in document.stages],
    )
