"""The contents of the image, before and after: base images, versions, Debian and Python packages."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.analysis import bases, flow
from dockerfix.analysis.packages import apt
from dockerfix.analysis.packages import pip as pip_install
from dockerfix.report.page.text import text
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.tree import Document

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
    final = flow.final_stage(document)
    view = final.base.view if final else None
    image = view.image.text if isinstance(view, From) and view.image else None
    cuda = bases.image_cuda(final.base) if final else None
    debian = [name for each in document.instructions for name in apt.installed(each) if name]
    return Facts(
        base=(image,) if image else (),
        python=(bases.python_of(document, final, None),) if final else (),
        cuda=(cuda,) if cuda else (),
        stages=(str(len(document.stages)),),
        instructions=(str(len(document.instructions)),),
        debian=tuple(dict.fromkeys(debian)),
        pip=tuple(dict.fromkeys(_python_packages(document))),
    )


def _python_packages(document: Document) -> list[str]:
    result: list[str] = []
    for instruction in document.instructions:
        for command in flow.simple_commands(instruction):
            reading = pip_install.install(command)
            if reading is None:
                continue
            for option in reading.options:
                value = option[-1].value or option[-1].text
                if option[0].value in ("-r", "--requirement") and len(option) > 1:
                    result.append(f"-r {value}")
                elif option[0].value in pip_install.EDITABLE and len(option) > 1:
                    result.append(f"-e {value}")
            result += [word.value or word.text for word in reading.operands]
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
        f'<tr><th scope="row">{text(label)}</th>'
        f"<td>{_words(before, after, 'gone', 'removed')}</td><td>{_words(after, before, 'new', 'added')}</td></tr>"
    )


def _words(words: tuple[str, ...], others: tuple[str, ...], name: str, said: str) -> str:
    if not words:
        return NOTHING
    items = [
        f"<li>{text(word)}</li>"
        if word in others
        else f'<li class="{name}"><span class="hidden">{said}: </span>{text(word)}</li>'
        for word in words
    ]
    return f'<ul class="words">{"".join(items)}</ul>'
