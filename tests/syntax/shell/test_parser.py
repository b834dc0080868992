"""The shell text of RUN as commands, words and spans."""

from __future__ import annotations

import json

import pytest

from conformance import shell_differences
from dockerfix.syntax.shell import Command, parse_shell
from dockerfix.text.source import Span
from places import FIXTURES


def argv(command: Command) -> tuple[str | None, ...]:
    """The values of the command's words; None for a word with an expansion."""
    return tuple([word.value for word in command.words])


def summary(text: str) -> list[str]:
    """The commands at the top, as `operator text`."""
    script = parse_shell(text)
    assert not script.opaque
    return [f"{command.operator} {script.slice(command.span)}".strip() for command in script.commands]


def walked(text: str) -> list[str]:
    script = parse_shell(text)
    assert not script.opaque
    return [f"{command.kind} {script.slice(command.span)}" for command in script.walk()]


def words(text: str) -> list[str | None]:
    (command,) = parse_shell(text).commands
    return list(argv(command))


def test_commands_are_those_of_mvdan_sh() -> None:
    with (FIXTURES / "syntax" / "shell" / "cases.jsonl").open(encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    assert len(cases) > 20
    assert {case["command"]: lines for case in cases if (lines := shell_differences(case))} == {}


# Commands


def test_lists() -> None:
    assert summary("a && b || c; d | e |& f\ng & h") == ["a", "&& b", "|| c", "; d", "| e", "|& f", "; g", "; h"]


def test_terminator_and_background() -> None:
    script = parse_shell("a && b & c; d")
    assert [command.background for command in script.commands] == [True, True, False, False]
    assert [script.slice(end) if (end := command.terminator) else None for command in script.commands] == [
        None,
        "&",
        ";",
        None,
    ]


def test_negation_counts_from_the_mark() -> None:
    script = parse_shell("a; ! b | c")
    assert [command.negated for command in script.commands] == [False, True, False]
    assert script.slice(script.commands[1].span) == "! b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a; b) > f", ["subshell (a; b) > f", "call a", "call b"]),
        ("{ a; } 2>&1", ["group { a; } 2>&1", "call a"]),
        ("if a; then b; elif c; then d; else e; fi", ["if", "call a", "call b", "call c", "call d", "call e"]),
        ("while read x; do a; done < f", ["while", "call read x", "call a"]),
        ("until a\ndo b\ndone", ["until", "call a", "call b"]),
        ("for x in a $(b)\ndo c; done", ["for", "call b", "call c"]),
        ("for x do a; done", ["for", "call a"]),
        ("for x; do a; done", ["for", "call a"]),
        ("for ((i=0; i<3; i++)); do a; done", ["for", "call a"]),
        ("case $1 in (a|b) c;; *) d; e;; esac", ["case", "call c", "call d", "call e"]),
        ("case x in\n a) b\n ;;\nesac", ["case", "call b"]),
        ("case x in esac", ["case"]),
        ("f() { a; }", ["function", "group { a; }", "call a"]),
        ("function f { a; } > g", ["function", "group { a; } > g", "call a"]),
        ("f ()\n(a)", ["function", "subshell (a)", "call a"]),
        ("[[ -f $(a) && b =~ ^(c|d)$ ]]", ["test", "call a"]),
        ("((x = $(a) > 1))", ["arith", "call a"]),
        ("((a) | (b))", ["subshell ((a) | (b))", "subshell (a)", "call a", "subshell (b)", "call b"]),
        ("export A=$(a) B", ["decl export A=$(a) B", "call a"]),
        ("A=1 B=$(a) c", ["call A=1 B=$(a) c", "call a"]),
        ("x=(a $(b) c) d", ["call x=(a $(b) c) d", "call b"]),
        ('a `b \\`c "d"\\`` e', ["call", 'call b \\`c "d"\\`', 'call c "d"']),
        ('a "$(b "$(c)")" <(d)', ["call", 'call b "$(c)"', "call c", "call d"]),
        ("a $(($(b) + 1)) ${x:-$(c)}", ["call", "call b", "call c"]),
        ("a $((b); c)", ["call", "subshell (b)", "call b", "call c"]),
        ("a $(case x in y) b;; esac) c", ["call", "case", "call b"]),
        ("a <<E; b\nx $(c) `d`\nE\ne", ["call a <<E", "call c", "call d", "call b", "call e"]),
        ("a <<E\nit's \\$(b) \"\nE", ["call"]),
        ("a <<'E'\n$(c)\nE", ["call a <<'E'"]),
        ("# a\n\nb # c ( \n # d", ["call b"]),
        ("a &&\n\n# b\nc ||\nd |\ne", ["call a", "call c", "call d", "call e"]),
        ("a; \\\n b", ["call a", "call b"]),
        ("echo if then fi { } ! [[ case esac", ["call"]),
        ("a#b c", ["call a#b c"]),
        ("", []),
        (" \n# a", []),
    ],
)
def test_walk(text: str, expected: list[str]) -> None:
    found = walked(text)
    assert [line if " " in want else line.split(" ")[0] for line, want in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "a (",
        "a )",
        "if a; then b",
        "if a; b; fi",
        "a; fi",
        "{ a",
        "{ }",
        "( )",
        "a &&",
        "&& a",
        "a ; ; b",
        "a ;; b",
        "case x in a b) c;; esac",
        "case x y in esac",
        "for x in a & do b; done",
        "for x in a; b; do c; done",
        "while a; done",
        "{ a; } b",
        "a | ! b",
        "a >",
        "a > ; b",
        "a > > b",
        "'a",
        '"a',
        "`a",
        "$(a",
        "${a",
        "$((1)",
        "`(`",
        "[[ a",
        "a=(b",
        "f() a",
        "x=1 (a)",
        "<<`a`\n`a`",
    ],
)
def test_what_the_grammar_does_not_know_is_one_command(text: str) -> None:
    script = parse_shell(text)
    assert script.opaque
    assert script.commands == (Command(Span(0, len(text)), "opaque"),)


