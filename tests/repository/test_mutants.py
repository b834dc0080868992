"""The mistakes of `make mutation`: what is made of a statement, and the list of those that can't be noticed."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

import run_mutants
from mutants import Mutant, mutants
from places import ROOT

NO_CODE = compile("", "none", "exec")

MADE = {
    "a < b": ["a < b -> a <= b", "a < b -> a >= b"],
    "a is b": ["a is b -> a is not b"],
    "a and b": ["a and b -> a or b", "without a", "without b"],
    "a + b": ["a + b -> a - b"],
    "not a": ["not a -> a"],
    "a(1, b=c)": ["without b=c", "1 -> 2"],
    "any(a)": ["any -> all"],
    "True": ["True -> False"],
    "'a'": ["'a' -> 'a~'"],
    "1 + 1": ["1 + 1 -> 1 - 1", "1 -> 2", "1 -> 2 (2)"],
    "b if a and c else d": ["a and c -> not (a and c)", "a and c -> a or c", "without a", "without c"],
    "[a for a in b if a()]": ["a() -> not a()"],
}

STATEMENTS = '''
"""Text."""
A: "b" = 1
def f(a: "b" = 2):
    """Text."""
    while a():
        a += 1
        return
    return False
'''


def made_of(folder: Path, source: str) -> list[Mutant]:
    path = folder / "module.py"
    path.write_text(source, "utf-8")
    return list(mutants(path, "module.py"))


@pytest.mark.parametrize("expression", MADE)
def test_mistakes_in_an_expression(tmp_path: Path, expression: str) -> None:
    found = made_of(tmp_path, f"def f(a, b):\n    return {expression}\n")
    assert [mutant.change for mutant in found] == [f"return {expression} -> return None", *MADE[expression]]
    assert {mutant.at for mutant in found} == {f"f: return {expression}"}


def test_mistakes_in_statements(tmp_path: Path) -> None:
    found = [(mutant.at, mutant.change) for mutant in made_of(tmp_path, STATEMENTS)]
    assert found == [
        ('module: A: "b" = 1', "1 -> 2"),
        ('f: def f(a: "b" = 2):', "2 -> 3"),
        ("f: while a():", "a() -> not a()"),
        ("f: a += 1", "without a += 1"),
        ("f: a += 1", "1 -> 2"),
        ("f: return", "without return"),
        ("f: return False", "False -> True"),
    ]


def test_each_mutant_holds_its_own_mistake(tmp_path: Path) -> None:
    values = []
    for mutant in made_of(tmp_path, "A = 1 + 1\n"):
        names: dict[str, int] = {}
        exec(mutant.code, names)
        values.append(names["A"])
    assert values == [0, 3, 3]


def test_a_module_is_imported_with_its_mistake() -> None:
    loader = run_mutants.Mistaken("text/source.py", compile("Span = 'mistaken'", "none", "exec"))
    assert loader.find_spec("dockerfix.driver.gate", None) is None
    spec = loader.find_spec("dockerfix.text.source", None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    assert module.Span == "mistaken"
    assert Path(str(module.__file__)) == ROOT / "compiler" / "dockerfix" / "text" / "source.py"


@pytest.mark.parametrize("file", run_mutants.TESTS)
def test_every_entry_names_a_mutant(file: str) -> None:
    explained = run_mutants.explained()
    names = {mutant.name for mutant in mutants(run_mutants.PACKAGE / file, file)}
    assert {name for name in explained if name[0] == file} <= names
    assert {name[0] for name in explained} <= set(run_mutants.TESTS)
    assert all(why.endswith(".") for why in explained.values())


@pytest.mark.parametrize(
    ("alive", "listed", "said"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a", "b"], ["a"], ["survives:", "at: f: b"]),
        (["a"], ["a", "b"], ["is listed and survives no more:", "at: f: b"]),
    ],
)
def test_what_differs_from_the_list_is_reported(
    alive: list[str], listed: list[str], said: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def known(names: list[str]) -> list[Mutant]:
        return [Mutant("driver/gate.py", f"f: {name}", "a -> b", NO_CODE) for name in names]

    monkeypatch.setattr(run_mutants, "start", lambda _file, _code: ending_with(0))
    monkeypatch.setattr(run_mutants, "survivors", lambda _found, _jobs: known(alive))
    monkeypatch.setattr(run_mutants, "explained", lambda: {mutant.name: "Why." for mutant in known(listed)})
    assert run_mutants.report("driver/gate.py", 1) == (1 if said else 0)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == ([*said, "change: a -> b"] if said else [])


def test_tests_that_fail_anyway_tell_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_mutants, "start", lambda _file, _code: ending_with(1))
    assert run_mutants.report("driver/gate.py", 1) == 1
    assert "fail without any mistake" in capsys.readouterr().out


def ending_with(status: int) -> int:
    """The number of a process that ends with `status`."""
    return os.posix_spawn(sys.executable, [sys.executable, "-c", f"raise SystemExit({status})"], os.environ)
