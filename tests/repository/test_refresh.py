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


def refreshed(
    tables: Path,
    cog: Path | None = None,
    today: str = TODAY,
    pytorch: Path | None = None,
    index: Recording | None = None,
) -> refresh.Refresh:
    work = refresh.Refresh(index or Recording(), cog, today, tables, pytorch)
    work.run()
    return work


def change(tables: Path, name: str, pattern: str, new: str = "") -> None:
    path = tables / refresh.KNOWLEDGE / name
    text, count = re.subn(pattern, new, path.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text, "utf-8")


def test_tables_that_are_up_to_date_change_in_their_date_only(tables: Path) -> None:
    """And only what was compared gets a date: no checkout of Cog is given, and machines of fal are compared by hand."""
    work = refreshed(tables)
    added = [line for line in work.diff().splitlines() if re.match(r"[+](?![+])", line)]
    names = ("TORCH_WHEEL", "COMPANION", "TENSORFLOW", "RELEASE", "REQUIREMENT", "RELEASE")
    assert added == [f'+{name}_AS_OF = "{TODAY}"' for name in names]
    assert work.notes == []


def test_old_tables_become_todays(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken away from the tables comes back from the answers, to the letter; the diff can be applied."""
    now = {name: (tables / refresh.KNOWLEDGE / name).read_text("utf-8") for name in (CUDA, FAL, SERVER)}
    change(tables, CUDA, r'^    "2\.15\.0": \("13\.2", .*\n')
    change(tables, CUDA, r'^    "2\.21\.0": .*\n')
    change(tables, CUDA, r'^    "0\.29\.2": .*\n')
    change(tables, CUDA, r'^    "2\.11\.0": "",\n')
    change(tables, FAL, r"^RELEASES = \(.*\)", 'RELEASES = (("3.8", "1.80.0"),)')
    change(tables, FAL, r",!=0\.119.*!=0\.123\.0")
    change(tables, FAL, r'"grpcio", ">=1\.64\.0,<2"', '"grpcio", ">=1.60,<2"')
    change(tables, SERVER, r', \("3\.10", "0\.23\.1"\)')
    monkeypatch.setattr(cuda, "TORCH_WHEELS", {key: row for key, row in cuda.TORCH_WHEELS.items() if key != "2.15.0"})
    monkeypatch.setattr(cuda, "TENSORFLOW", {key: row for key, row in cuda.TENSORFLOW.items() if key != "2.21.0"})
    for name in ("TORCHVISION", "TORCHAUDIO"):
        monkeypatch.setattr(cuda, name, dict(list(getattr(cuda, name).items())[:-1]))
    old = {"fastapi": ">=0.99.1,<0.137", "grpcio": ">=1.60,<2"}
    monkeypatch.setattr(
        fal, "REQUIREMENTS", tuple((name, old.get(name, text), least) for name, text, least in fal.REQUIREMENTS)
    )
    work = refreshed(tables, today=cuda.TORCH_WHEEL_AS_OF)
    assert work.texts == now
    subprocess.run(["git", "apply", "-"], input=work.diff().encode(), cwd=tables, check=True)
    assert {name: (tables / refresh.KNOWLEDGE / name).read_text("utf-8") for name in now} == now


class Released(Recording):
    """The same answers, and torch 2.99.0 with its torchvision."""

    def versions(self, name: str, python: str) -> list[str]:
        new = {"torch": ["2.99.0"], "torchvision": ["0.99.0"]} if python == "3.12" else {}
        return [*new.get(name, []), *super().versions(name, python)]

    def requires(self, name: str, version: str, python: str) -> list[str]:
        new = {"0.99.0": ["torch (==2.99.0)"], "2.99.0": ["cuda-toolkit[cudart]==13.9.1"]}
        return new[version] if version in new else super().requires(name, version, python)


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
    work = refreshed(tables, tmp_path / "cog", index=Released())
    added = {line[1:].strip() for line in work.diff().splitlines() if re.match(r"\+ ", line)}
    assert added == {
        '("13.9.1", "9", "cudnn", "22.04 24.04"),',
        '"2.99.0": ("0.99.0", "cpu 12.6 13.9", _INDEX_OF_BUILD, None),',
        '"2.99.0": ("13.9", "3.12", "3.12"),',
        '"0.99.0": "==2.99.0",',
    }
    assert f'+IMAGE_AS_OF = "{TODAY}"' in work.diff()
    assert f'+TORCH_AS_OF = "{TODAY}"' not in work.diff(), "there is another source of builds"
    assert work.notes == [
        "cog.yaml: `moods` is new in Cog's schema",
        "cog.yaml: `build.telepathy` is new in Cog's schema",
        "torch 2.9.1: there are builds for 13.9, the table has cpu 12.6 12.8 13.0",
    ]


def matrix(stable: str, candidate: str, *cudas: str) -> str:
    """A file in the form of PyTorch's."""
    return (
        f'CURRENT_STABLE_VERSION = "{stable}"\nCURRENT_CANDIDATE_VERSION = "{candidate}"\nOTHER = [*range(3)]\n'
        'CUDA_ARCHES_NO_GETTING_STARTED = ["13.8"]\n'
        f'CUDA_ARCHES_DICT = {{\n    "test": {[*cudas, "13.8", "13.9"]},\n    "release": {[*cudas]},\n}}\n'
    )


def test_builds_of_pytorch(tables: Path, tmp_path: Path) -> None:
    """Its file names one stable release at a time, so the others are in the history; a candidate may not be out yet."""
    clone = tmp_path / "infra"
    path = clone / refresh.MATRIX
    path.parent.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", clone], check=True)
    for text in (
        matrix("2.14.0", "2.14.1", "12.6"),
        "def broken(:\n",
        matrix("2.14.1", "2.99.0", "12.6", "13.0"),
        matrix("2.99.0", "2.100.0", "12.8", "13.0"),
    ):
        path.write_text(text, "utf-8")
        subprocess.run(["git", "-C", clone, "add", "."], check=True)
        author = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", clone, *author, "commit", "-qm", "x"], check=True)
    work = refreshed(tables, pytorch=clone, index=Released())
    assert '+    "2.99.0": ("0.99.0", "cpu 12.8 13.0", _INDEX_OF_BUILD, None),\n' in work.diff()
    assert '+    "2.14.1": ("", "cpu 12.6 13.0", _INDEX_OF_BUILD, None),\n' in work.diff()
    assert "2.100.0" not in work.diff()
    assert work.notes == []


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
