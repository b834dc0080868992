"""The inputs that the fuzzer kept: each target takes them still."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.inputs import seeds, write_dictionary
from fuzz.targets import TARGETS

from places import ROOT

CORPUS = ROOT / "fuzz" / "corpus"
LIMIT = 1 << 20
"""How large the kept corpus may be, in bytes."""


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_kept_inputs(name: str) -> None:
    paths = sorted((CORPUS / name).iterdir())
    assert paths
    for path in paths:
        data = path.read_bytes()
        try:
            TARGETS[name].run(data)
        except Exception as error:
            raise AssertionError(f"{path.relative_to(ROOT)}: {error}") from error


@pytest.mark.parametrize("name", TARGETS)
def test_there_are_seeds(name: str) -> None:
    assert len(list(seeds(name))) > 20


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < LIMIT
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)


def test_the_dictionary_has_the_form_of_libfuzzer(tmp_path: Path) -> None:
    write_dictionary(tmp_path / "words")
    lines = (tmp_path / "words").read_text("ascii").splitlines()
    assert len(lines) > 100
    assert all(len(line) > 2 and line[0] == line[-1] == '"' for line in lines)
