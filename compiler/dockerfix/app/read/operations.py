"""The operations on values that the evaluator of constant expressions may compute, within one budget.

The budget counts time and memory alike, in bytes or so, and every operation is charged before it builds its result: an
expression of a hostile project fails after a fraction of a second, having taken a few megabytes.
"""

from __future__ import annotations

import ast
import inspect
import json
import math
import operator
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

LIMIT = 1_000_000
"""What one expression may cost; a character costs 1."""
STEP = 40
"""The cost of evaluating one node of the syntax tree."""
ITEM = 32
"""The cost of one item of a new collection."""
LOOK = 2
"""The cost of looking at one part of a value."""
MAX_BITS = 4096
"""The longest integer, so that arithmetic costs no more than a step."""
TOO_LARGE = "is too large to work out"

_ITERATORS = frozenset({range, enumerate, zip, reversed, type({}.keys()), type({}.values()), type({}.items())})
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class Unknown(Exception):
    """An expression's value can't be known without running the program; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """A value that isn't known, inside a dict whose keys are."""

    reason: str

    def __hash__(self) -> NoReturn:
        raise Unknown(self.reason)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an Enum. It can be passed on and compared with others; only its class knows its other operations."""

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
BUILDERS = frozenset({dict, enumerate, frozenset, list, reversed, set, sorted, tuple, zip})
"""Builtins that put the parts of their arguments into a new collection."""
KEEPS_PARTS = BUILDERS | {len, max, min}
"""Builtins that pass parts on, or count them; their arguments may have parts that aren't known."""
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
MODULE_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "inspect.cleandoc": inspect.cleandoc,
    "json.loads": json.loads,
    "textwrap.dedent": textwrap.dedent,
}


