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
    return "\n".join(line for module in _modules() for line in _lines(module)) + "\n"


def dates() -> str:
    """Return the days on which the tables were last compared with their sources, each with the subjects of that day."""
    subjects: dict[str, list[str]] = {}
    for module in _modules():
        for day in {value for name, value in vars(module).items() if name.endswith(_AS_OF.removeprefix("_"))}:
            subjects.setdefault(day, []).append(module.__name__.rpartition(".")[2])
    return "; ".join(f"{day}: {', '.join(subjects[day])}" for day in sorted(subjects))


def _modules() -> list[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(knowledge.__path__))
    return [importlib.import_module(f"{knowledge.__name__}.{name}") for name in names]


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
