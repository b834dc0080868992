"""YAML as a tree of strings with places, within limits; tags never construct objects.

PyYAML's own loaders turn ``3.10`` into the number 3.1, silently keep the last of two equal keys, expand aliases
without limit and recurse once per level. This module reads PyYAML's events instead, so a scalar stays the text that
was written, every value has a line, and a hostile file costs little and ends in one `ConfigError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import yaml

from dockerfix.text.credentials import shortened
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Position, Source

MAX_CHARACTERS = 1 << 20
MAX_DEPTH = 50
MAX_NODES = 50_000
"""The most values after the expansion of aliases; the largest real cog.yaml has about 500."""

MAX_MESSAGE = 300
MAX_DIRECTIVES = 10
"""The most lines such as ``%TAG``; the scanner compares each with all before it."""

_CONTROL = lazy(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_YAML = lazy("[\ud800-\udfff\ufffe\uffff\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f]")
"""What YAML doesn't allow; compiling it takes a while, so text in ASCII is searched for `_CONTROL`, its part of it."""
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map"))
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"y", "yes", "true", "on"})
_FALSE = frozenset({"n", "no", "false", "off"})


class ConfigError(ValueError):
    """A cog.yaml, or a file that it names, can't be used; the message is one line.

    `line` and `column` begin at 1 and are None if no place is known; `file` is the name as the user gave it.
    """

    def __init__(
        self, message: str, line: int | None = None, column: int | None = None, file: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = shortened(message, MAX_MESSAGE)
        self.line = line
        self.column = column
        self.file = file

    def __str__(self) -> str:
        place = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message


class Scalar(NamedTuple):
    """One value as written; `plain` is False for quoted and block scalars, which are always strings."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def is_null(self) -> bool:
        """Whether YAML reads this as null."""
        return self.plain and self.text in _NULLS

    @property
    def boolean(self) -> bool | None:
        """The truth value in YAML 1.1 (PyYAML and Cog's Go decoder); None for another type."""
        word = self.text.lower()
        if self.plain and word in _TRUE:
            return True
        return False if self.plain and word in _FALSE else None


class Sequence(NamedTuple):
    """A YAML list."""

    items: tuple[Node, ...]
    line: int
    column: int


class Mapping(NamedTuple):
    """A YAML mapping: its pairs in order, of equal keys only the last, and the repeated keys."""

    pairs: dict[str, Pair]
    repeated: tuple[Scalar, ...]
    line: int
    column: int


class Pair(NamedTuple):
    """A key with its value."""

    key: Scalar
    value: Node


Node = Scalar | Sequence | Mapping


def is_null(node: Node | None) -> bool:
    """Whether `node` is missing or YAML's null."""
    return node is None or (isinstance(node, Scalar) and node.is_null)


def read_yaml(text: str, file: str | None = None) -> Node | None:
    """Return the document in `text`; None without one (an empty file, only comments).

    Raises ConfigError unless it is one well-formed document within the limits.
    """
    _check_characters(text, file)
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _Reader(Source(text), file).document(events)
    except yaml.MarkedYAMLError as error:
        line, column = _place(Source(text), error.problem_mark or error.context_mark)
        message = f"not valid YAML: {error.problem or error.context or 'syntax error'}"
        raise ConfigError(message, line, column, file) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"not valid YAML: {error}", file=file) from None


class _Mark(Protocol):
    index: int


def _place(source: Source, mark: _Mark | None) -> Position:
    """Return the line and column of a mark; YAML has more characters for line breaks than the rest of the compiler."""
    return source.position(min(mark.index, len(source.text)) if mark is not None else 0)


def _check_characters(text: str, file: str | None) -> None:
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(f"larger than {MAX_CHARACTERS >> 20} MiB", file=file)
    if len(re.findall("^%", text, re.MULTILINE)) > MAX_DIRECTIVES:
        raise ConfigError(f"more than {MAX_DIRECTIVES} lines start with `%`", file=file)
    bad = (_CONTROL if text.isascii() else _NOT_YAML).search(text)
    if bad is not None:
        what = "not UTF-8" if "\ud800" <= bad.group() <= "\udfff" else f"control character U+{ord(bad.group()):04X}"
        line, column = Source(text).position(bad.start())
        raise ConfigError(what, line, column, file)


class _Reader:
    """Builds the tree from events; limits depth and nodes."""

    def __init__(self, source: Source, file: str | None) -> None:
        self.source = source
        self.file = file
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.count = 0

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error("contains more than one YAML document", event)
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, events, 0)
        return root

    def error(self, message: str, event: yaml.Event) -> ConfigError:
        return ConfigError(message, *_place(self.source, event.start_mark), self.file)

    def node(self, event: yaml.NodeEvent, events: Iterator[yaml.Event], depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        before = self.count
        self.add(1, event)
        if depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", event)
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!" and tag not in _PLAIN_TAGS:
            raise self.error(f"the tag `{tag.replace('tag:yaml.org,2002:', '!!')}` is not allowed", event)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        result = self.value(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (result, self.count - before)
        return result

    def add(self, nodes: int, event: yaml.Event) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            raise self.error(f"has more than {MAX_NODES} values once its aliases are expanded", event)

    def alias(self, event: yaml.AliasEvent) -> Node:
        if event.anchor not in self.anchors:
            raise self.error(f"the alias `*{event.anchor}` names no anchor", event)
        known = self.anchors[event.anchor]
        if known is None:
            raise self.error(f"the alias `*{event.anchor}` is inside the value that it names", event)
        node, size = known
        self.add(size, event)
        return node

    def value(self, event: yaml.NodeEvent, events: Iterator[yaml.Event], depth: int) -> Node:
        line, column = _place(self.source, event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            if "\0" in event.value:
                raise self.error("a value contains a NUL character", event)
            return Scalar(event.value, event.implicit[0] if event.tag is None else False, line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.until(yaml.SequenceEndEvent, events, depth)), line, column)
        nodes = self.until(yaml.MappingEndEvent, events, depth)
        return self.mapping(list(zip(nodes, nodes, strict=True)), line, column)

    def until(self, end: type[yaml.Event], events: Iterator[yaml.Event], depth: int) -> Iterator[Node]:
        for event in events:
            if isinstance(event, end):
                return
            if isinstance(event, yaml.NodeEvent):
                yield self.node(event, events, depth + 1)

    def mapping(self, pairs: list[tuple[Node, Node]], line: int, column: int) -> Mapping:
        result: dict[str, Pair] = {}
        merged: dict[str, Pair] = {}
        repeated: list[Scalar] = []
        for key, value in pairs:
            if not isinstance(key, Scalar):
                raise ConfigError("a key must be a word", key.line, key.column, self.file)
            if key.plain and key.text == "<<":
                merged.update(self.merge(value))
                continue
            if key.text in result:
                repeated.append(key)
            result[key.text] = Pair(key, value)
        return Mapping({**merged, **result}, tuple(repeated), line, column)

    def merge(self, value: Node) -> dict[str, Pair]:
        sources = value.items if isinstance(value, Sequence) else (value,)
        result: dict[str, Pair] = {}
        for source in reversed(sources):
            if not isinstance(source, Mapping):
                raise ConfigError("`<<` can only merge mappings", source.line, source.column, self.file)
            result.update(source.pairs)
        return result
