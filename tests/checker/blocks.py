"""The comments ``# dockerfix[DFnnn]: …`` above what was put in; BuildKit's parser drops comments, so lines are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from checker.model import Case, Violation
from checker.reading import Dockerfile, Instruction

_MARK = re.compile(r"# dockerfix\[DF\d{3}\]: (\S.*)")
_COUNT = re.compile(r"\((\d+) instructions\)$")


@lru_cache(maxsize=8)
def _marked(output: Dockerfile) -> dict[int, str]:
    """The first lines of the instructions that a comment of dockerfix covers, with what it says."""
    firsts = sorted(each.first for _, each in output.instructions())
    covered: dict[int, str] = {}
    for number, line in enumerate(output.lines, 1):
        match = _MARK.fullmatch(line)
        if match:
            count = _COUNT.search(match[1])
            following = [first for first in firsts if first > number]
            for first in following[: int(count[1]) if count else 1]:
                covered[first] = match[1]
    return covered


def in_block(case: Case, instruction: Instruction) -> bool:
    """Whether a comment of dockerfix stands above an instruction."""
    return instruction.first in _marked(case.output)


def check_marks(case: Case) -> Iterator[Violation]:
    """Every comment of dockerfix has a code and a reason, and stands right above an instruction."""
    for number, line in enumerate(case.output.lines, 1):
        if not line.lstrip().startswith("# dockerfix["):
            continue
        following = next((each for _, each in case.output.instructions() if each.first == number + 1), None)
        if not _MARK.fullmatch(line) or following is None:
            yield Violation("block-comment", f"line {number}: {line}")


def check_comments(case: Case) -> Iterator[Violation]:
    """The comments of the Dockerfile before are still there."""
    present = {line.strip() for line in case.output.lines}
    for comment in case.given.comments:
        if comment not in present and not re.match(r"#+ -->|# dockerfix\[", comment):
            yield Violation("comments", f"gone: {comment}")
