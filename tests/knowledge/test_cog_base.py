"""What cog-base contains, by the era of Cog."""

from __future__ import annotations

import pytest

from dockerfix.knowledge.cog_base import RENAMED_PACKAGES, CogBaseTag, cog_base_packages, parse_cog_base_tag


@pytest.mark.parametrize(
    ("era", "has", "lacks"),
    [
        ("E04", "libglx-mesa0", "libgl1-mesa-glx"),
        ("E12", "python3-opencv", "zstd"),
        ("E13", "libgl1-mesa-glx", "python3-opencv"),
        ("E15", "zstd", "libglx-mesa0"),
        ("E16", "libglx-mesa0", "libgl1-mesa-glx"),
        ("E21", "libglx-mesa0", "libgl1-mesa-glx"),
        (None, "libglx-mesa0", "libgl1-mesa-glx"),
    ],
)
def test_packages_of_an_era(era: str | None, has: str, lacks: str) -> None:
    found = cog_base_packages(era)
    assert has in found
    assert lacks not in found
    assert {"ffmpeg", "curl", "git", "libgl1"} <= set(found)
    assert len(found) == len(set(found))


def test_tags_of_cog_base() -> None:
    assert parse_cog_base_tag("cuda12.1-python3.11-torch2.3.1") == CogBaseTag("12.1", "3.11", "2.3.1")
    assert parse_cog_base_tag("cuda12.1.1-python3.11-torch2.2.0+cu121") == CogBaseTag("12.1.1", "3.11", "2.2.0+cu121")
    assert parse_cog_base_tag("python3.12") == CogBaseTag(None, "3.12", None)
    assert parse_cog_base_tag("python3.11-torch2.3.1") == CogBaseTag(None, "3.11", "2.3.1")
    assert parse_cog_base_tag("latest") is None


def test_packages_that_are_gone() -> None:
    assert RENAMED_PACKAGES["libgl1-mesa-glx"] == ("libgl1", ("debian13", "ubuntu24.04"))
