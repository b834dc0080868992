"""Calls of a command such as pget in a project's Python code, scripts and notebooks.

Real code passes lists to ``subprocess``, keeps lists in variables, passes strings to ``os.system``, uses absolute
paths, ``asyncio`` and ``shutil.which``; two thirds of the calls are outside predict.py. As the answer decides whether
a tool stays in the image, a doubtful case counts as a call.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from dockerfix.project.imports import parse_python
from dockerfix.project.shell_calls import HOLE, command_calls, shell_calls
from dockerfix.text.lazy_patterns import lazy

_SHELL_RUNNERS = frozenset(
    (
        *("system", "popen", "Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
        *(
            "create_subprocess_shell",
            "spawn",
            "split",
            "sh",
            "bash",
            "execute",
            "cmd",
            "shell",
            "run_command",
            "run_cmd",
        ),
    )
)
_WORD_RUNNERS = frozenset(
    (
        *("create_subprocess_exec", "which", "append", "insert", "extend", "Command", "find_executable"),
        *("execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "posix_spawn"),
        *("spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe"),
    )
)
_TALKERS = frozenset(["print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "write"])
_ARGUMENT = lazy(rf"\S+\s+(?:-|{HOLE}|[./~$%]|\w+://|\w[\w.-]*/|multifile\b)")
_MAX_PARTS = 200
_MAX_DEPTH = 40


def python_calls(text: str, name: str) -> list[int]:
    """Return the lines (from 1, each once) on which the Python source `text` calls the command `name`.

    Source that this Python can't parse is searched line by line, comments aside.
    """
    return list(_python_calls(text, name)) if name in text else []


@lru_cache(maxsize=64)
def _python_calls(text: str, name: str) -> tuple[int, ...]:
    tree = parse_python(text)
    if tree is None:
        return tuple(_search_lines(text, name))
    return tuple(sorted(set(_Finder(tree, name, text.split("\n")).found())))


def script_calls(text: str, name: str) -> list[int]:
    """Return the lines (from 1, each once) on which the shell script `text` calls the command `name`."""
    if name not in text:
        return []
    return sorted({text.count("\n", 0, offset) + 1 for offset in shell_calls(text, name)})


def notebook_calls(text: str, name: str) -> list[int]:
    """Return the lines (from 1) of a notebook's JSON with code that calls `name` in Python or after ``!``."""
    result = []
    for number, line in enumerate(text.split("\n"), 1):
        if name not in line:
            continue
        code = re.sub(r"\\n\",?\s*$|\",?\s*$", "", line.strip().removeprefix('"')).replace('\\"', '"')
        shell = code.lstrip()
        if (
            (shell[:1] in ("!", "%") and shell_calls(shell[1:], name))
            or _search_lines(code, name)
            or shell_calls(code, name)
        ):
            result.append(number)
    return result


def _search_lines(text: str, name: str) -> list[int]:
    """Return the lines with `name` as a word or path in what looks like a string, before any comment."""
    word = re.compile(rf"(?<![\w./-])[\w./-]*(?<![\w.-]){re.escape(name)}(?![\w.-])")
    code = re.compile(r"\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|#.*|[^\"'#]+")
    result = []
    for number, line in enumerate(text.split("\n"), 1):
        if name in line and any(
            part.group()[0] in "\"'" and word.search(part.group()[1:]) for part in code.finditer(line)
        ):
            result.append(number)
    return result


