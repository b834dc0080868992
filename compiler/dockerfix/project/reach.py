"""The files of a project that its entry points reach: by imports, and by starting other scripts.

Nothing is run, so this is what the text says: imports anywhere in a file, also inside functions and by
``import_module("name")``, relative ones, submodules (``from package import module``), folders that ``sys.path`` gets
from plain strings, and files named in strings (``["python", "train.py"]``).
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from dockerfix.project.imports import code_of, imported_modules, parse_python
from dockerfix.text.lazy_patterns import lazy

WORKING_FOLDERS = ("/src/",)
"""Where Cog's images have the project: paths in strings may begin with it."""
_SCRIPT = lazy(r"(?<![\w./-])[\w./-]+\.(?:py|pyw|sh|bash)(?![\w.])")
_PATH_METHODS = frozenset({"append", "insert", "extend"})


class Wanted(NamedTuple):
    """A module that a file imports: ``level`` counts the dots of a relative import.

    `name` is what ``from module import name`` takes, perhaps a submodule. `below` asks for all modules of the package:
    the rest of the name is known only when the program runs.
    """

    module: str
    name: str | None = None
    level: int = 0
    below: bool = False


class Facts(NamedTuple):
    """What one file asks for: modules, folders for ``sys.path``, and scripts named in strings."""

    wanted: tuple[Wanted, ...]
    folders: tuple[str, ...]
    scripts: tuple[str, ...]


def reached(
    entries: Iterable[str],
    files: Collection[str],
    read: Callable[[str], str],
    is_foreign: Callable[[str], bool],
    folders: Iterable[str] = (),
) -> frozenset[str]:
    """Return the files among `files` that `entries` reach, and the entries themselves.

    All paths are relative to the project. `read` gives the text of one; `is_foreign` says whether a top-level module is
    known to come from elsewhere (Python's own, an installed package); `folders` are further ones on Python's path.
    """
    walk = _Walk(frozenset(files), read, is_foreign)
    walk.folders.update(dict.fromkeys(_inside(folder) for folder in folders))
    for entry in entries:
        walk.start(entry)
    walk.run()
    return frozenset(walk.facts)


class _Walk:
    def __init__(self, files: frozenset[str], read: Callable[[str], str], is_foreign: Callable[[str], bool]) -> None:
        self.files = files
        self.read = read
        self.is_foreign = is_foreign
        self.facts: dict[str, Facts] = {}
        self.pending: list[str] = []
        self.folders: dict[str, None] = {"": None}
        """The folders on Python's path, in order."""
        self.packages = {folder for file in files for folder in _parents(file)}

    def start(self, file: str) -> None:
        """Take a file that Python runs: its own folder is on the path."""
        if file in self.files:
            self.folders.setdefault(posixpath.dirname(file))
            self.pending.append(file)

    def run(self) -> None:
        """Follow everything; again from the start where a file adds a folder to the path."""
        known = -1
        while known != len(self.folders):
            known = len(self.folders)
            self.pending.extend(self.facts)
            seen: set[str] = set()
            while self.pending:
                file = self.pending.pop()
                if file not in seen:
                    seen.add(file)
                    self.follow(file)

    def follow(self, file: str) -> None:
        if file not in self.facts:
            self.facts[file] = _facts(self.read(file), file)
        facts = self.facts[file]
        self.folders.update(dict.fromkeys(folder for folder in facts.folders if folder in self.packages))
        for script in facts.scripts:
            for path in (_inside(script), posixpath.normpath(posixpath.join(posixpath.dirname(file), script))):
                if path not in self.facts:
                    self.start(path)
        for wanted in facts.wanted:
            self.pending.extend(self.modules(wanted, file))

    def modules(self, wanted: Wanted, file: str) -> Iterator[str]:
        """Yield the files of an import: those of the packages around it too, which Python runs first."""
        if wanted.level:
            folder = posixpath.dirname(file)
            for _ in range(wanted.level - 1):
                folder = posixpath.dirname(folder)
            yield from self.below(folder, wanted)
            return
        top = wanted.module.partition(".")[0]
        roots = [root for root in self.folders if self.has(root, top)]
        if not roots and not self.is_foreign(top):
            # a folder that only the running program puts on the path, if there is just one that it can be
            others = [folder for folder in (*self.packages, "") if self.has(folder, top)]
            roots = others if len(others) == 1 else []
        for root in roots[:1]:
            yield from self.below(root, wanted)

    def has(self, folder: str, module: str) -> bool:
        """Whether a folder has a module or a package."""
        path = posixpath.join(folder, module)
        return f"{path}.py" in self.files or path in self.packages

    def below(self, folder: str, wanted: Wanted) -> Iterator[str]:
        parts = [part for part in wanted.module.split(".") if part]
        path = folder
        if wanted.level:
            yield from self.one(path)
        for part in parts:
            path = posixpath.join(path, part)
            yield from self.one(path)
        if wanted.name is not None:
            yield from self.one(posixpath.join(path, wanted.name))
        if wanted.below:
            yield from (file for file in self.files if file.startswith(f"{path}/") and file.endswith(".py"))

    def one(self, path: str) -> Iterator[str]:
        yield from (file for file in (posixpath.join(path, "__init__.py"), f"{path}.py") if file in self.files)


