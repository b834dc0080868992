"""The word lexer does what BuildKit's does: expansion, splitting, errors; and it stays linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.syntax.characters import go_quote
from dockerfix.syntax.words.lexer import Budget, Lexer, WordError
from effort import examples

ENV = {
    "SET": "value",
    "EMPTY": "",
    "TAG": "v1.2.3-rc.tar.gz",
    "PATTERN": "*.",
    "SPACED": " two  words ",
    "NAME_2": "two",
    "1": "one",
    "10": "ten",
    "@": "all",
    "LINES": "ab\nab",
    "DOLLAR": "[$0|${0}|$1|$$]",
    "ünï": "accents",
}

MODIFIERS = [
    # word, set, empty, unset; None: an error
    ("${X}", "value", "", ""),
    ("$X", "value", "", ""),
    ("${X:-word}", "value", "word", "word"),
    ("${X-word}", "value", "", "word"),
    ("${X:+word}", "word", "", ""),
    ("${X+word}", "word", "word", ""),
    ("${X:?word}", "value", None, None),
    ("${X?word}", "value", "", None),
    ("${X:?}", "value", None, None),
    ("${X?}", "value", "", None),
    ("${X:-}", "value", "", ""),
    ("${X#v}", "alue", "", ""),
    ("${X##*l}", "ue", "", ""),
    ("${X%e}", "valu", "", ""),
    ("${X%%l*}", "va", "", ""),
    ("${X/l/L}", "vaLue", "", ""),
    ("${X//?/x}", "xxxxx", "", ""),
    ("${X/#v/w}", "value", "", ""),
    ("${X//v}", None, None, None),
    ("${X^^}", None, None, None),
    ("${X,,}", None, None, None),
    ("${X:1:2}", None, None, None),
    ("${X=word}", None, None, None),
    ("${X:=word}", None, None, None),
    ("${X:#v}", None, None, None),
    ("${X:%v}", None, None, None),
    ("${X:/v/w}", None, None, None),
    ("${#X}", None, None, None),
    ("${!X}", None, None, None),
]


@pytest.mark.parametrize(("word", "when_set", "when_empty", "when_unset"), MODIFIERS)
@pytest.mark.parametrize("escape", ["\\", "`"])
def test_modifier(word: str, when_set: str | None, when_empty: str | None, when_unset: str | None, escape: str) -> None:
    cases: list[tuple[dict[str, str], str | None]] = [
        ({"X": "value"}, when_set),
        ({"X": ""}, when_empty),
        ({}, when_unset),
    ]
    for env, expected in cases:
        if expected is None:
            with pytest.raises(WordError):
                Lexer(escape).process_word(word, env)
        else:
            assert Lexer(escape).process_word(word, env) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # plain words, quotes and escapes
        ("", ""),
        ("plain", "plain"),
        ("a b", "a b"),
        ("'a b'", "a b"),
        ('"a b"', "a b"),
        ("a\\ b", "a b"),
        ("a\\", "a"),
        ("\\\\", "\\"),
        ("\\$SET", "$SET"),
        ("\\\\$SET", "\\value"),
        ("'$SET'", "$SET"),
        ('"$SET"', "value"),
        ('"\\$SET"', "$SET"),
        ('"\\a\\"\\\\"', '\\a"\\'),
        ("'\\'", "\\"),
        ("`SET`", "`SET`"),
        ("$(SET)", "$(SET)"),
        ("~", "~"),
        ("<", "<"),
        ("a<b", "a<b"),
        # names
        ("$", "$"),
        ("a$", "a$"),
        ("$ SET", "$ SET"),
        ("$$SET", "SET"),
        ("$SET_", ""),
        ("$SET.txt", "value.txt"),
        ("$SET-x", "value-x"),
        ("$NAME_2x", ""),
        ("$1SET", "oneSET"),
        ("$10", "ten"),
        ("${1}0", "one0"),
        ("$@$*$#$?$!", "all"),
        ("${@}", "all"),
        ("$ünï", "accents"),
        ("$SET²", "value²"),
        # nesting
        ("${NO:-${NO2:-deep}}", "deep"),
        ("${NO:-${SET:+${EMPTY:-in}}}", "in"),
        ("${NO:-'}'}", "}"),
        ('${NO:-"}"}', "}"),
        ("${NO:-\\}}", "}"),
        ("${NO:-a b}", "a b"),
        ('"${NO:-"a b"}"', "a b"),
        ("${SET#${SET%lue}}", "lue"),
        ("${NO:-$}", "$"),
        # patterns
        ("${TAG#v}", "1.2.3-rc.tar.gz"),
        ("${TAG#*.}", "2.3-rc.tar.gz"),
        ("${TAG##*.}", "gz"),
        ("${TAG%.*}", "v1.2.3-rc.tar"),
        ("${TAG%%.*}", "v1"),
        ("${TAG%???}", "v1.2.3-rc.tar"),
        ("${TAG#$PATTERN}", "2.3-rc.tar.gz"),
        ("${TAG#x}", "v1.2.3-rc.tar.gz"),
        ("${TAG##}", "v1.2.3-rc.tar.gz"),
        ("${TAG/./_}", "v1_2.3-rc.tar.gz"),
        ("${TAG//./_}", "v1_2_3-rc_tar_gz"),
        ("${TAG/./}", "v12.3-rc.tar.gz"),
        ("${TAG//[0-9]/x}", "v1.2.3-rc.tar.gz"),
        ("${TAG/.*./-}", "v1-gz"),
        ("${TAG///-}", "-v-1-.-2-.-3---r-c-.-t-a-r-.-g-z-"),
        ("${TAG//*/$SET}", "value"),
        ("${TAG/%gz/xz}", "v1.2.3-rc.tar.gz"),
        ("${LINES#*b}", "\nab"),
        ("${LINES##*b}", "\nab"),
        ("${LINES//*/x}", "x\nx"),
        ("${LINES/?a/-}", "ab\nab"),
        ("${LINES//a/$DOLLAR}", "[a|a||$]b\n[a|a||$]b"),
        ("${LINES/a/$DOLLAR}", "[$0|${0}|$1|$$]b\nab"),
    ],
)
def test_word(word: str, expected: str) -> None:
    assert Lexer().process_word(word, ENV) == expected


@pytest.mark.parametrize(
    ("value", "word", "expected"),
    [
        ("a*b", "${X#a\\*}", "b"),
        ("axb", "${X#a\\*}", "axb"),
        ("a?b", "${X%\\?b}", "a"),
        ("a\\b", "${X#a\\\\}", "b"),
        ("a}b", "${X#a\\}}", "b"),
        ("a/b", "${X/\\//-}", "a-b"),
        ("a/b", "${X//\\//\\/}", "a\\/b"),
        ("()[]{}^$.+|x", "${X#()[]{\\}^$.+|}", "x"),
        ("xx**", "${X%%\\**}", "xx"),
        ("xxyy", "${X#*x*y}", "y"),
        ("xxyy", "${X##*x*y}", ""),
        ("aXbXc", "${X%X*}", "aXb"),
        ("aXbXc", "${X%%X*}", "a"),
        ("abc", "${X//b*/\\$0\\$\\$1}", "a\\bc\\$\\"),
        ("abc", "${X/b}", None),
        ("abc", "${X#\\b}", "invalid pattern (\\b) in substitution: invalid escape '\\b'"),
        ("abc", "${X%b\\c}", "invalid pattern (\\cb) in substitution: invalid escape '\\c'"),
        ("abc", "${X/b\\", "syntax error: missing '/' in ${}"),
    ],
)
def test_escapes_in_patterns(value: str, word: str, expected: str | None) -> None:
    try:
        found: str | None = Lexer().process_word(word, {"X": value})
    except WordError as error:
        found = error.reason if expected else None
    assert found == expected


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("${", "syntax error: missing '}'"),
        ("${}", "syntax error: bad substitution"),
        ("${:x}", "syntax error: bad substitution"),
        ("${{x}", "syntax error: bad substitution"),
        ("${SET", "unsupported modifier (\ufffd) in substitution"),
        ("${SET:", "syntax error: missing '}'"),
        ("${SET:}", "syntax error: missing '}'"),
        ("${SET:-x", "syntax error: missing '}'"),
        ("${SET:-'x}", "syntax error: missing '}'"),
        ("${SET:x}", "unsupported modifier (:x) in substitution"),
        ("${SET^^}", "unsupported modifier (^) in substitution"),
        ("${SET x}", "unsupported modifier ( ) in substitution"),
        ("${#SET}", "unsupported modifier (S) in substitution"),
        ("${SET:#x", "unsupported modifier (:#) in substitution"),
        ("${SET:#x}", "unsupported modifier (:#) in substitution"),
        ("${NO?}", "NO: is not allowed to be unset"),
        ("${NO?say $SET}", "NO: say value"),
        ("${EMPTY:?}", "EMPTY: is not allowed to be empty"),
        ("${EMPTY:?gone}", "EMPTY: gone"),
        ("${NO:-${NO2?deep}}", "NO2: deep"),
        ("${NO:-${NO2?deep}", "syntax error: missing '}'"),
        ("${NO/${NO2?deep}", "syntax error: missing '/' in ${}"),
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        ('"a', "unexpected end of statement while looking for matching double-quote"),
        ('"a\\', "unexpected end of statement while looking for matching double-quote"),
        ('"${SET"', 'unsupported modifier (") in substitution'),
    ],
)
def test_error(word: str, reason: str) -> None:
    with pytest.raises(WordError) as caught:
        Lexer().process_word(word, ENV)
    assert caught.value.reason == reason
    assert caught.value.source == word
    assert str(caught.value) == f"failed to process {go_quote(word)}: {reason}"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", []),
        ("  ", []),
        ("a b\tc", ["a", "b", "c"]),
        ("a  'b c' d", ["a", "b c", "d"]),
        ("a\\ b", ["a b"]),
        ("a\\\tb", ["a\tb"]),
        ('""', []),
        ('a "" b', ["a", "b"]),
        ("$SPACED", ["two", "words"]),
        ('"$SPACED"', [" two  words "]),
        ("a$SPACED.b", ["a", "two", "words", ".b"]),
        ("$NO", []),
        ("80 $NO 90", ["80", "90"]),
        ("a\xa0b\u2003c\x85d", ["a", "b", "c", "d"]),
        ("a\x1cb\u200bc", ["a\x1cb\u200bc"]),
        ("<< a", ["<< a"]),
        ("x<< \t a b", ["x<< \t a", "b"]),
        ("< a", ["<", "a"]),
        ("<<- a", ["<<-", "a"]),
        ("<<\va", ["<<", "a"]),
        # BuildKit shares one buffer between a word and the word of a modifier inside it
        ("a${NO:-b}c", ["bc"]),
        ("a b${SET:+c}", ["a", "c"]),
        ("a${NO:-}", []),
        ('x"${NO:-b c}"', ["b c"]),
        ("a${SET}c", ["avaluec"]),
    ],
)
def test_words(word: str, expected: list[str]) -> None:
    assert Lexer().process_words(word, ENV) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("'a' \"b\" \\c", "'a' \"b\" \\c"),
        ("$SET $NO ${NO} ${NO:-a$SET} ${NO//x/y} ${NO:+'q'}", "value $NO ${NO} ${NO:-avalue} ${NO/x/y} ${NO:+'q'}"),
        ('"\\a \\" \\$SET"', '"\\\\a \\" \\$SET"'),
        ("\\", "\\"),
        ("${NO:-\\a}", "${NO:-a}"),
        ("${NO#\\a}", "${NO#\\a}"),
        ("${NO:?stop}", "${NO:?stop}"),
        ("${NO:*x}", "${NO:*x}"),
    ],
)
def test_everything_raw(word: str, expected: str) -> None:
    lexer = Lexer(raw_quotes=True, raw_escapes=True, skip_unset_env=True)
    assert lexer.process_word(word, ENV) == expected


def test_quotes_as_ordinary_characters() -> None:
    lexer = Lexer(skip_process_quotes=True)
    assert lexer.process_word('it\'s "$SET" \'${NO:-"d"}\' \\$x', ENV) == 'it\'s "value" \'"d"\' $x'


def test_back_tick_as_escape_token() -> None:
    lexer = Lexer("`")
    assert lexer.process_word('a`$SET\\b `` "`"\\"', ENV) == 'a$SET\\b ` "\\'
    assert lexer.process_word("${SET#v\\*}", {"SET": "v*x"}) == "x"


def test_matched_and_unmatched_names() -> None:
    result = Lexer().process("${SET:-$NO1} ${NO2:+$EMPTY} $NO2 $", ENV)
    assert result.text == "value   $"
    assert result.words == ("value", "$")
    assert result.matched == {"SET", "EMPTY"}
    assert result.unmatched == {"NO1", "NO2"}


def test_bytes_that_are_not_utf_8() -> None:
    env = {"RAW": "a\udcffb c"}
    assert Lexer().process_word("x\udcff$RAW", env) == "x\ufffda\udcffb c"
    assert Lexer().process_words("x\udcff$RAW", env) == ["x\ufffda\ufffdb", "c"]
    assert Lexer().process_words('"$RAW"', env) == ["a\udcffb c"]
    assert Lexer().process_word("${RAW#a?}", env) == "b c"
    assert Lexer().process_word("${RAW%c}", env) == "a\ufffdb "
    assert Lexer().process_word("\ufeffa\ufeff", {}) == "a\ufeff"


def test_budget_is_shared_and_bounds_what_is_made() -> None:
    budget = Budget(10)
    lexer = Lexer(budget=budget)
    assert lexer.process_word("$A$A", {"A": "1234"}) == "12341234"
    with pytest.raises(WordError, match="too much text"):
        lexer.process_word("$A", {"A": "1234"})


def test_doubling_a_variable_stops_in_time() -> None:
    value: str | None = "x"
    longest = 0
    while value is not None:
        longest = len(value)
        value = read("$A$A", {"A": value})
    assert 1_000_000 < longest < 10_000_000


def read(word: str, env: dict[str, str], lexer: Lexer | None = None) -> str | None:
    """The word expanded, or None where it can't be."""
    try:
        return (lexer or Lexer()).process_word(word, env)
    except WordError:
        return None


