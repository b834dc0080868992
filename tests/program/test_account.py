"""The account: where each line of cog.yaml went, and what it objects to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

from archives import Output, outputs
from cog_yaml_mutations import Slip, baseline, slips
from dockerfix import rewrite
from dockerfix.driver.account_types import Entry
from dockerfix.driver.rewrite import Result
from dockerfix.project.fields import dotted

SEED = int(os.environ.get("ACCOUNT_SEED", "1"))
SAMPLES = 1 if os.environ.get("ACCOUNT_ALL") else 120
"""One output of every so many slips is tried; `ACCOUNT_ALL=1` tries all of them, which takes some minutes."""


@cache
def slips_of(project: str) -> tuple[str, tuple[Slip, ...]]:
    text = next(each for each in outputs() if each.project == project).folder.joinpath("cog.yaml").read_text("utf-8")
    return text, tuple(slips(text, SEED))


def sampled() -> Iterator[tuple[Output, list[Slip]]]:
    chosen = Random(SEED)
    for output in outputs():
        found = [slip for slip in slips_of(output.project)[1] if not chosen.randrange(SAMPLES)]
        if found:
            yield output, found


def messages(result: Result) -> set[tuple[str, str]]:
    return {(finding.code, finding.message) for finding in result.findings}


def unheeded(entries: tuple[Entry, ...], slip: Slip) -> bool:
    """Whether the account says that nothing of a removed key or item is in the image."""
    name = dotted(tuple(part for part in slip.path if part != "="))
    below = [entry for entry in entries if entry.what == name or entry.what.startswith((f"{name}.", f"{name}["))]
    return slip.kind == "removed" and all(entry.fate in ("without-effect", "removed") for entry in below)


def test_no_slip_in_cog_yaml_is_silent() -> None:
    tried = 0
    for output, found in sampled():
        text = slips_of(output.project)[0]
        whole = rewrite(output.data, project=output.folder, cog_yaml=text)
        known = messages(whole) | messages(rewrite(output.data, project=output.folder, cog_yaml=baseline(text)))
        for slip in found:
            result = rewrite(output.data, project=output.folder, cog_yaml=slip.text)
            said = messages(result) - known
            changed = result.text != whole.text or not result.ok
            assert said or changed or unheeded(whole.account, slip), f"{output.file}: {slip.name}"
            tried += 1
    assert tried > 300


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
