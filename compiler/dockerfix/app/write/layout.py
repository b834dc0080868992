"""Python source laid out as `ruff format` does, for the few constructs in a generated file."""

from __future__ import annotations

import math
from typing import NamedTuple

from dockerfix.text.quoting import python_comment, python_docstring, python_string
from dockerfix.text.source import columns

WIDTH = 88


class Group(NamedTuple):
    """A bracketed list: opening bracket with the text before it, items with a prefix each, closing bracket.

    A single item in a subscript must not get a comma after it: `comma` says whether one is allowed.
    """

    open: str
    items: tuple[tuple[str, Node], ...]
    close: str
    comma: bool = True


Node = str | Group


def flat(node: Node) -> str:
    """The node on one line."""
    if isinstance(node, str):
        return node
    return node.open + ", ".join(prefix + flat(item) for prefix, item in node.items) + node.close


def lay(prefix: str, node: Node, suffix: str = "", indent: int = 0) -> list[str]:
    """The lines of `prefix`, the node and `suffix`: one if that fits or can't be broken, else one for each item."""
    line = " " * indent + prefix + flat(node) + suffix
    if isinstance(node, str) or not node.items or columns(line) <= WIDTH:
        return [line]
    comma = "," if node.comma or len(node.items) > 1 else ""
    inner = [line for name, item in node.items for line in lay(name, item, comma, indent + 4)]
    return [" " * indent + prefix + node.open, *inner, " " * indent + node.close + suffix]


def call(function: str, *arguments: Node, **named: Node) -> Group:
    """A call; names of arguments become ``name=``."""
    items = [("", argument) for argument in arguments]
    return Group(f"{function}(", (*items, *((f"{name}=", value) for name, value in named.items())), ")")


def subscript(name: str, *items: Node) -> Group:
    """``Name[a, b]``."""
    return Group(f"{name}[", tuple(("", item) for item in items), "]", comma=False)


def value(item: object) -> Node:
    """A literal. Raises TypeError for a value without one."""
    if isinstance(item, str):
        return python_string(item)
    if isinstance(item, float) and not math.isfinite(item):
        return f'float("{item}")'
    if item is None or isinstance(item, bool | int | float):
        return repr(item)
    return _collection(item)


def _collection(item: object) -> Node:
    if isinstance(item, dict):
        return Group("{", tuple((f"{flat(value(key))}: ", value(each)) for key, each in item.items()), "}")
    if isinstance(item, tuple):
        close = ",)" if len(item) == 1 else ")"
        return Group("(", tuple(("", value(each)) for each in item), close, comma=len(item) > 1)
    if isinstance(item, set | frozenset) and not item:
        return "set()"
    if isinstance(item, list | set | frozenset):
        parts = item if isinstance(item, list) else sorted(item, key=repr)
        brackets = "[]" if isinstance(item, list) else "{}"
        return Group(brackets[0], tuple(("", value(each)) for each in parts), brackets[1])
    raise TypeError(f"no literal for {type(item).__name__}")


def docstring(text: str, indent: int) -> str:
    """A docstring of one line."""
    return " " * indent + python_docstring(text)[0]


def comment(text: str, indent: int) -> str:
    """A comment of one line."""
    return " " * indent + python_comment(text)
