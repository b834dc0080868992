"""The passes: one file each, found by listing this package, run in the order of their codes, those of OPENING first.

A pass is a function with the name of its module, ``(Document, Context) -> Iterator[Finding]``. It never changes the
document. CODE in its module identifies it; its docstring documents it and contains a ``Before`` and an ``After`` that
a test runs. A pass whose name begins with ``check_`` only reports. With CONVERTS it runs only on output of Cog. REPAIRS
has the beginnings of BuildKit's messages about what some release of Cog prints broken and the pass repairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from dockerfix.analysis.context import Context
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding

OPENING = frozenset({"DF100", "DF101", "DF114"})
"""The passes that only settle which lines are the Dockerfile's instructions, and where they end."""

NEEDED = "DF114"
"""The pass that always runs, whatever is selected or ignored: behind an open last line, what another pass adds at the end
would become part of the user's instruction.
"""


class Pass(NamedTuple):
    """A pass: its code, its name (the module's), whether it only converts, the function, and what it repairs."""

    code: str
    name: str
    converts: bool
    function: Callable[[Document, Context], Iterator[Finding]]
    repairs: tuple[str, ...] = ()

    @property
    def edits(self) -> bool:
        """Whether it may change the text; those that check only report."""
        return not self.name.startswith("check_")

    @property
    def documentation(self) -> str:
        """The docstring: a sentence, the reasons with their sources, a Before and an After."""
        return self.function.__doc__ or ""

    @property
    def summary(self) -> str:
        """The docstring's first line."""
        return self.documentation.partition("\n")[0]


@cache
def all_passes() -> tuple[Pass, ...]:
    """Every pass of this package, in the order in which they run."""
    found: list[Pass] = []
    for name in _modules():
        module = import_module(f"{__name__}.{name}")
        converts, repairs = getattr(module, "CONVERTS", True), getattr(module, "REPAIRS", ())
        found.append(Pass(module.CODE, name, converts, getattr(module, name), repairs))
    return tuple(sorted(found, key=lambda each: (each.code not in OPENING, each.code)))


def _modules() -> list[str]:
    """The names of the modules and folders in this package."""
    try:
        names = [path.name for path in Path(__path__[0]).iterdir()]
    except OSError:
        # in a zip file; not the first choice, as pkgutil loads half of the standard library
        import pkgutil

        return [module.name for module in pkgutil.iter_modules(__path__)]
    return [name.removesuffix(".py") for name in names if not name.startswith(("_", "."))]
