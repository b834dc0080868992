"""Readers for single values of a YAML tree: text, lists, truth values, each with its own tolerance."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from dockerfix.project.yaml_tree import ConfigError, Mapping, Node, Scalar, Sequence, is_null
from dockerfix.text.lazy_patterns import lazy

_BREAKS = lazy(r"[\r\n\x85\u2028\u2029]")


class ConfigNote(NamedTuple):
    """A harmless mistake in cog.yaml, in one line."""

    message: str
    line: int


class Fields:
    """Reads the values of one file, and collects notes and the line of each value.

    A path such as ("build", "run", 0) names a value: it is the key in `lines` and, joined by dots, appears in messages.
    """

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
        if _BREAKS.search(text):
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
        """Note every key of `left` that isn't in `known`, with the nearest known name."""
        for name in left:
            if name in known or not isinstance(node, Mapping):
                continue
            from difflib import get_close_matches  # seldom needed

            near = get_close_matches(name, list(known), 1, 0.7)
            hint = f"; did you mean `{near[0]}`?" if near else " and was ignored"
            self.note(f"`{shown(dotted((*path, name)))}` is not a Cog setting{hint}", node.pairs[name].key.line)


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a path for messages: ``build.run[0]``."""
    result = ""
    for part in path:
        result += f"[{part}]" if isinstance(part, int) else f".{part}" if result else part
    return result


def shown(text: str) -> str:
    """Return `text` shortened to fit in a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."
