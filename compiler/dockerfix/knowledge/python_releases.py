"""Python itself: releases that get no more fixes."""

from __future__ import annotations

from dockerfix.knowledge.versions import numbers

AS_OF = "2026-11-28"

SUPPORT_SOURCE = (
    "python/peps:release_management/python-releases.toml (end-of-life); for 3.6 and 3.7 "
    "python/devguide:include/release-cycle.json (end_of_life)"
)
END_OF_LIFE = {"3.6": "2021-12", "3.7": "2023-06", "3.8": "2024-10", "3.9": "2025-10", "3.10": "2026-10"}  # month


def end_of_life(python: str) -> str | None:
    """Return the month in which the fixes for a Python such as "3.10" ended, or None if it still gets some."""
    return END_OF_LIFE.get(".".join(map(str, numbers(python)[:2])))
