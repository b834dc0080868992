"""A project folder as the compiler sees it: its cog.yaml and its files, read safely and never written.

Reading is bounded in size and number, keeps to the folder and follows no link out of it. A cog.yaml that can't be used
raises `ConfigError`, whose text is one line; everything else that is odd is a note or simply not there.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from dockerfix.project_config import CogConfig, Mount, RunItem, Weight, read_config
from dockerfix.project_fields import ConfigNote
from dockerfix.project_files import MAX_FILES, MAX_TOTAL_BYTES, Walk, locate, read_bytes
from dockerfix.project_yaml import MAX_CHARACTERS, ConfigError
from dockerfix.source import Source

__all__ = [
    "CogConfig",
    "ConfigError",
    "ConfigNote",
    "Mount",
    "Project",
    "RunItem",
    "Weight",
    "find_config",
    "read_config",
]


def find_config(folder: Path) -> Path | None:
    """`cog.yaml`, else `cog.yml`, in `folder`, or None."""
    return next((path for name in ("cog.yaml", "cog.yml") if (path := folder / name).is_file()), None)


class Project:
    """One project; make it with `Project.open`.

    `root` is its folder, or None where only a configuration is known; `config` is None where there is no cog.yaml, and
    `config_name` is then None too, else the name for messages: relative to the folder where it lies inside.
    """

    def __init__(self, root: Path | None, config: CogConfig | None, config_name: str | None) -> None:
        self.root = root
        self.config = config
        self.config_name = config_name
        self._texts: dict[str, Source | None] = {}
        self._truncated = False

    @classmethod
    def open(cls, folder: Path | str | None = None, cog_yaml: str | Path | None = None) -> Project:
        """The project in `folder`, with the configuration `cog_yaml`: its text as a str, or a file as a Path.

        Without `cog_yaml` the folder's own cog.yaml or cog.yml is read, if there is one; without `folder` a Path given
        as `cog_yaml` stands for the folder that holds it. Raises ConfigError.
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
        """The text of a file of the project, or None where it isn't a regular file inside of at most 1 MiB."""
        if relative not in self._texts:
            path = locate(self.root, relative) if self.root is not None else None
            data = read_bytes(path) if path is not None else None
            self._texts[relative] = Source.read(data) if data is not None else None
        return self._texts[relative]

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files but those of version control, caches, environments and hidden folders; relative, with slashes."""
        if self.root is None:
            return ()
        walk = Walk(self.root)
        result = tuple(walk.files())
        self._truncated |= walk.truncated
        return result

    def python_files(self) -> tuple[str, ...]:
        """The Python files of the project, at most MAX_FILES of them with at most MAX_TOTAL_BYTES characters."""
        return self._python_files

    @cached_property
    def _python_files(self) -> tuple[str, ...]:
        return self._bounded([name for name in self.files if name.endswith(".py")])

    def _bounded(self, names: list[str]) -> tuple[str, ...]:
        kept: list[str] = []
        total = 0
        for name in names[:MAX_FILES]:
            source = self.read(name)
            if source is None:
                continue
            total += len(source.text)
            if total > MAX_TOTAL_BYTES:
                break
            kept.append(name)
        return tuple(kept)


def _config_text(path: Path, name: str) -> str:
    try:
        regular = path.is_file()
    except (OSError, ValueError):
        regular = False
    if not regular:
        raise ConfigError("no such file", file=name)
    data = read_bytes(path, 4 * MAX_CHARACTERS)
    if data is None:
        raise ConfigError("can't be read, or is too large", file=name)
    return Source.read(data).text
