"""The packages that the user asked for, as words of a command line, and the step in which Cog installed them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.analysis import cog, commands
from dockerfix.analysis.blocks import Block
from dockerfix.analysis.packages import pip
from dockerfix.analysis.packages.torch_index import TorchSource
from dockerfix.knowledge.cog_constructs import ARTIFACTS_FOLDER, REQUIREMENTS_TARGET
from dockerfix.project.pip_options import Option
from dockerfix.project.project import CogConfig
from dockerfix.project.requirements import (
    Item,
    Requirement,
    is_cog,
    parse_item,
    parse_items,
)
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command, Word
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.quoting import shell_word


class PipStep(NamedTuple):
    """A RUN that installs Python packages: its command, and its text up to the packages (``head``)."""

    instruction: Instruction
    command: Command
    head: str


def wanted_items(texts: Iterable[str]) -> tuple[Item, ...]:
    """Return the items to install, in order, without Cog's own packages and empty ones."""
    return tuple(cleaned for item in parse_items(texts) if (cleaned := without_cog(item)).parts)


def without_cog(item: Item) -> Item:
    """Return an item without Cog's packages; an empty one, without options, if it has no other package."""
    if is_cog(item):
        return item._replace(parts=())
    # by the rule of DF103, as it would remove them from the block again
    kept = tuple([part for part in item.parts if isinstance(part, Option) or not cog.is_cog_requirement(part.text)])
    return item if len(kept) == len(item.parts) else item._replace(parts=kept)


def for_command_line(item: Item) -> Item:
    """Return an item without hashes, which pip takes only in a requirements file."""
    kept = tuple([part for part in item.parts if isinstance(part, Requirement) or not part.file_only])
    return item if len(kept) == len(item.parts) else item._replace(parts=kept)


def lines_of(items: Iterable[Item], source: TorchSource) -> tuple[str, ...]:
    """Return the lines of an install: torch's index, then a line for each item, every word quoted.

    No lines if the items are only options, as pip would have nothing to install.
    """
    known = [for_command_line(item) for item in items]
    if not any(item.requirements or any(option.long in _INSTALLING for option in item.options) for item in known):
        return ()
    lines = [_quoted(source.name(word) for word in item.words) for item in known if item.parts]
    return (*lines_of_source(source), *lines)


def lines_of_source(source: TorchSource) -> tuple[str, ...]:
    """Return the lines with the index for torch."""
    return tuple(_quoted(words) for words in source.options)


def lines_of_options(items: Iterable[Item]) -> tuple[str, ...]:
    """Return the lines of options, every word quoted."""
    return tuple(_quoted(item.words) for item in items)


_INSTALLING = ("--editable", "--requirement")


_EXPANDED = lazy(r"(\$\{[A-Z0-9_]+\})", re.ASCII)
"""What pip expands in a requirements file, and not on its command line (its documentation, "requirements file")."""


def _quoted(words: Iterable[str]) -> str:
    return " ".join(_quoted_word(word) for word in words)


def _quoted_word(word: str) -> str:
    """Return one word of the shell, always with a single quote in front; the shell expands what pip would in a file."""
    literal, *rest = _EXPANDED.split(word)
    pieces = [f'"{piece}"' if _EXPANDED.fullmatch(piece) else shell_word(piece) for piece in rest if piece]
    return "".join([shell_word(literal), *pieces])


def option_items(config: CogConfig) -> tuple[Item, ...]:
    """Return the indexes that a cog.yaml of 2021 names beside its packages."""
    texts = [f"--find-links={url}" for url in config.python_find_links]
    texts += [f"--extra-index-url={url}" for url in config.python_extra_index_urls]
    return parse_items(texts)


def staged_install(document: Document) -> PipStep | None:
    """Return Cog's RUN for its staged requirements file: ``pip install … -r /tmp/requirements.txt``."""
    for instruction in document.instructions:
        for command in commands.simple_commands(instruction) if REQUIREMENTS_TARGET in instruction.node.text else ():
            reading = pip.install(command)
            if reading is None:
                continue
            file = next((each for each in reading.files if each.text == REQUIREMENTS_TARGET), None)
            if file is not None:
                return PipStep(instruction, command, head(instruction, command, without=file.words))
    return None


def inline_install(document: Document, config: CogConfig, items: Iterable[Item]) -> PipStep | None:
    """Return the RUN in which Cog before v0.5.0 named the packages: it installs only `items` or some of them, and is
    not a user command.
    """
    names = {requirement.name for item in items for requirement in item.requirements}
    own = {" ".join(item.command.split()) for item in config.commands}
    for instruction in document.instructions:
        simple = commands.simple_commands(instruction)
        if (
            len(simple) != 1
            or instruction.node.heredocs  # a package that looks like a heredoc opener would include the user's command
            or " ".join(instruction.view.arguments.split()) in own
            or not pip.is_plain(simple[0])
        ):
            continue
        reading = pip.install(simple[0])
        if reading is None or reading.files or any(operand.text.startswith("/") for operand in reading.operands):
            continue
        named = {parse_item(operand.text).name for operand in reading.operands}
        if not named or not named <= names:
            continue
        return PipStep(instruction, simple[0], head(instruction, simple[0], bare=True))
    return None


def head(instruction: Instruction, command: Command, *, without: tuple[Word, ...] = (), bare: bool = False) -> str:
    """Return the logical text of a RUN from its keyword to the last word to keep before the packages.

    A word that begins with a quote is a package that dockerfix wrote; with `bare` nothing stays after ``install``.
    """
    kept: list[str] = []
    going = {word.span for word in without}
    installs = False
    for word in command.words:
        if word.span in going:
            continue
        if installs and (bare or word.text.startswith("'")):
            break
        kept.append(word.text)
        installs = installs or word.text == "install"
    start = instruction.view.arguments_span.start + command.words[0].span.start
    return instruction.text[:start] + " ".join(kept)


def render_install(head_text: str, lines: Iterable[str]) -> str:
    """Return the RUN that installs `lines`, one on each line."""
    return " \\\n    ".join([head_text, *lines])


def staged_copies(document: Document) -> tuple[Instruction, ...]:
    """Return the COPYs of the requirements file, and of the local wheels beside it, from Cog's staging folder."""
    names = (REQUIREMENTS_TARGET.rpartition("/")[2], ARTIFACTS_FOLDER.rstrip("/"))
    return tuple(each for each in document.instructions if cog.is_staged(each) and cog.staged_file(each) in names)


def head_of_block(block: Block) -> str | None:
    """Return the part before the packages in a block of an earlier run, which contains Cog's own options."""
    for instruction in block.instructions:
        for command in commands.simple_commands(instruction):
            reading = pip.install(command)
            if reading is None:
                continue
            # the file that dockerfix wrote is the last; others were there before
            written = reading.files[-1:] if block.code == "DF202" else ()
            return head(instruction, command, without=written[0].words if written else ())
    return None
