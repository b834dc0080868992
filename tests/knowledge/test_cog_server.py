"""Which release of Cog runs on a Python."""

from __future__ import annotations

import pytest

from dockerfix.knowledge.cog_server import cog_version


@pytest.mark.parametrize(
    ("python", "version"),
    [
        ("3.6", None),
        ("3.7", "0.11.6"),
        ("3.8", "0.16.12"),
        ("3.9.18", "0.16.12"),
        ("3.10", "0.23.1"),
        ("3.13", "0.23.1"),
    ],
)
def test_the_release_for_a_python(python: str, version: str | None) -> None:
    assert cog_version(python) == version
