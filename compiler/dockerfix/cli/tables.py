"""``dockerfix --version --verbose``: the tables of facts, each with its date and its source."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from dockerfix import knowledge

_SOURCE = "_SOURCE"
_AS_OF = "_AS_OF"


def described() -> str:
    """Return a paragraph for each subject: its tables, their sources, and when they were last compared with these."""
    names = sorted(module.name for module in pkgutil.iter_modules(knowledge.__path__))
    modules = [importlib.import_module(f"{knowledge.__name__}.{name}") for name in names]
    return "\n".join(line for module in modules for line in _lines(module)) + "\n"


def _lines(module: ModuleType) -> Iterator[str]:
    """Nothing for a module without a source."""
    tables: dict[str, list[str]] = {}
    for name in vars(module):
        if name.endswith(_SOURCE):
            tables[name] = []
        elif tables and name.isupper() and not name.endswith(_AS_OF) and not name.startswith("_"):
            tables[list(tables)[-1]].append(name)
    if tables:
        yield f"\n{module.__name__.rpartition('.')[2]}"
    for source, names in tables.items():
        subject = source.removesuffix(_SOURCE)
        # a source whose facts are in functions goes by its own name
        date = getattr(module, subject + _AS_OF, None) or module.AS_OF
        yield f"  {', '.join(names) or subject}, as of {date}: {getattr(module, source)}"
