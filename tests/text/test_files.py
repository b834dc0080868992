"""A file is replaced whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from dockerfix.text import files


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    mask = os.umask(0o027)
    try:
        files.replace(str(path), b"a\r\n\xff")
    finally:
        os.umask(mask)
    assert path.read_bytes() == b"a\r\n\xff"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["Dockerfile"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o444])
def test_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"old")
    path.chmod(mode)
    files.replace(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_keeps_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "Dockerfile"
    target.write_bytes(b"old")
    link = tmp_path / "Dockerfile"
    link.symlink_to(target)
    files.replace(str(link), b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names(tmp_path / "real") == ["Dockerfile"]


def test_a_link_to_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    link = tmp_path / "Dockerfile"
    link.symlink_to(tmp_path / "other")
    files.replace(str(link), b"new")
    assert link.is_symlink()
    assert (tmp_path / "other").read_bytes() == b"new"


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_failure_leaves_the_old_content_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"old")

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os if step == "fsync" else Path, step, fail)
    with pytest.raises(OSError, match="no space left"):
        files.replace(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["Dockerfile"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interrupt_leaves_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(_descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        files.replace(tmp_path / "Dockerfile", b"new")
    assert names(tmp_path) == []


def test_a_name_that_is_taken_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / f".dockerfix-{b'12345678'.hex()}"
    taken.write_bytes(b"somebody else's")
    offered = [b"12345678", b"87654321"]
    monkeypatch.setattr(os, "urandom", lambda _size: offered.pop(0))
    files.replace(tmp_path / "Dockerfile", b"new")
    assert taken.read_bytes() == b"somebody else's"
    assert offered == []


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\r\n\xff")
    assert files.read_file(str(path)) == b"FROM a\r\n\xff"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "No such file"),
        (".", "folder"),
        ("nul\0", "null|NUL"),
        ("utf-16", "UTF-16"),
        ("large", "larger than 10 MiB"),
    ],
)
def test_says_why_a_file_cannot_be_read(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "utf-16").write_bytes("FROM a\n".encode("utf-16"))
    (tmp_path / "large").write_bytes(b"#" * (files.MAX_BYTES + 1))
    with pytest.raises(files.InputError, match=reason):
        files.read_file(f"{tmp_path}/{name}")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        files.replace(str(tmp_path / "missing" / "Dockerfile"), b"")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(files.WriteError, match=r"^it is a folder$"):
        files.replace(str(tmp_path), b"")


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system")
def test_a_device_is_written_to(tmp_path: Path) -> None:
    files.replace(os.devnull, b"text")
    assert not Path(os.devnull).is_file()
