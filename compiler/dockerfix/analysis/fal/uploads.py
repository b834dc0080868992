"""The files of a project that fal's client uploads: ignore patterns, patterns in COPY, limits.

The rules are those of `fal-ai/fal:projects/fal/src/fal/container.py` (DockerignoreHandler) and
`fal-ai/fal:projects/fal/src/fal/file_sync.py` (FileSync.collect_files).
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from dockerfix.knowledge.fal import FILE_SIZE_LIMIT, IGNORED_BY_DEFAULT
from dockerfix.project.files import MAX_ENTRIES
from dockerfix.project.project import Project
from dockerfix.text.lazy_patterns import lazy

IGNORE_FILE = ".dockerignore"
MAX_NAMES = 50
"""The most files that replace a pattern in COPY."""

_WILDCARD = lazy(r"[*?\[]")


_NO_LINES: Mapping[str, int] = MappingProxyType({})


class Ignore:
    """The patterns of files that the client leaves out.

    `is_own` is whether they come from the project's ``.dockerignore``; without one the client uses its own patterns.
    """

    def __init__(self, patterns: tuple[str, ...], *, is_own: bool, lines: Mapping[str, int] = _NO_LINES) -> None:
        self.patterns = patterns
        self._lines = lines
        self.is_own = is_own
        self._any = _any_of(patterns)

    @classmethod
    def of(cls, project: Project) -> Ignore:
        """Return the patterns that the client uses for a project."""
        source = project.read(IGNORE_FILE)
        if source is None:
            return cls(IGNORED_BY_DEFAULT, is_own=False)
        # the client ends a line where str.splitlines does; numbers count line feeds, as editors do
        lines: dict[str, int] = {}
        for number, line in enumerate(source.text.split("\n"), 1):
            for part in line.splitlines():
                lines.setdefault(part.strip(), number)
        patterns = tuple(line for line in lines if line and not line.startswith("#"))
        return cls(patterns, is_own=True, lines=lines)

    def line_of(self, pattern: str) -> int | None:
        """Return the first line, from 1, of the ignore file that has a pattern; None for one of the client."""
        return self._lines.get(pattern)

    def pattern_for(self, path: str) -> str | None:
        """Return the pattern that excludes a file; None if it is uploaded. `path` is relative, with slashes."""
        if not self._any.match(path):
            return None
        return next((pattern for pattern in self.patterns if re.match(_expression(pattern), path, re.DOTALL)), None)


@lru_cache(maxsize=64)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all patterns, as nearly all files match none."""
    return re.compile("|".join(map(_expression, dict.fromkeys(patterns))) or "(?!)", re.DOTALL)


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> str:
    """Return a pattern as an expression, by the rules of .gitignore as pathspec has them
    (``cpburnz/python-pathspec@v0.12.1:pathspec/patterns/gitwildmatch.py``); the client ignores a ``!``.

    One on which the client fails matches nothing.
    """
    pattern = pattern.removeprefix("!")
    if not pattern.strip("/"):
        return "(?!)"
    parts = pattern.split("/")
    parts = [part for part, before in zip(parts, ["", *parts], strict=False) if part != "**" or before != "**"]
    if parts == ["**", ""]:
        return r".+/.*\Z"
    if not parts[0]:
        parts = parts[1:]
    elif parts[0] != "**" and (len(parts) == 1 or (len(parts) == 2 and not parts[1])):
        parts = ["**", *parts]
    if not parts[-1]:
        parts[-1] = "**"
    if parts == ["**", "**"]:
        return "(?!)"  # `/**/` asks for a path that begins with a slash
    runs = [""]  # what is between two `**`
    for part in parts:
        if part != "**":
            runs[-1] += f"{'[^/]+' if part == '*' else _segment(part)}/"
        elif runs[-1] or len(runs) == 1:
            runs.append("")
    first, *others = runs
    if parts[-1] == "**":
        last = ".*"
        others = [run for run in others if run]
    elif others:
        last = f"(?:.+/)?{others.pop().removesuffix('/')}(?:/.*)?"
    else:
        first, last = first.removesuffix("/"), "(?:/.*)?"
    return rf"{first}{''.join(_first(f'(?:.+?/)??{run}') for run in others)}{last}\Z"


