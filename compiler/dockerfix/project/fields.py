"""Readers for single values of a YAML tree: text, lists, truth values, each with its own tolerance."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Mapping as Table
from types import MappingProxyType
from typing import NamedTuple

from dockerfix.project.yaml_tree import ConfigError, Mapping, Node, Scalar, Sequence, is_null
from dockerfix.text.credentials import shortened
from dockerfix.text.quoting import SHORT

_BREAKS = "\r\n\x85\u2028\u2029"


class ConfigNote(NamedTuple):
    """A mistake in cog.yaml, in one line.

    `key` is the path of a key that Cog doesn't know there, () for another mistake. `lost` means that the value is
    needed and nothing reads it: the key is misspelt or in the wrong place.
    """

    message: str
    line: int
    key: tuple[str | int, ...] = ()
    lost: bool = False


class Fields:
    """Reads the values of one file, and collects notes and the line of each value.

    A path such as ("build", "run", 0) names a value: it is the key in `lines` and, joined by dots, appears in messages.
    """

    homes: Table[str, Collection[str]] = MappingProxyType({})
    """The keys of each mapping ("": the whole file), which tell a key in the wrong place from an unknown one."""

    unheeded: Collection[str] = ()
    """The keys on which nothing depends."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.notes: list[ConfigNote] = []
        self.lines: dict[tuple[str | int, ...], int] = {}

    def note(self, message: str, line: int) -> None:
        """Record a harmless mistake."""
        self.notes.append(ConfigNote(message, line))

    def refuse(self, message: str, node: Node) -> ConfigError:
        """Return the error to raise for `node`."""
        return ConfigError(message, node.line, node.column, self.file)

    def scalar(self, node: Node | None, *path: str | int) -> Scalar | None:
        """Return one value, and record its line; None for null. Raises ConfigError for a list or a mapping."""
        if node is None or is_null(node):
            return None
        if not isinstance(node, Scalar):
            what = "a list" if isinstance(node, Sequence) else "a mapping"
            raise self.refuse(f"`{dotted(path)}` must be text, not {what}", node)
        self.lines[path] = node.line
        return node

    def text(self, node: Node | None, *path: str | int) -> str | None:
        """Return one line without blanks at its ends; None for null or blank. Raises ConfigError for several lines."""
        value = self.scalar(node, *path)
        if value is None:
            return None
        text = value.text.strip()
        if not text:
            self.note(f"`{dotted(path)}` is empty", value.line)
            return None
        self.one_line(text, value, path)
        return text

    def one_line(self, text: str, node: Node, path: tuple[str | int, ...]) -> None:
        """Raise ConfigError if `text` contains a line break."""
        if any(each in text for each in _BREAKS):
            raise self.refuse(f"`{dotted(path)}` contains a line break", node)

    def pattern(self, shape: re.Pattern[str], hint: str, node: Node | None, *path: str | int) -> str | None:
        """Return one line of text that matches `shape`; raises ConfigError with `hint` for any other."""
        value = self.text(node, *path)
        if value is not None and node is not None and not shape.fullmatch(value):
            raise self.refuse(f"`{dotted(path)}` is `{shown(value)}`, expected {hint}", node)
        return value

    def boolean(self, node: Node | None, *path: str | int) -> bool:
        """Return a truth value; text that begins with one counts, with a note. Raises ConfigError for other text."""
        value = self.scalar(node, *path)
        if value is None:
            return False
        if value.boolean is not None:
            return value.boolean
        words = value.text.split()
        word = words[0].lower() if words else ""
        if word not in ("true", "false", "yes", "no", "on", "off"):
            raise self.refuse(f"`{dotted(path)}` must be true or false (got `{shown(value.text)}`)", value)
        self.note(f"`{dotted(path)}` is the text `{shown(value.text)}`; it was read as {word}", value.line)
        return word in ("true", "yes", "on")

    def items(self, node: Node | None, *path: str | int) -> list[Node]:
        """Return the items of a list that aren't null; a single value counts as a list of one, with a note.

        Raises ConfigError for a mapping.
        """
        if node is None or is_null(node):
            return []
        self.lines[path] = node.line
        if isinstance(node, Mapping):
            raise self.refuse(f"`{dotted(path)}` must be a list, not a mapping", node)
        if isinstance(node, Scalar):
            self.note(f"`{dotted(path)}` is a single value; it was read as a list of one", node.line)
            return [node]
        kept: list[Node] = []
        for number, item in enumerate(node.items, 1):
            if is_null(item) or (isinstance(item, Scalar) and not item.text.strip()):
                self.note(f"item {number} of `{dotted(path)}` is empty and was skipped", item.line)
            else:
                kept.append(item)
        return kept

    def texts(self, node: Node | None, *path: str | int) -> tuple[str, ...]:
        """Return a list of single lines of text, and record the line of each."""
        result: list[str] = []
        for item in self.items(node, *path):
            text = self.text(item, *path, len(result))
            if text is not None:
                result.append(text)
        return tuple(result)

    def pairs(self, node: Node | None, *path: str | int) -> dict[str, Node]:
        """Return a mapping's values by key, {} for null; notes repeated keys. Raises ConfigError for another type."""
        if node is None or is_null(node):
            return {}
        if not isinstance(node, Mapping):
            raise self.refuse(f"`{dotted(path)}` must be a mapping", node)
        if path:
            self.lines[path] = node.line
        for key in node.repeated:
            where = dotted((*path, key.text))
            self.note(f"`{where}` is given more than once; the last one is used", key.line)
        return {name: pair.value for name, pair in node.pairs.items()}

    def unknown(self, left: dict[str, Node], known: Collection[str], node: Node | None, *path: str | int) -> None:
        """Note every key of `left` that isn't in `known`, with the known key that was meant and where it belongs."""
        for name, value in left.items():
            if name in known or not isinstance(node, Mapping):
                continue
            hint, lost = self.meant(name, known, path)
            message = f"`{shown(dotted((*path, name)))}` is not a Cog setting{hint or ' and was ignored'}"
            lost = lost and not _is_empty(value)
            self.notes.append(ConfigNote(message, node.pairs[name].key.line, (*path, name), lost))

    def meant(self, name: str, known: Collection[str], path: tuple[str | int, ...]) -> tuple[str, bool]:
        """What to say of an unknown key, "" if it resembles none, and whether something depends on the key meant."""
        homes = self.homes if all(isinstance(part, str) for part in path) else {}  # items have keys of their own
        for home, keys in homes.items():
            if name in keys:
                place = f"below `{home}`" if home else "at the top level"
                return f" here; `{name}` belongs {place}", name not in self.unheeded
        near = misspelt(name, known)
        if near:
            return f"; did you mean `{near}`?", True
        for home, keys in homes.items():
            near = misspelt(name, keys)
            if near:
                place = f"`{home}.{near}`" if home else f"`{near}` at the top level"
                return f"; did you mean {place}?", near not in self.unheeded
        return "", False


