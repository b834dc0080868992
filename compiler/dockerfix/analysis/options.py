"""What a caller may choose; the command line, the configuration file and the library share it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Target = Literal["app", "server"]

TARGETS: tuple[Target, ...] = ("app", "server")
"""What the result is for: an image for a `fal.App`, or one that keeps Cog's HTTP server."""

CONSTRUCTS = ("cog-base", "cog-base-extras", "pget", "tini")
"""What ``--keep`` and ``--drop`` can name."""


class _Options(NamedTuple):
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    requirements: str | None = None
    requirements_path: str | None = None
    fal_version: str | None = None
    target: Target = "app"
    require_reason: bool = False


class Options(_Options):
    """How to rewrite. `keep` and `drop` name constructs of CONSTRUCTS, `select` and `ignore` codes or their prefixes
    (``DF4``); an empty `select` means all. `requirements` is the content of a requirements file that replaces
    the packages in cog.yaml, `requirements_path` its path as the Dockerfile's COPY names it, `fal_version` the release
    of fal to install. `require_reason` asks for a reason in each ``# dockerfix: ignore`` comment.

    Raises ValueError for a value that none of these can have.
    """

    __slots__ = ()

    def __new__(  # noqa: PLR0913, PLR0917 - one for each option
        cls,
        keep: Iterable[str] = frozenset(),
        drop: Iterable[str] = frozenset(),
        select: Iterable[str] = frozenset(),
        ignore: Iterable[str] = frozenset(),
        requirements: str | None = None,
        requirements_path: str | None = None,
        fal_version: str | None = None,
        target: Target = "app",
        require_reason: bool = False,
    ) -> Options:
        """Check the values; each iterable becomes a frozenset."""
        kept, dropped = frozenset(keep), frozenset(drop)
        unknown = sorted((kept | dropped) - set(CONSTRUCTS))
        if unknown:
            raise ValueError(f"unknown construct `{unknown[0]}`; choose from {', '.join(CONSTRUCTS)}")
        if kept & dropped:
            raise ValueError(f"`{min(kept & dropped)}` is in both `keep` and `drop`")
        if target not in TARGETS:
            raise ValueError(f"unknown target `{target}`; choose from {', '.join(TARGETS)}")
        if fal_version is not None:
            check_version(fal_version)
        return super().__new__(
            cls,
            kept,
            dropped,
            frozenset(select),
            frozenset(ignore),
            requirements,
            requirements_path,
            fal_version,
            target,
            require_reason,
        )

    def runs(self, code: str) -> bool:
        """Whether the options select the pass with this code."""
        if not self.ignore and not self.select:
            return True
        if any(code.startswith(prefix) for prefix in self.ignore):
            return False
        return not self.select or any(code.startswith(prefix) for prefix in self.select)


def check_version(text: str) -> None:
    """Raise ValueError unless `text` is a version of a package."""
    import re

    if not re.fullmatch(r"[0-9]+(\.[0-9]+)*((a|b|rc|\.post|\.dev)[0-9]+)*", text):
        raise ValueError(f"`{text}` is not a version such as 1.2.3")
