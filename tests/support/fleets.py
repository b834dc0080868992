"""Folders with any number of Cog projects: the samples with what releases of Cog printed for them, no two alike."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import archives

PER_FOLDER = 100
"""Projects in one folder, as a team would have them; a folder with a million entries is slow to list."""


def write(root: Path, count: int) -> list[Path]:
    """Write `count` projects below `root`, each with a Dockerfile.cog; returns their folders."""
    chosen = sorted((each for each in archives.outputs() if each.variant == "-"), key=lambda each: each.file)
    # neighbours differ in project and release
    step = 7 if len(chosen) % 7 else 11
    return [_project(root, number, chosen[number * step % len(chosen)]) for number in range(count)]


def _project(root: Path, number: int, output: archives.Output) -> Path:
    folder = root / f"team-{number // PER_FOLDER:04}" / f"{output.project}-{number:06}"
    shutil.copytree(output.folder, folder)
    (folder / "Dockerfile.cog").write_bytes(output.data)
    for path in (folder / "cog.yaml", *folder.rglob("*.py")):
        text = path.read_text("utf-8").rstrip("\n")
        path.write_text(f"{text}\n# copy {number}\n", "utf-8")
    return folder


def _set(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def _nest(folder: Path) -> None:
    (folder / "cog.yaml").write_text("build:\n" + "  a:\n" * 3 + "x: " + "[" * 2000 + "\n")


BREAKS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no-dockerfile": (lambda folder: (folder / "Dockerfile.cog").unlink(), "needs-work", "no Dockerfile"),
    "no-yaml": (_set("cog.yaml", b"build: ["), "refused", "not valid YAML"),
    "empty-yaml": (_set("cog.yaml", b"\n"), "refused", "is empty"),
    "deep-yaml": (_nest, "refused", "cog.yaml"),
    "binary-yaml": (_set("cog.yaml", b"\xff\xfe\x00build"), "refused", "cog.yaml"),
    "no-predictor": (
        _set("cog.yaml", b'build:\n  python_version: "3.11"\n'),
        "refused",
        "names no predictor: neither `predict` nor `run` is set",
    ),
    "missing-file": (
        _set("cog.yaml", b'build:\n  python_version: "3.11"\npredict: "gone.py:Predictor"\n'),
        "refused",
        "there is no file `gone.py` in the project",
    ),
    "broken-dockerfile": (
        lambda folder: (folder / "Dockerfile.cog").write_bytes(
            (folder / "Dockerfile.cog").read_bytes() + b"COPPY . /src\n"
        ),
        "refused",
        "unknown instruction: `COPPY`",
    ),
    "other-settings": (_set(".dockerfix.yaml", b"ignor: [DF104]\n"), "refused", "ignor"),
    "own-app": (_set("fal_app.py", b"print('mine')\n"), "needs-work", "fal_app.py: dockerfix did not write it"),
}
"""Ways to break a project: how, and the verdict and a part of the first reason that a survey then gives."""
