"""The model of a predictor: frozen values, which also represent what can't be known without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dockerfix.text.credentials import masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

Kind = Literal[
    "any",
    "bool",
    "dict",
    "file",
    "float",
    "int",
    "list",
    "literal",
    "model",
    "none",
    "optional",
    "path",
    "secret",
    "str",
    "strict",
    "union",
]


class AppError(Exception):
    """The project can't become an App; the message is one line.

    `file` is relative to the project, `line` counts from 1; both are None where no place is known.
    """

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = masked(" ".join(message.split()))
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Note:
    """A message to the user, which also marks the line of the App that it concerns."""

    code: str
    message: str
    file: str
    line: int | None
    severity: Severity = Severity.WARNING

    @property
    def finding(self) -> Finding:
        """The same as a finding; its place is in `file`, not in a Dockerfile."""
        return Finding(self.code, Span(0, 0), masked(self.message), (), self.severity, self.file, self.line)

    @property
    def mark(self) -> str:
        """The comment that marks a place in the App to check."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"dockerfix[{self.code}]: {masked(self.message)} ({place})"


@dataclass(frozen=True, slots=True)
class Type:
    """A type of an input or output.

    `args` are the parts of a list, dict, optional or union; `values` those of a literal; `model` names a class.
    A ``strict`` type accepts the values of its one part and converts none to it.
    """

    kind: Kind
    args: tuple[Type, ...] = ()
    values: tuple[str | int, ...] = ()
    model: Model | None = None

    def holds(self, *kinds: Kind) -> bool:
        """Whether this type or a part of it is one of `kinds`; models are looked into."""
        inner = self.args if self.model is None else tuple(type_ for _, type_ in self.model.fields)
        return self.kind in kinds or any(part.holds(*kinds) for part in inner)

    def models(self) -> list[Model]:
        """The classes that this type contains, each once, those that others contain before them."""
        found: dict[Model, None] = {}
        for part in self.args:
            found.update(dict.fromkeys(part.models()))
        if self.model is not None:
            for _, field in self.model.fields:
                found.update(dict.fromkeys(field.models()))
            found[self.model] = None
        return list(found)


@dataclass(frozen=True, slots=True)
class Model:
    """A class with named fields that a predictor returns."""

    name: str
    fields: tuple[tuple[str, Type], ...]


ANY = Type("any")


def optional(inner: Type) -> Type:
    """`inner` or None."""
    return inner if inner.kind in ("optional", "any", "none") else Type("optional", (inner,))


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter. Either it is required, or it has a `default`, or only the program knows its default
    (`own_default`), which the App then reads at run time."""

    name: str
    type: Type
    line: int
    required: bool = False
    default: object = None
    own_default: bool = False
    description: str | None = None
    ge: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    deprecated: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many requests a decorator lets run at once, and its place."""

    most: int
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Setup:
    """The predictor's own setup(); `weights` is whether it takes weights."""

    is_async: bool = False
    weights: bool = False


@dataclass(frozen=True, slots=True)
class Predictor:
    """An entry point: `name` in `file`, a class with the method `method`, or a function where that is None.

    `awaited` is whether a call must be awaited; `streaming` whether it gives pieces, `async_pieces` whether those come
    from ``async for``, and `concatenate` whether they are parts of one text. `output` is the type of the result, or of
    one piece; `endings` are those of the file names in the function; `health` whether there is a
    health check, and of which kind.
    """

    file: str
    name: str
    method: str | None
    line: int
    inputs: tuple[Input, ...]
    output: Type
    awaited: bool = False
    streaming: bool = False
    async_pieces: bool = False
    concatenate: bool = False
    setup: Setup | None = None
    summary: str = ""
    concurrency: Concurrency | None = None
    endings: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    health: Literal["sync", "async"] | None = None

    @property
    def is_async(self) -> bool:
        """Whether the App's endpoints must be coroutines."""
        return self.awaited or self.async_pieces
