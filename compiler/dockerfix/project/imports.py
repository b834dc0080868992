"""The modules that a project's Python seems to import, as far as lines tell; `project_syntax` parses it."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy

_LINE = lazy(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([A-Za-z_][^\n#]*)", re.MULTILINE)
_DYNAMIC = lazy(r"(?:import_module|__import__)\(\s*[\"']([A-Za-z_]\w*)")
_OTHER_PYTHONS = (
    "asynchat asyncore cgi cgitb chunk crypt imghdr imp mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd "
    "smtpd sunau telnetlib uu xdrlib aifc audioop distutils lib2to3 binhex parser symbol formatter tomllib zoneinfo "
    "graphlib annotationlib compression"
)
"""Modules of the standard library before or after the version that runs this."""
_STANDARD = sys.stdlib_module_names | frozenset(_OTHER_PYTHONS.split())


class Import(NamedTuple):
    """One import of a top-level module: ``yaml`` for ``from yaml.nodes import Node``."""

    module: str
    file: str
    line: int


@lru_cache(maxsize=128)
def candidate_modules(text: str) -> frozenset[str]:
    """Top-level modules that lines of `text` seem to import; more than it really does (docstrings), never fewer."""
    found = set(_DYNAMIC.findall(text))
    for match in _LINE.finditer(text.replace("\\\n", " ")):
        clause = re.split(r"\simport\s|\(|;", match.group(1), maxsplit=1)[0]
        found.update(part.strip().partition(" ")[0].partition(".")[0] for part in clause.split(","))
    return frozenset(found - {""})


def is_standard(module: str) -> bool:
    """Whether `module` belongs to Python's own library, in this Python or in a version that Cog ever used."""
    return module in _STANDARD