class _Finder:
    """Finds calls in one traversal of a tree, except strings that only mention the command (docstrings, messages)."""

    def __init__(self, tree: ast.Module, name: str, lines: list[str]) -> None:
        self.tree = tree
        self.name = name
        self.lines = lines
        self.constants: dict[str, str] = {}
        self.quiet: set[int] = set()
        for node in ast.walk(tree):
            self.prepare(node)

    def prepare(self, node: ast.AST) -> None:
        """Collect the names bound to text, and the strings that aren't commands."""
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                self.constants.update({key: node.value.value for key in map(_identifier, targets) if key})
        elif isinstance(node, ast.arguments):
            for argument, default in _defaults(node):
                if isinstance(default, ast.Constant) and isinstance(default.value, str):
                    self.constants[argument.arg] = default.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            self.quiet.add(id(node.value))
        elif isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _called(node) in _TALKERS):
            self.quiet.update(id(inner) for inner in ast.walk(node))
        elif isinstance(node, ast.List | ast.Tuple | ast.JoinedStr):
            self.quiet.update(id(inner) for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.Constant))

    def found(self) -> Iterator[int]:
        """Yield the lines of all calls, in no order."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.List | ast.Tuple):
                yield from self.words(node.elts)
            elif isinstance(node, ast.Call):
                yield from self.call(node)
            if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call) and id(node) not in self.quiet:
                yield from self.text(node)

    def place(self, node: ast.expr) -> int:
        """Return the line of `node` that names the command, its first line if a variable does."""
        last = node.end_lineno or node.lineno
        numbers = range(node.lineno, min(last, len(self.lines)) + 1)
        return next((number for number in numbers if self.name in self.lines[number - 1]), node.lineno)

    def words(self, nodes: list[ast.expr]) -> Iterator[int]:
        """Yield the line of a list of words that calls the command; names count as the text they are bound to."""
        values: list[str | None] = []
        for node in nodes[:_MAX_PARTS]:
            text = self.template(node)
            values.append(None if text in ("", HOLE) else text)
        found = command_calls(values, self.name)
        if found is not None:
            yield self.place(nodes[found])

    def call(self, node: ast.Call) -> Iterator[int]:
        called = _called(node)
        if called in _WORD_RUNNERS:
            arguments = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
            yield from self.words(arguments)
            yield from self.words(arguments[1:])
        if called in _SHELL_RUNNERS:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if shell_calls(self.template(argument), self.name):
                    yield self.place(argument)
        if called == self.name and isinstance(node.func, ast.Attribute) and _identifier(node.func.value) == "sh":
            yield self.place(node)

    def text(self, node: ast.expr) -> Iterator[int]:
        """Yield the line of any other string that calls the command: it has a likely argument, or is a path to it."""
        template = self.template(node)
        if self.name not in template:
            return
        if re.fullmatch(rf"/\S*/{re.escape(self.name)}", template):
            yield self.place(node)
        for offset in shell_calls(template, self.name):
            if _ARGUMENT.match(template, offset):
                yield self.place(node)

    def template(self, node: ast.expr, depth: int = 0) -> str:
        """Return the text of a string expression, with a HOLE for each unknown part and for other expressions."""
        reader = _READERS.get(type(node))
        if reader is None or depth > _MAX_DEPTH:
            return self.constants.get(_identifier(node) or "", HOLE)
        return reader(self, node, depth + 1)

    def constant(self, node: Any, _depth: int) -> str:
        return node.value if isinstance(node.value, str) else HOLE

    def joined(self, node: Any, depth: int) -> str:
        return "".join(self.template(part, depth) for part in node.values[:_MAX_PARTS])

    def formatted(self, node: Any, depth: int) -> str:
        return self.template(node.value, depth)

    def binary(self, node: Any, depth: int) -> str:
        left = self.template(node.left, depth)
        if isinstance(node.op, ast.Add):
            return left + self.template(node.right, depth)
        return re.sub(r"%(\(\w+\))?[-+#0-9.]*[a-z]", HOLE, left) if isinstance(node.op, ast.Mod) else HOLE

    def conditional(self, node: Any, depth: int) -> str:
        both = self.template(node.body, depth), self.template(node.orelse, depth)
        return both[0] if self.name in both[0] else both[1]

    def called(self, node: Any, depth: int) -> str:
        """Return the result of a method of text (``format``, ``split``, ``join``) or of a function such as ``str``."""
        function = node.func
        first = node.args[0] if node.args else None
        if not isinstance(function, ast.Attribute):
            return self.template(first, depth) if first and _called(node) in ("str", "Path", "quote") else HOLE
        if function.attr == "format":
            return re.sub(r"\{[^{}]*\}", HOLE, self.template(function.value, depth))
        if function.attr in ("split", "strip", "encode"):
            return self.template(function.value, depth)
        if function.attr == "join" and isinstance(first, ast.List | ast.Tuple):
            parts = [self.template(part, depth) for part in first.elts[:_MAX_PARTS]]
            return self.template(function.value, depth).join(parts)
        return HOLE


_READERS: dict[type[ast.AST], Callable[[_Finder, Any, int], str]] = {
    ast.Constant: _Finder.constant,
    ast.JoinedStr: _Finder.joined,
    ast.FormattedValue: _Finder.formatted,
    ast.BinOp: _Finder.binary,
    ast.IfExp: _Finder.conditional,
    ast.Call: _Finder.called,
}


def _called(node: ast.Call) -> str:
    return _identifier(node.func) or ""


def _identifier(node: ast.AST) -> str | None:
    """Return ``a`` for ``a`` and for ``x.y.a``; "" for another expression."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _defaults(node: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    positional = [*node.posonlyargs, *node.args]
    yield from zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True)
    yield from zip(node.kwonlyargs, node.kw_defaults, strict=True)
