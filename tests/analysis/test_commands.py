"""The commands of RUN, and their removal."""

from __future__ import annotations

import pytest

from dockerfix.analysis import commands
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.syntax.shell import parse_shell
from dockerfix.text.edits import emit


def document_of(text: str) -> Document:
    return parse(f"FROM python:3.11-slim\n{text}\nCMD run\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN a && (b; c $(d)) | sudo -u me /usr/bin/e", ["a", "b", "d", "c", "e"]),
        ("RUN env X=1 a\\\n  && b", ["a", "b"]),
        ("RUN <<EOF\na\nb\nEOF", ["a", "b"]),
        ('RUN ["a", "b"]', []),
        ("RUN $a b", [None]),
    ],
)
def test_the_programs(text: str, expected: list[str | None]) -> None:
    found = commands.simple_commands(document_of(text).instructions[1])
    assert sorted(str(commands.program(each)) for each in found) == sorted(map(str, expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN drop && keep", "RUN keep"),
        ("RUN keep \\\n    # why\n    && drop", "RUN keep"),
        ("RUN (keep; drop)", "RUN (keep; true)"),
        ("RUN drop", ""),
        ("RUN drop || keep", None),
        ("RUN <<EOF\ndrop\nkeep\nEOF", "RUN <<EOF\nkeep\nEOF"),
    ],
)
def test_removal(text: str, expected: str | None) -> None:
    document = document_of(text)
    run = document.instructions[1]
    found = commands.shell(run)
    assert found is not None
    dropped = [each for each in commands.simple_commands(run) if commands.program(each) == "drop"]
    edits = commands.drop_commands(found, dropped)
    if expected is None:
        assert edits is None
        return
    assert edits
    shown = f"{expected}\n" if expected else ""
    assert emit(document.text, edits) == f"FROM python:3.11-slim\n{shown}CMD run\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN a && b", ["a", "b"]),
        ('run ["a", "x y"]', ["a"]),
        ('RUN ["/bin/bash", "-lc", "a; b"]', ["bash", "a", "b"]),
        ("RUN bash -e -o pipefail -c 'a; sh -c b'", ["bash", "a", "sh", "b"]),
        ("RUN bash --norc -c a", ["bash", "a"]),
        ("RUN bash script.sh -c a", ["bash"]),
        ('RUN bash -c "a \\"$x\\"; b"', ["bash", "a", "b"]),
        ("RUN bash -c $x", ["bash", "None"]),
        ("RUN eval a '&&' b $x; trap 'c' EXIT; trap - EXIT; trap", ["eval", "a", "b", "trap", "c", "trap", "trap"]),
        ("RUN su -c 'a; b' user", ["su", "a", "b"]),
        ("RUN su - user -c a; su -lc b; su -s /bin/bash -c'A=1 d' user", ["su", "a", "su", "b", "su", "d"]),
        ("RUN su -c; su --command; su user -- a", ["su", "su", "su"]),
        ("RUN su --command=a user; su --command b", ["su", "a", "su", "b"]),
        ("RUN runuser -l user -c a; runuser -u user -- b; su user", ["runuser", "a", "b", "su"]),
        ("RUN coproc a", ["a"]),
        ("RUN <<EOF\na\nb\nEOF", ["a", "b"]),
        ("RUN <<EOF\n#!/usr/bin/env bash\na\nEOF", ["a"]),
        ("RUN <<EOF\n#!/usr/bin/python3\na\nEOF", []),
        ("RUN bash <<EOF\na\nEOF", ["bash", "a"]),
        ("RUN python <<EOF\na\nEOF", ["python"]),
        ("COPY <<EOF /x\na\nEOF", []),
    ],
)
def test_the_programs_in_any_form(text: str, expected: list[str]) -> None:
    assert [str(call.program) for call in commands.every_call(document_of(text).instructions[1])] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN own", True),
        ("RUN own | own && { own; }", True),
        ("RUN (own) & if own; then own; fi", True),
        ('RUN ["own", "a"]', True),
        ("RUN <<EOF\n#!/bin/sh\nown\nEOF", True),
        ("RUN sh -c 'own; bash -c own'", True),
        ("RUN su user -c own", True),
        ("RUN su user -c 'own; other'", False),
        ("RUN su user", False),
        ("RUN own > /own/f", True),
        ("RUN own $(own)", True),
        ("RUN own; other", False),
        ("RUN own > f", False),
        ("RUN ! own", False),
        ("RUN (own) > f", False),
        ("RUN [[ -e f ]] && own", False),
        ("RUN own $(other)", False),
        ("RUN for i in $(other); do own; done", False),
        ("RUN sh -c 'own; other'", False),
        ("RUN sh -c '! own'", False),
        ('RUN sh -c "own $x"', False),
        ("RUN eval own", False),
        ('RUN ["sh", "-c", "own > f"]', False),
        ("RUN own (", False),
        ("RUN a=1", False),
        ("RUN", False),
        ("COPY own /", False),
    ],
)
def test_a_step_that_may_go_as_a_whole(text: str, expected: bool) -> None:
    run = document_of(text).instructions[1]
    own = commands.whole(run, lambda command: commands.program(command) == "own", lambda path: path.startswith("/own/"))
    assert own == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('["bash", "-euo", "pipefail", "-c"]', "own && true; other"),
        ('["/bin/sh", "-c"]', "own; other"),
        ('["python", "-c"]', None),
    ],
)
def test_the_shell_of_the_steps_counts(words: str, expected: str | None) -> None:
    document = parse(f"FROM a\nSHELL {words}\nRUN own && drop; other\n")
    found = commands.shell(document.instructions[2])
    assert found is not None
    edits = commands.drop_commands(found, [each for each in found.script.walk() if commands.program(each) == "drop"])
    assert (edits and emit(document.text, edits)) == (expected and f"FROM a\nSHELL {words}\nRUN {expected}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uname -s", True),
        ("cat a < b 2> /dev/null", True),
        ("curl -fsSL -H 'A: b' https://example.org", True),
        ("sed -n s/a/b/p", True),
        ("command -v a", True),
        ("[[ -e f ]]", True),
        ("cat a > b", False),
        ("curl -o f https://example.org", False),
        ("curl --output=f https://example.org", False),
        ("curl -fsSLO https://example.org", False),
        ("sed -i s/a/b/ f", False),
        ("sed 's/a/b/w f'", False),
        ("sort -of f", False),
        ("awk '{ print > \"f\" }'", False),
        ("dpkg -i f", False),
        ("a=1", False),
        ("a=1 cat f", False),
        ("$cat f", False),
        ("own", False),
    ],
)
def test_commands_that_only_print(text: str, expected: bool) -> None:
    (command,) = parse_shell(text).commands
    assert commands.only_reads(command) == expected
