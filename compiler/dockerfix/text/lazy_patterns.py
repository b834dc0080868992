"""Regular expressions that are compiled when they are first used.

The package has about a hundred of them, and a run on one file uses a few: compiling the others would take longer than
reading the file does.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands in for a compiled pattern; the first use copies the methods of the compiled one into this object."""

    __slots__ = ("__dict__", "_flags", "_source")

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._source, self._flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")


def lazy(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern as `re.compile` does; errors in it are raised at the first use."""
    return cast("re.Pattern[str]", _Lazy(source, flags))
