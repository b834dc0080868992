"""What the predictor's code uses that an App has no counterpart for: metrics, the context of a request, signals."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dockerfix.app.read.code import ImportedNames, parse
from dockerfix.app.read.model import AppError, Note, Predictor
from dockerfix.project.imports import code_of
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.findings import Severity
from dockerfix.text.lazy_patterns import lazy

_WORD = lazy(r"record_metric|emit_metric|current_scope|\bscope\b|\bsignal\b|add_signal_handler")
_METRIC_FUNCTIONS = frozenset({"emit_metric", "record_metric"})
_OF_FAL = frozenset({"signal.SIGHUP", "signal.SIGINT", "signal.SIGTERM"})
"""Signals whose handlers the App ignores (`runtime/fal_call.py`)."""


def notes_of_uses(project: Project, config: CogConfig, predictor: Predictor) -> list[Note]:
    """One note for each such use, at its first place in the files that the predictor reaches.

    What Cog gives is in `replicate/cog:docs/python.md` (metrics), `docs/http.md` (events of a stream) and
    `integration-tests/tests/scope_context.txtar`.
    """
    places: dict[str, list[tuple[str, int]]] = {"metrics": [], "context": [], "signal": [], "ignored signal": []}
    for file in sorted(project.reached_files(config.predict), key=lambda name: (name != predictor.file, name)):
        for kind, line in _uses(project, file):
            places[kind].append((file, line))
    metrics, contexts = places["metrics"], places["context"]
    result = list(_signals(places["signal"], places["ignored signal"]))
    if metrics:
        message = "metrics are dropped: fal's answers have none; return what clients need with the result"
        result.append(Note("DF516", f"{message}{_also(metrics)}", *metrics[0], Severity.NOTE))
    if contexts:
        message = "`context` came with requests to Replicate and is always empty on fal; take its values as inputs"
        result.append(Note("DF517", f"{message}, or from `fal secrets`{_also(contexts)}", *contexts[0]))
    if predictor.streaming:
        message = (
            "the stream is `/stream`, whose events hold one piece each; Cog's names of events (`start`, `output`, "
        )
        message += "`completed`) and their replay have no counterpart on fal"
        result.append(Note("DF518", message, predictor.file, predictor.line, Severity.NOTE))
    return result


def _signals(failing: list[tuple[str, int]], ignored: list[tuple[str, int]]) -> Iterator[Note]:
    """What becomes of handlers of signals, which Python takes in the main thread only."""
    if failing:
        message = (
            f"no signal can be handled in the predictor's thread: this is a ValueError or RuntimeError{_also(failing)};"
            " the main thread is fal's. Limit the time with a thread, a process or `asyncio.wait_for`"
        )
        yield Note("DF509", message, *failing[0])
    if ignored:
        message = f"handlers of SIGINT, SIGTERM and SIGHUP are ignored{_also(ignored)}: fal ends a runner by them"
        yield Note("DF509", f"{message}. Write a method `teardown` in the App for what is to be done then", *ignored[0])


def _also(places: list[tuple[str, int]]) -> str:
    rest = len(set(places)) - 1
    return f" ({rest} more {'place' if rest == 1 else 'places'})" if rest else ""


def _uses(project: Project, file: str) -> Iterator[tuple[str, int]]:
    source = project.read(file)
    if source is None or file not in project.python_files() or _WORD.search(source.text) is None:
        return
    try:
        tree = parse(source, file)
    except AppError:
        return
    scopes = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_scope(node.value, frozenset())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    imported = ImportedNames(tree)
    programs = {id(each) for node in ast.walk(tree) if _is_program(node) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last(node.func) in _METRIC_FUNCTIONS:
            yield "metrics", node.lineno
        elif isinstance(node, ast.Call) and id(node) not in programs and (kind := _handler(node, imported)):
            yield kind, node.lineno
        elif isinstance(node, ast.Attribute) and node.attr in ("metrics", "context") and _is_scope(node.value, scopes):
            yield node.attr, node.lineno


def _handler(call: ast.Call, imported: ImportedNames) -> str | None:
    """The kind of a call that handles a signal; None for any other."""
    name = imported.full_name(call.func)
    if name == "signal.set_wakeup_fd" or _last(call.func) == "add_signal_handler":
        return "signal"
    if name != "signal.signal":
        return None
    numbers = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "signalnum")]
    return "ignored signal" if any(imported.full_name(each) in _OF_FAL for each in numbers) else "signal"


def _is_program(node: ast.AST) -> bool:
    """Whether code runs only where its file is started as a program."""
    return isinstance(node, ast.If) and "__name__" in code_of(node.test) and "__main__" in code_of(node.test)


def _is_scope(node: ast.expr, names: frozenset[str] | set[str]) -> bool:
    """Whether an expression is Cog's scope of a request."""
    if isinstance(node, ast.Call):
        return _last(node.func) == "current_scope"
    if isinstance(node, ast.Attribute):
        return node.attr == "scope" and isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name) and node.id in names


def _last(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
