"""Reading the YAML tables beside this file; each is read once, when something first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pkgutil import get_data
from typing import Any, TypeVar

import yaml

_Row = TypeVar("_Row")


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name` (``torch`` is ``torch.yaml``): its keys, `source` among them.

    Callers turn it into frozen values and never change it. Raises FileNotFoundError for an unknown name.
    """
    data = get_data("dockerfix.knowledge", f"{name}.yaml")
    loaded = yaml.load(data or b"", Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    if not isinstance(loaded, dict):
        raise TypeError(f"{name}.yaml is no mapping")
    return loaded


def strings(values: object) -> tuple[str, ...]:
    """A list of a table, or a line of words, as a tuple of text."""
    if isinstance(values, str):
        return tuple(values.split())
    return tuple(str(value) for value in values) if isinstance(values, list) else ()


def row(kind: Callable[..., _Row], section: Mapping[str, Any]) -> _Row:
    """The named tuple `kind` made from a section: a tuple of text for each list, text for each other value.

    Raises KeyError where the section lacks a field.
    """
    fields: tuple[str, ...] = getattr(kind, "_fields", ())
    values = [section[name] for name in fields]
    return kind(*(strings(value) if isinstance(value, list) else str(value) for value in values))
