"""What a caller may choose; the command line, the configuration file and the library share it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Target = Literal["app", "server"]

TARGETS: tuple[Target, ...] = ("app", "server")
"""What the result is for: an image for a `fal.App`, or one that keeps Cog's HTTP server."""

CONSTRUCTS = ("cog-base", "cog-base-extras", "pget", "tini")
"""What ``--keep`` and ``--drop`` can name."""


class Options(NamedTuple):
    """How to rewrite. `keep` and `drop` name constructs of CONSTRUCTS, `select` and `ignore` codes or their prefixes
    (``DF4``); an empty `select` means all. `requirements` is the content of a requirements file that replaces
    the packages in cog.yaml, `requirements_path` its path as the Dockerfile's COPY names it.
    """

    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    requirements: str | None = None
    requirements_path: str | None = None
    fal_version: str | None = None
    target: Target = "app"

    def runs(self, code: str) -> bool:
        """Whether the options select the pass with this code."""
        if not self.ignore and not self.select:
            return True
        if any(code.startswith(prefix) for prefix in self.ignore):
            return False
        return not self.select or any(code.startswith(prefix) for prefix in self.select)
