"""What an image is made of, read from its Dockerfile, and how two of them differ: the change list of a review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.analysis import blocks, commands, images, python, stages
from dockerfix.analysis.packages import apt, pip
from dockerfix.project.requirements import parse_item
from dockerfix.syntax.dockerfile.instructions import Env
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.credentials import masked
from dockerfix.text.lazy_patterns import lazy

_COMMANDS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL", "ONBUILD"})
_LISTED_ELSEWHERE = frozenset({"FROM", "ENV"})
_COUNT = lazy(r" \(\d+ instructions\)[ \t]*$")
_TIDYING = frozenset({"apt-get", "apt", "rm"})


class Item(NamedTuple):
    """A part of an image: `key` says which part it is, `text` is all of it, and `shown` what people are shown of it."""

    key: str
    text: str
    shown: str


class Contents(NamedTuple):
    """The parts of an image by kind, in the order of the Dockerfile; those of all stages, unless they say otherwise.

    `bases` are the base images, `python` and `cuda` the versions in the final image, `files` all instructions that are
    in no other list.
    """

    bases: tuple[Item, ...]
    cuda: tuple[Item, ...]
    python: tuple[Item, ...]
    debian: tuple[Item, ...]
    packages: tuple[Item, ...]
    environment: tuple[Item, ...]
    commands: tuple[Item, ...]
    files: tuple[Item, ...]


LABELS = (
    "Base image",
    "CUDA",
    "Python",
    "Debian packages",
    "Python packages",
    "Environment",
    "Commands",
    "Files and settings",
)
"""The names of the kinds of parts, in the order of Contents."""
PACKAGES = LABELS[3:5]
"""Those of the packages."""


class Change(NamedTuple):
    """One difference: `was` is None for what is new, `now` for what is gone."""

    was: str | None
    now: str | None


def read(text: str) -> Document:
    """Read a Dockerfile with its secrets blanked."""
    return parse(masked(text))


def contents(document: Document) -> Contents:
    """What the image of a Dockerfile is made of."""
    final = stages.final_stage(document)
    image = images.final_image(document)
    return Contents(
        bases=tuple(_bases(document)),
        cuda=(_plain(python.minor(image.cuda), "cuda"),) if image is not None and image.cuda else (),
        python=(_plain(python.python_of(document, final, None), "python"),) if final is not None else (),
        debian=_each_once(Item(apt.bare(name), name, name) for name in _debian(document)),
        packages=_each_once(_packages(document)),
        environment=tuple(_environment(document)),
        commands=tuple(_commands(document)),
        files=tuple(_files(document)),
    )


def changes(before: Iterable[Item], after: Iterable[Item]) -> list[Change]:
    """How one kind of parts differs: what changed, then what is gone, then what is new."""
    left, right = _by_key(before), _by_key(after)
    changed: list[Change] = []
    gone: list[Change] = []
    new: list[Change] = []
    for key in dict.fromkeys([*left, *right]):
        was = list((Counter(left.get(key, ())) - Counter(right.get(key, ()))).elements())
        now = list((Counter(right.get(key, ())) - Counter(left.get(key, ()))).elements())
        if len(was) == len(now) == 1:
            same = was[0].shown == now[0].shown
            changed.append(Change(was[0].shown, f"{now[0].shown} (changed)" if same else now[0].shown))
        else:
            gone += [Change(item.shown, None) for item in was]
            new += [Change(None, item.shown) for item in now]
    return [*changed, *gone, *new]


def compared(before: Contents, after: Contents) -> dict[str, list[Change]]:
    """The differences by kind; a kind without any is left out."""
    kinds = zip(LABELS, before, after, strict=True)
    return {label: found for label, *sides in kinds if (found := changes(*sides))}


def restated(document: Document) -> frozenset[str]:
    """The packages that blocks of a Dockerfile install because the old base image or cog.yaml has them."""
    steps = [step for block in blocks.find_blocks(document) if block.code in _RESTATING for step in block.instructions]
    packages = (item.shown for step in steps for item in _packages_of(step))
    return frozenset([*packages, *(name for step in steps for name in apt.installed(step))])


_RESTATING = frozenset({"DF110", "DF111", "DF201", "DF202", "DF203"})
"""The codes of such blocks."""


def _by_key(items: Iterable[Item]) -> dict[str, list[Item]]:
    result: dict[str, list[Item]] = {}
    for item in items:
        result.setdefault(item.key, []).append(item)
    return result


def _plain(text: str, key: str | None = None) -> Item:
    return Item(text if key is None else key, text, text)


def _each_once(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


def _bases(document: Document) -> Iterator[Item]:
    final = stages.final_stage(document)
    bottom = stages.bottom(document, final) if final is not None else None
    for stage in document.stages:
        if stages.bottom(document, stage) is not stage:
            continue
        text = images.base_image(document, stage).text
        if stage is bottom:
            yield _plain(text, "")
        else:
            yield Item(f"stage {stage.name or text}", text, f"{text} (stage {stage.name or stage.index})")


def _debian(document: Document) -> Iterator[str]:
    for instruction in document.instructions:
        yield from (name for name in apt.installed(instruction) if name)


def _packages(document: Document) -> Iterator[Item]:
    for instruction in document.instructions:
        yield from _packages_of(instruction)


def _packages_of(instruction: Instruction) -> Iterator[Item]:
    """What pip is told to install: packages, requirements files, and the options that say from where."""
    for command in commands.simple_commands(instruction):
        found = pip.install(command)
        for each in found.arguments if found is not None else ():
            if each.option is None:
                yield Item(parse_item(each.text).name or each.text, each.text, each.text)
            elif each.option.long in _SOURCES and each.text:
                yield _plain(f"{_SOURCES[each.option.long]} {each.text}")


_SOURCES = {
    "--requirement": "-r",
    "--editable": "-e",
    "--constraint": "-c",
    "--index-url": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "--find-links": "--find-links",
}
"""The options of pip with what or where it installs, as they are shown."""


def _environment(document: Document) -> Iterator[Item]:
    """The variables with the value that each is given last."""
    values: dict[str, str] = {}
    for instruction in document.instructions:
        view = instruction.view
        if isinstance(view, Env):
            values.update({pair.name.value: pair.value.value if pair.value else "" for pair in view.pairs})
    for name, value in values.items():
        yield Item(name, f"{name}={value}", f"{name}={value}")


def _commands(document: Document) -> Iterator[Item]:
    for instruction in document.instructions:
        if instruction.keyword in _COMMANDS and not _only_installs(instruction):
            text = _on_one_line(instruction)
            block = blocks.in_block(document, instruction)
            if block is None:
                yield _plain(text)
            else:
                yield Item(f"block {block.code}", text, f"{_COUNT.sub('', block.reason)} ({block.code})")


def _only_installs(instruction: Instruction) -> bool:
    """Whether a step does nothing but install packages, which are listed elsewhere."""
    calls = commands.calls(instruction) if instruction.keyword == "RUN" else ()
    installs = [call for call in calls if apt.installs(call) is not None or pip.install(call.command) is not None]
    return bool(installs) and all(call in installs or call.program in _TIDYING for call in calls)


def _files(document: Document) -> Iterator[Item]:
    for instruction in document.instructions:
        if instruction.keyword not in _COMMANDS | _LISTED_ELSEWHERE:
            yield _plain(_on_one_line(instruction))


def _on_one_line(instruction: Instruction) -> str:
    escape = instruction.document.escape
    lines = (line.rstrip().removesuffix(escape) for line in instruction.text.split("\n"))
    return " ".join(" ".join(lines).split())