_NUMBERS = itertools.count()


def _first(expression: str) -> str:
    """Return an expression that matches once, as it does first, and is not tried again if what follows does not match.

    Before another star the first match is as good as any, and trying all of them takes exponential time.
    """
    name = f"_{next(_NUMBERS)}"
    return f"(?=(?P<{name}>{expression}))(?P={name})"


def _segment(text: str) -> str:
    """Return the part of a pattern between slashes as a regular expression; Go and git have the same rules."""
    parts: list[list[str]] = [[]]  # what is between two stars
    last = text.rfind("]")
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "*":
            if parts[-1] or len(parts) == 1:
                parts.append([])
        elif character == "?":
            parts[-1].append("[^/]")
        elif character == "\\" and at < len(text):
            parts[-1].append(re.escape(text[at]))
            at += 1
        elif character == "[" and at <= last and (end := _end_of_class(text, at)) > 0:
            parts[-1].append(_class(text[at:end]))
            at = end + 1
        else:
            parts[-1].append(re.escape(character))
    first, *others = map("".join, parts)
    if not others:
        return first
    return f"{first}{''.join(_first(f'[^/]*?{part}') for part in others[:-1])}[^/]*{others[-1]}"


def _end_of_class(text: str, at: int) -> int:
    """Where the ``]`` is that ends a class of characters; -1 where nothing ends it. The first character is no end."""
    at += text[at : at + 1] in ("!", "^")
    return text.find("]", at + (text[at : at + 1] == "]"))


def _class(body: str) -> str:
    """Return a class of characters as an expression; as in Go, a range that runs backwards has none."""
    negated = body[0] in "!^"
    kept = ""
    for first, last in re.findall(r"(.)(?:-(.))?", body[negated:], re.DOTALL):
        if not last:
            kept += re.escape(first)
        elif first <= last:
            kept += f"{re.escape(first)}-{re.escape(last)}"
    if not kept:
        return "[^/]" if negated else "(?!)"
    return f"[{'^' if negated else ''}{kept}]"


class Deeper:
    """The files below the top that a pattern without a slash matches for the client, and not for Docker."""

    def __init__(self, pattern: str) -> None:
        plain = pattern.rstrip("/")
        self.is_any = bool(plain) and "/" not in plain and not plain.startswith(("!", "**"))
        self._deep = re.compile(rf".+/{_segment(plain)}(?:/.*)?\Z", re.DOTALL)
        self._top = re.compile(rf"{_segment(plain)}(?:/.*)?\Z", re.DOTALL)

    def matches(self, name: str) -> bool:
        """Whether the pattern matches a file in this way."""
        return self.is_any and self._deep.match(name) is not None and not self._top.match(name)


def is_pattern(source: str) -> bool:
    """Whether BuildKit reads this source as a pattern."""
    return _WILDCARD.search(source) is not None


