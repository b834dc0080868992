"""Rules about the user's commands: all of them, to the letter, in order, without pget and Cog."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from checker import shell
from checker.blocks import in_block
from checker.intent import RunItem, fold, is_cog
from checker.model import Case, Violation
from checker.reading import Instruction, Unreadable, parse

_PGET_ASSET = re.compile(r"replicate/pget/releases/\S*download/")


def is_user_run(case: Case, instruction: Instruction) -> bool:
    """Whether a RUN is a command of cog.yaml, or what is left of one."""
    return instruction.keyword == "RUN" and any(_matches(item, instruction) for item in expected_runs(case))


class Expected:
    """A command of cog.yaml as it has to stand in the output.

    `tokens` are those that are left where pget's or Cog's part had to go, None where the text stays to the letter.
    """

    __slots__ = ("binds", "item", "tokens", "value")

    def __init__(self, item: RunItem, tokens: tuple[tuple[str, ...], ...] | None) -> None:
        self.item = item
        self.tokens = tokens
        self.value, flags = _as_buildkit_reads(item.text)
        self.binds = [flag for flag in flags if _context_bind(flag)]


@cache
def _as_buildkit_reads(text: str) -> tuple[str, tuple[str, ...]]:
    """The script and the flags of a RUN with this text; a text that BuildKit can't read alone as it is."""
    try:
        instruction = parse(f"FROM scratch\nRUN {text}\n")[1]
    except Unreadable:
        return text, ()
    return instruction.script.rstrip("\\").strip(), instruction.flags


def _context_bind(flag: str) -> bool:
    fields = flag.removeprefix("--mount=").split(",")
    return flag.startswith("--mount=type=bind") and not any(field.startswith("from=") for field in fields)


def expected_runs(case: Case) -> list[Expected]:
    """The commands that the output has to hold, in order; those that had to go as a whole are left out."""
    return _expected_runs(case.wanted.run, drops_pget(case))


@cache
def _expected_runs(items: tuple[RunItem, ...], without_pget: bool) -> list[Expected]:
    result: list[Expected] = []
    for item in items:
        everything = shell.commands(_as_buildkit_reads(item.text)[0])
        left = [words for words in map(_without_cog, everything) if words]
        if without_pget:
            paths = {path for other in items for path in _pget_paths(other.command)}
            left = [words for words in left if not _is_pget_step(words, paths)]
        if tuple(left) == everything:
            result.append(Expected(item, None))
        elif left:
            result.append(Expected(item, tuple(left)))
    return result


def _without_cog(words: tuple[str, ...]) -> tuple[str, ...]:
    """A command without Cog's packages; empty where it did nothing else."""
    reading = shell.pip_command(words)
    if reading is None or reading[0] not in ("install", "uninstall") or not any(is_cog(word) for word in reading[1]):
        return words
    left = tuple(word for word in words if not is_cog(word))
    return left if any(not word.startswith("-") for word in reading[1] if not is_cog(word)) else ()


def _pget_paths(command: str) -> set[str]:
    """The files that a command makes of pget's release asset."""
    paths = set()
    for words in shell.commands(command):
        if any(_PGET_ASSET.search(word) for word in words):
            for option, value in pairwise(words):
                if option in ("-o", "-O", "--output", "--output-document"):
                    paths.add(value)
    return paths


def _is_pget_step(words: tuple[str, ...], paths: set[str]) -> bool:
    if any(_PGET_ASSET.search(word) for word in words):
        return True
    mentions = any(word in paths for word in words)
    return mentions and shell.program(words) in ("chmod", "install", "mv", "cp", "ln", "rm", "chown")


def drops_pget(case: Case) -> bool:
    """Whether pget has to go: nothing of the project calls it, or the options say so."""
    if "pget" in case.options.keep:
        return False
    if "pget" in case.options.drop:
        return True
    called = any(shell.program(words) == "pget" for item in case.wanted.run for words in shell.commands(item.command))
    return not called and not (case.project is not None and _code_calls_pget(case.project))


@cache
def _code_calls_pget(project: Path) -> bool:
    for path in sorted(project.rglob("*")):
        if path.suffix == ".py" and any(_is_call(text) for text in _strings(path)):
            return True
        if path.suffix == ".sh" and re.search(r"(?m)(^|[;&|]\s*)\s*pget\s", path.read_text(errors="replace")):
            return True
    return False


