"""Weights that the predictor loads from a path in the project, where nothing is.

Many projects keep weights out of git, and a script that is run by hand before `cog build` fetches them
(``replicate/cog-examples``, ``script/download-weights``). Without them the image builds and the model doesn't start.
"""

from __future__ import annotations

import ast
import os
import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from dockerfix.app.read.code import Library, Module, parse
from dockerfix.app.read.constants import evaluate
from dockerfix.app.read.model import AppError, Note
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.scope import Scope
from dockerfix.app.read.weights import Downloads, listed
from dockerfix.knowledge import downloads as known
from dockerfix.knowledge.fal import DATA_FOLDER
from dockerfix.project.imports import code_of
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.reach import WORKING_FOLDERS

_SILENT = frozenset({"print", "str", "len", "repr", "isinstance", "Path", "join"})
"""The last names of functions that make no file of their argument."""


@dataclass
class _Uses:
    """Paths in the project, as one part of the code uses them: `loaded` with the place, `other` in any other call."""

    loaded: dict[str, tuple[str, int]] = field(default_factory=dict)
    other: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    """Loaded paths that can be nothing but a path."""


def missing_weights(project: Project, config: CogConfig, downloads: Downloads) -> list[Note]:
    """One note for each path that the predictor loads weights from, that is missing, and that nothing seems to make."""
    if project.root is None or config.weights:
        return []
    reached = project.reached_files(config.predict)
    uses = _Uses()
    for file in sorted(reached):
        _read(project, file, uses)
    root = project.root
    missing = {
        path: place
        for path, place in uses.loaded.items()
        if path not in uses.other and not os.path.lexists(root / path)
    }
    makers = _makers(project, config, reached, missing) if missing else {}
    commands = " ".join(item.command for item in config.run)
    by_hand: dict[str, list[str]] = {}
    notes: list[Note] = []
    for path, (file, line) in missing.items():
        maker = makers.get(path)
        if path in commands or (maker is not None and maker in commands):
            continue
        if maker is not None:
            by_hand.setdefault(maker, []).append(path)
        elif path in uses.plain and not (downloads.found or downloads.in_build):
            message = f"the code loads `{path}`, which is not in the project, and nothing seems to download it; "
            notes.append(
                Note("DF525", f"{message}put it there, or download it in `setup` to `{DATA_FOLDER}`", file, line)
            )
    for maker, paths in by_hand.items():
        verb, them = ("is", "it") if len(paths) == 1 else ("are", "them")
        message = (
            f"the code loads {listed(paths)}, which {verb} not in the project yet; run `{maker}`, which makes {them}, "
        )
        notes.append(Note("DF525", f"{message}before the build", *missing[paths[0]]))
    return notes


def _makers(project: Project, config: CogConfig, reached: frozenset[str], paths: Collection[str]) -> dict[str, str]:
    """The paths that scripts make which the predictor doesn't reach, each with its script."""
    made: dict[str, str] = {}
    for file in project.python_files():
        if file not in reached and file not in project.reached_files(config.train):
            uses = _Uses()
            _read(project, file, uses, makes=True)
            made.update({path: file for path in uses.other if path not in made})
    for name in known.COMMANDS:
        for file, _line in project.find_calls_of_command(name):
            source = project.read(file) if file not in (*reached, *project.python_files()) else None
            words = set(re.split(r"[\s\"'=;&|]+", source.text)) if source is not None else set()
            made.update({path: file for path in paths if path not in made and words & {path, f"./{path}", f"{path}/"}})
    return made


def _read(project: Project, file: str, uses: _Uses, *, makes: bool = False) -> None:
    """Take the paths in the calls of one file; with `makes` only those in calls that make a folder or a file."""
    source = project.read(file)
    if source is None or file not in project.python_files():
        return
    try:
        tree = parse(source, file)
    except AppError:
        return
    scope = Scope(Library(project, file), Module(file, tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = code_of(node.func)
        loads = [] if makes else list(_loaded(node, name))
        for argument in loads:
            path = _path(argument, scope)
            if path is not None:
                uses.loaded.setdefault(path, (file, node.lineno))
                if _is_plain(argument, scope):
                    uses.plain.add(path)
        if (makes and name.rpartition(".")[2] in known.MAKERS) or (
            not makes and not loads and name.rpartition(".")[2] not in _SILENT
        ):
            arguments = [*node.args, *(each.value for each in node.keywords)]
            if isinstance(node.func, ast.Attribute):
                arguments.append(node.func.value)  # Path("weights").exists()
            uses.other.update(path for each in _items(arguments) if (path := _path(each, scope)) is not None)
        elif makes:
            folders = [each.value for each in node.keywords if each.arg in known.FOLDER_KEYWORDS]
            uses.other.update(path for each in folders if (path := _path(each, scope)) is not None)


def _loaded(node: ast.Call, name: str) -> Iterator[ast.expr]:
    """Yield the arguments of a call that name weights on the disk."""
    last = name.rpartition(".")[2]
    if node.args and (
        last in known.HUGGINGFACE_LOADERS or any(f".{name}".endswith(f".{each}") for each in known.LOADERS)
    ):
        yield node.args[0]
    if any(each.arg == known.HUGGINGFACE_OFFLINE and code_of(each.value) == "True" for each in node.keywords):
        yield from (each.value for each in node.keywords if each.arg == "cache_dir")


def _items(arguments: list[ast.expr]) -> Iterator[ast.expr]:
    for each in arguments:
        yield from each.elts if isinstance(each, ast.List | ast.Tuple) else (each,)


def _value(node: ast.expr, scope: Scope) -> str | None:
    if isinstance(node, ast.Call) and code_of(node.func).rpartition(".")[2] in ("Path", "str") and len(node.args) == 1:
        return _value(node.args[0], scope)
    try:
        found = evaluate(node, scope)
    except Unknown:
        return None
    return found if isinstance(found, str) else None


def _path(node: ast.expr, scope: Scope) -> str | None:
    """The path in the project that an expression names, or None."""
    value = _value(node, scope)
    if value is None or not value.strip() or any(each in value for each in ("://", "\n", "~", "$", "*")):
        return None
    for folder in WORKING_FOLDERS:
        value = value.removeprefix(folder)
    path = posixpath.normpath(value)
    return None if path.startswith(("/", "..")) or path == "." else path


def _is_plain(node: ast.expr, scope: Scope) -> bool:
    """Whether a text can be nothing but a path: ``./x``, ``/src/x``, or a file of weights."""
    value = _value(node, scope) or ""
    return value.startswith(("./", *WORKING_FOLDERS)) or posixpath.splitext(value)[1].lower() in known.WEIGHT_ENDINGS