class Coverage:
    """The files that sources of COPY cover; a folder covers everything in it."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._folders = {path for path in map(normal, sources) if not is_pattern(path)}

    @property
    def is_whole(self) -> bool:
        """Whether the sources cover the whole project."""
        return "." in self._folders

    def covers(self, path: str) -> bool:
        """Whether the sources cover `path`, or everything that it may match as a pattern."""
        wanted = normal(path)
        wildcard = _WILDCARD.search(wanted)
        parts = wanted[: wildcard.start()].split("/")[:-1] if wildcard else wanted.split("/")
        return self.is_whole or any("/".join(parts[:end]) in self._folders for end in range(1, len(parts) + 1))


def normal(path: str) -> str:
    """Return a path of the context without ``./`` and double slashes; ``.`` for all of it. ``..`` stays."""
    import posixpath

    return posixpath.normpath(path.lstrip("/") or ".")


def matching(root: Path, pattern: str, ignore: Ignore) -> list[str] | None:
    """Return the paths that a pattern of COPY matches in the folder `root`, sorted, without those excluded by `ignore`.

    None if they can't be found or written safely: more than MAX_NAMES, links, names with wildcards, ``**``, ``..``.
    """
    parts = normal(pattern).split("/")
    if any(part in ("..", "**") for part in parts):
        return None
    found = [""]
    for part in parts:
        step: list[str] = []
        for folder in found:
            names = _names(root / folder, part)
            if names is None:
                return None
            step += [f"{folder}/{name}" if folder else name for name in names]
        found = step
    kept = [path for path in found if ignore.pattern_for(path) is None]
    if len(kept) > MAX_NAMES or any(is_pattern(path) or _has_link(root, path) for path in kept):
        return None
    return sorted(kept)


def _names(folder: Path, part: str) -> list[str] | None:
    if not is_pattern(part):
        return [part] if os.path.exists(folder / part) else []  # pathlib raises for a name that is too long
    expression = re.compile(_segment(part), re.DOTALL)
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                if count > MAX_ENTRIES:
                    return None
                if expression.fullmatch(entry.name):
                    names.append(entry.name)
    except OSError:
        return []
    return names


def _has_link(root: Path, path: str) -> bool:
    parts = path.split("/")
    return any(os.path.islink(root / "/".join(parts[: end + 1])) for end in range(len(parts)))


class Survey:
    """What the client finds under one source: paths relative to the context, in its own order.

    `files` counts the files it uploads. `large` are over its limit, `leaving` are links out of the context (it stops
    there), `broken` links to nothing, `links` those to other places of the context, which don't arrive as links,
    `empty` folders without any file, `closed` those that can't be read. `truncated` is whether there were too many
    files to check.
    """

    def __init__(self) -> None:
        self.files = 0
        self.large: list[str] = []
        self.leaving: list[str] = []
        self.broken: list[str] = []
        self.links: list[str] = []
        self.empty: list[str] = []
        self.closed: list[str] = []
        self.truncated = False


def survey(root: Path, source: str, ignore: Ignore) -> Survey:
    """Return what the client finds under `source`, an existing path and not a pattern, in the folder `root`."""
    result = Survey()
    base = os.path.realpath(root)
    start = normal(source)
    if os.path.isdir(f"{base}/{start}") and not os.path.islink(f"{base}/{start}"):
        for path, is_link in _walk(base, start, ignore, result):
            _file(base, path, result, is_link=is_link)
        result.large.sort()
    else:
        _file(base, start, result, is_link=_has_link(root, start))
    return result


def _walk(base: str, start: str, ignore: Ignore, result: Survey) -> Iterator[tuple[str, bool]]:
    pending = [start]
    seen = 0
    while pending:
        folder = pending.pop()
        prefix = "" if folder == "." else f"{folder}/"
        folders: list[str] = []
        links: list[str] = []
        before = seen
        try:
            with os.scandir(f"{base}/{folder}") as entries:
                for entry in entries:
                    seen += 1
                    if seen > MAX_ENTRIES:
                        result.truncated = True
                        return
                    path = prefix + entry.name
                    if ignore.pattern_for(path) is not None:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                    elif entry.is_symlink():
                        links.append(path)
                    else:
                        yield path, False
        except OSError:
            result.closed.append(folder)
            continue
        if seen == before and folder != ".":
            result.empty.append(folder)
        yield from ((path, True) for path in sorted(links))
        pending += sorted(folders)


def _file(base: str, path: str, result: Survey, *, is_link: bool) -> None:
    """Record one file or link."""
    full = f"{base}/{path}"
    if is_link:
        target = Path(os.path.realpath(full))
        if not target.exists():
            result.broken.append(path)
            return
        if not target.is_relative_to(base):
            result.leaving.append(path)
            return
        result.links.append(path)
        if target.is_dir():
            return
    try:
        size = os.stat(full).st_size
    except OSError:
        return
    result.files += 1
    if size > FILE_SIZE_LIMIT:
        result.large.append(path)
