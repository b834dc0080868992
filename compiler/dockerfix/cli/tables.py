"""``dockerfix --version --verbose``: the tables of facts, each with its date and its source."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from dockerfix import knowledge

_SOURCE = "_SOURCE"


def described() -> str:
    """Return a paragraph for each subject: when it was last compared with its sources, its tables, their sources."""
    names = sorted(module.name for module in pkgutil.iter_modules(knowledge.__path__))
    modules = [importlib.import_module(f"{knowledge.__name__}.{name}") for name in names]
    return "\n".join(line for module in modules if hasattr(module, "AS_OF") for line in _lines(module)) + "\n"


def _lines(module: ModuleType) -> Iterator[str]:
    yield f"\n{module.__name__.rpartition('.')[2]}, as of {module.AS_OF}"
    names = list(vars(module))
    source = ""
    tables: list[str] = []
    for name in names[names.index("AS_OF") + 1 :]:
        if name.endswith(_SOURCE):
            yield from _table(tables, source)
            source, tables = getattr(module, name), [name.removesuffix(_SOURCE)]
        elif name.isupper() and not name.startswith("_"):
            tables.append(name)
    yield from _table(tables, source)


def _table(tables: list[str], source: str) -> Iterator[str]:
    """One line; a source whose facts are in functions goes by its own name."""
    if tables:
        yield f"  {', '.join(tables[1:] or tables)}: {source}"
