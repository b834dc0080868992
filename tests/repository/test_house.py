"""The rules of the house: who may import whom, and what a pass must have."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import golden
from dockerfix.knowledge.cog_constructs import (
    COG_BASE_IMAGE,
    CUDA_IMAGE,
    FIRST_BASE_IMAGE,
    MONOBASE_IMAGE,
    PYTHON_IMAGE,
    WEIGHTS_STAGE,
)
from dockerfix.passes import OPENING, Pass, all_passes
from dockerfix.text import lazy_patterns
from pass_cases import Example, example, open_project, options_of_case, run_alone
from places import FIXTURES, ROOT

PACKAGE = ROOT / "compiler" / "dockerfix"
COPIED = PACKAGE / "app" / "runtime"
"""What is copied into other people's projects; it is no part of the program."""
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if COPIED not in path.parents)
PASSES = all_passes()

LAYERS = {
    "text": "",
    "syntax": "text",
    "knowledge": "text",
    "project": "text syntax knowledge",
    "analysis": "text syntax knowledge project",
    "passes": "text syntax knowledge project analysis",
    "driver": "text syntax knowledge project analysis passes",
    "app": "text syntax knowledge project analysis driver",
    "report": "text syntax knowledge project analysis passes driver",
    "cli": "text syntax knowledge project analysis passes driver app report",
}
"""Each folder of the package, and the folders that it may import from."""

ANALYSIS = (
    "options context memo",
    "stages commands variables environment shapes",
    "blocks cog packages.apt packages.pip",
    "images python placement",
    "cuda packages.requested packages.torch_index packages.install_step packages.requirements_copy "
    "fal.client fal.copies fal.uploads fal.repairs fal.secrets",
)
"""The layers inside ``analysis/``, from below: each module may import from its own layer and those below."""

THIRD_PARTY = {
    "lark": r"(?!)",
    "yaml": r"project\..*|cli\.config",
    "click": r"cli(\..*)?",
    "tomlkit": r"app\.write\.pyproject",
    "distributed": r"cli\.survey\.cluster",
    "dockerfile_parse": r"driver\.cross_check",
    "syrupy": r"(?!)",
    "dockerfile": r"(?!)",
}
"""Third-party packages, and the modules that may import them."""


def module_name(path: Path) -> str:
    """``syntax.parser`` of ``compiler/dockerfix/syntax/parser.py``; ``__init__`` of the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path, *, types: bool = False) -> Iterator[str]:
    """The full names that a module imports anywhere in it; with `types` also what it imports only for types."""
    skipped = {
        id(inner)
        for node in ast.walk(tree(path))
        if not types and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
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


def layer(name: str) -> str:
    """The folder of a module; an error for a module that lies in none of the ten."""
    folder = name.partition(".")[0]
    assert folder in LAYERS, f"{name} belongs to no layer"
    return folder


def layer_of_analysis(name: str) -> int:
    """The layer of a module inside ``analysis/``, counted from below."""
    for number, names in enumerate(ANALYSIS):
        if name.removeprefix("analysis.") in names.split():
            return number
    raise AssertionError(f"{name} belongs to no layer of analysis")


def test_the_root_holds_ten_folders_and_at_most_four_files() -> None:
    entries = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert {path.name for path in entries if path.is_dir()} == set(LAYERS)
    assert len([path for path in entries if path.is_file()]) <= 4


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_downwards(path: Path) -> None:
    name = module_name(path)
    if name in ("__init__", "__main__"):
        return  # the public names, each loaded on first use, and the command
    allowed = {layer(name), *LAYERS[layer(name)].split()}
    for other in imports(path):
        if not other.startswith("dockerfix."):
            continue
        target = other.removeprefix("dockerfix.")
        if target == "__version__":
            continue
        assert layer(target) in allowed, f"{name} imports {target}"
        if name.startswith("analysis.") and target.startswith("analysis."):
            assert layer_of_analysis(target) <= layer_of_analysis(name), f"{name} imports {target}, a layer above it"


def test_no_module_imports_itself_through_others() -> None:
    names = {module_name(path): path for path in MODULES}
    graph = {
        name: {other.removeprefix("dockerfix.") for other in imports(path, types=True)} & (names.keys() - {name})
        for name, path in names.items()
    }
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", [path for path in MODULES if "analysis" in path.parts], ids=module_name)
def test_every_module_of_analysis_has_a_layer(path: Path) -> None:
    if path.name != "__init__.py":
        layer_of_analysis(module_name(path))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_third_party_imports_stay_in_their_modules(path: Path) -> None:
    for other in imports(path):
        place = THIRD_PARTY.get(other.partition(".")[0])
        assert place is None or re.fullmatch(place, module_name(path)), f"{other} in {module_name(path)}"


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
        ("import dockerfix.syntax.dockerfile.parser", {"yaml", "click", "dockerfile_parse"}),
        ("import dockerfix.driver.rewrite", {"click", "dockerfile_parse"}),
        ("import dockerfix.cli", {"lark", "yaml", "dockerfile_parse"}),
    ],
)
def test_what_is_heavy_is_loaded_when_needed(code: str, absent: set[str]) -> None:
    assert not loaded_after(code) & (absent - loaded_after("pass"))


HEAVY = {"lark", "click", "dockerfile_parse", "dataclasses", "json", "inspect", "difflib", "subprocess", "shutil"}
"""What a run on one file does without."""


@pytest.mark.parametrize("options", [[], ["--check"], ["--target", "server", "-q"]], ids=" ".join)
def test_a_run_on_one_file_loads_nothing_heavy(tmp_path: Path, options: list[str]) -> None:
    case = FIXTURES / "pipeline" / "comfy-workflows-v0.9.6"
    for path in [*case.glob("*.py"), case / "cog.yaml", case / "input.Dockerfile"]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    words = ["dockerfix", *options, str(tmp_path / "input.Dockerfile")]
    run = f"""
