"""Dockerfiles of all kinds, made by rule: they come out as they went in, and BuildKit reads them as we do."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import buildkit
import trees
from dockerfix.emitter import Edit
from dockerfix.source import Span
from dockerfix.syntax.parser import forget, parse, reparse

KEYWORDS = (
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "RUN",
    "SHELL",
)
KEYWORDS += ("STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
MAY_HAVE_HEREDOCS = ("ADD", "COPY", "RUN")
EXAMPLES = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

names = st.from_regex(r"[a-z][a-z0-9_.]{0,6}", fullmatch=True)
plain = st.text("ab1/.:-_=$é", min_size=1, max_size=8).filter(lambda word: not word.startswith("-"))
quoted = st.builds(lambda quote, text: f"{quote}{text}{quote}", st.sampled_from("'\""), st.text("ab #=", max_size=6))
words = st.one_of(plain, quoted, st.sampled_from(["&&", "|", "#", "a#b", "${X}", "$X", "${X:-y}", "(", ";", "*"]))
sentences = st.lists(words, min_size=1, max_size=5).map(" ".join)
pairs = st.builds(lambda name, value: f"{name}={value}", names, st.one_of(plain, quoted, st.just("")))
json_forms = st.lists(st.text('ab \\"é/\n', max_size=5), max_size=4).map(json.dumps)
flags = st.builds(lambda name, value: f"--{name}={value}", st.sampled_from(["from", "mount", "chown", "x"]), plain)


@st.composite
def headers(draw: st.DrawFn) -> tuple[str, str]:
    """Directives and the escape character that they set."""
    escape = draw(st.sampled_from("\\\\`"))
    lines = draw(st.lists(st.sampled_from(["# syntax=a/b:1\n"]), max_size=1))
    if escape == "`" or draw(st.booleans()):
        lines.insert(
            draw(st.integers(0, len(lines))), draw(st.sampled_from(["# escape=", "#  Escape = "])) + f"{escape}\n"
        )
    return "".join(lines), escape


@st.composite
def arguments(draw: st.DrawFn, keyword: str) -> str:
    """What may stand behind a keyword."""
    if keyword in ("ENV", "LABEL"):
        return draw(
            st.one_of(
                st.lists(pairs, min_size=1, max_size=4).map(" ".join), st.builds("{} {}".format, names, sentences)
            )
        )
    if keyword == "ARG":
        return " ".join(draw(st.lists(st.one_of(names, pairs), min_size=1, max_size=3)))
    if keyword == "HEALTHCHECK":
        return draw(st.one_of(st.just("NONE"), st.builds("CMD {}".format, st.one_of(sentences, json_forms))))
    given_flags = draw(st.lists(flags, max_size=2)) if keyword in ("ADD", "COPY", "RUN") else []
    return " ".join([*given_flags, draw(st.one_of(sentences, json_forms))])


@st.composite
def instructions(draw: st.DrawFn, escape: str) -> tuple[str, str]:
    """One instruction and its keyword."""
    keyword = draw(st.sampled_from(("FROM", "ONBUILD", *KEYWORDS)))
    if keyword == "FROM":
        text = "FROM " + draw(plain) + draw(st.sampled_from(["", " AS x", " as y"]))
    elif keyword == "ONBUILD":
        inner = draw(st.sampled_from(KEYWORDS))
        text = f"ONBUILD {inner} {draw(arguments(inner))}"
    elif keyword in MAY_HAVE_HEREDOCS and draw(st.booleans()):
        return draw(heredocs(keyword)), keyword
    else:
        text = f"{keyword} {draw(arguments(keyword))}"
    text = text.lower() if draw(st.integers(0, 9)) == 0 else text
    return draw(st.sampled_from(["", "", "  ", "\t"])) + draw(continued(text, escape)) + "\n", keyword


@st.composite
def continued(draw: st.DrawFn, text: str, escape: str) -> str:
    """`text` on several lines, with comments and blank lines between them; each line begins with a letter or digit."""
    places = [at for at in range(1, len(text)) if text[at].isalnum() and text[at - 1] != escape]
    chosen = draw(st.sets(st.sampled_from(places), max_size=3)) if places else set()
    for at in sorted(chosen, reverse=True):
        between = draw(st.sampled_from(["", "", "# inside\n", "\n", "  # in \\\n\n"]))
        blanks = draw(st.sampled_from(["", " ", "\t "]))
        text = f"{text[:at]}{escape}{blanks}\n{between}{text[at:]}"
    return text


@st.composite
def heredocs(draw: st.DrawFn, keyword: str) -> str:
    """An instruction with one or two heredocs."""
    openers, bodies = [], []
    for name in draw(st.sampled_from([["EOF"], ["A", "B"]])):
        dash = draw(st.sampled_from(["", "-"]))
        written = draw(st.sampled_from([name, f"'{name}'", f'"{name}"']))
        openers.append(draw(st.sampled_from(["", "3"])) + f"<<{dash}{written}")
        lines = draw(st.lists(st.text("ab \t$\\#`", max_size=6), max_size=3))
        bodies.append("".join([f"{line}\n" for line in [*lines, (dash and draw(st.sampled_from(["", "\t"]))) + name]]))
    return f"{keyword} {' '.join(openers)} /d/\n{''.join(bodies)}"


@st.composite
def dockerfiles(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A Dockerfile and its keywords."""
    header, escape = draw(headers())
    parts, keywords = ["FROM a\n"], ["FROM"]
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            parts.append(draw(st.sampled_from(["\n", "# comment\n", "  # c \\\n", " \t\n", "#\n"])))
        text, keyword = draw(instructions(escape))
        parts.append(text)
        keywords.append(keyword)
    text = header + "".join(parts)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    text = draw(st.sampled_from(["", "", "\ufeff"])) + text
    return text.removesuffix("\n") if draw(st.booleans()) else text, keywords


@EXAMPLES
@given(dockerfiles())
def test_instructions_are_found_and_nothing_is_lost(case: tuple[str, list[str]]) -> None:
    text, keywords = case
    document = parse(text)
    trees.check(document)
    assert [instruction.keyword for instruction in document.instructions] == keywords
    assert parse(text.encode()).source.to_bytes() == text.encode()


@EXAMPLES
@given(dockerfiles())
def test_buildkit_reads_the_same(case: tuple[str, list[str]]) -> None:
    assert buildkit.difference(case[0].encode()) is None


@EXAMPLES
@given(dockerfiles(), st.data())
def test_what_is_read_again_is_what_is_read_anew(case: tuple[str, list[str]], data: st.DataObject) -> None:
    text, _keywords = case
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(
        st.sampled_from(["", "\n", "\\\n", "`\n", "# x", "RUN <<EOF\n", "EOF\n", "FROM b\n", "# escape=`\n"])
    )
    changed = reparse(parse(text), [Edit(Span(start, end), new)])
    forget()
    assert trees.outline(changed) == trees.outline(parse(text[:start] + new + text[end:]))


@EXAMPLES
@given(st.binary(max_size=60))
def test_any_bytes_at_all(data: bytes) -> None:
    document = parse(data)
    trees.check(document)
    assert document.source.to_bytes() == data
    assert buildkit.difference(data.replace(b"\0", b"")) is None
