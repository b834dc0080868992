"""What must hold whatever the input is: the properties and the fuzzer ask the same questions.

Results are judged with BuildKit's parser, bash and plain bytes, not with the compiler's own reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, pairwise

import dockerfile

import buildkit
import dockerfix
import trees
from buildkit import readable
from dockerfix.driver.defects import defects
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.shell import Script, parse_shell
from dockerfix.syntax.shell.scanner import ShellScanner
from dockerfix.syntax.shell.state import ShellError
from dockerfix.text.source import Span, encode
from output_mutations import Case
from strategies.cog import MARKER
from tracing import trace

# ---- reading


def check_reading(data: bytes) -> None:
    """A Dockerfile comes out as it went in, and BuildKit reads it as we do."""
    document = parse(data)
    trees.check(document)
    assert document.source.to_bytes() == data
    difference = buildkit.difference(data.replace(b"\0", b""))  # the judge hands its texts over as C strings
    assert difference is None, difference


def check_shell(text: str) -> None:
    """Tokens cover a shell text, and commands lie inside each other in order."""
    check_spans(parse_shell.__wrapped__(text))
    try:
        tokens = ShellScanner(text).tokens
    except ShellError:
        return
    assert "".join(text[start:end] for _, start, end in tokens) == text
    assert all(one[2] == two[1] for one, two in pairwise(tokens))


def check_spans(script: Script) -> None:
    """Siblings follow each other, and everything lies inside what holds it."""
    _inside(Span(0, len(script.text)), [command.span for command in script.commands])
    for command in script.walk():
        parts = [each.span for each in (*command.words, *command.assignments, *command.body)]
        _inside(command.span, [*parts, *(redirection.span for redirection in command.redirections)])
        for word in (*command.words, *(each.value for each in command.assignments)):
            assert script.slice(word.span) == word.text
            _inside(word.span, [each.span for each in word.substitutions])
        for redirection in command.redirections:
            _inside(redirection.heredoc or redirection.span, [each.span for each in redirection.substitutions])


def _inside(outer: Span, parts: list[Span]) -> None:
    assert all(outer.contains(part) for part in parts)
    assert all(one.end <= two.start for one, two in pairwise(sorted(parts)))


# ---- rewriting


def check_result(result: dockerfix.Result) -> None:
    """The gate had nothing to stop, BuildKit takes what is written, and what no change names is as it was."""
    objections = [finding.message for finding in result.findings if finding.code == "DF008"]
    assert not result.internal or _of_the_source(result, objections[0]), objections
    if not result.ok:
        assert result.text == result.source.text
        return
    check_buildkit_takes(encode(result.text))
    check_every_byte_is_explained(result)
    check_other_instructions_are_kept(result)
    check_nothing_was_injected(result)


def _of_the_source(result: dockerfix.Result, objection: str) -> bool:
    """Whether the source is to blame: DF100 ended a heredoc with lines that are no instructions, or a number beyond
    the stages meant an image, of which there are more or less now.
    """
    if "invalid stage index" in objection:
        return True
    found = re.search("unknown instruction: `(.*)`", objection)
    uncovers = any(change.finding.code == "DF100" for change in result.changes)
    return uncovers and found is not None and f"\n{found[1]}" in result.source.text


def check_buildkit_takes(data: bytes) -> None:
    """BuildKit reads it: that of the judge's age, or where only that one refuses it, the present one that we follow."""
    judged = buildkit.judge(data)
    if isinstance(judged, buildkit.Refusal):
        assert not parse(data).problems, judged
        assert buildkit.difference(data) is None


def check_second_run(first: dockerfix.Result, second: dockerfix.Result) -> None:
    """A second run over a result leaves it alone."""
    assert second.ok == first.ok, [finding.message for finding in second.findings]
    assert second.text == first.text


def check_mutated(case: Case) -> None:
    """A mutated output is refused or converted: never an internal error, and what the user wrote stays."""
    result = case.rewrite(case.text)
    assert not result.internal, [finding.message for finding in result.findings if finding.code == "DF008"]
    if not result.ok:
        assert result.text == result.source.text
        return
    check_buildkit_takes(encode(result.text))
    assert defects(parse(result.text)) == []
    check_every_byte_is_explained(result)
    check_other_instructions_are_kept(result)
    check_own_instructions_are_kept(result, case.own)
    check_second_run(result, case.rewrite(result.text))


