"""A project folder as the compiler sees it: its cog.yaml and its files, read safely and never written.

Reading is limited in size and number of files and never leaves the folder, not even through a link. An unusable
cog.yaml raises `ConfigError` with a text of one line; other mistakes are notes, or the file counts as missing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from dockerfix.knowledge.cog_constructs import PACKAGE_NAMES
from dockerfix.knowledge.cog_dependencies import PACKAGE_OF_MODULE
from dockerfix.project.cog_yaml import CogConfig, Mount, RunItem, Weight, read_config
from dockerfix.project.fields import ConfigNote
from dockerfix.project.files import (
    MAX_FILES,
    MAX_TOTAL_BYTES,
    Walk,
    find_config,
    leaves,
    locate,
    marked,
    peek,
    read_bytes,
)
from dockerfix.project.imports import Import, candidate_modules, imported_modules, is_standard
from dockerfix.project.requirements import normalize, parse_item
from dockerfix.project.requirements_files import FileProblem, RequirementLine, Requirements, read_requirements
from dockerfix.project.yaml_tree import MAX_CHARACTERS, ConfigError
from dockerfix.text.files import kind
from dockerfix.text.source import Source

__all__ = [
    "CogConfig",
    "ConfigError",
    "ConfigNote",
    "FileProblem",
    "Import",
    "Mount",
    "Project",
    "RequirementLine",
    "Requirements",
    "RunItem",
    "Weight",
    "find_config",
    "read_config",
]


class Project:
    """One project; make it with `Project.open`.

    `root` is its folder, None if only a configuration is known. `config` is None without a cog.yaml, and so is
    `config_name`, its name in messages: relative to the folder if it is inside.
    """

    def __init__(self, root: Path | None, config: CogConfig | None, config_name: str | None) -> None:
        self.root = root
        self.config = config
        self.config_name = config_name
        self._texts: dict[str, Source | None] = {}
        self._requirements: dict[str, Requirements] = {}
        self._calls: dict[str, tuple[tuple[str, int], ...]] = {}
        self._reached: dict[tuple[str, ...], frozenset[str]] = {}
        self.truncated = False
        """Whether a limit ended the search of the project."""
        self.unsearched: list[str] = []
        """Folders and files of code that the search so far couldn't read."""

    @classmethod
    def open(cls, folder: Path | str | None = None, cog_yaml: str | Path | None = None) -> Project:
        """Return the project in `folder`, with the configuration `cog_yaml`: its text as a str, or a file as a Path.

        Without `cog_yaml` the folder's own cog.yaml or cog.yml is read, if there is one; without `folder` a Path given
        as `cog_yaml` also means its folder. Raises ConfigError.
        """
        root = Path(folder) if folder is not None else None
        if root is not None and not root.is_dir():
            raise ConfigError("no such folder", file=str(root))
        if isinstance(cog_yaml, str):
            return cls(root, read_config(cog_yaml), "cog.yaml")
        path = cog_yaml if cog_yaml is not None else find_config(root) if root is not None else None
        if path is None:
            return cls(root, None, None)
        root = root if root is not None else path.parent
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        return cls(root, read_config(_config_text(path, name), name), name)

    def read(self, relative: str) -> Source | None:
        """Return the text of a file of the project; None if it isn't a regular file inside it of at most 1 MiB."""
        if relative not in self._texts:
            path = locate(self.root, relative) if self.root is not None else None
            data = read_bytes(path) if path is not None else None
            self._texts[relative] = Source.read(data) if data is not None else None
        return self._texts[relative]

    def expect(self, relative: str, text: str) -> None:
        """Take `text` for a file that is going to be written, if the project has none of that name."""
        if self.root is not None and not os.path.lexists(self.root / relative):
            self._texts[relative] = Source(text)

    def files(self) -> Iterator[str]:
        """Yield all files except in version control, caches, environments and hidden folders; relative, with slashes.

        The names aren't kept: a project may have a hundred thousand files of data.
        """
        if self.root is not None:
            walk = Walk(self.root)
            yield from walk.files()
            self.truncated |= walk.truncated

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        """The files among `files` that by their names may be code or modules."""
        if self.root is None:
            return ()
        walk = Walk(self.root, _may_be_code)
        result = tuple(walk.files())
        self.truncated |= walk.truncated
        self.unsearched += [folder or "." for folder in walk.closed]
        return result

    def python_files(self) -> tuple[str, ...]:
        """The Python files, by name or by their first line, within the limits of `project_files`."""
        return self._code["python"]

    @cached_property
    def _code(self) -> dict[str, tuple[str, ...]]:
        """Files of code by kind: python, shell, notebook; without those of dockerfix, whose packages come with fal."""
        kinds: dict[str, list[str]] = {"python": [], "shell": [], "notebook": []}
        count = total = 0
        for name in self._sources:
            kind = self._kind(name)
            source = self.read(name) if kind is not None else None
            if kind is not None and source is None and self.root is not None and locate(self.root, name) is not None:
                self.unsearched.append(name)
            if kind is None or source is None or marked(source.text):
                continue
            count += 1
            total += len(source.text)
            if count > MAX_FILES or total > MAX_TOTAL_BYTES:
                self.truncated = True
                break
            kinds[kind].append(name)
        return {kind: tuple(names) for kind, names in kinds.items()}

    def _kind(self, name: str) -> str | None:
        dot = name.rpartition("/")[2].rpartition(".")
        if dot[1]:
            return _SUFFIXES.get(dot[2].lower())
        path = locate(self.root, name) if self.root is not None else None
        first = peek(path) if path is not None else b""
        if not first.startswith(b"#!"):
            return None
        line = first.partition(b"\n")[0]
        return "python" if b"python" in line else "shell" if b"sh" in line else None

    def find_calls_of_command(self, name: str) -> tuple[tuple[str, int], ...]:
        """Return the calls of the command `name` in the project's code: (relative file, line from 1), in order.

        Searches Python files, shell scripts and notebooks; a doubtful case counts as a call.
        """
        if name not in self._calls:
            from dockerfix.project.calls import notebook_calls, python_calls, script_calls

            finders = (("python", python_calls), ("shell", script_calls), ("notebook", notebook_calls))
            self._calls[name] = tuple(
                (file, line)
                for kind, find in finders
                for file in self._code[kind]
                for line in find(self._text(file), name)
            )
        return self._calls[name]

    def reached_files(self, *entries: str | None) -> frozenset[str]:
        """The Python files and shell scripts that ``predict.py:Predictor`` and other entries reach, and themselves.

        What counts is in `reach`; the result is the same for every caller of a project.
        """
        from dockerfix.project.reach import reached

        starts = tuple(entry.partition(":")[0].removeprefix("./") for entry in entries if entry)
        if starts not in self._reached:
            paths = dict(self.config.environment).get("PYTHONPATH", "") if self.config is not None else ""
            files = (*self._code["python"], *self._code["shell"])
            self._reached[starts] = reached(
                starts, files, self._text, self._is_installed, filter(None, paths.split(":"))
            )
        return self._reached[starts]

    def _is_installed(self, module: str) -> bool:
        """Whether a module is Python's own, or that of a package with its name that cog.yaml lists."""
        return is_standard(module) or normalize(module) in self.declared_packages

    def undeclared_imports(self, only: Collection[str] | None = None) -> list[Import]:
        """Return imports of modules that are neither the project's, nor Python's, nor declared under their own name.

        Cog's own module is left out. A module is declared if cog.yaml, the requirements file or a `pip install` in the
        commands lists the package of its name, or the one in the table of transitive packages. `only` limits the
        search to some top-level modules, which saves parsing most files. A module whose package has another name
        (``cv2``) is returned; the caller decides about it.
        """
        result: list[Import] = []
        for file in self.python_files():
            wanted = {name for name in candidate_modules(self._text(file)) if only is None or name in only}
            result.extend(self._imports(file, frozenset(name for name in wanted if self._is_foreign(name, file))))
        return result

    def _imports(self, file: str, wanted: frozenset[str]) -> list[Import]:
        text = self._text(file)
        wanted &= candidate_modules(text)
        if not wanted:
            return []
        first: dict[str, int] = {}
        for module, line in imported_modules(text):
            if module in wanted:
                first[module] = min(line, first.get(module, line))
        return [Import(module, file, line) for line, module in sorted((line, module) for module, line in first.items())]

    def _is_foreign(self, module: str, file: str) -> bool:
        declared = self.declared_packages
        if (
            is_standard(module)
            or normalize(module) in PACKAGE_NAMES
            or normalize(module) in declared
            or (PACKAGE_OF_MODULE.get(module) or "") in declared
        ):
            return False
        folder = file.rpartition("/")[0]
        parts = folder.split("/") if folder else []
        return not any("/".join([*parts[:end], module]) in self._modules for end in range(len(parts) + 1))

    @cached_property
    def _modules(self) -> frozenset[str]:
        """Return the paths of all modules, without suffix, and of all folders that contain some."""
        found: set[str] = set()
        for name in self._sources:
            stem, dot, suffix = name.rpartition(".")
            if dot and suffix in _MODULES:
                found.add(stem.partition(".")[0] if suffix == "so" else stem)
                parts = name.split("/")[:-1]
                found.update("/".join(parts[: end + 1]) for end in range(len(parts)))
        return frozenset(found)

    @cached_property
    def declared_packages(self) -> frozenset[str]:
        """Return the normalized names of the packages in cog.yaml, its requirements file and its commands."""
        if self.config is None:
            return frozenset()
        texts: list[str] = [*self.config.python_packages]
        for item in self.config.commands:
            texts.extend(_installed(item.command))
        items = [parse_item(text) for text in texts] + list(self.requirements_files().items)
        return frozenset(part.name for item in items for part in item.requirements if part.name is not None)

    def requirements_files(self, path: str | None = None) -> Requirements:
        """Return the requirements file `path` (by default the one in cog.yaml) with all that it includes.

        Never raises: a file that doesn't exist or is outside the project is one of the `problems`.
        """
        name = path if path is not None else self.config.python_requirements if self.config is not None else None
        if name is None:
            return Requirements()
        if name not in self._requirements:
            self._requirements[name] = read_requirements(name, self.read, self._outside)
        return self._requirements[name]

    def _outside(self, path: str) -> bool:
        return self.root is not None and leaves(self.root, path)

    def _text(self, file: str) -> str:
        source = self.read(file)
        return source.text if source is not None else ""


_SUFFIXES = {"py": "python", "pyw": "python", "sh": "shell", "bash": "shell", "zsh": "shell", "ipynb": "notebook"}
_MODULES = frozenset({"py", "pyi", "so", "pyd"})


def _may_be_code(name: str) -> bool:
    """Whether a name is one of code or a module, or has no suffix, as a script."""
    _stem, dot, suffix = name.rpartition(".")
    return not dot or suffix in _MODULES or suffix.lower() in _SUFFIXES


def _installed(command: str) -> list[str]:
    """Return the arguments of each ``pip install`` in a command, without quotes."""
    return [
        re.sub(r"[\"']", " ", arguments) for arguments in re.findall(r"\bpip[\d.]*\s+install\s([^;&|\n]*)", command)
    ]


def _config_text(path: Path, name: str) -> str:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise ConfigError("no such file", file=name) from None
    if not stat.S_ISREG(mode):
        raise ConfigError(f"is a {kind(mode)}, and cog.yaml must be a file", file=name)
    data = read_bytes(path, 4 * MAX_CHARACTERS)
    if data is None:
        raise ConfigError("can't be read, or is too large", file=name)
    return Source.read(data).text
