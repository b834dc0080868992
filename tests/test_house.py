"""The rules of the house: who may import whom, what a pass must have, how long things may be."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import golden
from conftest import FIXTURES, ROOT
from dockerfix import patterns
from dockerfix.knowledge.idioms import idioms
from dockerfix.passes import Pass, all_passes
from passes import Example, example, open_project, options_of_case, run_alone

PACKAGE = ROOT / "compiler" / "dockerfix"
COPIED = PACKAGE / "app" / "runtime"
"""What is copied into other people's projects; it is no part of the program."""
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if COPIED not in path.parents)
PASSES = all_passes()

MODULE_LINES = 300
FUNCTION_LINES = 40

FLOORS = (
    r"version|patterns|source",
    r"emitter",
    r"findings",
    r"syntax(\..*)?",
    r"quoting|versions|files|knowledge(\..*)?",
    r"requirement_options|requirements|project|project_\w+",
    r"\w+",  # what passes share: stages, commands, blocks, the options and their company
    r"passes(\..*)?",
    r"pipeline",
    r"verify|second_reader",
    r"api",
    r"config|locate|(report|app)(\..*)?",
    r"cli(\..*)?|__main__",
)
"""From the ground up: each may import from its own floor and those below."""

LODGERS = {
    "lark": r"(?!)",
    "yaml": r"project|project_\w+|config",
    "click": r"cli(\..*)?",
    "dockerfile_parse": r"second_reader",
    "syrupy": r"(?!)",
    "dockerfile": r"(?!)",
}
"""Packages of others, and where they may live."""


