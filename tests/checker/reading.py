"""Read a Dockerfile with BuildKit's own parser (PyPI `dockerfile`), and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import dockerfile

from checker.words import evaluate, listed

KEYWORDS = frozenset(
    listed(
        """ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER
        VOLUME WORKDIR"""
    )
)
FLAGS = {
    "ADD": {"checksum", "chmod", "chown", "exclude", "keep-git-dir", "link", "unpack"},
    "COPY": {"chmod", "chown", "exclude", "from", "link", "parents"},
    "FROM": {"platform"},
    "HEALTHCHECK": {"interval", "timeout", "start-period", "start-interval", "retries"},
    "RUN": {"device", "mount", "network", "security"},
}
"""The flags that BuildKit knows (its Dockerfile reference)."""


class Unreadable(Exception):
    """BuildKit would not take the file; the message says why."""


class Instruction(NamedTuple):
    """An instruction as BuildKit reads it; `text` is its logical line, `first` and `last` its lines from 1."""

    keyword: str
    value: tuple[str, ...]
    flags: tuple[str, ...]
    json: bool
    text: str
    first: int
    last: int
    heredocs: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The text behind the keyword, flags included."""
        return self.text[len(self.keyword) :].strip()

    @property
    def script(self) -> str:
        """What the shell of a RUN gets."""
        if self.json:
            return " ".join(self.value)
        return "\n".join([*self.value, *self.heredocs])

    def flag(self, name: str) -> str | None:
        """The value of a flag, "" for one without a value, None where it is absent."""
        for flag in self.flags:
            key, _, value = flag.removeprefix("--").partition("=")
            if key == name:
                return value
        return None

    def mounts(self) -> Iterator[dict[str, str]]:
        """The mounts of a RUN, each as its fields."""
        for flag in self.flags:
            if flag.startswith("--mount="):
                fields = (part.partition("=") for part in flag.removeprefix("--mount=").split(","))
                yield {key.strip('"'): value.strip('"') for key, _, value in fields}

    def pairs(self) -> list[tuple[str, str]]:
        """The names and raw values of an ENV or LABEL."""
        return list(zip(self.value[::2], self.value[1::2], strict=False))


@dataclass(frozen=True, slots=True)
class Stage:
    """A build stage; `image` has its global variables replaced."""

    image: str
    name: str | None
    first: int
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A file that BuildKit takes; `lines` are those of the text, without line ends."""

    text: str
    lines: tuple[str, ...]
    head: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    @property
    def final(self) -> Stage:
        """The stage that is built."""
        return self.stages[-1]

    def instructions(self) -> Iterator[tuple[Stage, Instruction]]:
        """All instructions behind a FROM, with their stage."""
        for stage in self.stages:
            for instruction in stage.instructions:
                yield stage, instruction

    def stage_named(self, name: str) -> int | None:
        """The index of a stage by its name or number."""
        for index, stage in enumerate(self.stages):
            if stage.name is not None and stage.name.lower() == name.lower():
                return index
        return int(name) if name.isdigit() and int(name) < len(self.stages) else None


def read(text: str) -> Dockerfile:
    """Parse `text`; raises Unreadable where BuildKit's parser or its reading of instructions would refuse it."""
    instructions = [_checked(each) for each in parse(text)]
    head: list[Instruction] = []
    stages: list[Stage] = []
    body: list[Instruction] = []
    for instruction in instructions:
        if instruction.keyword == "FROM":
            _close(stages, body)
            body = []
            stages.append(_stage(instruction, head))
        elif stages:
            body.append(instruction)
        elif instruction.keyword == "ARG":
            head.append(instruction)
        else:
            raise Unreadable(f"{instruction.keyword} comes before the first FROM")
    if not stages:
        raise Unreadable("there is no FROM")
    _close(stages, body)
    lines = tuple(line.removesuffix("\r") for line in text.split("\n"))
    return Dockerfile(text, lines, tuple(head), tuple(stages))


def parse(text: str) -> list[Instruction]:
    """The instructions of `text` as BuildKit's parser lists them; raises Unreadable."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        commands = dockerfile.parse_string(shown)
    except (dockerfile.GoParseError, ValueError) as error:
        raise Unreadable(str(error)) from error
    return [
        Instruction(
            each.cmd.upper(),
            tuple(each.value),
            tuple(each.flags),
            each.json,
            each.original,
            each.start_line,
            each.end_line,
            tuple(heredoc.content for heredoc in each.heredocs),
        )
        for each in commands
    ]


def _close(stages: list[Stage], body: list[Instruction]) -> None:
    if stages:
        last = stages[-1]
        stages[-1] = Stage(last.image, last.name, last.first, tuple(body))


def _stage(instruction: Instruction, head: list[Instruction]) -> Stage:
    variables: dict[str, str] = {}
    for argument in head:
        for word in argument.value:
            name, _, value = word.partition("=")
            variables[name] = evaluate(value, variables)
    words = instruction.value
    stage_name = words[2] if len(words) == 3 else None
    return Stage(evaluate(words[0], variables), stage_name, instruction.first, ())


def _checked(instruction: Instruction) -> Instruction:
    keyword, words = instruction.keyword, instruction.value
    if keyword not in KEYWORDS:
        raise Unreadable(f"unknown instruction {keyword} in line {instruction.first}")
    if keyword == "FROM" and not (len(words) == 1 or (len(words) == 3 and words[1].lower() == "as")):
        raise Unreadable(f"FROM in line {instruction.first} requires an image and perhaps AS and a name")
    if keyword in ("COPY", "ADD") and len(words) < 2:
        raise Unreadable(f"{keyword} in line {instruction.first} requires a source and a target")
    if not words and keyword not in ("CMD", "ENTRYPOINT"):
        raise Unreadable(f"{keyword} in line {instruction.first} has no argument")
    for flag in instruction.flags:
        name = flag.removeprefix("--").partition("=")[0]
        if keyword != "ONBUILD" and name not in FLAGS.get(keyword, set()):
            raise Unreadable(f"unknown flag --{name} of {keyword} in line {instruction.first}")
    return instruction
