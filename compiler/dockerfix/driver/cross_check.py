"""The gate's cross-check: base images, ENV and LABEL of a result, also read by dockerfile-parse.

dockerfile-parse was written separately, so an error in our reading shows as a difference. It is used only where it
reads the language correctly (measured over BuildKit's own test files): no heredoc, no blank line in a continuation, no
escape directive, no CR, no BOM, no two backslashes at the end of a line, no line that ends right after a keyword.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockerfix.syntax.dockerfile.instructions import From, PairsView
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.words.lexer import Lexer, WordError
from dockerfix.text.lazy_patterns import lazy

_KEYWORD_ALONE = lazy(r"[ \t]*[A-Za-z]+[ \t]+[^\s\\]")
_BLANK_INSIDE = lazy(r"\n[ \t]*\n")
_PLAIN_VARIABLES = lazy(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})")


def disagreements(document: Document) -> list[str]:
    """Return the differences from dockerfile-parse, a line each; none if it agrees or can't read the file."""
    if not can_read(document):
        return []
    from io import BytesIO

    from dockerfile_parse import DockerfileParser

    read = DockerfileParser(fileobj=BytesIO(document.source.to_bytes()), env_replace=False)
    theirs = [item for item in read.structure if item["instruction"] in ("FROM", "ENV", "LABEL")]
    ours = [item for item in document.instructions if item.keyword in ("FROM", "ENV", "LABEL")]
    if [item["instruction"] for item in theirs] != [item.keyword for item in ours]:
        return ["dockerfile-parse finds other FROM, ENV and LABEL instructions"]
    return [message for own, other in zip(ours, theirs, strict=True) for message in _compare(own, other["value"])]


def can_read(document: Document) -> bool:
    """Whether the file is in the part of the language that dockerfile-parse reads correctly."""
    text = document.text
    if document.escape != "\\" or any(character.isspace() and character not in " \t\n" for character in text):
        return False
    if "\ufeff" in text or any("\udc80" <= character <= "\udcff" for character in text):
        return False
    if "\\\\\n" in text.replace(" ", "").replace("\t", ""):
        # it takes an escaped backslash at the end of a line for a continuation
        return False
    if not all(_is_simple(instruction) for instruction in document.instructions):
        return False
    last = document.instructions[-1].node.text.rstrip() if document.instructions else ""
    return not last.endswith("\\") and not last.rpartition("\n")[2].lstrip().startswith("#")


def _is_simple(instruction: Instruction) -> bool:
    node = instruction.node
    if node.heredocs or node.found or _BLANK_INSIDE.search(node.text.rstrip("\n")):
        return False
    return instruction.keyword not in ("FROM", "ENV", "LABEL") or bool(_KEYWORD_ALONE.match(node.text))


def _compare(instruction: Instruction, value: str) -> Iterator[str]:
    line = instruction.document.source.position(instruction.body_span.start).line
    view = instruction.view
    if view.problem:
        return
    if isinstance(view, From):
        from dockerfile_parse.parser import image_from

        if any(flag.value.endswith("=") for flag in view.command.flags):
            return  # it takes an empty flag for the image
        image, name = image_from(value)
        own_name = view.stage_name.value if view.stage_name else None
        if (image, name) != (view.words[0].value, own_name):
            yield f"line {line}: dockerfile-parse reads the base image `{image}`"
    elif isinstance(view, PairsView):
        yield from _compare_pairs(view, value, line)


def _compare_pairs(view: PairsView, value: str, line: int) -> Iterator[str]:
    """Return names and values without their quotes, and variables as written."""
    from dockerfile_parse.util import extract_key_values

    if "\\" in value or "$" in _PLAIN_VARIABLES.sub("", value):
        return
    lexer = Lexer(skip_unset_env=True)
    try:
        ours = [
            (lexer.process_word(pair.name.value, {}), lexer.process_word(pair.value.value if pair.value else "", {}))
            for pair in view.pairs
        ]
        theirs: list[tuple[Any, Any]] = extract_key_values(env_replace=False, args={}, envs={}, instruction_value=value)
    except (WordError, ValueError):
        return
    for own, other in zip(ours, theirs, strict=False):
        if own != other:
            yield f"line {line}: dockerfile-parse reads `{other[0]}={other[1]}` instead of `{own[0]}={own[1]}`"
    if len(ours) != len(theirs):
        yield f"line {line}: dockerfile-parse reads {len(theirs)} pairs instead of {len(ours)}"