def _facts(text: str, file: str) -> Facts:
    scripts = tuple(dict.fromkeys(match.group() for match in _SCRIPT.finditer(text)))
    if not file.endswith((".py", ".pyw")) and not text.startswith("#!"):
        return Facts((), (), scripts)
    tree = parse_python(text)
    if tree is None:
        return Facts(tuple(Wanted(module) for module, _line in imported_modules(text)), (), ())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    guarded = {id(inner) for node in ast.walk(tree) for part in _typing_only(node) for inner in ast.walk(part)}
    wanted: list[Wanted] = []
    folders: list[str] = []
    named: list[str] = []
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        wanted.extend(_wanted(node))
        folders.extend(_path_folders(node, file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            named.extend(match.group() for match in _SCRIPT.finditer(node.value))
    return Facts(tuple(wanted), tuple(folders), tuple(dict.fromkeys(named)))


def _typing_only(node: ast.AST) -> list[ast.stmt]:
    guard = isinstance(node, ast.If) and code_of(node.test).endswith("TYPE_CHECKING")
    return node.body if isinstance(node, ast.If) and guard else []


def _wanted(node: ast.AST) -> Iterator[Wanted]:
    if isinstance(node, ast.Import):
        yield from (Wanted(alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (Wanted(node.module or "", alias.name, node.level) for alias in node.names)
    elif isinstance(node, ast.Call) and node.args and _last(node.func) in ("import_module", "__import__"):
        name, whole = _beginning(node.args[0])
        bare = name.lstrip(".")
        known = bare if whole else bare.rpartition(".")[0]
        if known:
            yield Wanted(known, level=len(name) - len(bare), below=not whole)


def _beginning(node: ast.expr) -> tuple[str, bool]:
    """Return the text that an expression begins with, and whether that is all of it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, True
    if isinstance(node, ast.JoinedStr) and node.values:
        return _beginning(node.values[0])[0], False
    if isinstance(node, ast.BinOp):
        return _beginning(node.left)[0], False
    return "", False


def _path_folders(node: ast.AST, file: str) -> Iterator[str]:
    """Yield the folders, relative to the project, that a statement may add to ``sys.path``."""
    added: list[ast.expr] = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PATH_METHODS:
        added = node.args if code_of(node.func.value) == "sys.path" else []
    elif isinstance(node, ast.AugAssign | ast.Assign):
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        added = [node.value] if code_of(target) == "sys.path" else []
    here = posixpath.dirname(file)
    for expression in added:
        texts = [
            each.value
            for each in ast.walk(expression)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        # with `__file__` the parts of os.path.join are relative to the file
        ways = [posixpath.join(here, *texts)] if texts else []
        if "__file__" in code_of(expression):
            yield from (_inside(way) for way in (here, posixpath.dirname(here), *ways))
        else:
            yield from (_inside(way) for text in texts for way in (text, posixpath.join(here, text)))


def _inside(path: str) -> str:
    """Return a path relative to the project; what is outside stays as it is and matches no file."""
    for folder in WORKING_FOLDERS:
        path = path.removeprefix(folder)
    found = posixpath.normpath(path)
    return "" if found in (".", "/src") else found


def _parents(file: str) -> Iterator[str]:
    folder = posixpath.dirname(file)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _last(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