def _strings(path: Path) -> Iterator[str]:
    """The string constants of a Python file, its docstrings and other loose strings left out."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    except (SyntaxError, ValueError):
        return
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose:
            yield node.value


def _is_call(text: str) -> bool:
    return bool(re.fullmatch(r"(/\S+/)?pget(\s.*)?", text, re.DOTALL))


def _matches(expected: Expected, instruction: Instruction) -> bool:
    if instruction.json and instruction.value[:2] == ("/bin/sh", "-c") and len(instruction.value) == 3:
        # what the shell form does, for a command that would take the lines behind it along
        return " ".join([*instruction.flags, instruction.value[2]]) == expected.item.text
    value, flags = _as_buildkit_reads(expected.item.text)
    if list(instruction.flags) not in (list(flags), [flag for flag in flags if flag not in expected.binds]):
        return False
    if expected.tokens is not None:
        return expected.tokens == shell.of(instruction)
    return instruction.script.rstrip("\\").strip() == value


def run_places(case: Case) -> Iterator[tuple[Expected, int | None]]:
    """Each command with the index of its RUN in the final stage, in order; None where it is missing."""
    instructions = case.output.final.instructions
    at = 0
    for expected in expected_runs(case):
        found = (index for index in range(at, len(instructions)) if instructions[index].keyword == "RUN")
        place = next((index for index in found if _matches(expected, instructions[index])), None)
        if place is not None:
            at = place + 1
        yield expected, place


def check_runs(case: Case) -> Iterator[Violation]:
    """Every item of `run` and `pre_install` is a RUN of the final stage, to the letter and in order."""
    for expected, place in run_places(case):
        if place is not None:
            continue
        present = any(is_run and _matches(expected, each) for each, is_run in _final_runs(case))
        problem = "out of order" if present else "missing or changed"
        yield Violation("run-items", f"{problem}: RUN {expected.item.text}")
    yield from _check_leftovers(case)


def _final_runs(case: Case) -> list[tuple[Instruction, bool]]:
    return [(each, each.keyword == "RUN") for each in case.output.final.instructions]


def _check_leftovers(case: Case) -> Iterator[Violation]:
    """pget is gone with all its steps where nothing calls it."""
    if not drops_pget(case):
        return
    paths = {path for item in case.wanted.run for path in _pget_paths(item.command)}
    for _, instruction in case.output.instructions():
        if any(_is_pget_step(words, paths) for words in shell.of(instruction)):
            yield Violation("pget", f"line {instruction.first}: nothing calls pget: {instruction.text[:100]}")


def check_mounts(case: Case) -> Iterator[Violation]:
    """Where a bind mount of a project file is gone, a COPY before it puts the file there."""
    instructions = case.output.final.instructions
    for expected, place in run_places(case):
        if place is None:
            continue
        for flag in expected.binds:
            fields = dict(part.split("=", 1) for part in flag.removeprefix("--mount=").split(",") if "=" in part)
            source = fields.get("source") or fields.get("src") or "."
            target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
            copies = [
                each.value for each in instructions[:place] if each.keyword == "COPY" and each.flag("from") is None
            ]
            if flag not in instructions[place].flags and not any((source, target) == each for each in copies):
                yield Violation("run-items", f"{flag} is gone and no COPY brings {source} to {target}")


def check_unexplained(case: Case) -> Iterator[Violation]:
    """A RUN or ENV that neither the Dockerfile before nor cog.yaml has stands under a comment of dockerfix."""
    for _, instruction in case.output.instructions():
        if instruction.keyword not in ("RUN", "ENV", "COPY", "ADD"):
            continue
        known = fold(instruction.text) in case.given.texts or is_user_run(case, instruction)
        if not known and not in_block(case, instruction) and not _edited_copy(case, instruction):
            yield Violation("unexplained", f"line {instruction.first}: {instruction.text[:100]}")


def _edited_copy(case: Case, instruction: Instruction) -> bool:
    """A COPY that was there with other flags or another source: of the same target, or from the same stage."""
    if instruction.keyword != "COPY":
        return False
    source, target = instruction.flag("from"), instruction.value[-1]
    copies = [each for each in case.given.instructions if each.keyword == "COPY"]
    return any(target == each.value[-1] or (source and source == each.flag("from")) for each in copies)
