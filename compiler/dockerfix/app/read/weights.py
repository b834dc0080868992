"""Downloads in the code that the predictor reaches, and the right folder for them: only /data outlives a runner."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from dockerfix.app.read.code import ImportedNames, Names, parse
from dockerfix.app.read.model import AppError, Note
from dockerfix.knowledge import downloads as known
from dockerfix.knowledge.fal import DATA_FOLDER, HUGGINGFACE_HOME
from dockerfix.project.calls import python_calls, script_calls
from dockerfix.project.imports import code_of
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.shell_calls import shell_calls
from dockerfix.text.credentials import shortened
from dockerfix.text.findings import Severity

Source = Literal["tool", "library", "huggingface", "torch.hub", "variable"]
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Download:
    """A place in the code that downloads weights, or sets where they go.

    `tool` is the command or function, or the variable that is set; `folder` the target, if the code names one.
    """

    source: Source
    file: str
    line: int
    folder: str | None = None
    tool: str = ""
    lines: tuple[int, ...] = ()
    """Further lines of the file that do the same."""
    is_name: bool = False
    """Whether `folder` is an expression whose value isn't known."""
    models: tuple[str, ...] = ()
    """The repositories on Hugging Face that the code names: ``owner/model``."""


@dataclass(frozen=True, slots=True)
class Address:
    """The first address on Replicate's own CDN in a file, and how many lines have one."""

    file: str
    line: int
    text: str
    count: int


class Downloads(NamedTuple):
    """What the predictor's code downloads; `elsewhere` are files with downloads that it does not reach."""

    found: tuple[Download, ...] = ()
    addresses: tuple[Address, ...] = ()
    elsewhere: tuple[str, ...] = ()
    in_build: tuple[Download, ...] = ()
    """Downloads by the `run` commands of cog.yaml, into the image."""
    urls: tuple[str, ...] = ()
    """The addresses of weights in the predictor's code and in cog.yaml, each once."""

    @property
    def uses_torch_hub(self) -> bool:
        """Whether the App sets TORCH_HOME."""
        return any(each.source == "torch.hub" for each in self.found)


NO_DOWNLOADS = Downloads()


def find_downloads(project: Project, config: CogConfig) -> Downloads:
    """All downloads of the project, each kind once a file."""
    reached = project.reached_files(config.predict)
    found: list[Download] = []
    addresses: list[Address] = []
    elsewhere: list[str] = []
    urls: list[str] = []
    for file in _files_in_order(project, reached):
        calls = _in_file(project, file)
        if file not in reached:
            elsewhere += [file] if calls.found else []
            continue
        found += calls.found
        addresses += calls.addresses
        urls += calls.urls
    build = _in_build(project, config)
    return Downloads(
        tuple(_joined(found)),
        (*addresses, *build.addresses),
        tuple(elsewhere),
        build.in_build,
        tuple(dict.fromkeys((*urls, *build.urls))),
    )


def _files_in_order(project: Project, reached: frozenset[str]) -> list[str]:
    python = list(project.python_files())
    return [*python, *sorted(reached - set(python))]


def _joined(found: Sequence[Download]) -> list[Download]:
    """One for all places of a file that do the same."""
    first: dict[tuple[object, ...], Download] = {}
    for each in found:
        key = (each.source, each.file, each.folder, each.tool)
        before = first.get(key)
        if before is None:
            first[key] = each
        elif each.line not in (before.line, *before.lines):
            models = tuple(dict.fromkeys((*before.models, *each.models)))
            first[key] = replace(before, lines=(*before.lines, each.line), models=models)
    return list(first.values())


def _in_file(project: Project, file: str) -> Downloads:
    source = project.read(file)
    if source is None:
        return NO_DOWNLOADS
    tree = None
    if file in project.python_files():
        try:
            tree = parse(source, file)
        except AppError:
            tree = None
    finder = _Finder(file, source.text, tree, is_shell=file not in project.python_files())
    commands = [each for name in known.COMMANDS for each in finder.commands(name)]
    found = sorted((*commands, *finder.calls()), key=lambda each: each.line)
    places = finder.places()
    return Downloads(tuple(found), tuple(_addresses(file, places)), urls=_weight_urls(places))


