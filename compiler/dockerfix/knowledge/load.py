"""Reading the YAML tables beside this file; each is read once, when something first asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Row = TypeVar("_Row", bound="DataclassInstance")


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


def frozen(kind: type[_Row], row: Mapping[str, Any]) -> _Row:
    """The dataclass `kind` made from a section: text for fields of type str, tuples of text for the others.

    Raises KeyError where the section lacks a field.
    """
    values: dict[str, Any] = {}
    for item in fields(kind):
        value = row[item.name]
        values[item.name] = str(value) if item.type in {"str", str} else strings(value)
    return kind(**values)
