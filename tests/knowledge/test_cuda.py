"""Look-ups in the tables of CUDA images, torch and TensorFlow choose as Cog does."""

from __future__ import annotations

import csv

import pytest

from dockerfix.knowledge.cuda import (
    CUDA_IMAGES,
    TORCH,
    CudaTag,
    cuda_for_torch,
    image_tag,
    known_tag,
    parse_cuda_tag,
    tensorflow_row,
    torch_of_torchvision,
    torch_row,
    torch_rows,
)
from dockerfix.knowledge.versions import numbers
from places import FIXTURES

WHL = "https://download.pytorch.org/whl/"


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
    assert image_tag(version, cudnn) == tag
    assert tag is None or known_tag(tag)


def test_parts_of_tags() -> None:
    assert parse_cuda_tag("12.1.0-runtime-ubuntu22.04") == CudaTag("12.1.0", None, "runtime", "ubuntu22.04")
    assert parse_cuda_tag("11.8.0-cudnn8-devel-ubi8") == CudaTag("11.8.0", "8", "devel", "ubi8")
    assert parse_cuda_tag("12.4.1-cudnn-devel-ubuntu22.04") == CudaTag("12.4.1", "", "devel", "ubuntu22.04")
    assert parse_cuda_tag("latest") is None
    assert parse_cuda_tag("12") is None


def test_tags_that_are_served() -> None:
    assert known_tag("11.0.3-cudnn8-devel-ubuntu16.04")
    assert not known_tag("11.0-cudnn8-devel-ubuntu16.04")
    for cuda, cudnn, spelling, systems in CUDA_IMAGES:
        assert spelling in ("cudnn", f"cudnn{cudnn}")
        assert systems.split() == sorted(systems.split())
        parsed = parse_cuda_tag(f"{cuda}-{spelling}-devel-ubuntu{systems.split()[-1]}")
        assert parsed is not None
        assert (parsed.cuda, parsed.flavour) == (cuda, "devel")


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
    row = torch_row(version, wanted)
    assert (row.index_url if row is not None else None) == url


@pytest.mark.parametrize(
    ("version", "torch"),
    [("0.16.2", "2.1.2"), ("0.10.0", "1.9.0"), ("0.16", None), ("0.16.2+cu121", None), ("0.99.0", None)],
)
def test_the_torch_of_a_torchvision(version: str, torch: str | None) -> None:
    assert torch_of_torchvision(version) == torch


def test_the_table_of_torch() -> None:
    made_for = [row[0] for row in TORCH.values() if row[0]]
    assert len({*made_for}) == len(made_for), "each torchvision was made for one torch"
    for torch, (_, builds, _, on_pypi) in TORCH.items():
        cpu, *cudas = builds.split()
        assert cpu == "cpu", torch
        assert cudas == sorted(cudas, key=numbers), torch
        assert on_pypi is None or on_pypi in cudas, torch


def test_builds_of_torch() -> None:
    rows = torch_rows("2.4.1")
    assert [row.cuda for row in rows] == [None, "11.8", "12.1", "12.4"]
    assert [row.local for row in rows] == ["cpu", "cu118", "cu121", "cu124"]
    assert rows == torch_rows("2.4") == torch_rows("2.4.1+cu121")
    assert (rows[1].torch, rows[1].torchvision, rows[1].is_page) == ("2.4.1", "0.19.1", False)
    old = torch_row("1.9.0", "11.1")
    assert old is not None
    assert (old.is_page, old.local) == (True, "cu111")
    assert torch_row("1.2.0", None) is not None


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
    assert cuda_for_torch(version) == expected


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
    row = tensorflow_row(version)
    assert (row.cuda if row is not None else None) == expected


def test_cudnn_of_tensorflow() -> None:
    row = tensorflow_row("2.12.0")
    assert row is not None
    assert row.cudnn == "8.6"


def test_torch_is_that_of_the_checkers_table() -> None:
    """The checker imports nothing of the compiler and has a table of its own."""
    rows = csv.DictReader((FIXTURES / "checker" / "torch.tsv").read_text("utf-8").splitlines(), delimiter="\t")
    for row in rows:
        wanted = None if row["cuda"] == "cpu" else row["cuda"]
        (found,) = [known for known in torch_rows(row["torch"]) if known.cuda == wanted]
        assert (found.torchvision, found.index_url or "-") == (row["torchvision"], row["index_url"])
