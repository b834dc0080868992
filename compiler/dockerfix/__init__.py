"""dockerfix: compile the Dockerfile that Replicate's `cog debug` prints into one that builds and runs on fal.

    import dockerfix

    result = dockerfix.rewrite(text, project="path/to/model")
    if result.ok:
        print(result.text)

`parse` gives the lossless tree of any Dockerfile. Names are loaded on first use, so that importing the
package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` itself would be most of what `dockerfix --version` costs
if TYPE_CHECKING:
    from typing import Any

    from dockerfix.analysis.options import Options
    from dockerfix.driver.rewrite import Result, rewrite
    from dockerfix.project.project import Project
    from dockerfix.syntax.dockerfile.parser import parse
    from dockerfix.syntax.dockerfile.tree import Document
    from dockerfix.text.edits import Edit
    from dockerfix.text.findings import Finding, Severity
    from dockerfix.text.source import Span

__version__ = "0.2.0"
"""A literal: reading the package metadata costs every start 30 ms."""

DOCUMENTATION = "https://dockerfix.github.io/dockerfix"
"""Where the documentation is published: `Documentation` of `[project.urls]` in pyproject.toml."""

__all__ = [
    "Document",
    "Edit",
    "Finding",
    "Options",
    "Project",
    "Result",
    "Severity",
    "Span",
    "__version__",
    "parse",
    "rewrite",
]

_HOMES = {
    "Document": "syntax.dockerfile.tree",
    "Edit": "text.edits",
    "Finding": "text.findings",
    "Options": "analysis.options",
    "Project": "project.project",
    "Result": "driver.rewrite",
    "Severity": "text.findings",
    "Span": "text.source",
    "parse": "syntax.dockerfile.parser",
    "rewrite": "driver.rewrite",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dockerfix' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"dockerfix.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
