"""Settings: defaults, overridden by a configuration file, overridden by the command line.

The file is ``.dockerfix.yaml``, ``.dockerfix.yml`` or the table ``[tool.dockerfix]`` of pyproject.toml, in the
Dockerfile's folder or one above it up to the root of the repository. Outside a repository only that folder is searched:
a file that somebody left in ``/tmp`` must not decide what is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from dockerfix.analysis.options import CONSTRUCTS, LEVELS, TARGETS, Level, Target, check_version

YAML_NAMES = (".dockerfix.yaml", ".dockerfix.yml")
TOML_NAME = "pyproject.toml"
TABLE = "tool.dockerfix"
MAX_BYTES = 1 << 20

TEXTS = ("full", "concise", "grouped")
"""Output formats for people, printed while the files are done."""
FORMATS = (*TEXTS, "json", "sarif", "github", "gitlab", "junit")
"""Output formats for findings."""

COLOR = ("auto", "always", "never")
"""When to use colours."""

_FORMER = {"format": "output-format"}
"""Former names of settings, which still work; to be removed in 0.3."""
_FORMER_VALUES = {"format": {"text": "full"}}

FAIL_ON = ("error", "warning", "note")
"""Severities that ``--fail-on`` accepts."""


class SettingsError(Exception):
    """A configuration file is invalid; the message is one line that begins with the file's name."""


class Key(NamedTuple):
    """A setting: its name in the file, the kind of its value, what it does, and the possible values."""

    name: str
    kind: Literal["names", "codes", "choice", "version", "flag", "count", "path", "levels", "patterns"]
    help: str
    choices: tuple[str, ...] = ()


KEYS = (
    Key("keep", "names", "parts of Cog to keep", CONSTRUCTS),
    Key("drop", "names", "parts of Cog to remove even if they seem to be in use", CONSTRUCTS),
    Key(
        "select",
        "codes",
        "run only the passes with these codes; a prefix such as `DF1` selects every code that starts with it",
    ),
    Key("ignore", "codes", "skip the passes with these codes or prefixes"),
    Key("severity", "levels", "severity of the findings with a code, a prefix or a name", LEVELS),
    Key("per-file-ignores", "patterns", "codes, prefixes or names that are ignored in files with a pattern"),
    Key("fail-on", "choice", "lowest severity of a finding that prevents writing", FAIL_ON),
    Key("target", "choice", "what the image is for", TARGETS),
    Key("require-reason", "flag", "warn of `# dockerfix: ignore` comments that give no reason"),
    Key("fal-version", "version", "version of the fal SDK to install"),
    Key("output-format", "choice", "output format for findings", FORMATS),
    Key("show-source", "flag", "show the source line under each finding"),
    Key("verify", "flag", "cross-check the result with dockerfile-parse"),
    Key("exclude", "names", "files and folders, relative to this file, that are left out where a folder is given"),
    Key("jobs", "count", "worker processes; 0 = automatic"),
    Key("verbose", "flag", "print every finding, not only warnings and errors"),
    Key("quiet", "flag", "print only warnings and errors, without a summary"),
    Key("color", "choice", "when to use colours", COLOR),
    Key("cog-yaml", "path", "the project's cog.yaml"),
    Key("requirements", "path", "a requirements file to install instead of the packages in cog.yaml"),
    Key("project", "path", "the project's folder"),
)
"""Every setting that a file can have; its paths are relative to the file's folder."""

KEY = {key.name: key for key in KEYS}
"""The same by their names."""
_NOUNS = {"severity": "severity", "keep": "construct", "drop": "construct", "fail-on": "severity"}


class Settings(NamedTuple):
    """The settings for one Dockerfile. `config` is the configuration file that was used, if any.

    `quiet` counts: 1 leaves out the summary, 2 the warnings too. `notes` are lines for the user about settings. The
    patterns of `per_file_ignores` are absolute, or without a slash.
    """

    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    severity: tuple[tuple[str, Level], ...] = ()
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    fail_on: str = "error"
    target: Target = "app"
    require_reason: bool = False
    fal_version: str | None = None
    output_format: str = "full"
    show_source: bool | None = None
    verify: bool = False
    exclude: frozenset[str] = frozenset()
    jobs: int = 0
    verbose: bool = False
    quiet: int = 0
    color: str = "auto"
    cog_yaml: Path | None = None
    requirements: Path | None = None
    project: Path | None = None
    config: Path | None = None
    notes: tuple[str, ...] = ()


