"""From ``predict: file.py:Name`` to a Predictor, by reading the file's syntax tree."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from dockerfix.app.read.annotations import family, full_name
from dockerfix.app.read.code import Files, Library, Names
from dockerfix.app.read.constants import evaluate
from dockerfix.app.read.inputs import read_parameters
from dockerfix.app.read.media import ending
from dockerfix.app.read.model import AppError, Concurrency, Note, Predictor, Setup
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.outputs import Function, Result
from dockerfix.app.read.scope import Found, Scope
from dockerfix.project.files import leaves, locate
from dockerfix.project.imports import code_of
from dockerfix.text.findings import Severity

HEALTH_CHECK, HEALTH_PATH = "healthcheck", "/health"
MAX_HOPS = 10
MAX_NAME = 200


class Folder(Files, Protocol):
    """A project whose folder is known."""

    root: Path | None


class Method(NamedTuple):
    """A function of a class or module, with the scope it is written in."""

    node: Function
    scope: Scope


def read_predictor(project: Folder, reference: str, line: int | None = None, config: str = "cog.yaml") -> Predictor:
    """Read the predictor that `reference` (``predict.py:Predictor``) names; `line` is its place in `config`.

    Raises AppError if the file or the name doesn't exist, can't be parsed, or is outside the project.
    """
    file, name = split_reference(project, reference, line, config)
    library = Library(project, file)
    module = library.open(file)
    scope = Scope(library, module)
    found = _entry(scope, name, file)
    if isinstance(found.binding, ast.ClassDef):
        return _read_class(file, name or found.binding.name, found.binding, found.scope)
    if isinstance(found.binding, ast.FunctionDef | ast.AsyncFunctionDef):
        return _read(file, name or found.binding.name, Method(found.binding, found.scope), None, None, [])
    where = getattr(found.binding, "lineno", None)
    raise AppError(f"`{name}` is created at run time, so its inputs can't be read", file, where)


def find_method(project: Folder, reference: str, names: tuple[str, ...]) -> tuple[Method, bool]:
    """The function that `reference` names, or the first method of its class that is in `names`, and whether it is bound
    to an instance. Raises AppError as `read_predictor` does."""
    file, name = split_reference(project, reference, None, "cog.yaml")
    library = Library(project, file)
    scope = Scope(library, library.open(file))
    found = _entry(scope, name, file)
    if isinstance(found.binding, ast.ClassDef):
        methods = _methods(found.binding, found.scope)
        method = next((methods[each] for each in names if each in methods), None)
        if method is None:
            raise AppError(f"`{found.binding.name}` has no `{names[0]}`", found.scope.file, found.binding.lineno)
        return _checked(method), not _is_static(method.node)
    if isinstance(found.binding, ast.FunctionDef | ast.AsyncFunctionDef):
        return _checked(Method(found.binding, found.scope)), False
    where = getattr(found.binding, "lineno", None)
    raise AppError(f"`{name}` is created at run time, so its inputs can't be read", file, where)


def split_reference(project: Folder, reference: str, line: int | None, config: str) -> tuple[str, str | None]:
    """The file, relative to the project, and the name in it, or None where the reference has no name."""
    path, _, name = reference.partition(":")
    file = PurePosixPath(path).as_posix().removeprefix("./")
    if not file.endswith(".py"):
        raise AppError(f"`{reference}` must be a Python file and a name, such as `predict.py:Predictor`", config, line)
    if project.root is not None and leaves(project.root, file):
        raise AppError(f"`{path}` is outside the project", config, line)
    if project.root is not None and locate(project.root, file) is None:
        raise AppError(f"there is no file `{path}` in the project", config, line)
    if name and not name.isidentifier():
        raise AppError(f"`{name}` is not the name of a class or function", config, line)
    return file, name or None


def _entry(scope: Scope, name: str | None, file: str) -> Found:
    if name is None:
        candidates = [found for each in ("Runner", "Predictor") if (found := _bound(scope, each))]
        if not candidates:
            raise AppError("has neither `Runner` nor `Predictor`; name the class in cog.yaml", file)
        return candidates[0]
    found = _bound(scope, name)
    if found is None:
        known = [key for key, value in scope.module.names.values.items() if isinstance(value, ast.ClassDef)]
        hint = f"; its classes are {', '.join(f'`{each}`' for each in known)}" if known else ""
        raise AppError(f"there is no `{name}` in this file{hint}", file)
    return found


def _bound(scope: Scope, name: str, hops: int = MAX_HOPS) -> Found | None:
    """The last binding of `name`, through other names; later changes of its attributes don't matter."""
    last = [node for node in scope.module.tree.body if _binds(node, name)]
    if last:
        binding = next(iter(Names(last[-1:]).values.values()), None)
        found = Scope(scope.library, scope.module)._follow(binding, hops) if binding is not None else None
    else:
        found = scope.find(name)
    if found is not None and isinstance(found.binding, ast.Name) and hops:
        return _bound(found.scope, found.binding.id, hops - 1)
    if found is not None and isinstance(found.binding, ast.Attribute):
        inner = found.scope.resolve(found.binding)
        return inner if isinstance(inner, Found) else found
    return found


def _binds(node: ast.stmt, name: str) -> bool:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name == name
    return isinstance(node, ast.Assign) and any(isinstance(each, ast.Name) and each.id == name for each in node.targets)


