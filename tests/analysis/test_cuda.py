"""The CUDA of a document."""

from __future__ import annotations

import pytest

from dockerfix.analysis import cuda


@pytest.mark.parametrize(
    ("version", "want", "expected"),
    [
        ("12.1.1", "12.1", True),
        ("12.1.1", "12.1.1", True),
        ("12.1.1", "12.1.0", False),
        ("12.1", "12.1.0", True),
        ("12.10.1", "12.1", False),
        ("11.8.0", "12.1", False),
        ("12.1.1", "12", True),
    ],
)
def test_versions_agree_as_far_as_both_are_written(version: str, want: str, expected: bool) -> None:
    assert cuda.agrees(version, want) is expected