def merge(file: Mapping[str, Any], command_line: Mapping[str, Any]) -> Settings:
    """The settings of a file, overridden by those of the command line; both contain only what was given."""
    values = {**file, **command_line}
    # --keep on the command line overrides `drop` in the file, and vice versa
    if "keep" in command_line and "drop" not in command_line:
        values["drop"] = values.get("drop", frozenset()) - command_line["keep"]
    if "drop" in command_line and "keep" not in command_line:
        values["keep"] = values.get("keep", frozenset()) - command_line["drop"]
    # and so do -v and -q
    if "quiet" in command_line:
        values["verbose"] = False
    elif "verbose" in command_line:
        values["quiet"] = 0
    return Settings(**values)


def is_excluded(path: str, settings: Settings) -> bool:
    """Whether a pattern of `exclude` has a file, or a folder that it is in; patterns are those of `fnmatch`."""
    if not settings.exclude:
        return False
    from fnmatch import fnmatchcase

    base = settings.config.parent.absolute() if settings.config is not None else Path.cwd()
    absolute = Path(path).absolute()
    inside = absolute.relative_to(base) if absolute.is_relative_to(base) else absolute
    names = [inside.as_posix(), *(folder.as_posix() for folder in inside.parents)]
    return any(fnmatchcase(name, pattern.rstrip("/")) for name in names for pattern in settings.exclude)


def for_file(settings: Settings, path: str) -> Settings:
    """The settings for a Dockerfile: what is ignored in it is ignored as by `ignore`."""
    if not settings.per_file_ignores or path == "-":
        return settings
    from dockerfix.driver.severities import matches

    file = Path(path).absolute().as_posix()
    ignored = [codes for pattern, codes in settings.per_file_ignores if matches(file, pattern)]
    return settings._replace(ignore=settings.ignore.union(*ignored))


def anchored(patterns: Mapping[str, frozenset[str]], folder: Path) -> tuple[tuple[str, frozenset[str]], ...]:
    """Patterns relative to a folder as `Settings` has them; one without a slash also means files of this name."""
    from glob import escape

    base = escape(folder.absolute().as_posix())
    found: list[tuple[str, frozenset[str]]] = []
    for pattern, codes in patterns.items():
        found.append((pattern if pattern.startswith("/") else f"{base}/{pattern.removeprefix('./')}", codes))
        if "/" not in pattern:
            found.append((pattern, codes))
    return tuple(found)


def find(folder: Path) -> Mapping[str, Any]:
    """The settings of the nearest configuration file for a Dockerfile in `folder`, empty where there is none.

    Raises SettingsError.
    """
    return _search(folder.absolute())


@lru_cache(maxsize=256)  # a run may be over any number of folders
def _search(folder: Path) -> Mapping[str, Any]:
    for candidate in _upwards(folder):
        found = _in_folder(candidate)
        if found is not None:
            return found
    return {}


def _upwards(folder: Path) -> tuple[Path, ...]:
    """`folder` and its parents up to the root of the repository; only `folder` outside one."""
    seen: list[Path] = []
    for candidate in (folder, *folder.parents):
        seen.append(candidate)
        if (candidate / ".git").exists() or (candidate / ".hg").is_dir():
            return tuple(seen)
    return (folder,)


def _in_folder(folder: Path) -> Mapping[str, Any] | None:
    """The settings in a folder, None without any; two files with some would leave open which counts."""
    files = [file for name in (*YAML_NAMES, TOML_NAME) if (file := folder / name).is_file()]
    found = [(file, settings) for file in files if (settings := load(file)) is not None]
    if len(found) > 1:
        other = f"[{TABLE}] in {TOML_NAME}" if found[1][0].name == TOML_NAME else found[1][0].name
        raise SettingsError(f"{_shown(found[0][0])}: {other} beside it has settings too; keep only one of them")
    return found[0][1] if found else None


