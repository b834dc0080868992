"""Blocks that dockerfix injects: instructions under a comment ``# dockerfix[DF201]: …``.

The comment makes them findable, so that a second run changes nothing and a run after cog.yaml changed replaces exactly
that block. A comment is not enough: what is under it must have the form that dockerfix writes (`shapes`), because an
edit or a merge may leave a comment behind, above an instruction of the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerfix.analysis import shapes
from dockerfix.analysis.memo import of_document
from dockerfix.syntax.dockerfile.tree import Document, Instruction, InstructionNode, Stage
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_MARK = lazy(r"[ \t]*#[ \t]*dockerfix\[(DF\d{3})\]:[ \t]*([^\r\n]*)")
_COUNT = lazy(r"\((\d+) instructions\)[ \t]*$")


class Block(NamedTuple):
    """An injected block: its code, what the comment says, the instructions, and the span of all of it."""

    code: str
    reason: str
    instructions: tuple[Instruction, ...]
    span: Span


def may_have_blocks(text: str) -> bool:
    """Whether a Dockerfile has what each block's comment has. It need not be parsed for this."""
    return "dockerfix[DF" in text


@of_document
def find_blocks(document: Document) -> tuple[Block, ...]:
    """Return all blocks, in order.

    A block begins at its comment and has the instructions that follow without a blank line or another comment, as many
    as the comment says: it may end in ``(2 instructions)``, otherwise there is one. A comment above fewer instructions,
    or above others than dockerfix writes for its code, is not a block.
    """
    if not may_have_blocks(document.text):
        return ()
    result: list[Block] = []
    before = 0  # instructions in front of the node
    for index, (node, start) in enumerate(zip(document.nodes, document.offsets, strict=True)):
        if node.kind == "instruction":
            before += 1
            continue
        match = _MARK.match(node.text) if node.kind == "comment" else None
        if not match:
            continue
        count = _COUNT.search(match[2])
        length = int(count[1][:3]) if count else 1
        following = document.nodes[index + 1 : index + 1 + length]
        members = document.instructions[before : before + length]
        if (
            len(members) == length > 0
            and all(node.kind == "instruction" for node in following)
            and shapes.fits(match[1], match[2], members)
        ):
            result.append(Block(match[1], match[2], members, Span(start, members[-1].span.end)))
    return tuple(result)


def bare_marks(document: Document) -> Iterator[Span]:
    """Yield the comments of blocks that are above no block, or inside an instruction."""
    if not may_have_blocks(document.text):
        return
    blocks = {block.span.start for block in find_blocks(document)}
    for node, start in zip(document.nodes, document.offsets, strict=True):
        if isinstance(node, InstructionNode) and may_have_blocks(node.text):
            comments = [token.span for token in node.tokens if token.kind == "INNER_COMMENT"]
            yield from [_line(node.text, span).shift(start) for span in comments if _MARK.match(node.text, span.start)]
        elif node.kind == "comment" and start not in blocks and _MARK.match(node.text):
            yield _line(node.text, Span(0, len(node.text))).shift(start)


def _line(text: str, span: Span) -> Span:
    """Return `span` without its line end."""
    return Span(span.start, span.start + len(text[span.start : span.end].rstrip("\r\n")))


def find_block(document: Document, code: str, stage: Stage | None = None) -> Block | None:
    """Return the first block with this code, in `stage` if it is given; None without one."""
    for block in find_blocks(document):
        if block.code == code and (stage is None or stage.span.contains(block.span)):
            return block
    return None


def in_block(document: Document, instruction: Instruction) -> Block | None:
    """Return the block that contains `instruction`; None without one."""
    found = find_blocks(document)
    return next((block for block in found if instruction in block.instructions), None) if found else None


def newline(document: Document) -> str:
    """Return the line end of the file: that of its first line."""
    at = document.text.find("\n")
    return "\r\n" if at > 0 and document.text[at - 1] == "\r" else "\n"


def render(document: Document, code: str, reason: str, *instructions: str) -> str:
    """Return the text of a block with the file's line ends, and its escape character where a line continues."""
    count = f" ({len(instructions)} instructions)" if len(instructions) > 1 else ""
    text = f"# dockerfix[{code}]: {reason}{count}\n" + "".join(f"{instruction}\n" for instruction in instructions)
    if document.escape != "\\":
        text = text.replace(" \\\n", f" {document.escape}\n")  # a value may end in a backslash
    return text.replace("\n", newline(document))


def place(document: Document, offset: int, text: str) -> Edit:
    """Return the edit that inserts `text` at `offset`; a last line without a line end gets one first."""
    if offset == len(document.text) and document.text and not document.text.endswith("\n"):
        end = newline(document)
        text = end + text.removesuffix(end)
    return Edit(Span(offset, offset), text)


def replace(document: Document, instruction: Instruction, text: str) -> Edit:
    """Return the edit that replaces an instruction by `text`, a block or nothing."""
    if not instruction.node.text.endswith("\n"):
        text = text.removesuffix(newline(document))
    return Edit(instruction.span, text)


class Messages(NamedTuple):
    """The messages of a pass about its block: when it is new, and when its text changed."""

    written: str
    updated: str


def write_or_update(stage: Stage, code: str, text: str, offset: int, messages: Messages) -> Iterator[Finding]:
    """Yield the finding that makes the block of `code` in a stage read `text`, the present one or one at `offset`."""
    document = stage.base.document
    block = find_block(document, code, stage)
    if block is None:
        yield Finding(code, Span(offset, offset), messages.written, (place(document, offset, text),))
        return
    edits = update(document, block, text)
    if edits:
        yield Finding(code, block.span, messages.updated, edits)


def removed(code: str, block: Block, message: str) -> Finding:
    """Return the finding of a pass that removes a block."""
    return Finding(code, block.span, message, (Edit(block.span, ""),))


def update(document: Document, block: Block, text: str) -> tuple[Edit, ...]:
    """Return the edit that makes `block` read `text`; none if it does already."""
    present = document.source.slice(block.span)
    if not present.endswith("\n"):
        text = text.removesuffix(newline(document))
    return () if present == text else (Edit(block.span, text),)
