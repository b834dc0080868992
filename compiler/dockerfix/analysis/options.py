"""What a caller may choose; the command line, the configuration file and the library share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Target = Literal["app", "server"]

TARGETS: tuple[Target, ...] = ("app", "server")
"""What the result is for: an image for a `fal.App`, or one that keeps Cog's HTTP server."""

CONSTRUCTS = ("cog-base", "cog-base-extras", "pget", "tini")
"""What ``--keep`` and ``--drop`` can name."""

Level = Literal["error", "warning", "note", "off"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note", "off")
"""What `severity` can make of the findings of a code."""


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
    severity: tuple[tuple[str, Level], ...] = ()
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    dockerignore: str | None = None


class Options(_Options):
    """How to rewrite. `keep` and `drop` name constructs of CONSTRUCTS, `select` and `ignore` codes or their prefixes
    (``DF4``); an empty `select` means all. `requirements` is the content of a requirements file that replaces
    the packages in cog.yaml, `requirements_path` its path as the Dockerfile's COPY names it, `fal_version` the release
    of fal to install. `require_reason` asks for a reason in each ``# dockerfix: ignore`` comment.

    `severity` maps codes or prefixes to a level of LEVELS; of several the longest counts. `per_file_ignores` maps
    patterns of files of the project, as `fnmatch` reads them, to the codes that are not reported there; a pattern is
    relative to the project's folder, or absolute. Neither lowers an error of a pass that changes the Dockerfile.

    `dockerignore` is the text of the .dockerignore that the caller writes with the result if the project has none.

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
        severity: Mapping[str, Level] | Iterable[tuple[str, Level]] = (),
        per_file_ignores: Mapping[str, Iterable[str]] | Iterable[tuple[str, Iterable[str]]] = (),
        dockerignore: str | None = None,
    ) -> Options:
        """Check the values; each iterable becomes a frozenset, and each mapping a tuple of its pairs."""
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
        levels, ignores = dict(severity), dict(per_file_ignores)
        wrong = next((level for level in levels.values() if level not in LEVELS), None)
        if wrong is not None:
            raise ValueError(f"unknown severity `{wrong}`; choose from {', '.join(LEVELS)}")
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
            tuple(sorted(levels.items(), key=lambda pair: (-len(pair[0]), pair[0]))),
            tuple((pattern, frozenset(codes)) for pattern, codes in ignores.items()),
            dockerignore,
        )

    def runs(self, code: str) -> bool:
        """Whether the options select the pass with this code."""
        if not self.ignore and not self.select:
            return True
        if any(code.startswith(prefix) for prefix in self.ignore):
            return False
        return not self.select or any(code.startswith(prefix) for prefix in self.select)

    def level_of(self, code: str) -> Level | None:
        """What `severity` makes of the findings of a code, None where it says nothing."""
        return next((level for prefix, level in self.severity if code.startswith(prefix)), None)


def check_version(text: str) -> None:
    """Raise ValueError unless `text` is a version of a package."""
    import re

    if not re.fullmatch(r"[0-9]+(\.[0-9]+)*((a|b|rc|\.post|\.dev)[0-9]+)*", text):
        raise ValueError(f"`{text}` is not a version such as 1.2.3")
