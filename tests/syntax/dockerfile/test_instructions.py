"""Views of instructions: flags, mounts, paths, pairs."""

from __future__ import annotations

from itertools import product

import pytest

import buildkit
from dockerfix.syntax.dockerfile.instructions import Copy, Env, From, Healthcheck, Label, Onbuild, Run
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.references import mount_options
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.text.source import encode


def only(text: str, keyword: str = "RUN") -> Instruction:
    """The one instruction `keyword` of a text."""
    (found,) = [instruction for instruction in parse(text).instructions if instruction.keyword == keyword]
    return found


def test_from() -> None:
    view = only("FROM --platform=linux/amd64 nvidia/cuda:12.1@sha256:0 as base\n", "FROM").view
    assert isinstance(view, From)
    assert (view.platform, view.stage_name and view.stage_name.value) == ("linux/amd64", "base")
    assert view.image is not None
    assert (view.image.repository, view.image.tag and view.image.tag.value) == ("nvidia/cuda", "12.1")


def test_from_nothing() -> None:
    view = only("FROM\n", "FROM").view
    assert isinstance(view, From)
    assert (view.image, view.stage_name, view.platform) == (None, None, None)


def test_mounts() -> None:
    view = only("RUN --mount=type=cache,'\"target=/a,b\"',ro --mount=from=x,src=/y,dst=/z --network=none make\n").view
    assert isinstance(view, Run)
    cache, bind = view.mounts
    assert (cache.type, cache.target, cache.get("ro")) == ("cache", "/a,b", None)
    assert (bind.type, bind.source_stage, bind.source, bind.target) == ("bind", "x", "/y", "/z")
    assert [(flag.name, flag.value) for flag in view.flags][2:] == [("network", "none")]
    assert view.arguments == "make"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('type=bind,"source=/a,b",RO', (("type", "bind"), ("source", "/a,b"), ("ro", None))),
        ('"source=/a""b"', (("source", '/a"b'),)),
        ('source="/a,b', (("source", '"/a'), ("b", None))),
        ('"source=/a"b,target=/c', (('"source', '/a"b'), ("target", "/c"))),
    ],
)
def test_mount_options(text: str, expected: tuple[tuple[str, str | None], ...]) -> None:
    assert mount_options(text) == expected


@pytest.mark.parametrize(
    "between", [*map("".join, product(("\udc85", "\udca0", "\v", "\u0085", "\u00a0", "o"), repeat=3))]
)
def test_bytes_that_are_white_space_before_the_arguments(between: str) -> None:
    for text in (f"ENV {between}a=b\n", f"RUN\t{between}--network=none a\n", f"ONBUILD COPY {between}a b\n"):
        assert buildkit.difference(encode(text)) is None


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_is_a_command(constant: str) -> None:
    instruction = only(f"CMD [{constant}]\n", "CMD")
    assert (instruction.view.problem, instruction.view.arguments) == (None, f"[{constant}]")


def test_copy() -> None:
    view = only("COPY --link --from=deps /a /b/\n", "COPY").view
    assert isinstance(view, Copy)
    assert [source.value for source in view.sources] == ["/a"]
    assert view.destination is not None
    assert (view.destination.value, view.source_stage, view.flag("link")) == ("/b/", "deps", view.flags[0])
    assert view.flags[0].value is None


def test_copy_without_a_destination() -> None:
    view = only("COPY a\n", "COPY").view
    assert isinstance(view, Copy)
    assert (view.destination, view.source_stage) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "pairs"),
    [
        ("a=b c='d e'", [("a", "b", "="), ("c", "'d e'", "=")]),
        ("a b  c", [("a", "b  c", "")]),
        ("a =b", [("a", "=b", "")]),
        ("a=b\\ c", [("a", "b\\ c", "=")]),
        ('"a b"=c', [('"a b"', "c", "=")]),
        ("", []),
    ],
)
def test_pairs(arguments: str, pairs: list[tuple[str, str, str]]) -> None:
    for keyword, kind in (("ENV", Env), ("LABEL", Label)):
        view = only(f"{keyword} {arguments}\n", keyword).view
        assert isinstance(view, kind)
        assert [(pair.name.value, pair.value and pair.value.value, pair.separator) for pair in view.pairs] == pairs


def test_healthcheck() -> None:
    view = only('HEALTHCHECK --interval=1s CMD ["a", "b"]\n', "HEALTHCHECK").view
    assert isinstance(view, Healthcheck)
    assert (view.kind, [element.value for element in view.exec_form or ()]) == ("CMD", ["a", "b"])


def test_onbuild() -> None:
    view = only("ONBUILD COPY --from=x a b\n", "ONBUILD").view
    assert isinstance(view, Onbuild)
    assert isinstance(view.inner, Copy)
    assert view.inner.source_stage == "x"
