"""DF109: a block of dockerfix's that stands twice in a stage."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks
from dockerfix.analysis.context import Context
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding

CODE = "DF109"

_FOR_ONE_INSTRUCTION = frozenset({"DF305"})
"""Blocks that belong to the instruction behind them, of which a stage may have several."""


def drop_repeated_blocks(document: Document, _context: Context) -> Iterator[Finding]:
    """Remove all blocks of a code but the first of their stage, and the comment of a block whose instructions are gone.

    Two branches that were merged with both sides kept leave a block twice. Of each code the stage needs one, which is then
    brought up to date; the other would install what cog.yaml may no longer name.

    Before:

        FROM python:3.11-slim
        # dockerfix[DF201]: python_packages of cog.yaml
        RUN pip install \\
            'numpy==2.1.0'
        # dockerfix[DF201]: python_packages of cog.yaml
        RUN pip install \\
            'numpy==2.1.1'

    After:

        FROM python:3.11-slim
        # dockerfix[DF201]: python_packages of cog.yaml
        RUN pip install \\
            'numpy==2.1.0'
    """
    seen: set[tuple[str, int]] = set()
    for block in blocks.find_blocks(document):
        key = (block.code, sum(stage.span.start <= block.span.start for stage in document.stages))
        if key in seen and block.code not in _FOR_ONE_INSTRUCTION:
            message = f"removes a second block of {block.code} in this stage"
            yield blocks.removed(CODE, block, message)
        seen.add(key)
    if "dockerfix[DF" in document.text:
        for mark in blocks.bare_marks(document):
            message = "removes a dockerfix comment that has no instruction after it"
            yield Finding(CODE, mark, message, (Edit(mark, ""),))