def _read_class(file: str, name: str, node: ast.ClassDef, scope: Scope) -> Predictor:
    methods = _methods(node, scope)
    runner = any(
        full_name(base, where) == "cog.BaseRunner" for owner, where in family(node, scope) for base in owner.bases
    )
    method = next((each for each in (("run", "predict") if runner else ("predict", "run")) if each in methods), None)
    if method is None:
        raise AppError(f"`{name}` has neither `predict` nor `run`", scope.file, node.lineno)
    notes: list[Note] = []
    for each in (method, "setup", HEALTH_CHECK):
        again = _bound_again(each, node, scope) if each in methods else None
        if again is not None:
            what = "so the App's inputs may be wrong" if each == method else "and the App calls what that makes of it"
            notes.append(Note("DF508", f"`{each}` is bound again in line {again[1]}, {what}", *again))
    health = methods.get(HEALTH_CHECK)
    if health is not None:
        message = (
            f"`{HEALTH_CHECK}` answers `POST {HEALTH_PATH}`, which fal calls every 15 seconds; it replaces a runner"
        )
        message += " after three failures"
        notes.append(Note("DF512", message, health.scope.file, health.node.lineno, Severity.NOTE))
    setup = None
    if "setup" in methods:
        parameters = methods["setup"].node.args
        weights = "weights" in [each.arg for each in (*parameters.args, *parameters.kwonlyargs)]
        setup = Setup(isinstance(methods["setup"].node, ast.AsyncFunctionDef), weights)
        if weights:
            message = "`setup` takes `weights`, which Cog passed; the App passes what COG_WEIGHTS names, or None"
            message += " (Cog before 0.17 passed the folder `weights` where it names nothing)"
            notes.append(Note("DF511", message, methods["setup"].scope.file, methods["setup"].node.lineno))
    found = _read(file, name, methods[method], method, setup, notes)
    if health is None:
        return found
    return replace(found, health="async" if isinstance(health.node, ast.AsyncFunctionDef) else "sync")


def _bound_again(name: str, node: ast.ClassDef, scope: Scope) -> tuple[str, int] | None:
    """The file and line where something other than a plain function becomes the class's `name`.

    That is in its body, or in the module that it is written in.
    """
    for owner, where in family(node, scope):
        functions = [item for item in owner.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
        inner = [each for item in owner.body if item not in functions for each in ast.walk(item)]
        outer = [
            each
            for item in where.module.tree.body
            if not isinstance(item, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            for each in ast.walk(item)
        ]
        for each in (*inner, *outer):
            stored = isinstance(getattr(each, "ctx", None), ast.Store)
            target = code_of(each) if stored else ""
            again = isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name and each in inner
            if again or target == f"{owner.name}.{name}" or (target == name and each in inner):
                return where.file, getattr(each, "lineno", node.lineno)
        if any(item.name == name for item in functions):
            return None
    return None


def _methods(node: ast.ClassDef, scope: Scope) -> dict[str, Method]:
    """The methods of a class, those of its bases in the project too, the nearest first."""
    result: dict[str, Method] = {}
    for owner, where in family(node, scope):
        inner = Scope(where.library, where.module, (Names(owner.body),))
        for item in reversed(owner.body):
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                result.setdefault(item.name, Method(item, inner))
    return result


def _checked(method: Method) -> Method:
    """`method`, if its parameters have names. Raises AppError."""
    node, scope = method
    if node.args.vararg or node.args.kwarg:
        raise AppError(f"`{node.name}` takes `*` arguments, so its inputs can't be read", scope.file, node.lineno)
    return method


def _read(
    file: str, name: str, method: Method, method_name: str | None, setup: Setup | None, notes: list[Note]
) -> Predictor:
    node, scope = _checked(method)
    inputs = read_parameters(node, scope, method=method_name is not None and not _is_static(node))
    result = Result(node, scope)
    return Predictor(
        file,
        name,
        method_name,
        node.lineno,
        inputs,
        result.type,
        awaited=result.awaited,
        streaming=result.streaming,
        async_pieces=result.async_pieces,
        concatenate=result.concatenate,
        setup=setup,
        summary=_summary(node),
        concurrency=_concurrency(node, scope),
        endings=_endings(node),
        notes=(*notes, *result.notes, *(note for each in inputs for note in each.notes)),
    )


def _is_static(node: Function) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)


def _summary(node: Function) -> str:
    text = ast.get_docstring(node) or ""
    return " ".join(text.partition("\n\n")[0].split())


def _endings(node: Function) -> frozenset[str]:
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))
    return frozenset(found for text in texts if len(text) < MAX_NAME and "\n" not in text and (found := ending(text)))


def _concurrency(node: Function, scope: Scope) -> Concurrency | None:
    """The number of ``@concurrent(max=...)``."""
    for each in node.decorator_list:
        if isinstance(each, ast.Call) and full_name(each.func, scope) == "cog.concurrent":
            for keyword in each.keywords:
                try:
                    value = evaluate(keyword.value, scope) if keyword.arg == "max" else None
                except Unknown:
                    return None
                if isinstance(value, int) and value > 0:
                    return Concurrency(value, scope.file, each.lineno)
    return None
