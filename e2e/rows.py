"""Which outputs are built, and where their files are."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent
INPUTS = ROOT / "fixtures" / "e2e"
PROJECTS = INPUTS / "own"
PREFIXES = {"fixed": "", "server": "server-", "raw": "raw-", "plain": "plain-", "cuda": "cuda-", "fault": "fault-"}


class Row(NamedTuple):
    """One thing to build. `kind` is one of PREFIXES; rows.yaml says what each means.

    `files` are made in the copy of the project: weights that were in the folder when Cog was asked. `fault` is put into
    the converted Dockerfile of a row of that kind.
    """

    kind: str
    project: str
    release: str
    variant: str
    era: str
    source: Path
    folder: Path
    files: tuple[str, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        """A word for files and filters: `raw-resize-image-v0.9.26--ca-cert`."""
        parts = [f"{self.project}-{self.release}" if self.release else self.project, self.variant, self.fault]
        return PREFIXES[self.kind] + "--".join(part.replace(" ", "-") for part in parts if part)


def load() -> list[Row]:
    """The rows of rows.yaml, what ends early first."""
    lines = (INPUTS / "cog-debug" / "MANIFEST.tsv").read_text().rstrip().split("\n")[1:]
    eras = {file: era for _, era, *_, file in (line.split("\t") for line in lines)}
    tables: dict[str, Any] = yaml.safe_load((HERE / "rows.yaml").read_text())
    rows = []
    for fault, (project, output) in tables["fault"].items():
        row = _row("fault", project, output, eras, tables["files"])
        rows.append(row._replace(fault=fault, files=tuple(tables["files"].get(fault, ()))))
    for kind in ("raw", "plain", "cuda", "server", "fixed"):
        for project, outputs in tables[kind].items():
            rows += [_row(kind, project, output, eras, tables["files"]) for output in outputs]
    return rows


def _row(kind: str, project: str, output: str, eras: dict[str, str], files: dict[str, list[str]]) -> Row:
    """A row for one output: `v0.9.26--no-cog-base` of a project of Cog's outputs, `newest` of a project of our own."""
    if output == "newest":
        folder = PROJECTS / project
        return Row(kind, project, "", "", "own", folder / "Dockerfile.cog", folder)
    release, _, variant = output.partition("--")
    file = f"{release}/{project}{'--' + variant if variant else ''}.Dockerfile"
    made = tuple(files.get(f"{project}--{variant}", ()))
    return Row(
        kind, project, release, variant, eras[file], INPUTS / "cog-debug" / file, INPUTS / "projects" / project, made
    )


def of_project(folder: Path, source: Path) -> Row:
    """The row for any project and what `cog debug` printed for it. Raises ValueError where it is none."""
    if not (folder / "cog.yaml").is_file():
        raise ValueError(f"{folder} has no cog.yaml")
    if not source.is_file():
        raise ValueError(f"{source} is not a file")
    return Row("fixed", folder.resolve().name, "", "", "", source.resolve(), folder.resolve())
