"""What is measured: one real file with its project, hundreds of them, and files of any length."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "fixtures" / "pipeline" / "comfy-workflows-v0.9.6"
MANY = 900


def sample(folder: Path) -> Path:
    """The sample project as its owner has it, in `folder` outside of any repository; gives its Dockerfile."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("expected.*"))
    return (folder / "input.Dockerfile").rename(folder / "Dockerfile")


def corpus() -> list[tuple[str, Path]]:
    """Outputs of `cog debug` with the folders of their projects: the sample data beside the checkout, else fixtures."""
    found: list[tuple[str, Path]] = []
    debug = SHARED / "cog-debug"
    for path in sorted(debug.glob("*/*.Dockerfile")) if debug.is_dir() else []:
        project = SHARED / "projects" / path.name.split("--")[0].removesuffix(".Dockerfile")
        found.append((path.read_text("utf-8", "surrogateescape"), project))
    if not found:
        cases = sorted((ROOT / "fixtures" / "pipeline").iterdir())
        found = [(case.joinpath("input.Dockerfile").read_text("utf-8"), case) for case in cases]
    return (found * (MANY // len(found) + 1))[:MANY]


def tree(folder: Path) -> list[Path]:
    """The corpus as Dockerfiles, each in a project folder of its own below `folder`."""
    paths: list[Path] = []
    for number, (source, project) in enumerate(corpus()):
        place = folder / str(number)
        shutil.copytree(project, place)
        paths.append(place / "Dockerfile")
        paths[-1].write_text(source, "utf-8", "surrogateescape")
    return paths


def of_length(lines: int) -> str:
    """A Dockerfile of about `lines` lines, no two of whose instructions are alike."""
    return "FROM debian:12\n" + "".join(f"RUN echo {number} && \\\n    true\n" for number in range(lines // 2))
