"""Blocks that dockerfix injects."""

from __future__ import annotations

from dockerfix.analysis import blocks
from dockerfix.syntax.dockerfile.parser import parse


def test_a_block_ends_where_the_file_does() -> None:
    document = parse("FROM a\n# dockerfix[DF110]: the contents of `x` (3 instructions)\nENV A=b\n# own\n")
    (block,) = blocks.find_blocks(document)
    assert [instruction.keyword for instruction in block.instructions] == ["ENV"]
