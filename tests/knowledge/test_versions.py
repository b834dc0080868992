"""Comparing versions, and bounds judged by `packaging`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from dockerfix.knowledge.versions import begins_with, caps_below, newest_for, numbers, release, starts_at
from effort import examples

_CLAUSES = st.from_regex(r"(==|!=|<=|>=|<|>|~=) ?[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True)


@examples
@given(st.lists(_CLAUSES, min_size=1, max_size=2), st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True))
def test_bounds_are_never_claimed_wrongly(clauses: list[str], bound: str) -> None:
    specifier = ",".join(clauses)
    judge = SpecifierSet(specifier)
    versions = [f"{major}.{minor}" for major in range(0, 100, 3) for minor in range(0, 100, 7)] + [bound]
    versions += [clause.lstrip("=!<>~ ") for clause in clauses]
    admitted = [Version(version) for version in versions if version in judge]
    if caps_below(specifier, bound):
        assert all(version < Version(bound) for version in admitted)
    if starts_at(specifier, bound):
        assert all(version >= Version(bound) for version in admitted)


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        ("<2", "2", True),
        ("<2.0.0", "2", True),
        ("<=2", "2", False),
        ("<=1.99", "2", True),
        ("==1.10.7", "2", True),
        ("==1.*", "2", True),
        ("==2.*", "2", False),
        ("==2.*", "2.1", False),
        ("==2.0", "2", False),
        ("==2.0.5", "2.0.6", True),
        ("~=1.10", "2", True),
        ("~=1.10.2", "2", True),
        ("~=2.1", "2", False),
        ("~=2", "2", False),
        (">=1", "2", False),
        (">=1,<2", "2", True),
        ("<0.99", "0.100", True),
        ("", "2", False),
        ("!=2", "2", False),
        ("nonsense", "2", False),
    ],
)
def test_upper_bounds(specifier: str, version: str, expected: bool) -> None:
    assert caps_below(specifier, version) is expected


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        (">=2", "2", True),
        (">=2.0", "2", True),
        (">1", "2", False),
        ("==2.1", "2", True),
        ("~=1.9", "2", False),
        ("<3", "2", False),
    ],
)
def test_lower_bounds(specifier: str, version: str, expected: bool) -> None:
    assert starts_at(specifier, version) is expected


def test_versions_are_compared_by_their_numbers() -> None:
    assert numbers("2.1.0+cu118") == (2, 1, 0)
    assert numbers("v1.2rc1") == (1, 2)
    assert numbers("latest") == ()
    assert release("2.0.0") == release("2") == (2,)
    assert begins_with("12.1.1", "12.1")
    assert not begins_with("12.10.0", "12.1")
    assert not begins_with("12.1", "")


def test_the_newest_release_for_a_python() -> None:
    releases = (("3.8", "1"), ("3.10", "2"))
    assert [newest_for(python, releases) for python in ("3.7", "3.8", "3.9.1", "3.10", None)] == [
        None,
        "1",
        "1",
        "2",
        "2",
    ]
