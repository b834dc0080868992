"""dockerfix: compile the Dockerfile that Replicate's `cog debug` prints into one that builds and runs on fal.

    import dockerfix

    result = dockerfix.rewrite(text, project="path/to/model")
    if result.ok:
        print(result.text)

`parse` gives the lossless tree of any Dockerfile. Names are loaded on first use, so that importing the
package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockerfix.version import __version__

if TYPE_CHECKING:
    from dockerfix.api import Result, rewrite
    from dockerfix.emitter import Edit
    from dockerfix.findings import Finding, Severity
    from dockerfix.options import Options
    from dockerfix.source import Span
    from dockerfix.syntax.parser import parse
    from dockerfix.syntax.tree import Document

__all__ = [
    "Document",
    "Edit",
    "Finding",
    "Options",
    "Result",
    "Severity",
    "Span",
    "__version__",
    "parse",
    "rewrite",
]

_HOMES = {
    "Document": "syntax.tree",
    "Edit": "emitter",
    "Finding": "findings",
    "Options": "options",
    "Result": "api",
    "Severity": "findings",
    "Span": "source",
    "parse": "syntax.parser",
    "rewrite": "api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dockerfix' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"dockerfix.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
