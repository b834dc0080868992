"""The Python packages that a project asks for in cog.yaml, requirements files and commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.analysis import blocks, commands, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_document, of_node
from dockerfix.analysis.packages import pip
from dockerfix.knowledge.cog_constructs import HUB_ADDRESSES, HUB_PACKAGE
from dockerfix.project.project import CogConfig
from dockerfix.project.requirements import Item, Requirement, is_cog, parse_item
from dockerfix.project.requirements_files import logical_lines
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.source import Span

_PACKAGE_BLOCKS = frozenset({"DF201", "DF202"})


class Requested(NamedTuple):
    """A requirement and its place: a line (from 1) of a file of the project, or a RUN of the document.

    `item` is the whole item with its options. `span` is the place in the document for messages.
    """

    requirement: Requirement
    item: Item
    span: Span
    file: str | None = None
    line: int | None = None

    @property
    def name(self) -> str:
        """The normalized name; "" if the text has none."""
        return self.requirement.name or ""


class RequestedLine(NamedTuple):
    """An item in cog.yaml, a line of a requirements file, or the packages of an install in a RUN."""

    item: Item
    span: Span
    file: str | None = None
    line: int | None = None


def fetching(config: CogConfig | None) -> tuple[str, ...]:
    """Return the packages by which managed weights are fetched: huggingface_hub where one comes from Hugging Face."""
    sources = (each for weight in (config.weights if config is not None else ()) for each in weight.sources)
    return (HUB_PACKAGE,) if any(each.startswith(HUB_ADDRESSES) for each in sources) else ()


@of_document
def requirements(document: Document, context: Context) -> tuple[Requested, ...]:
    """Return all requirements, each once, those in cog.yaml first, without Cog's own packages."""
    result: dict[tuple[str | None, str], Requested] = {}
    limits = constraints(context)
    for line in lines(document, context):
        for written in line.item.requirements:
            requirement = _limited(written, limits) if line.file is not None else written
            if not is_cog(requirement):
                key = (requirement.name, requirement.specifier or requirement.text)
                result.setdefault(key, Requested(requirement, line.item, line.span, line.file, line.line))
    return tuple(result.values())


def constraints(context: Context) -> dict[str, Requirement]:
    """Return what the ``-c`` files of the project's requirements say of each package, asked for or not."""
    if context.options.requirements is not None:
        return {}
    found = [line.item.first for line in context.project.requirements_files().lines if line.constraint]
    return {each.name: each for each in found if each.name is not None and each.marker is None}


def _limited(requirement: Requirement, limits: dict[str, Requirement]) -> Requirement:
    """Return a requirement with the versions that its constraint leaves, and still as it is written."""
    limit = limits.get(requirement.name or "")
    if limit is None or requirement.is_url or requirement.is_path:
        return requirement
    specifier = ",".join(each for each in (requirement.specifier, limit.specifier) if each)
    return requirement._replace(specifier=specifier, pin=requirement.pin or limit.pin)


@of_document
def lines(document: Document, context: Context) -> tuple[RequestedLine, ...]:
    """All items that name packages or where they come from, in the order of `pins`."""
    return tuple(_read_lines(document, context))


def _read_lines(document: Document, context: Context) -> Iterator[RequestedLine]:
    place = _place(document)
    yield from _of_config(context, place)
    yield from _of_files(context, place)
    for instruction in document.instructions:
        if _is_the_users(document, instruction, context):
            span = instruction.body_span
            yield from [RequestedLine(item, span) for item in _of_run(instruction)]


def _place(document: Document) -> Span:
    """Return the step that installs the packages in cog.yaml: the block of dockerfix, or the last FROM."""
    found = next((block for block in blocks.find_blocks(document) if block.code in _PACKAGE_BLOCKS), None)
    if found is not None:
        return found.span
    stage = stages.final_stage(document)
    return stage.base.body_span if stage is not None else Span(0, 0)


def _of_config(context: Context, place: Span) -> Iterator[RequestedLine]:
    config, name = context.config, context.project.config_name
    if config is None:
        return
    if context.options.requirements_path is None:
        for index, text in enumerate(config.python_packages):
            yield RequestedLine(parse_item(text), place, name, config.line_of("build", "python_packages", index))
    options = (("python_extra_index_urls", "--extra-index-url"), ("python_find_links", "--find-links"))
    for field, option in options:
        for index, url in enumerate(getattr(config, field)):
            yield RequestedLine(parse_item(f"{option} {url}"), place, name, config.line_of("build", field, index))


def _of_files(context: Context, place: Span) -> Iterator[RequestedLine]:
    options = context.options
    if options.requirements is not None:
        for text, number in logical_lines(options.requirements):
            yield RequestedLine(parse_item(text), place, options.requirements_path, number)
        return
    for line in context.project.requirements_files().lines:
        if not line.constraint:
            yield RequestedLine(line.item, place, line.file, line.line)


def _is_the_users(document: Document, instruction: Instruction, context: Context) -> bool:
    """Whether only this RUN names its packages: a user's RUN, or dockerfix's block without a cog.yaml."""
    if instruction.keyword != "RUN":
        return False
    block = blocks.in_block(document, instruction)
    return block is None or (context.config is None and block.code in _PACKAGE_BLOCKS)


@of_node
def _of_run(instruction: Instruction) -> tuple[Item, ...]:
    """Return what a RUN installs, and the options of its installs."""
    found: list[Item] = []
    for call in commands.every_call(instruction):
        reading = pip.install(call.command)
        if reading is not None:
            found += [Item("", (each.option,)) for each in reading.options if each.option is not None]
            found += [parse_item(each.text) for each in reading.operands]
    return tuple(found)


def find(found: Iterable[Requested], *names: str) -> Requested | None:
    """Return the first requirement of one of these packages, preferably with an exact version."""
    fitting = [pin for pin in found if pin.name in names]
    return next((pin for pin in fitting if pin.requirement.pin), fitting[0] if fitting else None)
