"""The defaults of Cog's releases."""

from __future__ import annotations

import pytest

from dockerfix.knowledge.cog_constructs import default_python


@pytest.mark.parametrize(
    ("era", "python"), [(None, "3.13"), ("E03", "3.8"), ("E10", "3.8"), ("E14", "3.12"), ("E21", "3.13")]
)
def test_the_default_python_of_an_era(era: str | None, python: str) -> None:
    assert default_python(era) == python
