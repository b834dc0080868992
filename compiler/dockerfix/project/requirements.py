"""One item of `python_packages`, or one line of a requirements file: its requirement, its options, its words.

Real items go beyond PEP 508: options on the same line or on their own, bare URLs with fragments, two requirements in
one string, conda's ``name=1.2``, an ``--extra-index-url`` joined to the last one (counted in 212 projects). Text that
cannot be read stays as written, as one requirement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerfix.knowledge.cog_constructs import PACKAGE_NAMES, PACKAGE_REPOSITORIES
from dockerfix.project.pip_options import Option, read_option, takes_value
from dockerfix.text.credentials import has_login, holds_secret
from dockerfix.text.lazy_patterns import lazy

_COMMENT = lazy(r"(?:^|(?<!\s)\s+)#.*$")
_WORD = lazy(r"(?:[^\s\"']+|\"[^\"]*\"|'[^']*'|[\"'])+")
_GLUED = lazy(r"(?<=[^\s\"'=])(?=--(?:extra-index-url|index-url|find-links)=)")
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_CLAUSE = r"(?:===|==|~=|!=|<=|>=|<|>)\s*(?:\d+!)?[^\s,;()<>=!~]+"
_NAMED = lazy(
    rf"(?P<name>{_NAME})(?:\s*\[(?P<extras>[^\]]*)\])?"
    rf"(?:\s*@\s*(?P<url>\S+)|\s*(?:\(\s*)?(?P<specifier>{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)(?:\s*,)?(?:\s*\))?)?"
)
_URL = lazy(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|(?:\w+\+)?file:(?=[./\w]))\S+")
_FILE_URL = lazy(
    rf"(?P<name>{_NAME}\s*(?:\[[^\]]*\]\s*)?@\s*)?(?P<scheme>(?:(?:git|hg|svn|bzr)\+)?file:(?://(?:localhost)?(?=/))?)",
    re.IGNORECASE,
)
_PATH = lazy(
    r"(?:\.{1,2}(?=[/\[]|$)|/|~/|[^\s<>=!~;@\[]+/"
    r"|[^\s<>=!~;]+\.(?:whl|tar\.gz|tar\.bz2|zip)(?![^\s\[;#])(?!(?:\[[^\]]*\])?\s*@))\S*"
)
_INK = lazy(r"\S*")
_BLANKS = lazy(r"\s*")
_BEGIN = lazy(r"(?![\d.]+(?:\s|$))[A-Za-z0-9./~]")
_MARKER = lazy(r"\s*;\s*(?P<marker>\S.*)$", re.DOTALL)
_ARCHIVE = lazy(r"\.(?:whl|tar\.gz|tar\.bz2|zip|tgz)$", re.IGNORECASE)
_LONGEST_ENDING = len(".tar.bz2")
_ESCAPED = lazy(r"%([0-7][0-9A-Fa-f])")
_EGG = lazy(r"([#&])egg=\{?([A-Za-z0-9._-]+)")
_PIN = lazy(r"={2,3}\s*([^\s*,]+)")


class Requirement(NamedTuple):
    """One package to install; `text` is exactly as written.

    `name` is normalized (PEP 503), None if the text has no name; `specifier` is "" without one; `pin` is
    the version of the only ``==`` clause, or of a wheel's file name, local part included.
    """

    text: str
    name: str | None = None
    extras: tuple[str, ...] = ()
    specifier: str = ""
    pin: str | None = None
    marker: str | None = None
    is_url: bool = False
    is_path: bool = False


class Item(NamedTuple):
    """One item as written, with its options and requirements in order."""

    raw: str
    parts: tuple[Option | Requirement, ...]

    @property
    def options(self) -> tuple[Option, ...]:
        """The options."""
        return tuple(part for part in self.parts if isinstance(part, Option))

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements; almost always one or none."""
        return tuple(part for part in self.parts if isinstance(part, Requirement))

    @property
    def words(self) -> tuple[str, ...]:
        """The words for pip's command line in their order, unquoted."""
        return tuple(word for part in self.parts for word in (part.words if isinstance(part, Option) else (part.text,)))

    @property
    def first(self) -> Requirement:
        """The first requirement; an empty one if there is none."""
        return next((part for part in self.parts if isinstance(part, Requirement)), _NOTHING)

    @property
    def name(self) -> str | None:
        """The normalized name of the first requirement; None without one."""
        return self.first.name

    @property
    def pin(self) -> str | None:
        """The exact version of the first requirement; None without one."""
        return self.first.pin


