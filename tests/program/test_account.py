"""The account: where each line of cog.yaml went, and what it objects to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import pytest

from archives import Output, outputs
from cog_yaml_mutations import Slip, baseline, damages, slips
from dockerfix import rewrite
from dockerfix.driver.account_types import Entry
from dockerfix.driver.rewrite import Result
from dockerfix.project.fields import dotted

SEED = int(os.environ.get("ACCOUNT_SEED", "1"))
SAMPLES = 1 if os.environ.get("ACCOUNT_ALL") else 120
"""One of so many slips is tried; `ACCOUNT_ALL=1` tries all of them, which takes an hour."""


@cache
def cog_yaml(project: str) -> str:
    return next(each for each in outputs() if each.project == project).folder.joinpath("cog.yaml").read_text("utf-8")


@cache
def slips_of(project: str) -> tuple[Slip, ...]:
    return tuple(slips(cog_yaml(project), SEED))


@cache
def damages_of(project: str) -> tuple[Slip, ...]:
    return tuple(damages(cog_yaml(project)))


def sampled(slips_of: Callable[[str], tuple[Slip, ...]], rate: int) -> Iterator[tuple[Output, list[Slip]]]:
    chosen = Random(SEED)
    for output in outputs():
        found = [slip for slip in slips_of(output.project) if not chosen.randrange(rate)]
        if found:
            yield output, found


def messages(result: Result) -> set[tuple[str, str]]:
    return {(finding.code, finding.message) for finding in result.findings}


def unheeded(entries: tuple[Entry, ...], slip: Slip) -> bool:
    """Whether the account says that nothing of a damaged key, item or line is in the image."""
    name = dotted(tuple(part for part in slip.path if part != "="))
    concerned = [
        entry
        for entry in entries
        if entry.file == "cog.yaml"
        and (
            entry.line in slip.lines
            if slip.lines
            else entry.what == name or entry.what.startswith((f"{name}.", f"{name}["))
        )
    ]
    return slip.kind != "misspelt" and all(entry.fate in ("without-effect", "removed") for entry in concerned)


def silent(output: Output, found: list[Slip]) -> Iterator[str]:
    """The slips that are neither reported nor change the result, though something depends on what they change."""
    text = cog_yaml(output.project)
    whole = rewrite(output.data, project=output.folder, cog_yaml=text)
    known = messages(whole) | messages(rewrite(output.data, project=output.folder, cog_yaml=baseline(text)))
    for slip in found:
        result = rewrite(output.data, project=output.folder, cog_yaml=slip.text)
        heeded = messages(result) - known or result.text != whole.text or not result.ok
        if not heeded and not unheeded(whole.account, slip):
            yield f"{output.file}: {slip.name}"


@pytest.mark.parametrize(("slips_of", "rate"), [(slips_of, SAMPLES), (damages_of, 2 * SAMPLES - 1)])
def test_no_slip_in_cog_yaml_is_silent(slips_of: Callable[[str], tuple[Slip, ...]], rate: int) -> None:
    tried = [(output, found) for output, found in sampled(slips_of, rate)]
    assert sum(len(found) for _output, found in tried) > 300
    assert not [name for output, found in tried for name in silent(output, found)]


@pytest.mark.parametrize("output", outputs()[:: 1 if SAMPLES == 1 else 23], ids=lambda output: output.file)
def test_everything_in_an_output_of_cog_has_its_place(output: Output) -> None:
    result = rewrite(output.data, project=output.folder)
    assert not [finding for finding in result.findings if finding.code == "DF011"]
    lines = result.rewritten.split("\n")
    for entry in result.account:
        assert entry.to is None or lines[entry.to - 1].strip(), entry
        if entry.fate in ("removed", "without-effect"):
            assert entry.reason, entry
    source = [entry for entry in result.account if entry.file == "Dockerfile"]
    assert [entry.line for entry in source] == sorted(entry.line for entry in source)
