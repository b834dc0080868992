"""Outputs of `cog debug` and results of dockerfix after some accidents: the same ones for the same seed.

The accidents are those of an editor and of a merge, beside those of any bytes (`mutations`): lines lost, doubled and
moved, instructions of the user put in between, comments of blocks copied, split and left behind.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import dockerfix
from archives import Output, outputs
from mutations import mutated

USERS = (
    "RUN echo own-{}",
    "RUN apt-get install -y own-{}",
    "RUN pip install own-{}",
    "RUN pip install \\\n    own-{}",
    "RUN --mount=type=cache,target=/own-{} true",
    "RUN curl https://example.org/own-{} | sh",
    "RUN python -c 'import own_{}'",
    "RUN ln -s /own-{} /bin/own",
    "COPY . /own-{}",
    "COPY . /tmp/own-{}/",
    "COPY --from=own/image:{} /bin/own /bin/own",
    "ADD https://example.org/own-{} /own/",
    "ENV OWN_{}=1",
    "ENV PATH=/own-{}:$PATH",
    "ENV A=own-{} B=2",
    "WORKDIR /own-{}",
    "WORKDIR /src/own-{}",
    "USER own-{}",
    "EXPOSE 1{}",
    'CMD ["own-{}"]',
    "ARG OWN_{}=1",
    "LABEL own={}",
    "VOLUME /own-{}",
    "RUN <<EOF\necho own-{}\nEOF",
)
"""Instructions that only a user writes; each gets a number."""

MARKS = (
    "DF110", "DF111", "DF201", "DF202", "DF203", "DF204", "DF205", "DF206", "DF207", "DF301", "DF302", "DF303",
    "DF305", "DF311", "DF312", "DF401", "DF999",
)  # fmt: skip
REASONS = (
    "x",
    "the fal SDK, last so that its versions win",
    "/src on Python's path",
    "tools that later steps and fal call",
    "python_packages from cog.yaml",
    "python_requirements from cog.yaml (2 instructions)",
    "system_packages from cog.yaml",
    "environment from cog.yaml",
    "the contents of `r8.im/cog-base:python3.11` (3 instructions)",
    "x (0 instructions)",
    "x (99999999999999999999 instructions)",
)

_BEGINS = re.compile(r"[A-Z]+ |#")
_MARK = re.compile(r"[ \t]*# dockerfix\[DF\d{3}\]")


class Case(NamedTuple):
    """A mutated text, the output that it comes from, what the user wrote into it, and the target."""

    output: Output
    text: str
    own: tuple[str, ...]
    target: dockerfix.Target

    def rewrite(self, text: str) -> dockerfix.Result:
        """The result for a text in the project of the output."""
        return dockerfix.rewrite(text, project=self.output.folder, target=self.target)


@cache
def _result(output: Output, target: dockerfix.Target) -> str:
    return dockerfix.rewrite(output.text, project=output.folder, target=target).rewritten


def case(seed: int) -> Case:
    """The case of a seed: an output or its result, after one to four accidents."""
    chance = random.Random(seed)
    output = chance.choice(outputs())
    target: dockerfix.Target = chance.choice(("app", "app", "app", "server"))
    text = _result(output, chance.choice((target, target, "app"))) if chance.random() < 0.6 else output.text
    own: list[str] = []
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(_WAYS)(text, chance, own)
    return Case(output, text, tuple(own), target)


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _add(lines: list[str], at: int, chance: random.Random, own: list[str]) -> None:
    number = len(own) + 10
    instruction = chance.choice(USERS).format(number)
    own.append(instruction)
    lines.insert(at, instruction)


def _anywhere(text: str, chance: random.Random, own: list[str]) -> str:
    lines = _lines(text)
    _add(lines, _place(lines, chance), chance, own)
    return "\n".join(lines)


def _under_a_mark(text: str, chance: random.Random, own: list[str]) -> str:
    """An instruction of the user between a block's comment and its instructions, or instead of these."""
    lines = _lines(text)
    at = _some_mark(lines, chance)
    if chance.random() < 0.6:
        end = at + 1
        while end < len(lines) - 1 and lines[end].endswith("\\"):
            end += 1
        del lines[at + 1 : end + 1]
    if chance.random() < 0.8:
        _add(lines, min(at + 1, len(lines)), chance, own)
    return "\n".join(lines)