def module_name(path: Path) -> str:
    """``syntax.parser`` of ``compiler/dockerfix/syntax/parser.py``; ``__init__`` of the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """The full names that a module imports anywhere in it, but for types only."""
    skipped = {
        id(inner)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}".removeprefix("dockerfix.")
                is_module = (PACKAGE / full.replace(".", "/")).with_suffix(".py").exists()
                is_package = (PACKAGE / full.replace(".", "/")).is_dir()
                yield f"dockerfix.{full}" if is_module or is_package else str(node.module)


def floor(name: str) -> int:
    """The floor of a module; a name on several lives on the one that says most."""
    found = [number for number, pattern in enumerate(FLOORS) if re.fullmatch(pattern, name)]
    named = [number for number in found if FLOORS[number] != r"\w+"]
    return (named or found)[0]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_downwards(path: Path) -> None:
    name = module_name(path)
    if name == "__init__":
        return  # it names the public things of all floors, and loads each on first use
    for other in imports(path):
        if other.startswith("dockerfix."):
            target = other.removeprefix("dockerfix.")
            assert floor(target) <= floor(name), f"{name} imports {target}, which stands above it"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_lodgers_stay_in_their_rooms(path: Path) -> None:
    for other in imports(path):
        room = LODGERS.get(other.partition(".")[0])
        assert room is None or re.fullmatch(room, module_name(path)), f"{other} in {module_name(path)}"


def test_the_second_reader_is_not_imported_at_the_top() -> None:
    top = [node for path in MODULES for node in tree(path).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert not [node for node in top if "dockerfile_parse" in ast.unparse(node)]


def loaded_after(code: str) -> set[str]:
    """The modules that are there once `code` has run in a new interpreter."""
    program = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); {code}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import dockerfix", {"lark", "yaml", "click", "dockerfile_parse", "dataclasses", "json", "pathlib"}),
        ("import dockerfix.syntax.parser", {"yaml", "click", "dockerfile_parse"}),
        ("import dockerfix.api", {"click", "dockerfile_parse"}),
        ("import dockerfix.cli", {"lark", "yaml", "dockerfile_parse"}),
    ],
)
def test_what_is_heavy_is_loaded_when_needed(code: str, absent: set[str]) -> None:
    assert not loaded_after(code) & (absent - loaded_after("pass"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_length(path: Path) -> None:
    count = len(path.read_text("utf-8").splitlines())
    assert count <= MODULE_LINES, f"{count} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            documentation = len((ast.get_docstring(node, clean=False) or "").splitlines())
            length = (node.end_lineno or 0) - node.lineno + 1 - documentation
            assert length <= FUNCTION_LINES, f"{node.name} has {length} lines"


SKIPPED_FOLDERS = {
    ".git",
    ".venv",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "dist",
    "build",
    ".fuzz",
}


def test_no_path_of_a_machine() -> None:
    places = re.compile(rb"/(?:work|tmp/venv|opt/pypi[\w-]*)(?![\w.-])")
    for path in ROOT.rglob("*"):
        if path.is_file() and not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts):
            found = places.search(path.read_bytes()) if path != Path(__file__) else None
            assert not found, f"{path.relative_to(ROOT)}: {found and found[0]!r}"


# ---- passes


def name_of(each: Pass) -> str:
    return f"{each.code}-{each.name}"


def cases_of(each: Pass) -> list[Path]:
    return golden.cases(f"passes/{each.name}/*")


def test_codes_are_unique() -> None:
    codes = [each.code for each in PASSES]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes)


def test_passes_do_not_import_each_other() -> None:
    for each in PASSES:
        path = PACKAGE / "passes" / f"{each.name}.py"
        assert not [other for other in imports(path) if other.startswith("dockerfix.passes")]


@pytest.mark.parametrize("each", [each for each in PASSES if not each.edits], ids=name_of)
def test_a_check_makes_no_edits(each: Pass) -> None:
    names = {node.id for node in ast.walk(tree(PACKAGE / "passes" / f"{each.name}.py")) if isinstance(node, ast.Name)}
    assert not names & {"Edit", "edits"}


def test_every_folder_of_cases_belongs_to_a_pass() -> None:
    assert {path.name for path in (FIXTURES / "passes").iterdir()} <= {each.name for each in PASSES}


@pytest.mark.parametrize("each", PASSES, ids=name_of)
def test_form_of_a_pass(each: Pass) -> None:
    module = importlib.import_module(f"dockerfix.passes.{each.name}")
    assert re.fullmatch(r"DF\d{3}", each.code)
    assert module.__doc__.startswith(f"{each.code}: ")
    assert each.function.__module__ == module.__name__
    assert each.function.__name__ == each.name
    assert re.match(r"[A-Z].+\.$", each.summary), "the docstring begins with one sentence on one line"
    assert "Before:" in each.documentation
    assert "After:" in each.documentation


@pytest.mark.parametrize("each", PASSES, ids=name_of)
def test_example_of_a_pass(each: Pass) -> None:
    shown: Example = example(each)
    outcome = run_alone(each, shown.before, open_project(None, shown.cog_yaml), shown.options)
    assert outcome.document.text == shown.after
    assert {finding.code for finding in outcome.findings} <= {each.code}
    assert outcome.findings or shown.before == shown.after


@pytest.mark.parametrize("each", PASSES, ids=name_of)
def test_cases_of_a_pass(each: Pass) -> None:
    cases = cases_of(each)
    kept = [case for case in cases if case.name.startswith("keeps_")]
    assert kept, "a case that the pass must leave alone (its folder's name begins with `keeps_`)"
    assert len(cases) > len(kept), "a case that the pass changes"
    done = [
        run_alone(each, (case / "input.Dockerfile").read_bytes(), open_project(case), options_of_case(case))
        for case in cases
    ]
    for case, outcome in zip(cases, done, strict=True):
        if case in kept:
            assert not outcome.changes, case.name
    if not each.edits:
        assert any(outcome.findings for outcome in done)
        assert not any(outcome.changes for outcome in done)
    else:
        assert any(outcome.changes for outcome in done)


def literals(module: ast.Module) -> Iterator[ast.Constant]:
    """The string literals of a module that are no docstrings."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


@pytest.mark.parametrize("each", PASSES, ids=name_of)
def test_facts_live_in_the_tables(each: Pass) -> None:
    """No version number and no image in a pass; a message may say ``cog-base``, but no literal may have its tag."""
    images = idioms().images
    tagged = "|".join(map(re.escape, (images.python, images.cog_base, images.monobase, images.weights_stage)))
    whole = "|".join(map(re.escape, (images.registry, images.cuda, images.first_base)))
    facts = re.compile(rf"\d+\.\d+|{whole}|(?:{tagged}):\S")
    for node in literals(tree(PACKAGE / "passes" / f"{each.name}.py")):
        found = facts.search(str(node.value))
        assert not found, f"line {node.lineno}: {found and found[0]}"


def test_every_regular_expression_compiles() -> None:
    """Those of `patterns.lazy` say nothing of a mistake before their first use."""
    found = 0
    for path in MODULES:
        module = importlib.import_module(f"dockerfix.{module_name(path)}".removesuffix(".__init__"))
        for value in vars(module).values():
            if isinstance(value, patterns._Lazy):
                re.compile(value._source, value._flags)
                found += 1
    assert found > 50
