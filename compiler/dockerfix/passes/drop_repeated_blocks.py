"""DF109: a dockerfix block that occurs twice in a stage."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks
from dockerfix.analysis.context import Context
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding

CODE = "DF109"

_FOR_ONE_INSTRUCTION = frozenset({"DF305"})
"""Blocks that belong to the instruction after them; a stage may have several."""


def drop_repeated_blocks(document: Document, _context: Context) -> Iterator[Finding]:
    """Keep only the first block of each code in a stage.

    A merge of two branches that keeps both sides repeats a block. A stage needs one of each code, which is then updated;
    the other might install what cog.yaml no longer names.

    When it is wrong: Every block is brought up to date with cog.yaml afterwards, so it does not matter which one stays.
    A second block that you changed by hand does not look like one of dockerfix any more and stays too (DF115).
    `# dockerfix: ignore=DF109` above the second one, or `--ignore DF109`, keeps both.

    Before:

        FROM python:3.11-slim
        # dockerfix[DF201]: python_packages from cog.yaml
        RUN pip install \\
            'numpy==2.1.0'
        # dockerfix[DF201]: python_packages from cog.yaml
        RUN pip install \\
            'numpy==2.1.1'

    After:

        FROM python:3.11-slim
        # dockerfix[DF201]: python_packages from cog.yaml
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
