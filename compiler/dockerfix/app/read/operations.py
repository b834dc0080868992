"""What the evaluator of constant expressions may compute, and the bounds that keep it small."""

from __future__ import annotations

import ast
import inspect
import math
import operator
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

MAX_ITEMS = 20_000
MAX_TEXT = 200_000
MAX_BITS = 4096
_ITERATORS = frozenset({range, enumerate, zip, reversed, type({}.keys()), type({}.values()), type({}.items())})


class Unknown(Exception):
    """An expression's value can't be known without running the program; the message says why."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Stands for a value that isn't known, inside a dict whose keys are."""

    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an Enum. It can be passed on and compared with others; what else it can do its class says."""

    name: str
    value: Any


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: lambda value: not truth(value),
    ast.Invert: operator.invert,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
BUILTINS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (bool, dict, enumerate, float, frozenset, int, list, range, reversed, set, str)},
    **{kind.__name__: kind for kind in (tuple, zip)},
    **{function.__name__: function for function in (abs, all, any, len, max, min, round, sorted, sum)},
}
KEEPS_PARTS = frozenset(
    {dict, enumerate, frozenset, len, list, max, min, reversed, set, sorted, tuple, zip},
)
"""Builtins that pass parts on, or count them, without looking at each; their arguments may hold any part."""
METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        {"capitalize", "casefold", "endswith", "format", "join", "lower", "lstrip", "partition", "removeprefix"}
        | {"removesuffix", "replace", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title"}
        | {"upper"}
    ),
    dict: frozenset({"copy", "get", "items", "keys", "values"}),
    list: frozenset({"copy", "count", "index"}),
    tuple: frozenset({"count", "index"}),
    set: frozenset({"copy", "difference", "intersection", "union"}),
}
CONVERSIONS: dict[str, Callable[[Any], str]] = {"s": str, "r": repr, "a": ascii}
MODULE_VALUES: dict[tuple[str, str], Any] = {
    ("math", "inf"): math.inf,
    ("math", "pi"): math.pi,
    ("math", "e"): math.e,
    ("sys", "maxsize"): 2**63 - 1,
}
MODULE_FUNCTIONS: dict[tuple[str, str], Callable[..., Any]] = {
    ("textwrap", "dedent"): textwrap.dedent,
    ("inspect", "cleandoc"): inspect.cleandoc,
}


def bounded(value: Any) -> Any:
    """`value`, with iterators as lists. Raises Unknown where it isn't known, or is larger than any setting."""
    for part in value if isinstance(value, set | frozenset) else (value,):
        if isinstance(part, Opaque):
            raise Unknown(part.reason)
    if type(value) in _ITERATORS:
        if isinstance(value, range) and len(value) > MAX_ITEMS:
            raise Unknown("is too large")
        value = list(value)
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise Unknown("is too large")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise Unknown("is too large")
    if isinstance(value, list | tuple | dict | set | frozenset) and len(value) > MAX_ITEMS:
        raise Unknown("is too large")
    return value


def leaves(value: Any) -> Iterator[Any]:
    """All that `value` holds, itself if it is no collection. Raises Unknown where that is too much."""
    pending = [value]
    for _ in range(MAX_ITEMS):
        if not pending:
            return
        item = pending.pop()
        if isinstance(item, dict):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            pending += item
        else:
            yield item
    raise Unknown("is too large")


def settled(value: Any) -> Any:
    """`value` if all of it is known and plain, and it is small. Raises Unknown else."""
    for item in leaves(value):
        if isinstance(item, Opaque):
            raise Unknown(item.reason)
        if isinstance(item, Member):
            raise Unknown(f"works with the enum's member `{item.name}`")
    return value


def plain(value: Any) -> Any:
    """`value` with the values of enums' members in their place. Raises Unknown where a part isn't known."""
    for item in leaves(value):
        if isinstance(item, Opaque):
            raise Unknown(item.reason)
    return _without_members(value)


def _without_members(value: Any) -> Any:
    if isinstance(value, Member):
        return plain(value.value)
    if isinstance(value, dict):
        return {_without_members(key): _without_members(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_without_members(item) for item in value)
    return value


def in_order(value: Any) -> Any:
    """What is iterated over: a set, whose order Python leaves open, is sorted so that all runs give the same."""
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value


def truth(value: Any) -> bool:
    """Whether a value counts as true; that of a member its enum may define."""
    return bool(settled(value) if isinstance(value, Member) else value)


def compare(op: ast.cmpop, left: Any, right: Any) -> bool:
    """The result of a comparison: of plain values, or of members with members."""
    looked_at = [left, list(right) if isinstance(op, ast.In | ast.NotIn) and isinstance(right, dict) else right]
    if not all(isinstance(item, Member) for item in leaves(looked_at)):
        settled(looked_at)
    if isinstance(op, ast.Is | ast.IsNot):
        return _identical(left, right) == isinstance(op, ast.Is)
    return bool(COMPARE[type(op)](left, right))


def _identical(left: Any, right: Any) -> bool:
    """``is``, where that doesn't depend on how Python keeps equal values."""
    if isinstance(left, Member) and isinstance(right, Member):
        return left == right
    if not any(each is None or isinstance(each, bool) for each in (left, right)):
        raise Unknown("asks whether two values are one object")
    return left is right


def combine(op: ast.operator, left: Any, right: Any) -> Any:
    """The result of a binary operator. Raises Unknown for one that would be huge."""
    if isinstance(left, int) and isinstance(right, int):
        if isinstance(op, ast.Pow) and max(left.bit_length(), 1) * max(right, 0) > MAX_BITS:
            raise Unknown("is too large")
        if isinstance(op, ast.LShift) and right > MAX_BITS:
            raise Unknown("is too large")
    if isinstance(op, ast.Mult):
        for sequence, times in ((left, right), (right, left)):
            if isinstance(sequence, str | list | tuple) and isinstance(times, int) and len(sequence) * times > MAX_TEXT:
                raise Unknown("is too large")
    if isinstance(op, ast.Mod) and isinstance(left, str):
        _check_template(left)
        settled(right)
    return BINARY[type(op)](left, right)


def formatted(value: Any, spec: str) -> str:
    """The value as an f-string shows it."""
    _check_template(spec)
    settled(value)
    return format(value, spec)


def call_method(value: Any, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """The result of a method that changes nothing. Raises Unknown for any other."""
    if name not in METHODS.get(type(value), frozenset()):
        raise Unknown(f"calls `.{name}()`")
    settled([arguments, keywords])
    if name in ("count", "index"):
        settled(value)
    if name == "format":
        _check_template(value)
        if "." in value or "[" in value or "!" in value:
            raise Unknown("calls `.format()`")
    if name == "replace" and len(value) * (len(str(arguments[1])) + 1) > MAX_TEXT:
        raise Unknown("is too large")
    if name == "join":
        arguments = [in_order(each) for each in arguments]
    if name == "join" and sum(len(item) + len(value) for item in arguments[0]) > MAX_TEXT:
        raise Unknown("is too large")
    return getattr(value, name)(*arguments, **keywords)


def _check_template(text: str) -> None:
    """Widths in a format, such as ``{:9999999}`` or ``%999999d``, could ask for any amount of memory."""
    digits = ""
    for character in text + " ":
        digits = digits + character if character.isdigit() else ""
        if len(digits) > 4:
            raise Unknown("is too large")
    if "*" in text:
        raise Unknown("has a computed width")
