"""Versions of fal, what they conflict with, and machines."""

from __future__ import annotations

import pytest

from dockerfix.knowledge.fal import (
    CPU_MACHINES,
    DEFAULT_MACHINE,
    GPU_MACHINES,
    USUAL_MACHINES,
    FalRequirement,
    fal_conflict,
    fal_version,
)
from dockerfix.knowledge.gpu import ARCHITECTURES


@pytest.mark.parametrize(
    ("python", "version"),
    [(None, "1.83.0"), ("3.7", None), ("3.8", "1.81.4"), ("3.9.18", "1.81.4"), ("3.10", "1.83.0"), ("3.14", "1.83.0")],
)
def test_the_version_of_fal_for_a_python(python: str | None, version: str | None) -> None:
    assert fal_version(python) == version


@pytest.mark.parametrize(
    ("package", "specifier", "python", "conflict"),
    [
        ("pydantic", "<2", "3.11", True),
        ("pydantic", "==1.10.7", "3.11", True),
        ("pydantic", ">=2", "3.11", False),
        ("pydantic", "", "3.11", False),
        ("fastapi", "==0.98.0", "3.11", True),
        ("fastapi", ">=0.137", "3.11", True),
        ("fastapi", "==0.120.0", "3.11", True),
        ("fastapi", "~=0.121.2", "3.11", True),
        ("fastapi", "==0.123.0", "3.11", True),
        ("fastapi", "==0.123.4", "3.11", False),
        ("fastapi", ">=0.120", "3.11", False),
        ("fastapi", ">=0.100", "3.11", False),
        ("protobuf", "<3.20", "3.11", True),
        ("protobuf", "==3.20.3", "3.11", False),
        ("pillow", "==10.4.0", "3.11", True),
        ("pillow", "==10.4.0", "3.10", False),
        ("torch", "==2.1", "3.11", False),
    ],
)
def test_pins_that_fal_can_not_live_with(package: str, specifier: str, python: str, conflict: bool) -> None:
    found = fal_conflict(package, specifier, python)
    assert (found is not None) is conflict


@pytest.mark.parametrize(
    ("package", "specifier", "python", "expected"),
    [
        ("fastapi", "<0.99", "3.11", ">=0.99.1,<0.137,!=0.119.*,!=0.120.*,!=0.121.*,!=0.122.*,!=0.123.0"),
        ("tblib", ">=3.2.0", "3.11", ">=1.7.0,<3.2.0"),
        ("pydantic", "<2", "3.11", ">=2.5"),
        ("pillow", "<10", "3.10", ">=10.2.0,<13"),
        ("pillow", "<10", None, ">=13.0,<14"),
    ],
)
def test_what_fal_needs_instead(package: str, specifier: str, python: str | None, expected: str) -> None:
    found = fal_conflict(package, specifier, python)
    assert isinstance(found, FalRequirement)
    assert (found.package, found.specifier) == (package, expected)


def test_the_tables_of_machines_agree() -> None:
    assert {machine.arch for machine in GPU_MACHINES} == {each.sm for each in ARCHITECTURES}
    assert set(USUAL_MACHINES) <= {machine.name for machine in GPU_MACHINES}
    assert DEFAULT_MACHINE in CPU_MACHINES
    assert list(CPU_MACHINES.values()) == sorted(CPU_MACHINES.values())
