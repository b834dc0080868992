"""Comparing versions, and bounds judged by `packaging`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from dockerfix.knowledge.versions import admits, begins_with, newest_for, numbers, overlap, release
from effort import examples

_CLAUSES = st.from_regex(
    r"((<=|>=|<|>|~=) ?[0-9]{1,2}\.[0-9]{1,2}|[=!]= ?[0-9]{1,2}\.[0-9]{1,2}(\.\*)?)", fullmatch=True
)


@examples
@given(st.lists(_CLAUSES, min_size=1, max_size=3), st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}", fullmatch=True))
def test_a_specifier_admits_what_pip_takes(clauses: list[str], version: str) -> None:
    specifier = ",".join(clauses)
    assert admits(specifier, version) is (version in SpecifierSet(specifier))


@examples
@given(st.lists(_CLAUSES, max_size=3), st.lists(_CLAUSES, max_size=3))
def test_specifiers_overlap_where_a_version_satisfies_both(one: list[str], other: list[str]) -> None:
    """A grid of versions, denser where the clauses are, finds what overlaps; what it finds is never denied."""
    bounds = [clause.lstrip("=!<>~ ").removesuffix(".*") for clause in (*one, *other)]
    grid = ["0", *(f"{bound}{rest}" for bound in bounds for rest in ("", ".0.1", ".5", ".99"))]
    grid += [f"{int(bound.split('.')[0]) + 1}.0" for bound in bounds]
    grid += [f"{bound.split('.')[0]}.{int(bound.split('.')[1]) + 1}" for bound in bounds]
    both = SpecifierSet(",".join((*one, *other)))
    assert overlap(",".join(one), ",".join(other)) is any(Version(version) in both for version in grid)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("<2", ">=2", False),
        ("<2.0.0", ">=2", False),
        ("<=2", ">=2", True),
        ("==1.*", ">=2", False),
        ("~=1.10", ">=2", False),
        ("~=2.1", ">=2", True),
        ("==0.120.0", ">=0.99,!=0.120.*", False),
        ("~=0.120.1", ">=0.99,!=0.120.*", False),
        (">=0.119,<0.121", ">=0.99,!=0.119.*,!=0.120.*", False),
        (">=0.119,<0.122", ">=0.99,!=0.119.*,!=0.120.*", True),
        ("==0.123.0", "!=0.123.0", False),
        ("==0.123.1", "!=0.123.0", True),
        ("", ">=2", True),
        ("nonsense", ">=2", True),
    ],
)
def test_which_specifiers_overlap(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


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
