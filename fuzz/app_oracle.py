"""What must hold of the App of any predictor, judged by Python's own parser."""

from __future__ import annotations

import ast
import sys

from dockerfix.app import AppResult, build, migrate
from dockerfix.app.read.model import AppError
from dockerfix.project.project import ConfigError, Project
from fuzz.parts import Parts, in_folder

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONFIG = b'build:\n  python_version: "3.11"\npredict: "predict.py:Predictor"\n'
DOCKERFILE = "FROM python:3.11-slim\nCOPY . /src\n"
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
STATEMENTS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, *DEFINITIONS)
"""What stands in fal_app.py besides its docstring; a call would be the project's code at work."""


def check_app(parts: Parts) -> None:
    """The App is a module of definitions with an input for each parameter, and a second migration changes nothing."""
    with in_folder(_files(parts)) as folder:
        assert folder is not None
        try:
            project = Project.open(folder)
            result = build(project)
            planned = migrate.plan(project, DOCKERFILE, result)
            if planned.foreign:
                return
        except (AppError, ConfigError) as error:
            assert "\n" not in str(error), "a message of several lines"  # noqa: PT017
            return
        _check_text(result)
        _check_inputs(result, parts.first)
        migrate.apply(planned)
        again = Project.open(folder)
        assert migrate.plan(again, DOCKERFILE, build(again)).changed == (), "a second migration changes something"


def built(parts: Parts) -> AppResult | None:
    """The App of a project; None where there is none."""
    with in_folder(_files(parts)) as folder:
        try:
            return build(Project.open(folder))
        except (AppError, ConfigError):
            return None


def _files(parts: Parts) -> dict[str, bytes]:
    return {"cog.yaml": CONFIG, **parts.files, "predict.py": parts.data}


def _check_text(result: AppResult) -> None:
    for name, text in result.files.items():
        assert not any(not each.isprintable() and each not in "\n\t" for each in text), f"{name}: a control character"
        tree = ast.parse(text, name)
        compile(tree, name, "exec", dont_inherit=True)
        if name == "fal_app.py":
            docstring, *body = tree.body
            assert isinstance(docstring, ast.Expr), "no docstring"
            assert isinstance(docstring.value, ast.Constant), "no docstring"
            other = [ast.unparse(each) for each in body if not isinstance(each, STATEMENTS)]
            assert not [each for each in other if not each.startswith(("if TYPE_CHECKING", "try:", "if sys."))], other
    entry = tomllib.loads(result.toml)
    assert list(entry) == ["tool"], "pyproject.toml has another table"


def _check_inputs(result: AppResult, text: str) -> None:
    """A plain method `predict` or `run` of the only class that has one: each of its parameters is an input."""
    module = ast.parse(text.encode("utf-8", "surrogateescape"))
    name = result.predictor.name
    classes = [each for each in module.body if isinstance(each, ast.ClassDef) and each.name == name]
    if len(classes) != 1 or classes[0].bases or classes[0].decorator_list:
        return
    body = classes[0].body
    methods = [each for each in body if isinstance(each, ast.FunctionDef) and each.name in ("predict", "run")]
    if len(methods) != 1 or methods[0].decorator_list or not all(isinstance(each, ast.FunctionDef) for each in body):
        return
    arguments = methods[0].args
    wanted = {each.arg for each in (*arguments.posonlyargs, *arguments.args)[1:]} | {
        each.arg for each in arguments.kwonlyargs
    }
    found = {each.name for each in result.predictor.inputs}
    assert wanted == found, f"other inputs: {sorted(wanted ^ found)}"
    calls = {node.arg for node in ast.walk(ast.parse(result.text)) if isinstance(node, ast.keyword)}
    assert wanted <= calls or not result.ok, f"not handed over: {sorted(wanted - calls)}"