_NOTHING = Requirement("")


@lru_cache(maxsize=4096)
def parse_item(text: str) -> Item:
    """Read one item. Any text gives an Item; a comment or an empty text gives one without parts."""
    body = _GLUED.sub(" ", _COMMENT.sub("", text).strip())
    words = list(_WORD.finditer(body))
    parts: list[Option | Requirement] = []
    at = 0
    while at < len(words):
        word = words[at].group()
        if len(word) > 1 and word.startswith("-"):
            following = words[at + 1].group() if at + 1 < len(words) else None
            option, taken = read_option(word, following)
            parts.append(option)
            at += taken
            continue
        start = at
        while at < len(words) and not (len(words[at].group()) > 1 and words[at].group().startswith("-")):
            at += 1
        parts.extend(_split(body[words[start].start() : words[at - 1].end()]))
    return Item(text, tuple(parts))


def parse_items(texts: Iterable[str]) -> tuple[Item, ...]:
    """Read a list of items; an option that ends one item takes its value from the next, as in a requirements file.

    (One project has ``--pre``, ``-f`` and the URL as three items.)
    """
    result: list[Item] = []
    for text in texts:
        item = parse_item(text)
        if result and item.parts and isinstance(item.parts[0], Requirement) and _wants_value(result[-1]):
            item = parse_item(f"{result.pop().raw} {text}")
        result.append(item)
    return tuple(result)


def _wants_value(item: Item) -> bool:
    last = item.parts[-1] if item.parts else None
    return isinstance(last, Option) and last.value is None and takes_value(last.flag)


def _split(text: str) -> Iterator[Requirement]:
    """Return the requirements in a text without options; the last one may have a marker."""
    at = 0
    while at < len(text):
        requirement, end = _requirement(text, at)
        marker = _MARKER.match(text, end)
        if marker is not None:
            yield requirement._replace(text=text[at:].strip(), marker=marker.group("marker").strip())
            return
        if end < len(text) and not text[end].isspace():
            end = _INK.match(text, end).end()  # type: ignore[union-attr]
            requirement = _as_written(requirement, text[at:end])
        following = _BLANKS.match(text, end).end()  # type: ignore[union-attr]
        if following < len(text) and not _BEGIN.match(text, following):
            yield _as_written(requirement, text[at:])
            return
        yield requirement
        at = following


def _as_written(requirement: Requirement, text: str) -> Requirement:
    """Return text that pip cannot read, as a requirement with only a name and extras."""
    return Requirement(text.strip(), requirement.name, requirement.extras)


def _requirement(text: str, at: int) -> tuple[Requirement, int]:
    """Return the requirement that begins at `at`, without marker, and its end."""
    match = _URL.match(text, at)
    if match is not None:
        found = _from_url(match.group(), match.group())
        return _as_path(found), match.end()
    match = _PATH.match(text, at)
    if match is not None:
        end = _path_end(text, match)
        found = _from_url(text[at:end], text[at:end])
        return found._replace(is_url=False, is_path=True), end
    match = _NAMED.match(text, at)
    if match is None:
        return Requirement(text[at:]), at
    name = normalize(match.group("name"))
    extras = tuple(extra.strip() for extra in (match.group("extras") or "").split(",") if extra.strip())
    if match.group("url"):
        found = _from_url(match.group(), match.group("url"))
        return _as_path(found)._replace(name=name, extras=extras), match.end()
    specifier = match.group("specifier") or ""
    pin = _PIN.fullmatch(specifier)
    return Requirement(match.group(), name, extras, specifier, pin.group(1) if pin else None), match.end()


def _path_end(text: str, match: re.Match[str]) -> int:
    """Where a path ends: pip takes blanks in one, so words follow that are neither a path nor a requirement."""
    path = match.group().partition(";")[0]
    end = match.start() + len(path)
    if not path.startswith(("./", "../", "~/", "/")) or end < match.end() or re.search(r"[\[#]", path):
        return end
    for word in _WORD.finditer(text, end):
        ending = text[max(match.start(), end - _LONGEST_ENDING - 1) : end]
        if _stem(ending) or not re.match(r"[^./~;#<>=!@\s][^<>=!~@]*$", word.group()):
            break
        name, marker, _ = word.group().partition(";")
        end = word.start() + len(name)
        if marker or "[" in name:
            break
    return end