def check_own_instructions_are_kept(result: dockerfix.Result, own: Iterable[str]) -> None:
    """Each instruction of the source that only a user writes is one of the result.

    Unless DF101 says that it is outside the Dockerfile, or DF102 or DF208 that its stage makes nothing.
    """
    try:
        before, after = commands(result.source.text), commands(result.text)
    except dockerfile.GoParseError:
        return  # of a source that BuildKit refuses nobody knows the instructions
    users = {_said(command) for text in own for command in commands(f"FROM a\n{text}\n")[1:]}
    lines = _line_starts(result.source.text)
    gone = [(change.before, change.finding.code) for change in result.changes]
    lost = Counter(
        said
        for each in before
        if (said := _said(each)) in users
        and not any(_may_go(each, code) and _touches(span, _place(each, lines)) for span, code in gone)
    )
    lost -= Counter(map(_said, after))
    assert not lost, f"lost {sorted(str(said[-2]) for said in lost)}"


def _may_go(command: dockerfile.Command, code: str) -> bool:
    makes_nothing = command.cmd.upper() in ("ENV", "ARG", "WORKDIR") or command.original.startswith("RUN apt-get")
    return code == "DF101" or (code in ("DF102", "DF208") and makes_nothing)


def check_every_byte_is_explained(result: dockerfix.Result) -> None:
    """Every byte that differs belongs to a change; all others are there, in their order."""
    before = _without(result.source.text, [change.before for change in result.changes])
    after = _without(result.text, [change.after for change in result.changes])
    assert before == after


def _without(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in sorted(spans):
        parts.append(text[end:start])
        end = max(end, stop)
    return "".join([*parts, text[end:]])


def check_other_instructions_are_kept(result: dockerfix.Result) -> None:
    """Every instruction, as BuildKit reads the source, that no change touches is one of the result, in order."""
    try:
        before, after = commands(result.source.text), commands(result.text)
    except dockerfile.GoParseError:
        return  # of a source that BuildKit refuses nobody knows the instructions
    lines = _line_starts(result.source.text)
    rest = iter([_said(each) for each in after])
    for each in before:
        place = _place(each, lines)
        if not any(_touches(change.before, place) for change in result.changes):
            assert _said(each) in rest, each.original


def _line_starts(text: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))]


def _place(command: dockerfile.Command, line_starts: list[int]) -> Span:
    return Span(line_starts[command.start_line - 1], line_starts[command.end_line])


def _touches(change: Span, place: Span) -> bool:
    return change.start < place.end and change.end > place.start


def _said(command: dockerfile.Command) -> tuple[object, ...]:
    return command.cmd, command.sub_cmd, command.flags, command.json, command.value, command.original, command.heredocs


def commands(text: str) -> tuple[dockerfile.Command, ...]:
    """The instructions of a Dockerfile as BuildKit reads them, NULs as U+0001. Raises dockerfile.GoParseError."""
    return dockerfile.parse_string(readable(text).replace("\0", "\1"))  # the parser takes and gives C strings


def check_nothing_was_injected(result: dockerfix.Result) -> None:
    """No RUN that the source lacks runs the program that the hostile items of cog.yaml call."""
    for script in injected(result.text, result.source.text):
        assert MARKER not in trace(script).programs, script


def injected(text: str, source: str) -> list[str]:
    """The scripts of `text` that `source` does not have; a user's command in the exec form is none."""
    return [script for script in scripts(text) if script not in source and script not in scripts(source)]


@lru_cache(maxsize=1_000)
def scripts(text: str) -> tuple[str, ...]:
    """What the shell gets of each RUN in shell form; () for a text that BuildKit refuses."""
    try:
        found = commands(text)
    except dockerfile.GoParseError:
        return ()
    return tuple(["".join(each.value[:1]) for each in found if each.cmd.upper() == "RUN" and not each.json])