def _mark(text: str, chance: random.Random, _own: list[str]) -> str:
    """A comment like that of a block, anywhere."""
    lines = _lines(text)
    mark = f"# dockerfix[{chance.choice(MARKS)}]: {chance.choice(REASONS)}"
    lines.insert(_place(lines, chance), mark)
    return "\n".join(lines)


def _copy_mark(text: str, chance: random.Random, _own: list[str]) -> str:
    lines = _lines(text)
    lines.insert(_place(lines, chance), lines[_some_mark(lines, chance)])
    return "\n".join(lines)


def _copy_lines(text: str, chance: random.Random, _own: list[str]) -> str:
    """A part of the file again, as a merge that keeps both sides makes it."""
    lines = _lines(text)
    start = _some_mark(lines, chance) if chance.random() < 0.5 else chance.randrange(len(lines))
    part = lines[start : start + chance.randint(1, 9)]
    at = _place(lines, chance)
    return "\n".join([*lines[:at], *part, *lines[at:]])


def _lose_lines(text: str, chance: random.Random, _own: list[str]) -> str:
    lines = _lines(text)
    start = chance.randrange(len(lines))
    del lines[start : start + chance.choice((1, 1, 1, 2, 5))]
    return "\n".join(lines)


def _move_lines(text: str, chance: random.Random, _own: list[str]) -> str:
    lines = _lines(text)
    start = chance.randrange(len(lines))
    size = chance.choice((1, 1, 2, 5))
    part = lines[start : start + size]
    del lines[start : start + size]
    at = _place(lines, chance)
    return "\n".join([*lines[:at], *part, *lines[at:]])


def _cut_end(text: str, chance: random.Random, _own: list[str]) -> str:
    end = chance.choice(("", "\\", " \\", "\\\\", "\nRUN \\", "\n\\", "\nRUN a \\\n# c", "\n# dockerfix[DF302]: x"))
    return text[: chance.randint(len(text) // 2, len(text))].removesuffix("\n") + end


def _split_word(text: str, chance: random.Random, _own: list[str]) -> str:
    at = chance.randint(0, len(text))
    return f"{text[:at]}\\\n{text[at:]}"


def _stage(text: str, chance: random.Random, _own: list[str]) -> str:
    """Another stage, of the user or like one of Cog's, with what takes from it."""
    lines = _lines(text)
    name = chance.choice(("deps", "weights", "own", "runtime"))
    image = chance.choice(("python:3.11", "r8.im/acme/model-weights", "cog-weights", "scratch", "deps", "own"))
    take = chance.choice(("COPY . /x", "RUN true", f"COPY --from={name} /dep /src/dep", "COPY --from=1 /a /b"))
    at = _place(lines, chance)
    lines[at:at] = [f"FROM {image} AS {name}", take]
    if chance.random() < 0.5:
        use = chance.choice((f"COPY --from={name} /dep /usr/lib/x", "COPY --from=0 /a /b", f"FROM {name}"))
        lines.insert(chance.randint(at, len(lines)), use)
    return "\n".join(lines)


def _bytes(text: str, chance: random.Random, _own: list[str]) -> str:
    data = text.encode("utf-8", "surrogateescape")
    return mutated(data, chance, [data]).decode("utf-8", "surrogateescape").replace("\0", "\1")


def _place(lines: list[str], chance: random.Random) -> int:
    """A line to put something above: mostly one that begins an instruction below the first FROM, sometimes any."""
    found = [at for at in range(1, len(lines)) if _BEGINS.match(lines[at]) and not lines[at - 1].endswith("\\")]
    return chance.choice(found[1:] or [0]) if chance.random() < 0.9 else chance.randint(0, len(lines))


def _some_mark(lines: list[str], chance: random.Random) -> int:
    """The line of some comment of a block; any line where there is none."""
    found = [at for at, line in enumerate(lines) if _MARK.match(line)]
    return chance.choice(found or range(len(lines)))


_WAYS: tuple[Callable[[str, random.Random, list[str]], str], ...] = (
    _anywhere, _under_a_mark, _under_a_mark, _mark, _copy_mark, _copy_lines, _lose_lines, _move_lines, _cut_end,
    _split_word, _stage, _bytes,
)  # fmt: skip
