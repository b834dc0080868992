"""Inputs made to hurt: up to 1 MiB, deep or repetitive.

They must be read, come out as they went in, and end: what takes more than linear time on one of them takes minutes.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dockerfix.syntax.dockerfile.parser import parse, reparse
from dockerfix.text.edits import Edit
from dockerfix.text.source import Span

N = 100_000
M = 30_000
"""Of what makes a token or a node each time."""

HEAVY: dict[str, Callable[[], str]] = {
    "backslashes": lambda: "RUN " + "\\" * N,
    "lines that only continue": lambda: "RUN a " + "\\\n" * M,
    "comments in a continuation": lambda: "RUN a \\\n" + "# c\n" * M,
    "blank lines in a continuation": lambda: "RUN a \\\n" + "\n" * M + "b",
    "double quotes": lambda: "RUN " + '"' * N,
    "double quotes beside a heredoc": lambda: "RUN <<A " + '"' * (N + 1) + "\nA\n",
    "single quotes": lambda: "ENV a=" + "'" * N,
    "substitutions": lambda: "RUN " + "$(" * N,
    "closed substitutions": lambda: "RUN " + "$(" * N + ")" * N,
    "defaults in defaults": lambda: "RUN << " + "${a:-" * N,
    "heredoc openers": lambda: "RUN " + "<<A " * N + "\n" + "A\n" * N,
    "heredoc openers that nothing closes": lambda: "RUN " + "<<A " * N + "\nA\n",
    "angles": lambda: "RUN " + "<" * N,
    "heredocs": lambda: "RUN <<A\nA\n" * (M // 10),
    "heredocs in a heredoc": lambda: "RUN <<A\n" * M,
    "a heredoc with a long name": lambda: "RUN <<" + "A" * N + "\nx\n" + "A" * N,
    "a heredoc with tabs": lambda: "RUN <<-A\n" + "\t\tB\n" * M + "\t" * M + "A\n",
    "a chain of ONBUILD": lambda: "ONBUILD " * N + "RUN x",
    "open lists": lambda: "CMD " + "[" * N,
    "lists in lists": lambda: "CMD " + "[" * N + "]" * N,
    "a long list": lambda: "CMD [" + '"a",' * M + '"a"]',
    "a long list that is not closed": lambda: "CMD [" + '"a",' * M,
    "a list of blanks": lambda: "CMD [" + " " * N + "x",
    "escapes in a list": lambda: 'CMD ["' + '\\"' * N,
    "comments": lambda: "#\n" * M,
    "a directive with blanks": lambda: "# escape=x" + " " * N + "x\nFROM a",
    "directives": lambda: "# syntax=a\n" * M,
    "carriage returns": lambda: "\r" * N,
    "carriage returns in an instruction": lambda: "RUN " + "\r" * N + "\\\nx",
    "a line of 1 MiB": lambda: "RUN " + "a" * (1 << 20),
    "a line of 1 MiB that is not ASCII": lambda: "RUN " + "é" * (1 << 19),
    "NULs": lambda: "RUN " + "\0" * N,
    "blanks": lambda: "RUN" + " " * N + "x" + " " * N,
    "flags": lambda: "RUN " + "--a=b " * M,
    "flags that are not ASCII": lambda: "RUN " + "--a=é " * M,
    "bytes that are not UTF-8": lambda: "RUN --a=" + "\udcff" * N + " x",
    "pairs": lambda: "ENV " + "a=b " * M,
    "escaped blanks": lambda: "ENV a=" + "\\ " * M,
    "a keyword": lambda: "A" * N,
    "a split keyword": lambda: "R\\\n" + "U\\\n" * M + "N x",
    "a mount": lambda: "RUN --mount=" + '"a=b",' * M + " x",
    "an image": lambda: "FROM " + "${" * M + "a/" * M + ":@" * M,
    "blank lines": lambda: "\n" * M,
    "stages": lambda: "FROM a AS b\n" * (M // 10),
    "byte order marks": lambda: "\ufeff" * N,
}


@pytest.mark.parametrize("name", HEAVY)
def test_takes_what_is_made_to_hurt(name: str) -> None:
    text = HEAVY[name]()
    document = parse(text)
    assert "".join([node.text for node in document.nodes]) == text
    assert isinstance(document.problems, tuple)
    for instruction in document.instructions[:100]:
        for attribute in ("flags", "words", "mounts", "image", "pairs", "inner"):
            getattr(instruction.view, attribute, None)


@pytest.mark.parametrize("name", ["backslashes", "heredocs in a heredoc", "comments in a continuation", "stages"])
def test_reads_it_again_after_an_edit(name: str) -> None:
    text = HEAVY[name]()
    document = reparse(parse(text), [Edit(Span(len(text), len(text)), "x")])
    assert document.text == f"{text}x"
    assert [node.text for node in document.nodes] == [node.text for node in parse(document.text).nodes]
