"""The contents of the image, before and after: base images, versions, Debian and Python packages."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis import commands, images, python, stages
from dockerfix.analysis.packages import apt
from dockerfix.analysis.packages import pip as pip_install
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.quoting import html

NOTHING = '<span class="none">none</span>'


class Facts(NamedTuple):
    """The facts about one Dockerfile, as lists of words."""

    base: tuple[str, ...]
    python: tuple[str, ...]
    cuda: tuple[str, ...]
    stages: tuple[str, ...]
    instructions: tuple[str, ...]
    debian: tuple[str, ...]
    pip: tuple[str, ...]


LABELS = (
    "Final base image",
    "Python",
    "CUDA in the base image",
    "Stages",
    "Instructions",
    "Debian packages",
    "Python packages",
)


def facts(document: Document) -> Facts:
    """Read a document; packages of all stages, each once, in the order of the file."""
    final = stages.final_stage(document)
    image = images.base_image(document, final) if final else None
    debian = [name for each in document.instructions for name in apt.installed(each) if name]
    return Facts(
        base=(image.text,) if image else (),
        python=(python.python_of(document, final, None),) if final else (),
        cuda=(image.cuda,) if image and image.cuda else (),
        stages=(str(len(document.stages)),),
        instructions=(str(len(document.instructions)),),
        debian=tuple(dict.fromkeys(debian)),
        pip=tuple(dict.fromkeys(_python_packages(document))),
    )


def _python_packages(document: Document) -> list[str]:
    result: list[str] = []
    for instruction in document.instructions:
        for command in commands.simple_commands(instruction):
            reading = pip_install.install(command)
            if reading is None:
                continue
            result += [f"-r {file.text}" for file in reading.files]
            result += [each.text if each.option is None else f"-e {each.text}" for each in reading.packages]
    return result


def table(before: Facts, after: Facts) -> str:
    """The comparison as the rows of a table."""
    rows = [_row(*each) for each in zip(LABELS, before, after, strict=True)]
    return (
        '<table class="compare"><caption class="hidden">Contents of the image, before and after</caption>'
        '<thead><tr><td></td><th scope="col">Before</th><th scope="col">After</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _row(label: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    return (
        f'<tr><th scope="row">{html(label)}</th>'
        f"<td>{_words(before, after, 'gone', 'removed')}</td><td>{_words(after, before, 'new', 'added')}</td></tr>"
    )


def _words(words: tuple[str, ...], others: tuple[str, ...], name: str, said: str) -> str:
    if not words:
        return NOTHING
    items = [
        f"<li>{html(word)}</li>"
        if word in others
        else f'<li class="{name}"><span class="hidden">{said}: </span>{html(word)}</li>'
        for word in words
    ]
    return f'<ul class="words">{"".join(items)}</ul>'
