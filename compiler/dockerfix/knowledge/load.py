"""The tables of the YAML files beside this file, from the modules that ``make tables`` made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeVar

_Row = TypeVar("_Row")


def table(name: str) -> dict[str, Any]:
    """The table `name` (``torch`` is ``torch.yaml``): its keys, `source` among them.

    Callers turn it into frozen values and never change it. Raises ModuleNotFoundError for an unknown name.
    """
    found: dict[str, Any] = import_module(f"dockerfix.knowledge.tables.{name}").TABLE
    return found


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
