"""Slips in a cog.yaml: a key or item is gone or misspelt, a value has another type, a key or line is out of place."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml


class Slip(NamedTuple):
    """A cog.yaml with one slip: what was done, to which key or item, and the text that it leaves.

    Where it was done to lines of the text, `path` is empty, and `lines` are these, from 1.
    """

    kind: str
    path: tuple[str | int, ...]
    text: str
    lines: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """For messages: ``misspelt build.run[0]``."""
        return f"{self.kind} {'.'.join(map(str, self.path or self.lines[:1]))}"


def slips(text: str, seed: int) -> Iterator[Slip]:
    """Each key (with what is below it) and each item of a list, removed and misspelt, by `seed`."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    data = yaml.load(text, Loader=yaml.BaseLoader)
    for path, start, end in _words(root, ()):
        generator = random.Random(f"{seed} {path}")
        yield Slip("removed", path, _dumped(_without(data, path)))
        word = text[start:end]
        for misspelt in _misspellings(word, generator):
            yield Slip("misspelt", path, f"{text[:start]}{misspelt}{text[end:]}")


def damages(text: str) -> Iterator[Slip]:
    """Each value with another type, each key elsewhere or in capitals, and each line moved, cut or left out."""
    data = yaml.load(text, Loader=yaml.BaseLoader)
    for path, value in _values(data, ()):
        for kind, other in _retyped(value):
            yield Slip(kind, path, _dumped(_with(data, path, other)))
        for kind, place in _elsewhere(data, path):
            if place != path:
                yield Slip(kind, path, _dumped(_with(_without(data, path), place, value)))
    yield from (slip for slip in _damaged_lines(text.rstrip("\n").split("\n")) if not _says(slip.text, data))


def _says(text: str, data: Any) -> bool:
    """Whether a text is YAML for some data."""
    try:
        return bool(yaml.load(text, Loader=yaml.BaseLoader) == data)
    except yaml.YAMLError:
        return False


def _values(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The path and the value of each key and each item."""
    for part, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, part), value
        yield from _values(value, (*path, part))


def _retyped(value: Any) -> Iterator[tuple[str, Any]]:
    yield "null instead of", None
    if isinstance(value, list):
        yield "text instead of", "\n".join(map(str, value))
        yield "words instead of", f"{value} x"
        yield "mapping instead of", {str(item): "" for item in value}
        yield "list around", [value]
    elif isinstance(value, str):
        yield "empty", ""
        yield "list instead of", [value]
        yield "mapping instead of", {"value": value}
        yield "quoted twice", f'"{value}"'


def _elsewhere(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Other places for a key: in capitals, with a blank, or another level."""
    *above, name = path
    if isinstance(name, str):
        yield "capitals in", (*above, name.upper())
        yield "blank behind", (*above, f"{name} ")
        if len(path) == 2 and name not in data:
            yield "at the top", (name,)
        if len(path) == 1 and name != "build" and name not in data.get("build", {name: ""}):
            yield "below build", ("build", name)


def _damaged_lines(lines: list[str]) -> Iterator[Slip]:
    for at, line in enumerate(lines):
        key = line.partition(":")[0]
        for kind, changed in (
            ("indented", f"  {line}"),
            ("outdented", line.removeprefix("  ")),
            ("tab in", line.replace("  ", "\t", 1)),
            ("comment in", f"# {line}"),
            ("no blank behind the colon in", line.replace(": ", ":", 1)),
            ("no blank behind the dash in", line.replace("- ", "-", 1)),
            ("twice", f"{line}\n{key}:" if line.endswith(":") else line),
        ):
            if line.strip() and changed != line:
                yield Slip(kind, (), "\n".join([*lines[:at], changed, *lines[at + 1 :], ""]), (at + 1,))
        if at:
            yield Slip("cut off from", (), "\n".join([*lines[:at], ""]), tuple(range(at + 1, len(lines) + 1)))


def _with(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """The data with another value at a path."""
    if not path:
        return value
    changed = data.copy()
    inner = data[path[0]] if isinstance(data, list) else data.get(path[0])
    changed[path[0]] = _with(inner, path[1:], value)
    return changed


def baseline(text: str) -> str:
    """The whole cog.yaml in the form in which `slips` writes one without a key: what is reported here is no slip."""
    return _dumped(yaml.load(text, Loader=yaml.BaseLoader))


def _words(node: yaml.Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int, int]]:
    """The path of each key and of each item that is text, with the place of its word."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key.start_mark.index, key.end_mark.index
            if isinstance(value, yaml.ScalarNode) and value.tag.endswith((":str", ":float")):
                yield (*path, key.value, "="), value.start_mark.index, value.end_mark.index
            yield from _words(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            if isinstance(item, yaml.ScalarNode):
                yield (*path, index), item.start_mark.index, item.end_mark.index
            else:
                yield (*path, index), item.start_mark.index, item.start_mark.index
            yield from _words(item, (*path, index))


def _without(data: object, path: tuple[str | int, ...]) -> object:
    """The data without a key or an item; the value of a key (``=``) becomes null."""
    if len(path) > 1 and path[1] != "=":
        assert isinstance(data, (dict, list))
        changed = data.copy()
        changed[path[0]] = _without(data[path[0]], path[1:])  # type: ignore[index, call-overload]
        return changed
    if isinstance(data, dict):
        return {key: value for key, value in data.items() if key != path[0]}
    assert isinstance(data, list)
    return [item for index, item in enumerate(data) if index != path[0]]


class _Dumper(yaml.SafeDumper):
    """Writes null as null, though text is quoted."""


_Dumper.add_representer(type(None), lambda dumper, _: yaml.ScalarNode("tag:yaml.org,2002:null", "null", style=""))


def _dumped(data: object) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_style='"', width=10_000)


def _misspellings(word: str, generator: random.Random) -> Iterator[str]:
    """A letter left out, doubled, or swapped with the next; each only where it makes another word."""
    letters = [index for index, letter in enumerate(word) if letter.isalnum()]
    pairs = [index for index in letters if index + 1 in letters and word[index] != word[index + 1]]
    if len(letters) > 1:
        at = generator.choice(letters)
        yield word[:at] + word[at + 1 :]
        at = generator.choice(letters)
        yield word[:at] + word[at] + word[at:]
    if pairs:
        at = generator.choice(pairs)
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
