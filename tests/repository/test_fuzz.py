"""The inputs that the fuzzer kept: each target takes them still; and the inputs of `make fuzz` are always the same."""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pytest
from fuzz import hunts
from fuzz.fixed import inputs
from fuzz.inputs import seeds, write_dictionary
from fuzz.parts import join, split
from fuzz.targets import TARGETS, Broken, check

from places import ROOT

CORPUS = ROOT / "fuzz" / "corpus"
LIMIT = 1 << 20
"""How large the kept corpus may be, in bytes."""


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_kept_inputs(name: str) -> None:
    paths = sorted((CORPUS / name).iterdir())
    assert paths
    for path in paths:
        check(name, path.read_bytes())  # pytest shows the path


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_data: bytes) -> None:
        raise AssertionError("a line is lost")

    monkeypatch.setitem(TARGETS, "shell", TARGETS["shell"]._replace(run=broken))
    with pytest.raises(Broken, match="a line is lost") as caught:
        check("shell", b"a")
    assert caught.value.data == b"a"


def test_growth_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def square(data: bytes) -> None:
        for _ in data:
            [ord("a") for _ in data[::50]]

    monkeypatch.setitem(TARGETS, "shell", TARGETS["shell"]._replace(run=lambda _: None, work=square))
    monkeypatch.setattr("fuzz.targets.GROWTH_EVERY", 1)
    with pytest.raises(Broken, match="calls for") as caught:
        check("shell", b"abc")
    assert len(caught.value.data) > 7_000
    monkeypatch.setitem(TARGETS, "shell", TARGETS["shell"]._replace(run=lambda _: None, work=list))
    check("shell", b"abc")


@pytest.mark.parametrize("name", TARGETS)
def test_the_fixed_inputs_are_the_same_each_time(name: str) -> None:
    def checksum(seed: int) -> str:
        return sha256(b"".join(islice(inputs(name, seed, 0, 20), 20))).hexdigest()

    assert checksum(1) == checksum(1)
    assert checksum(1) != checksum(2)


def test_an_input_of_several_files() -> None:
    files = {"cog.yaml": b"a: 1\n", "more.txt": b"b\n"}
    parts = split(join(b"FROM x\n", files), "Dockerfile")
    assert (parts.first, parts.files, parts.server) == ("FROM x\n", files, False)
    assert split(b"a\n#--- server\n#--- cog.yaml\nb", "x") == (b"a\n", {"cog.yaml": b"b"}, True)


def test_the_readme_says_what_the_log_says() -> None:
    text = (ROOT / "fuzz" / "README.md").read_text("utf-8")
    rows = hunts.read()
    for name in TARGETS:
        own = [row for row in rows if row.target == name]
        assert f"| `{name}` | {sum(row.executions for row in own):,} | {sum(row.broken for row in own)} |" in text
    total = f"{sum(row.executions for row in rows):,}"
    assert f"| all | {total} | {sum(row.broken for row in rows)} |" in text
    assert f"{total} executions" in re.sub(r"\s+", " ", (ROOT / "README.md").read_text("utf-8"))


@pytest.mark.parametrize("name", TARGETS)
def test_there_are_seeds(name: str) -> None:
    assert len(list(seeds(name))) > 5


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < LIMIT
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)


def test_the_dictionary_has_the_form_of_libfuzzer(tmp_path: Path) -> None:
    write_dictionary(tmp_path / "words")
    lines = (tmp_path / "words").read_text("ascii").splitlines()
    assert len(lines) > 100
    assert all(len(line) > 2 and line[0] == line[-1] == '"' for line in lines)
