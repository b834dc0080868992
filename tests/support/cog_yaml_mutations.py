"""Slips in a cog.yaml: one key or item is gone, or misspelt, at its place in the text."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

import yaml


class Slip(NamedTuple):
    """A cog.yaml with one slip: what was done, to which key or item, and the text that it leaves."""

    kind: str
    path: tuple[str | int, ...]
    text: str

    @property
    def name(self) -> str:
        """For messages: ``misspelt build.run[0]``."""
        return f"{self.kind} {'.'.join(map(str, self.path))}"


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


def _dumped(data: object) -> str:
    return yaml.dump(data, sort_keys=False, allow_unicode=True, default_style='"', width=10_000)


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
