"""The tables: every fact has a source, and the look-ups choose as Cog does."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest

from dockerfix.knowledge import cog_base as base
from dockerfix.knowledge import cog_constructs, cog_dependencies, cuda, fal
from dockerfix.knowledge import commands as tools
from dockerfix.knowledge.load import table
from places import FIXTURES, ROOT

FOLDER = ROOT / "compiler" / "dockerfix" / "knowledge"
TABLES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def sections(name: str) -> Iterator[tuple[str, Any]]:
    """The table itself where it has a source, else each of its sections."""
    data = table(name)
    if "source" in data:
        yield name, data
    for key, value in data.items():
        if isinstance(value, dict) and "source" not in data:
            yield f"{name}.{key}", value


@pytest.mark.parametrize("name", TABLES)
def test_every_table_or_section_names_its_source(name: str) -> None:
    found = list(sections(name))
    assert found
    for where, section in found:
        assert len(str(section.get("source", ""))) > 10, f"{where} has no source"


@pytest.mark.parametrize("name", TABLES)
def test_no_table_holds_versions_as_numbers(name: str) -> None:
    def check(value: object) -> None:
        assert not isinstance(value, float), f"{value} must be quoted"
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(inner)

    check(table(name))


def test_a_missing_table_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        table("nothing")


def test_idioms_are_frozen_text() -> None:
    found = cog_constructs.idioms()
    assert found.packages.names == ("cog", "coglet", "cog-dataclass")
    assert found.staging.prefixes == (".cog/",)
    assert found.environment.cflags_value.startswith("-O3 ")
    assert found.pyenv.apt[0] == "make"
    assert "liblzma-dev" in found.pyenv.apt
    assert found is cog_constructs.idioms()
    with pytest.raises(AttributeError):
        found.packages.names = ()  # type: ignore[misc]


def test_every_idiom_has_the_type_it_promises() -> None:
    for section in cog_constructs.idioms():
        for name, promised in get_type_hints(type(section)).items():
            value = getattr(section, name)
            assert isinstance(value, str if promised is str else tuple), f"{type(section).__name__}.{name}"
            assert value
            assert isinstance(value, str) or all(isinstance(part, str) and part for part in value)


@pytest.mark.parametrize(
    ("era", "python"), [(None, "3.13"), ("E03", "3.8"), ("E10", "3.8"), ("E14", "3.12"), ("E21", "3.13")]
)
def test_the_default_python_of_an_era(era: str | None, python: str) -> None:
    assert cog_constructs.default_python(era) == python


def test_default_cuda() -> None:
    assert cog_constructs.default_cuda() == "11.8"


@pytest.mark.parametrize(
    ("version", "cudnn", "tag"),
    [
        ("12.1", None, "12.1.1-cudnn8-devel-ubuntu22.04"),
        ("12.1.0", None, "12.1.0-cudnn8-devel-ubuntu22.04"),
        ("11.8", None, "11.8.0-cudnn8-devel-ubuntu22.04"),
        ("11.8", "8.7", "11.8.0-cudnn8-devel-ubuntu22.04"),
        ("11.8", "9", None),
        ("12.3", None, "12.3.2-cudnn9-devel-ubuntu22.04"),
        ("12.4", "9", "12.4.1-cudnn-devel-ubuntu22.04"),
        ("12.6", None, "12.6.3-cudnn-devel-ubuntu24.04"),
        ("11.6", None, "11.6.2-cudnn8-devel-ubuntu20.04"),
        ("11", None, "11.8.0-cudnn8-devel-ubuntu22.04"),
        ("10.2", None, None),
        ("1", None, None),
        ("", None, None),
        ("none", None, None),
    ],
)
def test_the_image_for_a_cuda_version(version: str, cudnn: str | None, tag: str | None) -> None:
    assert cuda.image_tag(version, cudnn) == tag
    assert tag is None or cuda.known_tag(tag)


def test_tags_of_cuda_images() -> None:
    assert not cuda.known_tag("11.0-cudnn8-devel-ubuntu16.04")
    found = cuda.parse_cuda_tag("12.1.0-runtime-ubuntu22.04")
    assert found == cuda.CudaTag("12.1.0-runtime-ubuntu22.04", "12.1.0", None, "runtime", "ubuntu22.04")
    assert cuda.parse_cuda_tag("11.8.0-cudnn8-devel-ubi8") == cuda.CudaTag(
        "11.8.0-cudnn8-devel-ubi8", "11.8.0", "8", "devel", "ubi8"
    )
    for tag, known in cuda.cuda_images().items():
        parsed = cuda.parse_cuda_tag(tag)
        assert parsed is not None
        assert (parsed.cuda, parsed.flavour, parsed.system) == (known.cuda, known.flavour, known.system)
        assert parsed.cudnn in ("", known.cudnn)
    assert cuda.parse_cuda_tag("latest") is None
    assert cuda.parse_cuda_tag("12") is None


WHL = "https://download.pytorch.org/whl/"


@pytest.mark.parametrize(
    ("version", "wanted", "url"),
    [
        ("2.1.2", "12.1", WHL + "cu121"),
        ("2.1.2", "12.4", WHL + "cu121"),
        ("2.1.2", "12.1.1", WHL + "cu121"),
        ("2.1.2", "12", WHL + "cu121"),
        ("2.1.2", "11.8", WHL + "cu118"),
        ("2.1.2", "11.7", None),
        ("2.1.2", None, WHL + "cpu"),
        ("2.1", "12.1", WHL + "cu121"),
        ("2.1.2+cu118", "12.4", WHL + "cu118"),
        ("2.1.2+cpu", "12.4", WHL + "cpu"),
        ("2.1.2+rocm5", "12.4", None),
        ("1.9.0", "11.3", WHL + "torch_stable.html"),
        ("1.7.1", "10.2", None),
        ("1.10.1", "11.1", WHL + "cu111/torch_stable.html"),
        ("2.11.0", "13.0", WHL + "cu130"),
        ("2.99.0", "12.1", None),
        ("nightly", "12.1", None),
        ("2.1.2rc1", "12.1", None),
    ],
)
def test_where_torch_comes_from(version: str, wanted: str | None, url: str | None) -> None:
    row = cuda.torch_row(version, wanted)
    assert (row.index_url if row is not None else None) == url


@pytest.mark.parametrize(
    ("version", "torch"),
    [("0.16.2", "2.1.2"), ("0.10.0", "1.9.0"), ("0.16", None), ("0.16.2+cu121", None), ("0.99.0", None)],
)
def test_the_torch_of_a_torchvision(version: str, torch: str | None) -> None:
    assert cuda.torch_of_torchvision(version) == torch


def test_each_torchvision_was_made_for_one_torch() -> None:
    torch = {row.torchvision: row.torch for rows in cuda._torch_table().values() for row in rows}
    for rows in cuda._torch_table().values():
        assert {torch[row.torchvision] for row in rows} == {row.torch for row in rows}


def test_rows_of_torch() -> None:
    rows = cuda.torch_rows("2.4.1")
    assert [row.cuda for row in rows] == [None, "11.8", "12.1", "12.4"]
    assert [row.local for row in rows] == ["cpu", "cu118", "cu121", "cu124"]
    assert rows == cuda.torch_rows("2.4") == cuda.torch_rows("2.4.1+cu121")
    assert (rows[1].torchvision, rows[1].torchaudio, rows[1].is_page) == ("0.19.1", "2.4.1", False)
    old = cuda.torch_row("1.9.0", "11.1")
    assert old is not None
    assert (old.is_page, old.local) == (True, "cu111")
    assert cuda.torch_row("1.2.0", None) is not None
    assert cuda.torch_rows("1.2.0")[0].torchaudio is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.7.1", "12.8"),
        ("2.9.0", "13.0"),
        ("2.0.1+cu117", "11.7"),
        ("2.0.1+cpu", None),
        ("1.13.1", "11.7"),
        ("3", None),
    ],
)
def test_the_cuda_that_torch_decides(version: str, expected: str | None) -> None:
    assert cuda.cuda_for_torch(version) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.12.0", "11.8"),
        ("2.15.1", "12.2"),
        ("2.15.0.post1", "12.2"),
        ("2.16", "12.3"),
        ("2.8.0", "11.2"),
        ("9.9", None),
        ("", None),
    ],
)
def test_the_cuda_that_tensorflow_decides(version: str, expected: str | None) -> None:
    assert cuda.cuda_for_tensorflow(version) == expected


def test_cudnn_of_tensorflow() -> None:
    row = cuda.tensorflow_row("2.12.0")
    assert row is not None
    assert (row.cudnn, row.pythons) == ("8.6", ("3.8", "3.9", "3.10", "3.11"))


def test_torch_is_that_of_the_checkers_table() -> None:
    """The checker, which imports nothing of the compiler, has a table of its own."""
    rows = csv.DictReader((FIXTURES / "checker" / "torch.tsv").read_text().splitlines(), delimiter="\t")
    for row in rows:
        wanted = None if row["cuda"] == "cpu" else row["cuda"]
        (found,) = [known for known in cuda.torch_rows(row["torch"]) if known.cuda == wanted]
        assert (found.torchvision, found.torchaudio or "-", found.index_url or "-", ",".join(found.pythons)) == (
            row["torchvision"],
            row["torchaudio"],
            row["index_url"],
            row["pythons"],
        )


@pytest.mark.parametrize(
    ("era", "release", "has", "lacks", "opencv"),
    [
        ("E12", None, "python3-opencv", "zstd", ()),
        ("E13", None, "libgl1-mesa-glx", "python3-opencv", ("opencv-python==4.10.0.84",)),
        ("E21", None, "libglx-mesa0", "libgl1-mesa-glx", ("opencv-python==4.12.0.88",)),
        (None, None, "libglx-mesa0", "libgl1-mesa-glx", ("opencv-python==4.12.0.88",)),
        ("E16", "0.14.12", "libgl1-mesa-glx", "libglx-mesa0", ("opencv-python==4.10.0.84",)),
        ("E16", "0.15.11", "libglx-mesa0", "libgl1-mesa-glx", ("opencv-python==4.10.0.84",)),
        (None, "0.9.9", "python3-opencv", "findutils", ()),
        ("E04", "0.4.4", "libglx-mesa0", "libgl1-mesa-glx", ("opencv-python==4.12.0.88",)),
    ],
)
def test_what_cog_base_held(
    era: str | None, release: str | None, has: str, lacks: str, opencv: tuple[str, ...]
) -> None:
    found = base.cog_base(era, release)
    assert has in found.apt
    assert lacks not in found.apt
    assert found.with_torch == opencv
    assert base.cog_base_packages(era, release) == found.apt
    assert {"ffmpeg", "curl", "git", "libgl1"} <= set(found.apt)


def test_tags_of_cog_base() -> None:
    assert base.parse_cog_base_tag("cuda12.1-python3.11-torch2.3.1") == base.CogBaseTag("12.1", "3.11", "2.3.1")
    assert base.parse_cog_base_tag("cuda12.1.1-python3.11-torch2.2.0+cu121") == base.CogBaseTag(
        "12.1.1", "3.11", "2.2.0+cu121"
    )
    assert base.parse_cog_base_tag("python3.12") == base.CogBaseTag(None, "3.12", None)
    assert base.parse_cog_base_tag("python3.11-torch2.3.1") == base.CogBaseTag(None, "3.11", "2.3.1")
    assert base.parse_cog_base_tag("latest") is None


def test_packages_that_are_gone() -> None:
    assert base.renamed_packages()["libgl1-mesa-glx"].gone_from == ("debian13", "ubuntu24.04")


@pytest.mark.parametrize(
    ("python", "version"),
    [(None, "1.83.0"), ("3.7", None), ("3.8", "1.81.4"), ("3.9.18", "1.81.4"), ("3.10", "1.83.0"), ("3.14", "1.83.0")],
)
def test_the_version_of_fal_for_a_python(python: str | None, version: str | None) -> None:
    assert fal.fal_version(python) == version
    assert fal.fal_package() == "fal"


@pytest.mark.parametrize(
    ("package", "specifier", "python", "conflict"),
    [
        ("pydantic", "<2", "3.11", True),
        ("pydantic", "==1.10.7", "3.11", True),
        ("pydantic", ">=2", "3.11", False),
        ("pydantic", "", "3.11", False),
        ("fastapi", "==0.98.0", "3.11", True),
        ("fastapi", ">=0.137", "3.11", True),
        ("fastapi", ">=0.100", "3.11", False),
        ("protobuf", "<3.20", "3.11", True),
        ("protobuf", "==3.20.3", "3.11", False),
        ("pillow", "==10.4.0", "3.11", True),
        ("pillow", "==10.4.0", "3.10", False),
        ("torch", "==2.1", "3.11", False),
    ],
)
def test_pins_that_fal_can_not_live_with(package: str, specifier: str, python: str, conflict: bool) -> None:
    found = fal.fal_conflict(package, specifier, python)
    assert (found is not None) is conflict


def test_how_a_requirement_of_fal_is_written() -> None:
    assert fal.fal_requirements("3.11")["fastapi"].specifier == ">=0.99.1,<0.137"
    assert fal.fal_requirements("3.11")["tblib"].specifier == "<3.2.0"
    assert fal.fal_requirements("3.10")["pillow"].below == "13"


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("11.7", ["GPU-A100", "GPU-A6000"]),
        ("11", ["GPU-A100"]),
        ("11.8.0", ["GPU-A100", "GPU-A6000", "GPU-L40", "GPU-RTX4090", "GPU-H100", "GPU-H200"]),
        ("12.8", [machine.name for machine in fal.machines()]),
        ("10.2", []),
    ],
)
def test_the_machines_a_cuda_can_serve(version: str, fits: list[str]) -> None:
    assert [machine.name for machine in fal.machines_for_cuda(version)] == fits


def test_other_facts_of_fal() -> None:
    assert fal.default_machine() in fal.cpu_machines()
    assert fal.newest_cuda_seen() == "12.9"
    assert fal.client().file_size_limit == 1 << 30
    assert "*.md" in fal.client().ignored
    assert (fal.runtime().tools, fal.runtime().port) == (("curl",), 8080)


@pytest.mark.parametrize(
    ("repository", "tag", "kind"),
    [
        ("python", "3.11-slim", "python-slim"),
        ("docker.io/library/python", "3.11", "python"),
        ("python", "3.11-alpine", None),
        ("nvidia/cuda", "12.1.1-cudnn8-devel-ubuntu22.04", "cuda-devel"),
        ("nvidia/cuda", "12.1.1-runtime-ubuntu22.04", None),
        ("ubuntu", "22.04", "ubuntu"),
        ("debian", "12", "debian"),
        ("someone/image", "1", None),
    ],
)
def test_kinds_of_base_images(repository: str, tag: str, kind: str | None) -> None:
    assert tools.image_kind(repository, tag) == kind


def test_tools_and_their_packages() -> None:
    assert tools.packages_for("curl") == ("curl", "ca-certificates")
    assert tools.packages_for("g++") == ("g++",)
    assert tools.packages_for("unheard-of") == ()
    assert tools.package_for("xz") == "xz-utils"
    assert tools.commands_of("ffmpeg") == ("ffmpeg", "ffprobe")
    assert tools.image_has("python", "git")
    assert not tools.image_has("python-slim", "curl")
    assert tools.image_has("cuda-devel", "gcc")
    assert not tools.image_has("cuda-devel", "curl")
    known = set(table("tools")["packages"]["commands"])
    for commands in table("tools")["images"]["have"].values():
        assert set(commands.split()) <= known
    assert set(table("tools")["packages"]["with"]) <= known


def test_packages_that_cog_brought() -> None:
    assert cog_dependencies.package_of("yaml") == "pyyaml"
    assert cog_dependencies.package_of("torch") is None
    assert {"requests", "pydantic", "httpx", "structlog"} <= set(cog_dependencies.transitive_packages())
