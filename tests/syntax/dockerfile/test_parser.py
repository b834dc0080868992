"""The tree loses nothing and takes anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import trees
from archives import accept, outputs, quirks, source
from dockerfix.report.tree import as_json, as_text
from dockerfix.syntax.dockerfile.parser import forget, parse
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.source import Source
from mutations import mutations
from places import FIXTURES

MUTATIONS = 10_000
PARTS = 10


def only(text: str, keyword: str = "RUN") -> Instruction:
    """The one instruction `keyword` of a text."""
    (found,) = [instruction for instruction in parse(text).instructions if instruction.keyword == keyword]
    return found


def round_trip(data: bytes) -> Document:
    document = parse(data)
    trees.check(document)
    assert document.source.to_bytes() == data
    return document


@pytest.mark.parametrize("part", range(PARTS))
def test_mutations_come_out_as_they_went_in(part: int) -> None:
    for data in mutations(MUTATIONS // PARTS, seed=part, longest=700):
        round_trip(data)


def test_what_is_shared_between_documents_is_what_each_would_have_read() -> None:
    forget()
    for data in mutations(2_000, seed=500, longest=200):
        parse(data)
    files = list(mutations(1_000, seed=501, longest=200))
    shared = [trees.outline(parse(data)) for data in files]
    for data, outline in zip(files, shared, strict=True):
        forget()
        assert trees.outline(parse(data)) == outline


def test_what_is_shared_is_shared_within_one_escape_character() -> None:
    forget()
    texts = ["FROM a\nRUN `\n b\n", "# escape=`\nFROM a\nRUN `\n b\n", "FROM a\nRUN b\n", "# escape=`\nFROM a\nRUN b\n"]
    documents = [parse(text) for text in texts]
    assert [document.instructions[1].text for document in documents] == ["RUN `", "RUN  b", "RUN b", "RUN b"]
    assert [document.instructions[1].node.escape for document in documents] == ["\\", "`", "\\", "`"]
    again = parse(f"# far down\n{texts[2]}")
    assert again.instructions[1].node is documents[2].instructions[1].node
    assert again.instructions[1].start == documents[2].instructions[1].start + len("# far down\n")


def test_every_recorded_case_comes_out_as_it_went_in() -> None:
    for case in (*quirks(), *accept()):
        round_trip(source(case))


def test_every_output_of_cog_debug_comes_out_as_it_went_in() -> None:
    # all of them are read; the invariants of the tree are checked on some, which takes ten times as long
    for number, output in enumerate(outputs()):
        assert "".join([node.text for node in parse(output.data).nodes]) == output.text
        if number % 10 == 0:
            round_trip(output.data)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("syntax/*/input.Dockerfile")), ids=lambda path: path.parent.name)
def test_fixtures_come_out_as_they_went_in(path: Path) -> None:
    round_trip(path.read_bytes())


@pytest.mark.parametrize(
    "text", ["", "\n", "\ufeff", "\ufeff\n", "\r", " ", "\0", "\ud800", "RUN \ud800\udfff\n", "#", "\\", "\\\n", "RUN"]
)
def test_nothing_much(text: str) -> None:
    document = parse(text)
    trees.check(document)
    assert document.text == text


# ---- what the tree says


def test_a_split_keyword() -> None:
    run = only("RU\\\n# comment\n\\\n\nN a\n")
    assert (run.keyword, run.text) == ("RUN", "RUN a")


@pytest.mark.parametrize(
    ("written", "keyword"),
    [("run", "RUN"), ("u\u017fer", "u\u017fer"), ("onbu\u0130ld", "ONBUILD"), ("WOR\u212aDIR", "WORKDIR")],
)
def test_keywords_are_compared_as_go_compares_them(written: str, keyword: str) -> None:
    assert parse(f"{written} a\n").instructions[0].keyword == keyword


def test_stages() -> None:
    document = parse("ARG X\nFROM a AS One\nRUN b\nFROM ${X}\n# c\nRUN d\nCMD e\n")
    assert [(stage.name, len(stage.instructions)) for stage in document.stages] == [("one", 1), (None, 2)]
    assert document.text[slice(*document.stages[1].span)] == "FROM ${X}\n# c\nRUN d\nCMD e\n"


def test_no_stage() -> None:
    assert parse("RUN a\n").stages == ()
    assert parse("").stages == ()


def test_neighbours() -> None:
    first, second = parse("FROM a\nRUN b\n").instructions
    assert (first.previous, first.next, second.previous, second.next) == (None, second, first, None)


def test_comments_above() -> None:
    document = parse("# far\n\n# one\n# two\nFROM a\n")
    found = [(node.text, offset) for node, offset in document.comments_above(document.instructions[0])]
    assert found == [("# two\n", 13), ("# one\n", 7)]


def test_places_lead_through_continuations_and_comments() -> None:
    document = parse("FROM a\n  RUN one \\\r\n# note\r\n\r\n  two\r\n")
    run = document.instructions[1]
    assert run.text == "RUN one   two"
    assert document.text[slice(*run.body_span)] == "RUN one \\\r\n# note\r\n\r\n  two"
    place = run.original(run.view.arguments_span)
    assert document.text[slice(*place)] == "one \\\r\n# note\r\n\r\n  two"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("FROM a\nENV b\n", 2, "ENV must have two arguments"),
        ("FROM a\n\n ONBUILD \\\n LABEL b\n", 3, "LABEL must have two arguments"),
        ("FROM a\nENV a=b \\\n c\n", 2, 'Syntax error - can\'t find = in "c". Must be of the form: name=value'),
        ('FROM a\nCMD ["a", 1]\n', 2, "when using JSON array syntax, arrays must be comprised of strings only"),
        ("FROM a\n# x\nRUN <<EOF\nx\n", 3, "unterminated heredoc"),
        ("# escape=`\n#escape=`\nFROM a\n", 2, "only one escape parser directive can be used"),
        ("# escape=x\nFROM a\n", 1, "invalid escape token 'x' does not match ` or \\"),
        ("FROM a\nRUN " + "a" * 65_532 + "\n", 2, "dockerfile line greater than max allowed size of 65535"),
        ("FROM a\nRUN " + "é" * 32_766 + "\n", 2, "dockerfile line greater than max allowed size of 65535"),
        ("# nothing\n", 1, "file with no instructions"),
        ("", 1, "file with no instructions"),
    ],
)
def test_problems(text: str, line: int, message: str) -> None:
    document = parse(text)
    assert [(document.source.position(found.offset).line, found.message) for found in document.problems] == [
        (line, message)
    ]


@pytest.mark.parametrize(
    "text",
    ["FROM a\nRUN " + "a" * 65_531 + "\n", "FROM a\nRUN " + "\udcff" * 65_531, "FROM a\nRUN \\\n" + "a" * 65_535],
)
def test_the_longest_line(text: str) -> None:
    assert not parse(text).problems


def test_flags_are_read_byte_by_byte() -> None:
    # the last byte of U+2885 is 0x85, white space to BuildKit, and so is the second of U+20000, 0xA0
    view = only("RUN --a=\u2885 b\n").view
    assert [flag.value for flag in view.command.flags] == ["--a=\u00e2\u00a2"]
    assert view.arguments == "b"
    view = only("RUN --a=\U00020000 b\n").view
    assert [flag.value for flag in view.command.flags] == ["--a=\u00f0"]
    assert view.arguments == "\udc80\udc80 b"


def test_one_line_of_another() -> None:
    assert parse("FROM a\n").directives == ()
    document = parse("# Syntax = a b \n#escape=`\n# check=x=y\n# syntax=z\nFROM a `\n b\n")
    assert [(directive.name, directive.value) for directive in document.directives] == [
        ("syntax", "a b"),
        ("escape", "`"),
        ("check", "x=y"),
    ]
    assert document.escape == "`"
    assert [node.kind for node in document.nodes] == ["directive"] * 4 + ["instruction"]


@pytest.mark.parametrize("header", ["\n", "# a\n", "# foo=bar\n", "#!x\n", "FROM a\n", "#escape =\n", "# escape:`\n"])
def test_what_ends_the_header(header: str) -> None:
    document = parse(f"{header}# escape=`\nFROM a\n")
    assert document.escape == "\\"
    assert document.directives == ()


# ---- the tree as text and as JSON


def test_reports_of_a_tree() -> None:
    text = "# escape=`\nFROM a\nRUN --x=y <<E `\n # c\n b\n1\nE\nENV c\n"
    document = parse(text)
    tree = as_json(document)
    assert [node["kind"] for node in tree["nodes"]] == ["directive"] + ["instruction"] * 3
    for node in tree["nodes"]:
        assert "".join(text[start:end] for _kind, start, end in node.get("tokens", ())) in (
            "",
            text[slice(*node["span"])],
        )
    run = tree["nodes"][2]
    assert (text[slice(*run["arguments"]["span"])], run["flags"][0]["text"]) == ("<<E `\n # c\n b", "--x=y")
    assert [text[slice(*heredoc["span"])] for heredoc in run["heredocs"]] == ["1\n"]
    assert tree["problems"] == [{"message": "ENV must have two arguments", "line": 8, "column": 1}]
    shown = as_text(document)
    assert shown.splitlines()[-1] == "8:1 problem: ENV must have two arguments"
    assert shown.startswith("1:1 directive 0..11\n2:1 FROM 11..18\n")


def test_bytes_and_text_give_one_tree() -> None:
    data = b"FROM a\xff\r\n"
    assert trees.outline(parse(data)) == trees.outline(parse(Source.read(data).text))
    assert os.fsencode(parse(data).text) == data
