"""``make refresh`` on recorded answers of PyPI, and on tables in the form of Cog's."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import refresh
from dockerfix.knowledge import cuda, fal
from places import FIXTURES, ROOT

RECORDED = json.loads((FIXTURES / "refresh" / "pypi.json").read_text("utf-8"))
TODAY = "2026-12-01"
CUDA, FAL, SERVER = "cuda.py", "fal.py", "cog_server.py"


class Recording:
    """Answers as `pip` gave them."""

    def versions(self, name: str, python: str) -> list[str]:
        found: list[str] = RECORDED["versions"][name][python]
        return found

    def requires(self, name: str, version: str, python: str) -> list[str]:
        assert version in self.versions(name, python)
        found: list[str] = RECORDED["requires"][f"{name} {version}"]
        return found


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the modules of facts."""
    folder = tmp_path / refresh.KNOWLEDGE
    folder.mkdir(parents=True)
    for name in (CUDA, FAL, SERVER):
        (folder / name).write_text((ROOT / refresh.KNOWLEDGE / name).read_text("utf-8"), "utf-8")
    return tmp_path


def refreshed(tables: Path, cog: Path | None = None, today: str = TODAY) -> refresh.Refresh:
    work = refresh.Refresh(Recording(), cog, today, tables)
    work.run()
    return work


def change(tables: Path, name: str, pattern: str, new: str = "") -> None:
    path = tables / refresh.KNOWLEDGE / name
    text, count = re.subn(pattern, new, path.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text, "utf-8")


def test_tables_that_are_up_to_date_change_in_their_date_only(tables: Path) -> None:
    work = refreshed(tables)
    changed = [line for line in work.diff().splitlines() if re.match(r"[-+](?![-+])", line)]
    assert changed == [line for name in (CUDA, FAL, SERVER) for line in dated(work.old[name])]
    assert work.notes == []


def dated(text: str) -> list[str]:
    old = re.search(r"^AS_OF = .*", text, re.MULTILINE)
    assert old is not None
    return [f"-{old[0]}", f'+AS_OF = "{TODAY}"']


def test_old_tables_become_todays(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken away from the tables comes back from the answers, to the letter; the diff can be applied."""
    now = {name: (tables / refresh.KNOWLEDGE / name).read_text("utf-8") for name in (CUDA, FAL, SERVER)}
    change(tables, CUDA, r'^    "2\.15\.0": \("13\.2", .*\n')
    change(tables, CUDA, r'^    "2\.21\.0": .*\n')
    change(tables, FAL, r"^RELEASES = \(.*\)", 'RELEASES = (("3.8", "1.80.0"),)')
    change(tables, FAL, r",!=0\.119.*!=0\.123\.0")
    change(tables, FAL, r'"grpcio", ">=1\.64\.0,<2"', '"grpcio", ">=1.60,<2"')
    change(tables, SERVER, r', \("3\.10", "0\.23\.1"\)')
    monkeypatch.setattr(cuda, "TORCH_WHEELS", {key: row for key, row in cuda.TORCH_WHEELS.items() if key != "2.15.0"})
    monkeypatch.setattr(cuda, "TENSORFLOW", {key: row for key, row in cuda.TENSORFLOW.items() if key != "2.21.0"})
    old = {"fastapi": ">=0.99.1,<0.137", "grpcio": ">=1.60,<2"}
    monkeypatch.setattr(
        fal, "REQUIREMENTS", tuple((name, old.get(name, text), least) for name, text, least in fal.REQUIREMENTS)
    )
    work = refreshed(tables, today=cuda.AS_OF)
    assert work.texts == now
    subprocess.run(["git", "apply", "-"], input=work.diff().encode(), cwd=tables, check=True)
    assert {name: (tables / refresh.KNOWLEDGE / name).read_text("utf-8") for name in now} == now


def test_tables_of_cog(tables: Path, tmp_path: Path) -> None:
    config = tmp_path / "cog" / "pkg" / "config"
    (config / "data").mkdir(parents=True)
    images = [
        {"Tag": f"13.9.1-cudnn-devel-ubuntu{ubuntu}", "CUDA": "13.9.1", "CuDNN": "9", "IsDevel": True, "Ubuntu": ubuntu}
        for ubuntu in ("24.04", "22.04")
    ]
    torch = [
        {"Torch": f"{version}+{local}", "Torchvision": "0.99.0", "CUDA": needs}
        for version, local, needs in (
            ("2.99.0", "cu139", "13.9"),
            ("2.99.0", "cpu", None),
            ("2.99.0", "cu126", "12.6"),
            ("2.9.1", "cu139", "13.9"),
        )
    ]
    build = {"type": "object", "properties": {"gpu": {}, "telepathy": {}}}
    schema = {"properties": {"build": build, "predict": {}, "moods": {}}}
    (config / "cuda_compatibility.json").write_text(json.dumps(images), "utf-8")
    (config / "torch_compatibility.json").write_text(json.dumps(torch), "utf-8")
    (config / "data" / "config_schema_v1.0.json").write_text(json.dumps(schema), "utf-8")
    work = refreshed(tables, tmp_path / "cog")
    added = {line[1:].strip() for line in work.diff().splitlines() if re.match(r"\+ ", line)}
    assert added == {
        '("13.9.1", "9", "cudnn", "22.04 24.04"),',
        '"2.99.0": ("0.99.0", "cpu 12.6 13.9", _INDEX_OF_BUILD, None),',
    }
    assert work.notes == [
        "torch 2.9.1: Cog has builds for 13.9, the table for cpu 12.6 12.8 13.0",
        "cog.yaml: `moods` is new in Cog's schema",
        "cog.yaml: `build.telepathy` is new in Cog's schema",
    ]


@pytest.mark.parametrize(
    ("line", "cuda_version"),
    [
        ('cuda-toolkit[cublas,cudart]==13.2.2; platform_system == "Linux"', "13.2"),
        ('nvidia-cuda-runtime-cu12==12.8.90; platform_system == "Linux"', "12.8"),
        ('nvidia-cuda-runtime-cu11 (==11.7.99) ; platform_system == "Linux"', "11.7"),
        ('nvidia-cuda-runtime-cu12<13.0,>=12.5.82; extra == "and-cuda"', "12.5"),
        ("filelock", None),
        ('cuda-bindings<14,>=13.0.3; platform_system == "Linux"', None),
    ],
)
def test_the_cuda_of_a_wheel(line: str, cuda_version: str | None) -> None:
    assert refresh.cuda_of(["sympy>=1.13.3", line]) == cuda_version


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fastapi!=0.119.*,<0.137,>=0.99.1", ("fastapi", ">=0.99.1,<0.137,!=0.119.*", "3.8")),
        ('pillow<14,>=13.0; python_version >= "3.11"', ("pillow", ">=13.0,<14", "3.11")),
        ('pillow<13,>=10.2.0; python_version < "3.11"', ("pillow", ">=10.2.0,<13", "3.8")),
        ("pyjwt[crypto]<3,>=2.8.0", ("pyjwt", ">=2.8.0,<3", "3.8")),
        ('PyYAML>=6.0; extra == "build"', ("", "", "")),
    ],
)
def test_a_line_of_requires_dist(line: str, expected: tuple[str, str, str]) -> None:
    assert refresh.requirement(line) == expected


def test_an_index_without_answers_is_an_error(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recording, "versions", lambda *_: [])
    with pytest.raises(SystemExit, match="gives no release of torch"):
        refreshed(tables)
