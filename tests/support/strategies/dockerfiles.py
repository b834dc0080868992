"""Dockerfiles made by rule: every instruction and form that BuildKit takes, in every odd way of writing it."""

from __future__ import annotations

import json

from hypothesis import strategies as st

KEYWORDS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
MAY_HAVE_HEREDOCS = ("ADD", "COPY", "RUN")
MAY_HAVE_FLAGS = (*MAY_HAVE_HEREDOCS, "FROM", "HEALTHCHECK")

names = st.from_regex(r"[a-z][a-z0-9_.]{0,6}", fullmatch=True)
plain = st.text("ab1/.:-_=$é", min_size=1, max_size=8).filter(lambda word: not word.startswith("-"))
quoted = st.builds(lambda quote, text: f"{quote}{text}{quote}", st.sampled_from("'\""), st.text("ab #=", max_size=6))
words = st.one_of(plain, quoted, st.sampled_from(["&&", "|", "#", "a#b", "${X}", "$X", "${X:-y}", "(", ";", "*"]))
sentences = st.lists(words, min_size=1, max_size=5).map(" ".join)
pairs = st.builds(lambda name, value: f"{name}={value}", names, st.one_of(plain, quoted, st.just("")))
json_forms = st.lists(st.text('ab \\"é/\n', max_size=5), max_size=4).map(json.dumps)
flags = st.one_of(
    st.builds("--{}={}".format, st.sampled_from(["from", "mount", "chown", "x", "interval", "platform"]), plain),
    st.sampled_from(["--link", "--mount=type=cache,target=/c,id='a b'", '--mount=type=secret,"id=a"', "--a-b"]),
)
comments = st.sampled_from(
    [
        "\n",
        "# comment\n",
        "  # c \\\n",
        " \t\n",
        "#\n",
        "# c `\n",
        "# RUN x <<EOF\n",
        "\v\n",
        "\u3000\n",
        "# é\u2028x\n",
    ]
)
"""Lines between instructions: comments that look like more, and white space of all kinds."""


@st.composite
def headers(draw: st.DrawFn) -> tuple[str, str]:
    """Directives and the escape character that they set."""
    escape = draw(st.sampled_from("\\\\`"))
    lines = draw(st.lists(st.sampled_from(["# syntax=a/b:1\n", "#syntax = a\n", " # check=skip=all\n"]), max_size=1))
    if escape == "`" or draw(st.booleans()):
        form = draw(st.sampled_from(["# escape=", "#  Escape = ", "#escape\t=\t"]))
        lines.insert(draw(st.integers(0, len(lines))), f"{form}{escape}\n")
    return "".join(lines), escape


@st.composite
def arguments(draw: st.DrawFn, keyword: str) -> str:
    """What may stand behind a keyword."""
    if keyword in ("ENV", "LABEL"):
        several = st.lists(pairs, min_size=1, max_size=4).map(" ".join)
        return draw(st.one_of(several, st.builds("{} {}".format, names, sentences)))
    if keyword == "ARG":
        return " ".join(draw(st.lists(st.one_of(names, pairs), min_size=1, max_size=3)))
    given_flags = draw(st.lists(flags, max_size=2)) if keyword in MAY_HAVE_FLAGS else []
    if keyword == "FROM":
        rest = draw(plain) + draw(st.sampled_from(["", " AS x", " as y", "\tAs\tz"]))
    elif keyword == "HEALTHCHECK":
        rest = draw(st.one_of(st.just("NONE"), st.builds("CMD {}".format, st.one_of(sentences, json_forms))))
    else:
        rest = draw(st.one_of(sentences, json_forms))
    return " ".join([*given_flags, rest])


@st.composite
def instructions(draw: st.DrawFn, escape: str) -> tuple[str, str]:
    """One instruction, line end included, and its keyword."""
    keyword = draw(st.sampled_from(("FROM", "ONBUILD", *KEYWORDS)))
    if keyword == "ONBUILD":
        inner = draw(st.sampled_from(KEYWORDS))
        text = f"ONBUILD {inner} {draw(arguments(inner))}"
    elif keyword in MAY_HAVE_HEREDOCS and draw(st.booleans()):
        return draw(heredocs(keyword)), keyword
    else:
        text = f"{keyword}{draw(st.sampled_from([*' ' * 9, '  ', chr(9), chr(11), chr(12)]))}{draw(arguments(keyword))}"
    text = text.lower() if draw(st.integers(0, 9)) == 0 else text
    before = draw(st.sampled_from(["", "", "", "  ", "\t", "\u00a0", "\v "]))
    behind = draw(st.sampled_from(["", "", "", " ", "\t", "\u3000"]))
    return f"{before}{draw(continued(text, escape))}{behind}\n", keyword


@st.composite
def continued(draw: st.DrawFn, text: str, escape: str) -> str:
    """`text` on several lines, with comments and blank lines between them; each line begins with a letter or digit."""
    places = [at for at in range(1, len(text)) if text[at].isalnum() and text[at - 1] != escape]
    chosen = draw(st.sets(st.sampled_from(places), max_size=3)) if places else set()
    for at in sorted(chosen, reverse=True):
        between = draw(st.sampled_from(["", "", "# inside\n", "\n", "  # in \\\n\n", "\t#\n# `\n", " \n"]))
        blanks = draw(st.sampled_from(["", " ", "\t "]))
        text = f"{text[:at]}{escape}{blanks}\n{between}{text[at:]}"
    return text


_BODY_LINES = st.one_of(
    st.text("ab \t$\\#`", max_size=6),
    st.sampled_from(["RUN b", "FROM c", "<<C", "# escape=`", "x \\", " EOF", "\tA b", "EOF ", "'"]),
)


@st.composite
def heredocs(draw: st.DrawFn, keyword: str) -> str:
    """An instruction with up to three heredocs: quoted, with ``-``, with a file descriptor."""
    openers, bodies = [], []
    for name in draw(st.sampled_from([["EOF"], ["A", "B"], ["EOF", "A", "EOF"], ["x-1"], ["E_é"]])):
        dash = draw(st.sampled_from(["", "-"]))
        written = draw(st.sampled_from([name, f"'{name}'", f'"{name}"', f'{name[0]}"{name[1:]}"', f"\\{name}"]))
        openers.append(draw(st.sampled_from(["", "3", "0"])) + f"<<{dash}{written}")
        lines = draw(st.lists(_BODY_LINES, max_size=3))
        end = (dash and draw(st.sampled_from(["", "\t", "\t\t"]))) + name
        bodies.append("".join([f"{line}\n" for line in [*lines, end]]))
    between = draw(st.sampled_from([" ", " | ", " > f "]))
    return f"{keyword} {between.join(openers)} /d/\n{''.join(bodies)}"


@st.composite
def dockerfiles(draw: st.DrawFn, longest: int = 6) -> tuple[str, list[str]]:
    """A Dockerfile and its keywords."""
    header, escape = draw(headers())
    parts, keywords = ["FROM a\n"], ["FROM"]
    for _ in range(draw(st.integers(0, longest))):
        if draw(st.booleans()):
            parts.append(draw(comments))
        text, keyword = draw(instructions(escape))
        parts.append(text)
        keywords.append(keyword)
    text = header + "".join(parts)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    text = draw(st.sampled_from(["", "", "\ufeff"])) + text
    return text.removesuffix("\n") if draw(st.booleans()) else text, keywords
