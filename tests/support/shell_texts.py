"""The shell text of every RUN in the repository's own Dockerfiles, and broken forms of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from archives import accept, outputs, quirks, source
from dockerfix.syntax.dockerfile.parser import parse
from places import FIXTURES

FRAGMENTS = (
    *(
        "'",
        '"',
        "`",
        "$(",
        ")",
        "(",
        "{ ",
        "; }",
        ";",
        "&&",
        "||",
        "|",
        "&",
        "\n",
        "\\",
        "\\\n",
        "<<E\n",
        "\nE\n",
        "<<<",
    ),
    *(
        ">",
        " 2>&1",
        "if ",
        "; then ",
        "; fi",
        "while ",
        "for x in ",
        "; do ",
        "; done",
        "case x in ",
        "esac",
        ";;",
        "!",
    ),
    *("((", "))", "${", "}", "$", "#", " # ", "=", "x=("),
)
"""Pieces that mean something to a shell."""


@cache
def shell_texts() -> tuple[str, ...]:
    """The text of each RUN in shell form, with the bodies of its heredocs, as the shell gets it; each text once."""
    files = [source(case) for case in (*quirks(), *accept())]
    files += [output.data for output in outputs()]
    files += [path.read_bytes() for path in sorted(FIXTURES.rglob("*Dockerfile"))]
    return tuple(dict.fromkeys(text for data in files for text in _texts(data) if "\0" not in text))


def _texts(data: bytes) -> Iterator[str]:
    for instruction in parse(data).instructions:
        if instruction.keyword == "RUN" and getattr(instruction.view, "exec_form", None) is None:
            node = instruction.node
            bodies = [f"{node.text[slice(*body.content)]}{body.opener.name}\n" for body in node.heredocs]
            yield "\n".join([instruction.view.arguments, *("".join(bodies),) * bool(bodies)])


def broken_shell_texts(count: int, seed: int) -> Iterator[str]:
    """`count` texts, each with one to three changes; the same ones on every run."""
    chance = random.Random(seed)
    texts = [text for text in shell_texts() if len(text) < 1_500]
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 3)):
            at = chance.randint(0, len(text))
            text = chance.choice(
                (
                    text[:at] + chance.choice(FRAGMENTS) + text[at:],
                    text[:at] + chance.choice(FRAGMENTS) + text[at:],
                    text[:at] + text[at + chance.randint(1, 10) :],
                    text[:at],
                )
            )
        yield text