import os
sys.argv = {words!r}
sys.stdout, output = open(os.devnull, "w"), sys.stdout
from dockerfix.cli import main
try:
    main()
except SystemExit:
    sys.stdout = output
"""
    loaded = loaded_after(f"exec({run!r})") - loaded_after("pass")
    assert "dockerfix.driver.gate" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_no_regular_expression_is_compiled_by_an_import(path: Path) -> None:
    """`lazy_patterns` has those of a module: a run uses half of them."""
    functions = {
        id(inner)
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.Lambda))
        for inner in ast.walk(node)
    }
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and id(node) not in functions]
    assert not [call for call in calls if ast.unparse(call.func) == "re.compile"]


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


def files_of(each: Pass) -> list[Path]:
    """The files of a pass: one module, or all those of its folder."""
    folder = PACKAGE / "passes" / each.name
    return sorted(folder.glob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def name_of(each: Pass) -> str:
    return f"{each.code}-{each.name}"


def cases_of(each: Pass) -> list[Path]:
    return golden.cases(f"passes/{each.name}/*")


def test_codes_are_unique() -> None:
    codes = [each.code for each in PASSES]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes, key=lambda code: (code not in OPENING, code))


def test_passes_do_not_import_each_other() -> None:
    for each in PASSES:
        own = re.compile(rf"dockerfix\.passes\.{each.name}(\.\w+)?")
        for path in files_of(each):
            others = [other for other in imports(path) if other.startswith("dockerfix.passes")]
            assert not [other for other in others if not own.fullmatch(other)], path


@pytest.mark.parametrize("each", [each for each in PASSES if not each.edits], ids=name_of)
def test_a_check_makes_no_edits(each: Pass) -> None:
    for path in files_of(each):
        names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
        assert not names & {"Edit", "edits"}, path


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
        run_alone(
            each, (case / "input.Dockerfile").read_bytes(), open_project(golden.project_of(case)), options_of_case(case)
        )
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
    tagged = "|".join(map(re.escape, (PYTHON_IMAGE, COG_BASE_IMAGE, MONOBASE_IMAGE, WEIGHTS_STAGE)))
    whole = "|".join(map(re.escape, ("r8.im", CUDA_IMAGE, FIRST_BASE_IMAGE)))
    facts = re.compile(rf"\d+\.\d+|{whole}|(?:{tagged}):\S")
    for path in files_of(each):
        for node in literals(tree(path)):
            found = facts.search(str(node.value))
            assert not found, f"{path.name}, line {node.lineno}: {found and found[0]}"


def test_every_regular_expression_compiles() -> None:
    """Those of `patterns.lazy` say nothing of a mistake before their first use."""
    found = 0
    for path in MODULES:
        module = importlib.import_module(f"dockerfix.{module_name(path)}".removesuffix(".__init__"))
        for value in vars(module).values():
            if isinstance(value, lazy_patterns._Lazy):
                re.compile(value._source, value._flags)
                found += 1
    assert found > 50