def load(path: Path) -> Mapping[str, Any] | None:
    """The settings of a file, read as TOML or, with any other suffix, as YAML; None for a TOML file without our table.

    Raises SettingsError.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{_shown(path)}: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise SettingsError(f"{_shown(path)}: must be at most {MAX_BYTES >> 20} MiB large")
    table = _toml_table(path, data) if path.suffix == ".toml" else _yaml_table(path, data)
    return None if table is None else _read(path, table)


def _shown(path: Path) -> str:
    """The path, relative to the working directory if it is inside it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _toml_table(path: Path, data: bytes) -> dict[str, tuple[Any, str]] | None:
    """The table as values with the place of each."""
    if b"dockerfix" not in data:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        whole = tomllib.loads(data.decode("utf-8"))
    except ValueError as error:
        raise SettingsError(f"{_shown(path)}: not valid TOML: {error}") from None
    tool = whole.get("tool", {})
    table = tool.get("dockerfix") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingsError(f"{_shown(path)}: [{TABLE}] must be a table")
    return {name: (value, _shown(path)) for name, value in table.items()}


def _yaml_table(path: Path, data: bytes) -> dict[str, tuple[Any, str]]:
    """The mapping as Python values, each with its place; scalars other than booleans, counts and null are text."""
    from dockerfix.project.yaml_tree import ConfigError, Mapping, is_null, read_yaml
    from dockerfix.text.source import decode

    try:
        root = read_yaml(decode(data), _shown(path))
    except ConfigError as error:
        raise SettingsError(str(error)) from None
    if root is None or is_null(root):
        return {}
    if not isinstance(root, Mapping):
        raise SettingsError(f"{_shown(path)}:{root.line}: must consist of `name: value` lines")
    if root.repeated:
        again = root.repeated[0]
        raise SettingsError(f"{_shown(path)}:{again.line}: `{again.text}` is given twice")
    table: dict[str, tuple[Any, str]] = {}
    for name, pair in root.pairs.items():
        place = f"{_shown(path)}:{pair.key.line}"
        try:
            table[name] = (_plain(name, pair.value), place)
        except ValueError as error:
            raise SettingsError(f"{place}: {error}") from None
    return table


def _plain(name: str, node: Any) -> Any:
    """A YAML node as what TOML would give. Raises ValueError for a key that is given twice."""
    from dockerfix.project.yaml_tree import Scalar, Sequence

    key = KEY.get(name)
    if isinstance(node, Sequence):
        return [_plain("", item) for item in node.items]
    if not isinstance(node, Scalar):
        if node.repeated:
            raise ValueError(f"`{node.repeated[0].text}` is given twice in `{name}`")
        return {inner: _plain("", pair.value) for inner, pair in node.pairs.items()}
    if node.is_null:
        return None
    if key is not None and key.kind == "flag" and node.boolean is not None:
        return node.boolean
    if key is not None and key.kind == "count" and node.plain and node.text.isascii() and node.text.isdigit():
        return int(node.text)
    return node.text


def _read(path: Path, table: Mapping[str, tuple[Any, str]]) -> Mapping[str, Any]:
    """The values of a file by the names of `Settings`."""
    result: dict[str, Any] = {"config": path}
    notes: list[str] = []
    for written, (raw, place) in table.items():
        name = _FORMER.get(written, written)
        if name != written:
            notes.append(f"{place}: {renamed(written, name)}")
        key = KEY.get(name)
        if key is None:
            raise SettingsError(f"{place}: unknown setting `{name}`{suggestion(name, KEY)}")
        try:
            value = check(key, current(written, raw))
        except ValueError as error:
            raise SettingsError(f"{place}: {error}") from None
        if key.kind == "path":
            value = path.parent / value
        elif key.kind == "patterns":
            value = anchored(value, path.parent)
        result[name.replace("-", "_")] = value
    if notes:
        result["notes"] = tuple(notes)
    both = result.get("keep", frozenset()) & result.get("drop", frozenset())
    if both:
        raise SettingsError(f"{_shown(path)}: `{min(both)}` is in both `keep` and `drop`")
    return result


