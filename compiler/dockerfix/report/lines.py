"""How the lines of two texts correspond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Block(NamedTuple):
    """Lines `i1` to `i2` of the old text became lines `j1` to `j2` of the new one; `same` if they are equal."""

    same: bool
    i1: int
    i2: int
    j1: int
    j2: int


def lines_of(text: str) -> list[str]:
    """The lines with their ends; only ``\\n`` ends a line."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + [last for last in lines[-1:] if last]


def common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many items two sequences have in common at their beginning, and at the end of what follows."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - head
    return head, next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)


def alike(before: str, after: str, *, least: float) -> bool:
    """Whether a line is a version of another: their ends have at least this part of the longer one in common."""
    head, tail = common_ends(before, after)
    return head + tail >= least * max(len(before), len(after))


def blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Both texts from beginning to end, as blocks that are equal or differ.

    difflib sees only the lines between the common beginning and the common end. Thousands of lines that repeat each
    other would take it minutes, so in a long text it matches no lines that occur often (`autojunk`).
    """
    from difflib import SequenceMatcher

    head, tail = common_ends(old, new)
    i2, j2 = len(old) - tail, len(new) - tail
    middle = SequenceMatcher(None, old[head:i2], new[head:j2], autojunk=len(old) > 1000)
    found = [Block(True, 0, head, 0, head)]
    found += [Block(tag == "equal", *(place + head for place in places)) for tag, *places in middle.get_opcodes()]
    found.append(Block(True, i2, len(old), j2, len(new)))
    return [block for block in found if block.i1 < block.i2 or block.j1 < block.j2]
