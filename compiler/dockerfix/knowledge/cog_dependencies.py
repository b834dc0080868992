"""Packages that came into an image only because Cog depends on them."""

from __future__ import annotations

from functools import cache

from dockerfix.knowledge.load import table


@cache
def transitive_packages() -> dict[str, str]:
    """Import name to package name, normalized: ``yaml`` to ``pyyaml``. Not to be changed."""
    return {str(module): str(package) for module, package in table("transitive")["modules"].items()}


def package_of(module: str) -> str | None:
    """The package that Cog brought and that has the top-level module `module`, or None."""
    return transitive_packages().get(module)
