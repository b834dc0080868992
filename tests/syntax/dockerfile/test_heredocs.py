"""Heredocs open exactly where BuildKit opens them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.syntax.dockerfile.heredocs import Heredoc, heredoc_openers, opener
from dockerfix.syntax.words.lexer import WordError
from effort import examples


def plain(name: str, *, expand: bool = True, chomp: bool = False, fd: int = 0) -> Heredoc:
    return Heredoc(name, expand, chomp, fd)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("RUN <<EOF", [plain("EOF")]),
        ("RUN <<-EOF", [plain("EOF", chomp=True)]),
        ("RUN 3<<EOF", [plain("EOF", fd=3)]),
        ("RUN 012<<-EOF", [plain("EOF", chomp=True, fd=12)]),
        ("RUN << EOF", [plain("EOF")]),
        ("RUN <<\t EOF", [plain("EOF")]),
        ("RUN <<- EOF", []),
        ("RUN << -EOF", [plain("-EOF")]),
        ("RUN << -", [plain("-")]),
        ("RUN <<-", []),
        ("RUN <<", []),
        ("RUN <<A <<B", [plain("A"), plain("B")]),
        ("RUN <<A<<B", []),
        ("RUN <<<EOF", []),
        ("RUN cat <<< EOF", []),
        ("RUN cat<<EOF", []),
        ("RUN cat >/f<<EOF", []),
        ("RUN cat > /f <<EOF && echo", [plain("EOF")]),
        ("RUN <<EOF;b", [plain("EOF;b")]),
        ("RUN <<'EOF'", [plain("EOF", expand=False)]),
        ('RUN <<"EOF"', [plain("EOF", expand=False)]),
        ('RUN <<E"O"F', [plain("EOF", expand=False)]),
        ('RUN <<"it\'s"', [plain("it's", expand=False)]),
        ("RUN <<it\\'s", [plain("it's")]),
        ("RUN <<\\EOF", [plain("EOF")]),
        ("RUN <<'one two'", [plain("one two", expand=False)]),
        ("RUN <<one\\ two", [plain("one two")]),
        ('RUN <<""', []),
        ("RUN << ''", []),
        ("RUN '<<EOF'", []),
        ('RUN "<<EOF"', []),
        ("RUN \\<<EOF", []),
        ("RUN <\\<EOF", []),
        ("RUN $((1<<2))", []),
        ("RUN <<$EOF", [plain("$EOF")]),
        ("RUN <<${EOF}", [plain("${EOF}")]),
        ("RUN <<file.txt <<a/b", [plain("file.txt"), plain("a/b")]),
        ("COPY <<E1 <<-'E2' 5<<E3 /d", [plain("E1"), plain("E2", expand=False, chomp=True), plain("E3", fd=5)]),
        ("RUN <<EOF\x85x", [plain("EOF")]),
        ("RUN\xa0<<EOF", [plain("EOF")]),
        ("RUN <<EOF\x1cx", [plain("EOF\x1cx")]),
        ("RUN ³<<EOF", []),
        # lexing errors anywhere in the line: no heredoc
        ("RUN <<EOF it's", []),
        ('RUN <<EOF "', []),
        ("RUN <<EOF ${}", []),
        ("RUN <<EOF ${X^^}", []),
        ("RUN <<EOF $(x)", [plain("EOF")]),
        ("RUN <<EOF ${X:-y}", [plain("EOF")]),
        # a modifier makes BuildKit forget the word so far
        ("RUN <<EOF${X:-y}", []),
        ("RUN ${X:-y}<<EOF", []),
        # the escape token is always the backslash
        ("RUN <<`EOF", [plain("`EOF")]),
        ("RUN <<\udcff", [plain("\ufffd")]),
        ("RUN no heredoc", []),
        ("RUN a < b", []),
        ("", []),
    ],
)
def test_line(line: str, expected: list[Heredoc]) -> None:
    assert list(heredoc_openers(line)) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("<<EOF", plain("EOF")),
        ("<<\n\f\r EOF", plain("EOF")),
        ("<<\vEOF", plain("EOF")),
        ("<<a b", None),
        ("EOF", None),
        ("a<<EOF", None),
        ("18446744073709551615<<EOF", plain("EOF", fd=2**64 - 1)),
        ("18446744073709551616<<EOF", plain("EOF", fd=2**64 - 1)),
        ("9" * 100_000 + "<<EOF", plain("EOF", fd=2**64 - 1)),
        ("0" * 100_000 + "7<<EOF", plain("EOF", fd=7)),
    ],
)
def test_opener(word: str, expected: Heredoc | None) -> None:
    assert opener(word) == expected


@pytest.mark.parametrize("word", ["<<it's", '<<"', "<<${", "<<${}"])
def test_opener_with_a_name_that_cannot_be_read(word: str) -> None:
    with pytest.raises(WordError):
        opener(word)


def test_line_whose_heredoc_has_a_name_that_cannot_be_read() -> None:
    with pytest.raises(WordError, match=r'failed to process "it\'s}"'):
        heredoc_openers("RUN echo ${A:-x <<it\\'s}")


def test_opener_that_splits_differently_with_its_quotes() -> None:
    with pytest.raises(WordError, match="inconsistent"):
        opener("<<a '' ")


@pytest.mark.parametrize(
    "tail",
    [
        "<<A " * 100_000,
        "'" * 100_000,
        '"' * 100_001,
        "\\" * 100_000,
        "$(" * 100_000,
        "${a:-" * 100_000,
        '<<"${a#' * 50_000,
        "<" * 100_000,
        "<< " * 100_000,
        "<<" + " " * 100_000 + "<",
        "<<" + "\\'" * 100_000,
        "<<" + "$a" * 100_000,
    ],
    ids=range(12),
)
def test_pathological_line_takes_linear_time(tail: str) -> None:
    start = time.process_time()
    found = heredoc_openers("RUN <<EOF " + tail)
    assert len(found) <= 100_001
    assert time.process_time() - start < 10


PIECES = st.sampled_from([*"<-'\"\\ \t$aE3{}:`\xa0\udcff", "<<", "<<EOF", "<<-", "${a:-", "'x y'", "\\'"])


@examples
@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_line(line: str) -> None:
    try:
        found = heredoc_openers(line)
    except WordError:
        return
    assert line.count("<<") >= len(found)
    assert all(heredoc.name for heredoc in found)


@examples
@given(st.text(st.characters(codec="utf-8", exclude_characters="'<"), min_size=1))
def test_quoted_name_comes_back_as_it_was(name: str) -> None:
    assert heredoc_openers(f"RUN <<'{name}'") == (Heredoc(name, False, False, 0),)