# Words


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("a", "a"),
        ("'a b'", "a b"),
        ('"a b"', "a b"),
        ("a'b'\"c\"\\d", "abcd"),
        ("''", ""),
        ('"\\$\\`\\"\\\\\\a"', '$`"\\\\a'),
        ("\\'", "'"),
        ('"it\'s"', "it's"),
        ("a\\\nb", "ab"),
        ('"a\\\nb"', "ab"),
        ("~/x/*.{a,b}?[c]", "~/x/*.{a,b}?[c]"),
        ("a$", "a$"),
        ('"a$"', "a$"),
        ("$a", None),
        ('"${a}"', None),
        ("$(a)", None),
        ("`a`", None),
        ("$((1))", None),
        ("$'a\\'b'", None),
        ('$"a"', None),
        ("$1", None),
        ("$?", None),
        ("<(a)", None),
        ("@(a|b)c", "@(a|b)c"),
        ("[fastapi>=0.1]", "[fastapi"),
        ("\\", "\\"),
        ("a\\#b#c", "a#b#c"),
        ("é\udcff", "é\udcff"),
    ],
)
def test_value(word: str, value: str | None) -> None:
    assert words(f"x {word}")[1] == value


def test_word_with_pattern_in_quotes() -> None:
    assert [word.text for word in parse_shell('a "${x#\'}\'}" "${y:-\'}" b').commands[0].words] == [
        "a",
        "\"${x#'}'}\"",
        '"${y:-\'}"',
        "b",
    ]


def test_words_inside_back_ticks_are_read_as_the_inner_shell_does() -> None:
    script = parse_shell('a `b \\$x "\\\\\\\\" \\`c d\\``')
    outer, inner, innermost = script.walk()
    assert [script.slice(command.span) for command in (inner, innermost)] == ['b \\$x "\\\\\\\\" \\`c d\\`', "c d"]
    assert argv(inner) == ("b", None, "\\", None)
    assert argv(innermost) == ("c", "d")
    assert argv(outer) == ("a", None)


