"""What Replicate's image named cog-base stands for."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dockerfix.knowledge.load import strings, table
from dockerfix.knowledge.versions import numbers
from dockerfix.text.lazy_patterns import lazy

_TAG = lazy(
    r"(?:cuda(?P<cuda>[\d.]+)-)?python(?P<python>\d+(?:\.\d+)*)(?:-torch(?P<torch>\d+(?:\.\d+)*(?:\+\w+)?))?", re.ASCII
)


class CogBase(NamedTuple):
    """What the images of a range of releases hold beside CUDA, Python and torch.

    `with_torch` are Python packages that are there where the tag names torch; `torch_companions` is whether torchvision
    and torchaudio of the same row are there too.
    """

    releases: tuple[str, str]
    eras: tuple[str, ...]
    apt: tuple[str, ...]
    with_torch: tuple[str, ...]
    torch_companions: bool


class CogBaseTag(NamedTuple):
    """A tag of cog-base, taken apart: ``cuda12.1-python3.11-torch2.3.1``; absent parts are None."""

    cuda: str | None
    python: str
    torch: str | None


class RenamedPackage(NamedTuple):
    """A Debian package that newer systems no longer have, and what to install there; systems as ``ubuntu24.04``."""

    package: str
    replacement: str
    gone_from: tuple[str, ...]


@cache
def _lists() -> tuple[CogBase, ...]:
    return tuple(
        CogBase(
            (str(row["releases"][0]), str(row["releases"][1])),
            strings(row["eras"]),
            strings(row["apt"]),
            strings(row["with_torch"]),
            bool(row["torch_companions"]),
        )
        for row in table("cog_base")["lists"]
    )


def cog_base(era: str | None = None, release: str | None = None) -> CogBase:
    """What cog-base held in a release of Cog such as "0.14.12", or in an era such as "E13".

    The newest for None, and for a release or an era without cog-base.
    """
    lists = _lists()
    wanted = numbers(release) if release else ()
    by_release = (row for row in lists if wanted and numbers(row.releases[0]) <= wanted <= numbers(row.releases[1]))
    by_era = (row for row in lists if era in row.eras)
    return next(by_release, None) or next(by_era, None) or max(lists, key=lambda row: numbers(row.releases[1]))


def cog_base_packages(era: str | None = None, release: str | None = None) -> tuple[str, ...]:
    """The Debian packages of `cog_base`."""
    return cog_base(era, release).apt


def parse_cog_base_tag(tag: str) -> CogBaseTag | None:
    """A tag of cog-base taken apart; None for ``latest`` and for what has another form."""
    match = _TAG.fullmatch(tag)
    return CogBaseTag(match.group("cuda"), match.group("python"), match.group("torch")) if match is not None else None


@cache
def renamed_packages() -> dict[str, RenamedPackage]:
    """Debian packages that newer systems no longer have, by their old name. Not to be changed."""
    rows = table("cog_base")["renamed"]["packages"]
    return {
        str(name): RenamedPackage(str(name), str(row["replacement"]), strings(row["gone_from"]))
        for name, row in rows.items()
    }
