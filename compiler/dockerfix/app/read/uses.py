"""What the predictor's code uses of Cog that an App has no counterpart for: metrics, and the context of a request."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dockerfix.app.read.code import parse
from dockerfix.app.read.model import AppError, Note, Predictor
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.findings import Severity

_WORD = re.compile(r"record_metric|emit_metric|current_scope|\bscope\b")
_METRIC_FUNCTIONS = frozenset({"emit_metric", "record_metric"})


def notes_of_uses(project: Project, config: CogConfig, predictor: Predictor) -> list[Note]:
    """One note for each such use, at its first place in the files that the predictor reaches.

    What Cog gives is in `replicate/cog:docs/python.md` (metrics), `docs/http.md` (events of a stream) and
    `integration-tests/tests/scope_context.txtar`.
    """
    metrics: list[tuple[str, int]] = []
    contexts: list[tuple[str, int]] = []
    for file in sorted(project.reached_files(config.predict), key=lambda name: (name != predictor.file, name)):
        for kind, line in _uses(project, file):
            (metrics if kind == "metrics" else contexts).append((file, line))
    result: list[Note] = []
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
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last(node.func) in _METRIC_FUNCTIONS:
            yield "metrics", node.lineno
        elif isinstance(node, ast.Attribute) and node.attr in ("metrics", "context") and _is_scope(node.value, scopes):
            yield node.attr, node.lineno


def _is_scope(node: ast.expr, names: frozenset[str] | set[str]) -> bool:
    """Whether an expression is Cog's scope of a request."""
    if isinstance(node, ast.Call):
        return _last(node.func) == "current_scope"
    if isinstance(node, ast.Attribute):
        return node.attr == "scope" and isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name) and node.id in names


def _last(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