def _is_empty(node: Node) -> bool:
    """Whether a value says nothing, so that nothing is lost without it."""
    if isinstance(node, Scalar):
        return node.is_null or not node.text.strip()
    return not (node.items if isinstance(node, Sequence) else node.pairs)


def misspelt(name: str, known: Collection[str]) -> str | None:
    """The known key that `name` misspells: one slip for each four letters, where the shape of the words is no slip."""
    plain = _plain(name)
    best = min(((slips(plain, _plain(each)), each) for each in known), default=(len(plain), ""))
    return best[1] if best[0] <= max(1, len(plain) // 4) and best[0] < len(_plain(best[1])) - 1 else None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def slips(one: str, other: str) -> int:
    """How many letters are missing, added, wrong or in the wrong order of two (Damerau and Levenshtein)."""
    if abs(len(one) - len(other)) > max(1, len(one) // 4):
        return max(len(one), len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        previous, before, row = before, row, [at]
        for place, there in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != there))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == there:
                cost = min(cost, previous[place - 2] + 1)
            row.append(cost)
    return row[-1]


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a path for messages: ``build.run[0]``."""
    result = ""
    for part in path:
        result += f"[{part}]" if isinstance(part, int) else f".{part}" if result else part
    return result


def shown(text: str) -> str:
    """Return `text` shortened to fit in a message."""
    return shortened(text, SHORT)