class Operations:
    """The operations, all of which raise Unknown where a part isn't known or the budget doesn't suffice."""

    def __init__(self, budget: int = LIMIT) -> None:
        self.left = min(budget, LIMIT)

    def spend(self, amount: int) -> None:
        """Take `amount` from the budget, or raise Unknown and take nothing."""
        if amount > self.left:
            raise Unknown(TOO_LARGE)
        self.left -= amount

    # ---- the parts of a value

    def leaves(self, value: Any) -> Iterator[Any]:
        """All parts of `value`, or itself if it isn't a collection."""
        pending = [value]
        self.spend(LOOK)
        while pending:
            item = pending.pop()
            if isinstance(item, dict):
                self.spend(2 * LOOK * len(item))
                pending += [*item.keys(), *item.values()]
            elif isinstance(item, list | tuple | set | frozenset):
                self.spend(LOOK * len(item))
                pending += item
            else:
                if isinstance(item, str):
                    self.spend(len(item) // 64)
                yield item

    def look(self, value: Any) -> None:
        """Pay for an operation that looks at every part of a value, such as hashing or comparing it."""
        for _ in self.leaves(value):
            pass

    def settled(self, value: Any) -> Any:
        """`value`, if all of it is known and no member of an Enum."""
        for item in self.leaves(value):
            if isinstance(item, Opaque):
                raise Unknown(item.reason)
            if isinstance(item, Member):
                raise Unknown(f"uses the enum member `{item.name}`")
        return value

    def plain(self, value: Any) -> Any:
        """A copy of `value` with the values of enums' members in their place."""
        if isinstance(value, Opaque):
            raise Unknown(value.reason)
        if isinstance(value, Member):
            return self.plain(value.value)
        self.spend(_cost(value))
        if isinstance(value, dict):
            return {self.plain(key): self.plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self.plain(item) for item in value)
        return value

    def in_order(self, value: Any) -> Any:
        """What is iterated over: a set, whose order Python leaves open, is sorted so that all runs give the same."""
        if isinstance(value, set | frozenset):
            self.spend(self.length(value) + _cost(value))
        return in_order(value)

    # ---- operators

    def combine(self, op: ast.operator, left: Any, right: Any) -> Any:
        """The result of a binary operator."""
        if isinstance(op, ast.Mod) and isinstance(left, str):
            return self._percent(left, right)
        if isinstance(left, int) and isinstance(right, int):
            if _bits(op, left, right) > MAX_BITS:
                raise Unknown(TOO_LARGE)
        elif isinstance(op, ast.Mult):
            for sequence, times in ((left, right), (right, left)):
                if isinstance(times, int):
                    self.spend(_cost(sequence) * max(times, 0))
        else:
            self.spend(_cost(left) + _cost(right))
        return BINARY[type(op)](left, right)

    def compare(self, op: ast.cmpop, left: Any, right: Any) -> bool:
        """The result of a comparison: of plain values, or of members with members."""
        looked_at = [left, list(right) if isinstance(op, ast.In | ast.NotIn) and isinstance(right, dict) else right]
        if not all(isinstance(item, Member) for item in self.leaves(looked_at)):
            self.settled(looked_at)
        if isinstance(op, ast.Is | ast.IsNot):
            return _identical(left, right) == isinstance(op, ast.Is)
        return bool(COMPARE[type(op)](left, right))

    def subscript(self, value: Any, key: Any) -> Any:
        """``value[key]``."""
        if isinstance(key, slice) and isinstance(value, str | list | tuple):
            taken = len(range(*key.indices(len(value))))
            self.spend(taken if isinstance(value, str) else ITEM * taken)
        return value[key]

    # ---- text

    def length(self, value: Any) -> int:
        """The most characters that showing a value takes without a format."""
        total = 0
        for item in self.leaves(value):
            total += 10 * len(item) if isinstance(item, str) else item.bit_length() * 2 if isinstance(item, int) else 0
            total += 32
        return total

    def show(self, value: Any, conversion: str | None = None, spec: str = "") -> str:
        """`value` as an f-string, ``str.format`` or ``str()`` shows it."""
        self.settled(value)
        if isinstance(value, set | frozenset) and len(value) > 1:
            raise Unknown("shows a set, whose order is open")
        size = len(value) if isinstance(value, str) and conversion in (None, "s") else self.length(value)
        self.spend(size + (400 if spec else 0) + _numbers_in(spec))
        return format(value if conversion is None else CONVERSIONS[conversion](value), spec)

    def _percent(self, template: str, values: Any) -> str:
        widths = _numbers_in(template)
        if re.search(r"%[-#0 +]*(?:(?:[1-9]\d*)?\.)?\*", template):
            raise Unknown("has a computed width")
        self.settled(values)
        each = self.length(values) + 400
        self.spend(len(template) + widths + each * template.count("%"))
        return str(template % values)

    def _format(self, template: str, arguments: list[Any], keywords: dict[str, Any], used: list[str]) -> str:
        """``template.format(...)``; `used` lists the numbers of the fields so far, "" for those counted by Python."""
        from string import Formatter

        self.spend(len(template))
        parts: list[str] = []
        for text, name, spec, conversion in Formatter().parse(template):
            parts.append(text)
            if name is None:
                continue
            self.spend(STEP)
            inner = self._field(name, arguments, keywords, used)
            form = self._format(spec, arguments, keywords, used) if spec and "{" in spec else spec or ""
            parts.append(self.show(inner, conversion, form))
        return "".join(parts)

    def _field(self, name: str, arguments: list[Any], keywords: dict[str, Any], used: list[str]) -> Any:
        if name.isidentifier():
            return keywords[name]
        if name and not re.fullmatch(r"[0-9]{1,4}", name):
            raise Unknown("calls `.format()`")
        used.append(name)
        if bool(name) != bool(used[0]):
            raise ValueError("fields are numbered both by hand and by Python")
        return arguments[int(name) if name else len(used) - 1]

    # ---- calls

    def method(self, value: Any, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """The result of a method that changes nothing."""
        if name not in METHODS.get(type(value), frozenset()):
            raise Unknown(f"calls `.{name}()`")
        self.settled([arguments, keywords])
        if isinstance(value, str):
            if name == "format":
                return self._format(value, arguments, keywords, [])
            if name == "join":
                arguments = [self.in_order(each) for each in arguments]
            self._spend_on_text(value, name, [*arguments, *keywords.values()])
        else:
            if name in ("count", "index"):
                self.settled(value)
            self.spend(sum(map(_cost, (value, *arguments))))
        return getattr(value, name)(*arguments, **keywords)

    def _spend_on_text(self, value: str, name: str, arguments: list[Any]) -> None:
        """Pay for a method of str: its search, then its result."""
        texts = [each for each in arguments if isinstance(each, str)]
        if name == "join":
            self.spend(sum(len(item) + len(value) for item in arguments[0]))
            return
        # a change of case gives up to three characters for one
        self.spend(3 * len(value) + len(value) * sum(map(len, texts)) // 64)
        if name == "replace":
            self.spend(value.count(arguments[0]) * len(arguments[1]))
        elif name == "splitlines":
            self.spend(ITEM * (1 + sum(map(value.count, _LINE_ENDS))))
        elif name in ("split", "rsplit"):
            self.spend(ITEM * (1 + (value.count(texts[0]) if texts else len(value) // 2)))

    def call(self, function: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """The result of a builtin, or of another function in the tables above."""
        if function in KEEPS_PARTS:
            if function is not len:
                self.look([arguments, keywords])
            if function in BUILDERS:
                # a pair of enumerate() or zip() is a tuple of its own
                self.spend(2 * ITEM * sum(len(each) for each in (*arguments, keywords) if hasattr(each, "__len__")))
            return function(*map(self.in_order, arguments), **keywords)
        self.settled([arguments, keywords])
        if function in MODULE_FUNCTIONS.values():
            self.spend(8 * sum(map(_cost, (*arguments, *keywords.values()))))  # tabs are expanded
        return getattr(self, f"_{function.__name__}", function)(*arguments, **keywords)

    def _str(self, value: Any = "") -> str:
        return self.show(value)

    def _range(self, *arguments: int) -> range:
        found = range(*arguments)
        self.spend(ITEM * len(found))
        return found

    def _round(self, number: Any, digits: int | None = None) -> Any:
        if isinstance(number, int) and digits is not None and -digits > MAX_BITS:
            raise Unknown(TOO_LARGE)  # Python computes 10 ** -digits
        return round(number, digits)

    def _int(self, value: Any = 0, *base: int, **named: int) -> int:
        if isinstance(value, str) and len(value) > MAX_BITS:
            raise Unknown(TOO_LARGE)
        return int(value, *base, **named)

    def _sum(self, items: Any, start: Any = 0) -> Any:
        items = self.in_order(items)
        if isinstance(start, str) or all(isinstance(item, int | float) for item in [start, *items]):
            return sum(items, start)
        for item in items:
            start = self.combine(ast.Add(), start, item)
        return start

    def checked(self, value: Any) -> Any:
        """The value of an expression, with iterators as lists."""
        if isinstance(value, Opaque):
            raise Unknown(value.reason)
        if isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise Unknown(TOO_LARGE)
        if isinstance(value, tuple):
            self.look(value)  # as a key it is hashed, part by part and each time anew
        if type(value) in _ITERATORS:
            self.spend(ITEM * len(value) if hasattr(value, "__len__") else 0)
            return list(value)
        return value


def in_order(value: Any) -> Any:
    """A set as a sorted list, any other value as it is."""
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value


def truth(value: Any) -> bool:
    """Whether a value counts as true. Raises Unknown for a member, for which its enum may define that."""
    if isinstance(value, Member):
        raise Unknown(f"uses the enum member `{value.name}`")
    return bool(value)


def _identical(left: Any, right: Any) -> bool:
    """``is``, where that doesn't depend on how Python keeps equal values."""
    if isinstance(left, Member) and isinstance(right, Member):
        return left == right
    if not any(each is None or isinstance(each, bool) for each in (left, right)):
        raise Unknown("compares the identity of two values")
    return left is right


def _cost(value: Any) -> int:
    """What a copy of a value costs, its parts being shared."""
    if isinstance(value, str):
        return len(value)
    return ITEM * len(value) if isinstance(value, list | tuple | dict | set | frozenset) else 0


def _bits(op: ast.operator, left: int, right: int) -> int:
    """How long the result of an operator on integers may be."""
    if isinstance(op, ast.Pow):
        return max(left.bit_length(), 1) * right
    if isinstance(op, ast.LShift):
        return left.bit_length() + right
    return left.bit_length() + right.bit_length() if isinstance(op, ast.Mult) else 0


def _numbers_in(text: str) -> int:
    """The sum of the numbers in a format, which bounds its widths and precisions."""
    found = re.findall(r"\d+", text)
    if any(len(number) > 6 for number in found):
        raise Unknown(TOO_LARGE)
    return sum(map(int, found))