PATHOLOGICAL = {
    "escapes": "\\" * 100_000,
    "single quotes": "'" * 100_000,
    "double quotes": '"a\\"' * 50_000,
    "dollars": "$" * 100_000,
    "command substitutions": "$(" * 100_000,
    "openers": "<<A " * 100_000,
    "open defaults": "${a:-" * 100_000,
    "nested defaults": "${a:-" * 100_000 + "}" * 100_000,
    "nested with a word": "${a:-" * 50_000 + "x" + "}" * 50_000,
    "quotes in modifiers": '"${a:-' * 50_000,
    "nested patterns": "${B#" * 50_000 + "}" * 50_000,
    "nested replacements": "${B//" * 20_000 + "/b}" * 20_000,
    "stars": "${B//" + "*a" * 1_000 + "/}",
    "references": "$B" * 100_000,
    "words": "a " * 200_000,
}


@pytest.mark.parametrize("text", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
def test_pathological_input_takes_linear_time(text: str) -> None:
    start = time.process_time()
    found = [
        read(text, {"B": "ab" * 10}, lexer)
        for lexer in (Lexer(), Lexer(raw_quotes=True, raw_escapes=True, skip_unset_env=True))
    ]
    assert time.process_time() - start < 10
    assert all(result is None or len(result) <= 20 * len(text) for result in found)


def test_star_patterns_do_not_backtrack() -> None:
    start = time.process_time()
    assert Lexer().process_word("${A//*a*a*a*a*a*a*a*a*b/x}", {"A": "a" * 20_000}) == "a" * 20_000
    assert time.process_time() - start < 5


ALPHABET = st.sampled_from([*"${}:-+?#%/*\\`'\" \t<aAbB_1@\xa0\ufeff\udcff\n", "${A", "${B:-", "<<", "$A", "//"])
WORDS = st.lists(ALPHABET, max_size=30).map("".join)
LEXERS = st.builds(
    Lexer,
    st.sampled_from("\\`"),
    raw_quotes=st.booleans(),
    raw_escapes=st.booleans(),
    skip_unset_env=st.booleans(),
    skip_process_quotes=st.booleans(),
)


@examples
@given(WORDS, LEXERS, st.dictionaries(st.sampled_from(["A", "B", "1", "@"]), WORDS))
def test_only_word_errors_are_raised(word: str, lexer: Lexer, env: dict[str, str]) -> None:
    text = read(word, env, lexer)
    if text is None:
        with pytest.raises(WordError, match=r'^failed to process "'):
            lexer.process(word, env)
        return
    result = lexer.process(word, env)
    assert result.text == text
    assert all(result.words)
    assert result.matched <= set(env)
    assert not result.unmatched & set(env)


@examples
@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufeff")), st.sampled_from("\\`"))
def test_a_quoted_text_comes_back_as_it_was(text: str, escape: str) -> None:
    quoted = "".join(escape + character if character in f'"${escape}' else character for character in text)
    assert Lexer(escape).process_word(f'"{quoted}"', {}) == text
    assert Lexer(escape).process_words(f'"{quoted}"', {}) == ([text] if text else [])