def _from_url(text: str, url: str) -> Requirement:
    """Return a requirement that is a URL or a path; its name is in ``#egg=`` or in the file name of an archive."""
    egg = _egg(url)
    file = _unescaped(re.split(r"[?#]", url, maxsplit=1)[0])
    name, version = _from_archive(file)
    if egg is not None:
        name = normalize(egg)
    return Requirement(text, name, pin=version, is_url=True)


def _egg(url: str) -> str | None:
    """Return the name in the fragment of a URL: the last one behind an ``&``, or else the first."""
    found = [match.groups() for match in _EGG.finditer(url, max(url.find("#"), 0))] if "#" in url else []
    behind = [name for mark, name in found if mark == "&"]
    return behind[-1] if behind else found[0][1] if found else None


def _stem(path: str) -> str | None:
    """Return the file name of a wheel or source archive without its ending; None for another file."""
    ending = _ARCHIVE.search(path)
    return path[: ending.start()].rpartition("/")[2] or None if ending is not None else None


def _file_scheme(text: str) -> re.Match[str] | None:
    """Return what stands before the path in a requirement that is a ``file:`` URL; None for another one."""
    return _FILE_URL.match(text) if "file:" in text.lower() else None


def _as_path(requirement: Requirement) -> Requirement:
    """Return a ``file:`` URL as the path that it is."""
    scheme = _file_scheme(requirement.text)
    if scheme is None or "+" in scheme["scheme"]:
        return requirement
    return requirement._replace(is_url=False, is_path=True)


class LocalPath(NamedTuple):
    """A path in a requirement, and what is written before and after it: name and scheme; extras, fragment, marker."""

    before: str
    path: str
    after: str


def local_path(requirement: Requirement) -> LocalPath | None:
    """Return the file or folder that a requirement names by its path, a ``file:`` URL or a ``git+file:`` URL."""
    scheme = _file_scheme(requirement.text)
    if scheme is None and not requirement.is_path:
        return None
    before = scheme.group() if scheme is not None else ""
    rest = requirement.text[len(before) :]
    path = re.split(r"[\[;#]", rest, maxsplit=1)[0]
    if "+" in before:
        path = path.partition("@")[0]
    path = path.strip()
    after = rest[rest.find(path) + len(path) :]
    return LocalPath(before, _unescaped(path) if before else path, after)


def _unescaped(path: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), path)


def _from_archive(path: str) -> tuple[str | None, str | None]:
    """Return name and version in the file name of a wheel or source archive: its parts up to the first number."""
    stem = _stem(path.rpartition("/")[2].partition("[")[0])
    if stem is None:
        return None, None
    parts = stem.split("-")
    count = next((index for index, part in enumerate(parts) if index and part[:1].isdigit()), None)
    if count is None:
        return (normalize(stem), None) if len(parts) == 1 else (None, None)
    return normalize("-".join(parts[:count])), parts[count]


def normalize(name: str) -> str:
    """Return a package name in its normal form (PEP 503): ``cog-dataclass`` for ``cog_dataclass``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_cog(thing: Item | Requirement | str) -> bool:
    """Whether this installs Cog: ``cog``, ``coglet`` or ``cog-dataclass`` by name, file or repository.

    An Item counts if it installs nothing but Cog; ``-e`` with Cog's repository counts as well.
    """
    if isinstance(thing, str):
        thing = parse_item(thing)
    if isinstance(thing, Requirement):
        return _is_cog_requirement(thing)
    installed = list(thing.requirements)
    for option in thing.options:
        if option.long == "--editable" and option.value:
            installed.extend(parse_item(option.value).requirements)
    return bool(installed) and all(_is_cog_requirement(requirement) for requirement in installed)


def _is_cog_requirement(requirement: Requirement) -> bool:
    if requirement.name in PACKAGE_NAMES:
        return True
    if not requirement.is_url:
        return False
    names = "|".join(re.escape(repository) for repository in PACKAGE_REPOSITORIES)
    return re.search(rf"[/@](?:{names})(?:\.git)?(?:[/@#?]|$)", requirement.text, re.IGNORECASE) is not None


def has_credentials(item: Item) -> bool:
    """Whether an item has a secret in it, or a URL with the variable of one: the image would need the secret.

    The ``git@`` of ``git+ssh://git@host`` is none.
    """
    return any(has_login(word) or holds_secret(word) for word in item.words)