def renamed(former: str, name: str) -> str:
    """What the user of a former name is told."""
    return f"`{former}` is now `{name}`; the old name works until 0.3"


def current(written: str, raw: Any) -> Any:
    """The value of today for one that was given by a setting's former name."""
    return _FORMER_VALUES.get(written, {}).get(raw, raw) if isinstance(raw, str) else raw


def check(key: Key, raw: Any) -> Any:
    """A value from a file as `Settings` has it (a path still as text). Raises ValueError."""
    if key.kind == "flag":
        return _typed(key, raw, bool, "true or false")
    if key.kind == "count":
        number: int = _typed(key, raw, int, "a whole number, 0 or greater")
        if isinstance(raw, bool) or number < 0:
            raise ValueError(f"`{key.name}` must be a whole number, 0 or greater")
        return number
    if key.kind == "levels":
        levels = _typed(key, raw, dict, "a table of `code: severity`")
        return tuple((_code(code, level), level) for code, level in _leveled(key, levels))
    if key.kind == "patterns":
        patterns = _typed(key, raw, dict, "a table of `pattern: [code, ...]`")
        return {pattern: frozenset(_code(code) for code in _listed(key, codes)) for pattern, codes in patterns.items()}
    if key.kind in ("names", "codes"):
        items = _typed(key, raw, list, "a list of strings")
        if not all(isinstance(item, str) for item in items):
            raise ValueError(f"`{key.name}` must be a list of strings")
        return frozenset(_word(key, item) for item in items)
    text: str = _typed(key, raw, str, "a string")
    return _word(key, text)


def _leveled(key: Key, levels: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The pairs of a table of severities, each of which is one."""
    for code, level in levels.items():
        if not isinstance(level, str):
            raise ValueError(f"the severity of `{code}` must be one of {', '.join(key.choices)}")
        yield code, _word(key, level)


def _listed(key: Key, codes: Any) -> list[str]:
    found = [codes] if isinstance(codes, str) else codes
    if not isinstance(found, list) or not all(isinstance(code, str) for code in found):
        raise ValueError(f"each pattern in `{key.name}` needs a list of codes")
    return found


def _code(text: str, level: str = "error") -> str:
    """A code or prefix that is written as such or as a name. Raises ValueError, also where a level can't be had."""
    from dockerfix.report.rules import ALWAYS_ERRORS, all_rules, check_code, find

    found = find(text)
    code = text if found is None else found.code
    if found is None and not text.upper().startswith("DF"):
        raise ValueError(f"unknown name `{text}`{suggestion(text, [rule.name for rule in all_rules().values()])}")
    check_code(code)
    if level != "error" and code in ALWAYS_ERRORS:
        raise ValueError(f"`{text}` can't be lowered to `{level}`: what it reports can't be converted")
    return code


def _typed(key: Key, raw: Any, kind: type, what: str) -> Any:
    if not isinstance(raw, kind):
        raise ValueError(f"`{key.name}` must be {what}")
    return raw


def _word(key: Key, text: str) -> str:
    """One word of a value, checked. Raises ValueError."""
    if key.choices and text not in key.choices:
        hint = suggestion(text, key.choices) or f"; choose from {', '.join(key.choices)}"
        raise ValueError(f"unknown {_NOUNS.get(key.name, 'value')} `{text}` for `{key.name}`{hint}")
    if key.kind == "codes":
        from dockerfix.report.rules import check_code

        check_code(text)
    if key.kind == "version":
        check_version(text)
    if key.kind == "path" and (not text or "\0" in text):
        raise ValueError(f"`{key.name}` must name a file or folder")
    return text


def suggestion(word: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` for the known word most similar to `word`, or ""."""
    from difflib import get_close_matches

    close = get_close_matches(word.lower().replace("_", "-"), list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