@pytest.mark.parametrize("form", ["x {}", 'x "{}"', "x ${{y:-{}}}", "x <<E\n{}\nE\n"])
def test_back_ticks_in_commands_that_look_like_arithmetic_are_read_once(form: str) -> None:
    script = parse_shell(form.format("$((a `b`); c)"))
    inside = [script.slice(command.span) for command in script.walk() if command.kind == "call"][1:]
    assert inside == ["a `b`", "b", "c"]


@pytest.mark.parametrize(("text", "kind"), [("(('))", "arith"), ("a; (( ' ))", "arith"), ("x $(('))", "call")])
def test_a_single_quote_in_arithmetic_quotes_nothing(text: str, kind: str) -> None:
    command = parse_shell(text).commands[-1]
    assert command.kind == kind
    assert argv(command)[-1] is None


def test_assignments_and_redirections() -> None:
    script = parse_shell("A=1 B+='x y' C[2]= cmd 2>&1 >> $f <<< \"t\" &> g 0<&- D=4")
    (command,) = script.commands
    assert [(each.name, each.value.value) for each in command.assignments] == [("A", "1"), ("B", "x y"), ("C", "")]
    assert [(each.fd, each.operator, each.target.text) for each in command.redirections] == [
        (2, ">&", "1"),
        (None, ">>", "$f"),
        (None, "<<<", '"t"'),
        (None, "&>", "g"),
        (0, "<&", "-"),
    ]
    assert argv(command) == ("cmd", "D=4")


def test_unquoted_requirement_is_a_redirection() -> None:
    (command,) = parse_shell("pip install cog>=0.7.2").commands
    assert argv(command) == ("pip", "install", "cog")
    assert [(each.operator, each.target.text) for each in command.redirections] == [(">", "=0.7.2")]


def test_declaration() -> None:
    (command,) = parse_shell("export -n A=1 B C=(x)").commands
    assert (command.kind, argv(command)) == ("decl", ("export", "-n", "B"))
    assert [each.name for each in command.assignments] == ["A", "C"]


def test_heredocs() -> None:
    script = parse_shell("a <<E <<-'F' && b\n1\nE\n\t2 \\\n\tF\nc <<G\n3\\\nG\n4")
    bodies = [each for command in script.walk() for each in command.redirections]
    assert [script.slice(each.heredoc) if each.heredoc else None for each in bodies] == ["1\n", "\t2 \\\n", "3\\\nG\n4"]
    assert [script.slice(each.delimiter) if each.delimiter else None for each in bodies] == ["E\n", "\tF\n", None]
    assert [argv(command) for command in script.commands] == [("a",), ("b",), ("c",)]


def test_names_of_functions() -> None:
    assert [command.name for command in parse_shell("f() { a; }; function g-h() (b)").commands] == ["f", "g-h"]


# Edges


@pytest.mark.parametrize(
    "text",
    [
        "for (x) in a; do b; done",
        "for ; do b; done",
        'function "f" { a; }',
        "echo $(cat <<E)\nx\nE\n",
        "cat <<E $(a\n)\nx\nE\n",
        "a && (b <<E\n) c\nE",
        "! ! a",
    ],
)
def test_what_cannot_be_parsed_is_opaque(text: str) -> None:
    assert parse_shell(text).opaque


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("function; a", ["call function", "call a"]),
        ("function f { a; }", ["function function f { a; }", "group { a; }", "call a"]),
        ("!(a; b) && c", ["subshell !(a; b)", "call a", "call b", "call c"]),
        ("echo !(a) b", ["call echo !(a) b"]),
        ("echo $(cat <<E\nx\nE\n)", ["call echo $(cat <<E\nx\nE\n)", "call cat <<E"]),
        ("((a); (b))", ["subshell ((a); (b))", "subshell (a)", "call a", "subshell (b)", "call b"]),
    ],
)
def test_odd_commands(text: str, expected: list[str]) -> None:
    assert walked(text) == expected


def test_patience_with_what_may_be_arithmetic_ends() -> None:
    text = "echo " + "$(( " * 40 + "x" * 2_000 + ") )" * 40
    assert parse_shell(text).opaque
