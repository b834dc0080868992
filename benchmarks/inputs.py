"""What is measured: one real file with its project, hundreds of them, and files of any length."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "fixtures" / "pipeline" / "comfy-workflows-v0.9.6"
MANY = 900


def sample(folder: Path) -> Path:
    """The sample project as its owner has it, in `folder` outside of any repository; gives its Dockerfile."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("expected.*"))
    return (folder / "input.Dockerfile").rename(folder / "Dockerfile")


def corpus() -> list[tuple[str, Path]]:
    """Outputs of `cog debug` with the folders of their projects, by release and name."""
    sys.path.append(str(ROOT / "tests" / "support"))
    import archives

    chosen = sorted(archives.outputs(), key=lambda output: output.file)[:MANY]
    return [(output.text, output.folder) for output in chosen]


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
