"""The options of the library."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import dockerfix
from dockerfix.analysis.options import Options


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"keep": {"foo"}}, "unknown construct `foo`; choose from cog-base, cog-base-extras, pget, tini"),
        ({"drop": ["tini", "foo"]}, "unknown construct `foo`"),
        ({"keep": {"tini"}, "drop": {"tini"}}, "`tini` is in both `keep` and `drop`"),
        ({"target": "modal"}, "unknown target `modal`; choose from app, server"),
        ({"fal_version": "x; y"}, "`x; y` is not a version such as 1.2.3"),
    ],
)
def test_what_no_option_can_be(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("`", "`")):
        Options(**given)


def test_any_iterable_of_names_will_do() -> None:
    assert Options(keep=["tini"], select=("DF1",)) == Options(frozenset({"tini"}), select=frozenset({"DF1"}))
    assert Options() == Options()._replace(keep=frozenset())


def test_they_travel_to_other_processes() -> None:
    given = Options(keep=["tini"], fal_version="1.2.3", target="server", require_reason=True)
    assert pickle.loads(pickle.dumps(given)) == given


def test_what_is_shown_of_objects() -> None:
    text = "FROM python:3.11 AS base\nRUN a\nFROM base\n"
    document = dockerfix.parse(text)
    assert repr(document) == "<Document of 3 instructions in 2 stages>"
    assert repr(document.stages) == "(<Stage 0 base: 1 instructions>, <Stage 1: 0 instructions>)"
    assert repr(document.instructions[1]) == "<Instruction RUN in line 2>"
    assert repr(dockerfix.rewrite(text)) == "<Result ok: unchanged, 1 findings>"
    assert repr(dockerfix.rewrite("")) == "<Result refused: unchanged, 1 findings>"