class _Finder:
    """Finds the downloads of one file; `tree` is None for a shell script, and for Python that can't be parsed."""

    def __init__(self, file: str, text: str, tree: ast.Module | None, *, is_shell: bool) -> None:
        self.file = file
        self.is_shell = is_shell
        self.text = text
        self.lines = text.split("\n")
        self.tree = tree
        self.names = Names(tree.body if tree is not None else [])
        self.imported = ImportedNames(tree)
        self.texts: dict[str, str] = {}
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.statements: list[ast.stmt] = []
        for node in ast.walk(tree) if tree is not None else ():
            self._prepare(node)

    def _prepare(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            self.texts.update({each.id: node.value.value for each in node.targets if isinstance(each, ast.Name)})
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.functions.append(node)
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            self.statements.append(node)

    # ---- commands

    def commands(self, name: str) -> Iterator[Download]:
        """Yield the calls of a command that download something that stays on the runner."""
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.text) is not None:
            find = script_calls if self.is_shell else python_calls
            for line in find(self.text, name):
                yield from self.command(name, line)

    def command(self, name: str, line: int) -> Iterator[Download]:
        texts = self.around(line)
        whole = " ".join(texts)
        if re.search(known.LOCAL_ADDRESS, whole) or _lasts_any(texts) or "which(" in self.lines[line - 1]:
            return
        if name in known.HUGGINGFACE_COMMANDS:
            words = whole.split()
            if known.HUGGINGFACE_SUBCOMMAND in words:
                yield Download("huggingface", self.file, line, _option(words, known.HUGGINGFACE_FOLDER_OPTIONS), name)
        elif not (name == "curl" and _sends(whole.split())):
            yield Download("tool", self.file, line, None, name)

    def around(self, line: int) -> list[str]:
        """The texts in the statement on a line, or the line itself."""
        statement = min(
            (each for each in self.statements if each.lineno <= line <= (each.end_lineno or each.lineno)),
            key=lambda each: (each.end_lineno or 0) - each.lineno,
            default=None,
        )
        return [self.lines[line - 1]] if statement is None else self.texts_in(statement)

    def texts_in(self, node: ast.AST) -> list[str]:
        """The texts that an expression or statement contains, also by the name of a constant."""
        return [text for each in ast.walk(node) if (text := self.text_of(each)) is not None]

    def text_of(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        return self.texts.get(node.id) if isinstance(node, ast.Name) else None

    # ---- functions

    def calls(self) -> Iterator[Download]:
        """Yield the calls of functions, and the places that set a folder for them."""
        for node in ast.walk(self.tree) if self.tree is not None else ():
            if isinstance(node, ast.Call):
                yield from self.call(node)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Subscript) and code_of(target.value) == "os.environ":
                        yield from self.variable(target.slice, node.value, node.lineno)

    def call(self, node: ast.Call) -> Iterator[Download]:
        name = self.imported.full_name(node.func)
        last = name.rpartition(".")[2]
        if name in ("os.environ.setdefault", "os.putenv") and len(node.args) == 2:
            yield from self.variable(node.args[0], node.args[1], node.lineno)
            return
        written = next((each.value for each in node.keywords if each.arg in known.FOLDER_KEYWORDS), None)
        known_as = None if written is None else self.text_of(written)
        folder = None if written is None else known_as or code_of(written)
        if (written is not None and _lasts(self.text_of(written) or "")) or self.is_offline(node):
            return
        kind = self.kind(node, name, last)
        tool = name if kind in ("tool", "library") else ""
        if kind is not None and (kind != "tool" or not _lasts_any(self.texts_in(node))):
            models = self.models_of(node) if kind == "huggingface" else ()
            yield Download(kind, self.file, node.lineno, folder, tool, is_name=known_as is None, models=models)

    def kind(self, node: ast.Call, name: str, last: str) -> Source | None:
        if last in known.TORCH_HUB_FUNCTIONS or name.endswith("hub.load"):
            return "torch.hub"
        if last in known.HUGGINGFACE_FUNCTIONS:
            return "huggingface"
        if last in known.HUGGINGFACE_LOADERS | known.HUGGINGFACE_ENGINES and self.models_of(node):
            return "huggingface"
        if name in known.LIBRARIES:
            return "library"
        if any(name == each or name.endswith(f".{each}") for each in known.FUNCTIONS):
            return "tool"
        return "tool" if name in known.FETCHERS and self.fetches_weights(node) else None

    def fetches_weights(self, node: ast.Call) -> bool:
        """Whether a request of any address fetches weights: its address says so, or the code around it saves a file."""
        texts = self.texts_in(node)
        if any(re.search(known.WEIGHT_ADDRESS, text) or re.search(known.CDN, text) for text in texts):
            return True
        if any("://" in text for text in texts):
            return False
        holders = [each for each in self.functions if each.lineno <= node.lineno <= (each.end_lineno or 0)]
        inner = max(holders, key=lambda each: each.lineno, default=None)
        if inner is None or inner.name in ("predict", "run"):
            return False
        code = "\n".join(self.lines[inner.lineno - 1 : inner.end_lineno])
        return re.search(known.SAVES, code) is not None and re.search(known.MODEL_WORD, code) is not None

    def variable(self, name: ast.expr, value: ast.expr, line: int) -> Iterator[Download]:
        """Yield a variable that moves a cache to a folder that doesn't last."""
        key = self.text_of(name)
        if key in known.HUGGINGFACE_VARIABLES | known.TORCH_HUB_VARIABLES and not _lasts(self.text_of(value) or ""):
            yield Download("variable", self.file, line, self.text_of(value) or code_of(value), str(key))

    def is_offline(self, node: ast.Call) -> bool:
        return any(
            each.arg == known.HUGGINGFACE_OFFLINE and isinstance(each.value, ast.Constant) and each.value.value is True
            for each in node.keywords
        )

    def hub_name(self, argument: ast.expr) -> str:
        """Return ``owner/model`` for an argument that is one and not a path; "" for others.

        A name is looked up in the module.
        """
        found = self.names.get(argument.id) if isinstance(argument, ast.Name) else argument
        if not isinstance(found, ast.Constant) or not isinstance(found.value, str):
            return ""
        is_one = found.value.count("/") == 1 and not found.value.startswith((".", "/", "~"))
        return found.value if is_one else ""

    def models_of(self, node: ast.Call) -> tuple[str, ...]:
        """Return the repository that a call names."""
        named = [each.value for each in node.keywords if each.arg in known.HUGGINGFACE_KEYWORDS]
        found = [self.hub_name(each) for each in (*node.args[:1], *named)]
        return tuple(each for each in found if each)

    # ---- addresses

    def places(self) -> list[tuple[int | None, str]]:
        """The texts with an address, and their lines; comments and docstrings aside."""
        if "://" not in self.text:
            return []
        if self.tree is None:
            return [(number, line.partition("#")[0]) for number, line in enumerate(self.lines, 1)]
        quiet = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        return [
            (node.lineno, node.value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet
        ]


def _addresses(file: str, places: Sequence[tuple[int | None, str]]) -> Iterator[Address]:
    """Yield the first address on Replicate's CDN in a file."""
    found = sorted((line or 1, match.group()) for line, text in places if (match := re.search(known.CDN, text)))
    if found:
        yield Address(file, *found[0], len({line for line, _text in found}))


def _weight_urls(places: Sequence[tuple[int | None, str]]) -> tuple[str, ...]:
    """Return the addresses of weights in some texts, without what follows the path: it may be a signature."""
    urls = [each for _line, text in places for each in re.findall(r"https?://[^\s\"'`<>()]+", text)]
    found = [url for url in urls if re.search(known.WEIGHT_ADDRESS, url) or re.search(known.CDN, url)]
    return tuple(dict.fromkeys(re.split(r"[?#]", url, maxsplit=1)[0] for url in found))


def _in_build(project: Project, config: CogConfig) -> Downloads:
    """The downloads of weights by `run` commands, and the addresses in these and in variables."""
    file = project.config_name or "cog.yaml"
    found: list[Download] = []
    places: list[tuple[int | None, str]] = []
    for index, item in enumerate(config.run):
        line = config.line_of("build", "run", index)
        places.append((line, item.command))
        tool = next((name for name in known.COMMANDS if shell_calls(item.command, name)), None)
        if tool is not None and (re.search(known.WEIGHT_ADDRESS, item.command) or re.search(known.CDN, item.command)):
            found.append(Download("tool", file, line or 1, None, tool))
    places += [(config.line_of("environment", index), value) for index, (_, value) in enumerate(config.environment)]
    return Downloads(
        addresses=tuple(_addresses(file, places)), in_build=tuple(_joined(found)), urls=_weight_urls(places)
    )


def _sends(words: list[str]) -> bool:
    """Whether curl sends data instead of fetching a file."""
    return not {"-d", "--data", "--json", "-F", "--form", "POST", "PUT", "-XPOST", "-T", "-I"}.isdisjoint(words)


def _option(words: list[str], names: Sequence[str]) -> str | None:
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else next(iter(words[index + 1 : index + 2]), "")
    return None


def _lasts(path: str) -> bool:
    """Whether files at a path outlive the runner."""
    return f"{path}/".startswith(f"{DATA_FOLDER}/")


def _lasts_any(texts: Sequence[str]) -> bool:
    return any(_lasts(word) for text in texts for word in text.split())


def notes_of(downloads: Downloads, project: Project, config: CogConfig, *, app: bool = True) -> list[Note]:
    """One note for each download: what to change, or that nothing is needed. `app` is whether there is an App."""
    file = project.config_name or "cog.yaml"
    variables = [
        (name, value, config.line_of("environment", index))
        for index, (name, value) in enumerate(config.environment)
        if name in known.HUGGINGFACE_VARIABLES and not _lasts(value)
    ]
    in_code = {each.tool for each in downloads.found if each.source == "variable"}
    moved = bool(variables) or bool(in_code & known.HUGGINGFACE_VARIABLES)
    moved_torch = bool(in_code & known.TORCH_HUB_VARIABLES)
    result = [
        note
        for each in _variables_together(downloads.found)
        for note in _notes(each, app=app, moved=moved, moved_torch=moved_torch)
    ]
    for name, value, line in variables:
        message = f"{name} is `{value}`, which is lost with each runner; fal's own is `{HUGGINGFACE_HOME}`"
        result.append(Note("DF521", message, file, line))
    for each in downloads.in_build:
        message = f"{each.tool} puts weights into the image{_also(each)}, which makes it slow to start"
        message += f"; files on `{DATA_FOLDER}` outlive a runner"
        result.append(Note("DF520", message, each.file, each.line, Severity.NOTE))
    result += [_of_address(each) for each in downloads.addresses]
    if downloads.elsewhere:
        message = f"downloads in {listed(downloads.elsewhere)} don't count: the predictor does not reach these files"
        line = config.line_of("predict") or config.line_of("run")
        result.append(Note("DF520", message, file, line, Severity.NOTE))
    return result


def _variables_together(found: Sequence[Download]) -> list[Download]:
    """One for all variables that a file sets to the same folder."""
    result: dict[object, Download] = {}
    for each in found:
        key = (each.file, each.folder, _code_of(each)) if each.source == "variable" else each
        before = result.get(key)
        result[key] = each if before is None else replace(before, tool=f"{before.tool}, {each.tool}")
    return list(result.values())


def _code_of(each: Download) -> str:
    """The code of a variable: that of torch.hub's or of Hugging Face's."""
    return "DF522" if known.TORCH_HUB_VARIABLES.intersection(each.tool.split(", ")) else "DF521"


def listed(names: Sequence[str]) -> str:
    """The first few of some names, and how many more there are."""
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _of_address(each: Address) -> Note:
    more = f", and {each.count - 1} more here," if each.count > 1 else ""
    message = (
        f"`{shortened(each.text, 80)}`{more} is on Replicate's own servers, which may close; "
        "keep a copy of your own and use its address"
    )
    return Note("DF523", message, each.file, each.line)


def _also(each: Download) -> str:
    lines = [str(line) for line in (each.line, *each.lines)]
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f" (lines {', '.join(lines[:_SHOWN])}{more})" if each.lines else ""


def _notes(each: Download, *, app: bool, moved: bool, moved_torch: bool) -> Iterator[Note]:
    swap = f"download to a temporary name under `{DATA_FOLDER}` and rename it, unless the target exists"
    also = _also(each)
    if each.source == "variable":
        message = f"the code sets {each.tool} to `{each.folder}`, which is lost with each runner unless it is under"
        yield Note(_code_of(each), f"{message} `{DATA_FOLDER}`", each.file, each.line)
    elif each.source in ("tool", "library"):
        what = f"{each.tool} downloads this again on every new runner{also}"
        if each.source == "library" and each.folder is None:
            what = (
                f"{each.tool} keeps what it downloads in `{known.LIBRARIES[each.tool]}`, which is lost with each runner"
            )
            swap = f"name a folder under `{DATA_FOLDER}` in the call, or link `{known.LIBRARIES[each.tool]}` to one"
            what += also
        yield Note("DF520", f"{what}; {swap}", each.file, each.line)
    elif each.folder is not None:
        folder = f"the folder that `{each.folder}` names" if each.is_name else f"the folder `{each.folder}`"
        message = f"{folder} is lost with each runner unless it is under `{DATA_FOLDER}`{also}; {swap}"
        yield Note("DF521" if each.source == "huggingface" else "DF522", message, each.file, each.line)
    elif each.source == "torch.hub" and not app:
        message = (
            f"torch.hub downloads this again on every new runner{also}; set TORCH_HOME to `{DATA_FOLDER}/.cache/torch`"
        )
        yield Note("DF522", message, each.file, each.line)
    elif each.source == "torch.hub" and not moved_torch:
        message = f"torch.hub keeps what it downloads{also} in `{DATA_FOLDER}/.cache/torch`: the App sets TORCH_HOME"
        yield Note("DF522", message, each.file, each.line, Severity.NOTE)
    elif each.source == "huggingface" and not moved:
        message = f"Hugging Face keeps what it downloads{also} in `{HUGGINGFACE_HOME}`, which outlives a runner"
        yield Note("DF521", message, each.file, each.line, Severity.NOTE)
