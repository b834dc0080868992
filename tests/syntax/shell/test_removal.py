"""Taking commands out of shell text: what is left behaves as if they had been ``true``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from itertools import chain, product
from typing import NamedTuple

import pytest

from dockerfix.syntax.shell import Going, parse_shell, remove_commands, unwrapped
from dockerfix.text.edits import Edit, emit
from dockerfix.text.source import Span

NAMES = "PQRS"
STUBS = "".join(f"{name}() {{ echo {name}; return $status_{name}; }}\n" for name in NAMES)


def removed(
    text: str,
    names: Iterable[str] = "X",
    *,
    exits_on_error: bool = False,
    going: Going | None = None,
) -> str | None:
    """`text` without the commands that are called one of `names`."""
    script = parse_shell(text)
    drop = [command for command in script.walk() if (words := unwrapped(command)) and words[0].text in names]
    assert drop
    replacements = remove_commands(script, drop, exits_on_error=exits_on_error, going=going)
    return None if replacements is None else emit(text, [Edit(*replacement) for replacement in replacements])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # lists and chains
        ("X && b; c", "b; c"),
        ("a && X; c", "a; c"),
        ("a && b; X", "a && b; true"),
        ("a; X; c", "a; c"),
        ("a; X", "a; true"),
        ("X; a", "a"),
        ("a && X && b", "a && b"),
        ("a && X && X && b", "a && b"),
        ("a && X || b", "a || b"),
        ("X && a || b", "a || b"),
        ("a || X", "a || true"),
        ("a || X && b", "a || true && b"),
        ("a || X || X; b", "a || true; b"),
        ("a || X && X && b", "a || true && b"),
        ("cd d && X && b", "cd d && b"),
        # what the shell does around a command
        ("X arg > f && b", "true > f && b"),
        ("a; X 2>> f; c", "a; true 2>> f; c"),
        ("X < f || b", None),
        ("X < f && b", "true < f && b"),
        ("X > f", "true > f"),
        ("X > f | X 2> g; b", "true > f | true 2> g; b"),
        ("X > $f; b", None),
        ("{ X > f; X; }; b", "{ true > f; true; }; b"),
        ("a || X > f", "a || true > f"),
        ("X > /dev/null 2>&1 <<< c && b", "b"),
        ("X b>=0.9 && b", "b"),
        ("exec X && b", "exec true && b"),
        ("a; exec -a n X > f; b", "a; exec true > f; b"),
        ("(exec X; b); c", "(exec true; b); c"),
        ("exec X; X & X", ""),
        ("env exec X && b", None),
        ("builtin X && b", None),
        ("coproc X; b", None),
        ("! X", None),
        ("a; (! X)", None),
        ("X $(b); c", None),
        ("X $(X); c", "c"),
        ("X $(X > f); c", None),
        ("X <<E && c\n$(b)\nE\n", None),
        ("n=1 X > $(b); c", None),
        ("X ${n:=1}; c", None),
        ("X $((n++)); c", None),
        ("X $((n == 1)) ${n:-1}; c", "c"),
        ("X() { b; }; X && c", None),
        ("alias X=b; X && c", None),
        ("trap b DEBUG; X; c", None),
        ("X | X; echo ${PIPESTATUS[1]}", None),
        ("time X && b", "b"),
        # what can't be done
        ("X || b", None),
        ("a || X || b", None),
        ("X && X || b", None),
        ("a | X", None),
        ("X | b && c", None),
        ("! X && a", None),
        ("a && ! X", None),
        ("echo $(X; b)", None),
        ("if X; then b; fi", None),
        ("while X; do b; done", None),
        ("until b; X; do c; done", None),
        ("X & wait $!; b", None),
        # all of it
        ("X", ""),
        ("(X; X) && { X; }", ""),
        ("if X; then X; fi", ""),
        ("while X; do X; done", None),
        ("X && X; X | X\n# c", ""),
        ("X | X && b", "b"),
        # the background
        ("a; X & b", "a; b"),
        ("a & X", "a &"),
        ("a & X; X;", "a &"),
        ("a; X &", "a; true &"),
        ("a && X & b", "a & b"),
        ("X & wait; b", "wait; b"),
        # set -e
        ("set -e; a; X", "set -e; a"),
        ("set -eux; a; X; X", "set -eux; a"),
        ("set -o errexit; a; X;", "set -o errexit; a"),
        ("set -x; a; X", "set -x; a; true"),
        ("set -e; a && b; X", "set -e; a && b; true"),
        ("set -e; a && X; b", "set -e; a && true; b"),
        ("set -e; a && X && X; b", "set -e; a && true; b"),
        ("set -e; a && X", "set -e; a"),
        ("trap b ERR; set -E; a && X", "trap b ERR; set -E; a && true"),
        ("set -e; set +e; a; X", "set -e; set +e; a; true"),
        ("set -e; . ./f; a; X", "set -e; . ./f; a; true"),
        ("$set; a && X; b", "$set; a && true; b"),
        ("set -e; a; X; b && X", "set -e; a; b"),
        # the status is read
        ("a; X; echo $?", "a; true; echo $?"),
        ("a && X; echo $?", "a && true; echo $?"),
        ("a; X && b $?", "a; true && b $?"),
        ("a; X; exit", "a; true; exit"),
        ("a; X; exit 0", "a; exit 0"),
        ("X; mkdir a && cd $_", "true; mkdir a && cd $_"),
        ("X; cd $_", None),
        ("X; a & cd $_", None),
        ("a; X; cd ${_}", None),
        ("a && X || b && cd $_", None),
        ("a && X; b; cd $_", "a && true; b; cd $_"),
        ("for i in 1 2; do cd $_; X; done", None),
        ("X & b; kill $!", None),
        ("a & wait; X; wait $!", None),
        ("X; a & kill $!", "a & kill $!"),
        # inside compound commands
        ("a && { X; b; }", "a && { b; }"),
        ("a && { X; }", "a && { :; }"),
        ("{ b; X; }", "{ b; true; }"),
        ("{ b & X; }", "{ b & }"),
        ("(X && b)", "(b)"),
        ("(X); b", "(:); b"),
        ("if c; then X; fi", "if c; then :; fi"),
        ("if X && c; then b; fi", "if c; then b; fi"),
        ("if c; then b; else X & fi", "if c; then b; else : & fi"),
        ("for i in 1 2; do X; b; done", "for i in 1 2; do b; done"),
        ("f() { X; }; f", "f() { :; }; f"),
        ("case x in a) X;; b) b; X;; esac", "case x in a) :;; b) b; true;; esac"),
        ("set -e; f() { a && X; }; f; b", "set -e; f() { a && true; }; f; b"),
        # lines, comments and heredocs
        ("a\nX\nb\n", "a\nb\n"),
        ("  a\n  X\n  b", "  a\n  b"),
        ("a\nX # about X\n# about b\nb\n", "a\n# about b\nb\n"),
        ("a # about a\nX\n", "a # about a\ntrue\n"),
        ("set -e\na # about a\nX # about X\n", "set -e\na # about a\n\n"),
        ("set -e\na\nX # about X\n", "set -e\na\n"),
        ("a && # why\n X && # why\n # about b\n b", "a && # why\n # about b\n b"),
        ("X \\\n && b", "b"),
        ("a \\\n && X \\\n && b", "a \\\n && b"),
        ("X <<E && b\nbody\nE\nc", "b\nc"),
        ("a <<E\n# X\nE\nX\n", "a <<E\n# X\nE\ntrue\n"),
        ("set -e\na <<E\n# X\nE\nX\n", "set -e\na <<E\n# X\nE\n\n"),
        ("a <<E; X\nbody\nE\nb", "a <<E; true\nbody\nE\nb"),
        ("a <<E; X <<F\n1\nE\n2\nF\nb", "a <<E; true\n1\nE\nb"),
    ],
)
def test_removal(text: str, expected: str | None) -> None:
    assert removed(text) == expected


def test_shell_started_with_errexit() -> None:
    assert removed("a; X", exits_on_error=True) == "a"
    assert removed("a && X; b", exits_on_error=True) == "a && true; b"
    assert removed("set +e; a; X", exits_on_error=True) == "set +e; a; true"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set -u; X $v; a", None),
        ("set -eux; X ${v}; a", None),
        ("set -o nounset; X ${v#a} && a", None),
        ("set +u; X $v; a", None),
        ("set $options; X $v; a", None),
        ("set -u; X <<E\n$v\nE\na", None),
        ("set -u; X ${v:-b} ${v-b} ${v:+b} $#; a", "set -u; a"),
        ("set -u; v=1; X $v; a", "set -u; v=1; a"),
        ("set -u; for v in 1 2; do X $v; a; done", "set -u; for v in 1 2; do a; done"),
        ("set -u; read v; X $v; a", "set -u; read v; a"),
        ("set -u; export v=1; X $v; a", "set -u; export v=1; a"),
        ("set -u; X $known; a", "set -u; a"),
        ("set -e; X $v; a", "set -e; a"),
    ],
)
def test_a_variable_that_may_end_the_shell(text: str, expected: str | None) -> None:
    assert removed(text, going=Going(is_set=lambda name: name == "known")) == expected


def test_shell_started_with_nounset() -> None:
    assert removed("X $v; a", going=Going(needs_values=True)) is None
    assert removed("X v; a", going=Going(needs_values=True)) == "a"


def test_nothing_to_remove_and_what_is_not_there() -> None:
    script = parse_shell("a; b")
    assert remove_commands(script, ()) == ()
    assert remove_commands(script, parse_shell("a; b; c").commands) is None
    assert remove_commands(script, parse_shell("a; b").commands) == ((Span(0, 4), ""),)


def test_opaque_text_goes_as_a_whole() -> None:
    script = parse_shell("a (")
    assert remove_commands(script, script.commands) == ((Span(0, 3), ""),)


def test_a_dropped_command_takes_what_is_inside_it_along() -> None:
    script = parse_shell("a; { X; b $(X); }; c")
    drop = [command for command in script.walk() if command.kind == "group" or command.words[:1] == ()]
    inside = [command for command in script.walk() if command.words and command.words[0].text == "X"]
    assert remove_commands(script, [*drop, *inside]) == ((Span(3, 19), ""),)


# Against the shell itself


class Case(NamedTuple):
    """A text, which of its commands go, and the statuses of those that stay."""

    text: str
    dropped: tuple[str, ...]
    statuses: dict[str, int]

    @property
    def replaced(self) -> str:
        return "".join("true" if character in self.dropped else character for character in self.text)


SHELLS = [path for path in map(shutil.which, ("sh", "bash")) if path]


def run(texts: list[tuple[str, dict[str, int]]], shell: str) -> list[str]:
    """What each text prints (sorted) and its exit status, all run by one shell."""
    lines = [STUBS]
    for text, statuses in texts:
        setting = "".join(f"status_{name}={status}; " for name, status in statuses.items())
        lines.append(f"({setting}\n{text}\nstatus=$?; wait; exit $status)\nstatus=$?; echo =$status; echo\n")
    done = subprocess.run([shell], input="".join(lines), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    blocks = done.stdout.split("\n\n")[:-1]
    assert len(blocks) == len(texts)
    return ["".join(sorted(block.split("\n")[:-1])) + block.rpartition("\n")[2] for block in blocks]


def cases(count: int, operators: list[str], shape: str = "{}") -> Iterator[Case]:
    names = NAMES[:count]
    for joints in product(operators, repeat=count - 1):
        text = shape.format(names[0] + "".join(f"{joint}{name}" for joint, name in zip(joints, names[1:], strict=True)))
        for mask in product((False, True), repeat=count):
            dropped = tuple(name for name, goes in zip(names, mask, strict=True) if goes)
            kept = [name for name in names if name not in dropped]
            if dropped and kept:
                for statuses in product((0, 3), repeat=len(kept)):
                    yield Case(text, dropped, dict(zip(kept, statuses, strict=True)))


def reached(case_results: list[tuple[Case, str]]) -> dict[tuple[str, tuple[str, ...]], set[str]]:
    """For each text and what goes, the commands that run at all under some statuses."""
    found: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for case, result in case_results:
        found.setdefault((case.text, case.dropped), set()).update(set(result.partition("=")[0]) & set(NAMES))
    return found


def check(every: Iterable[Case]) -> int:
    """Compare each case with ``true`` and with the commands taken out; give how many could be taken out."""
    listed = list(every)
    return min(compare(listed, shell) for shell in SHELLS)


def compare(listed: list[Case], shell: str) -> int:
    expected = run([(case.replaced, case.statuses) for case in listed], shell)
    runs = reached(list(zip(listed, expected, strict=True)))
    after: list[tuple[Case, str, str]] = []
    for case, want in zip(listed, expected, strict=True):
        text = removed(case.text, case.dropped)
        if text is None:
            in_pipeline = "|" in case.text.replace("||", "")
            # refused because something could never run, which it did before
            assert in_pipeline or runs[case.text, case.dropped] != set(case.statuses), case
        else:
            assert not any(name in text for name in case.dropped)
            assert all(name in text for name in case.statuses)
            after.append((case, text, want))
    got = run([(text, case.statuses) for case, text, _ in after], shell)
    for (case, text, want), found in zip(after, got, strict=True):
        assert found == want, (case, text)
    return len(after)


def test_every_list_of_up_to_four_commands() -> None:
    operators = [" && ", " || ", "; "]
    assert check(chain(cases(2, operators), cases(3, operators), cases(4, operators))) > 1_400


def test_lines_background_and_pipelines() -> None:
    assert check(chain(cases(2, ["\n", " & ", " | "]), cases(3, [" && ", "\n", " & ", " | "]))) > 200


@pytest.mark.parametrize(
    "shape",
    [
        "set -e; {}",
        "set -e; true; {{ {}; }}; echo end",
        "set -e; f() {{ {}\n}}; f; echo end",
        "set -e; if true; then {}; fi; echo end",
        "set -e; ({})",
        "{{ {}\n}} && echo yes || echo no",
        "for i in 1 2; do {}; done",
        "case x in x) {};; esac",
        "{}; echo $?",
        "false; {}; echo $?",
    ],
)
def test_lists_in_places_where_the_status_counts(shape: str) -> None:
    assert check(cases(3, [" && ", " || ", "; "], shape)) > 100


def test_lists_in_conditions() -> None:
    every = list(cases(3, [" && ", " || ", "; "], "if {}; then echo yes; else echo no; fi"))
    made = [(case, text) for case in every if (text := removed(case.text, case.dropped)) is not None]
    assert len(made) > 100
    got = run([(text, case.statuses) for case, text in made], SHELLS[0])
    assert got == run([(case.replaced, case.statuses) for case, _ in made], SHELLS[0])


def test_a_removal_that_reads_otherwise_than_it_should_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert removed("a; X; b") == "a; b"
    monkeypatch.setattr("dockerfix.syntax.shell.removal.parse_shell", lambda _text: parse_shell("a; other"))
    assert removed("a; X; b") is None
    monkeypatch.setattr("dockerfix.syntax.shell.removal.parse_shell", lambda _text: parse_shell("if"))
    assert removed("a; X; b") is None
