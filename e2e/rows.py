"""Which outputs are built, and where their files are."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent
OUTPUTS = ROOT / "fixtures" / "cog-debug.tar.xz"
PROJECTS = ROOT / "fixtures" / "projects"
OWN = ROOT / "fixtures" / "e2e"
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
    source: bytes
    folder: Path
    files: tuple[str, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        """A word for files and filters: `raw-resize-image-v0.9.26--ca-cert`."""
        parts = [f"{self.project}-{self.release}" if self.release else self.project, self.variant, self.fault]
        return PREFIXES[self.kind] + "--".join(part.replace(" ", "-") for part in parts if part)


def load(*, more: bool = True) -> list[Row]:
    """The rows of rows.yaml, what ends early first; without `more` only those that a plain `make e2e` builds."""
    with tarfile.open(OUTPUTS) as archive:
        files = {each.name: archive.extractfile(each) for each in archive}
        outputs = {name: file.read() for name, file in files.items() if file is not None}
    lines = outputs["cog-debug/MANIFEST.tsv"].decode().rstrip().split("\n")[1:]
    eras = {file: era for _, era, *_, file in (line.split("\t") for line in lines)}
    tables: dict[str, Any] = yaml.safe_load((HERE / "rows.yaml").read_text())

    def row(kind: str, project: str, output: str) -> Row:
        """A row for one output: `v0.9.26--no-cog-base` of a project in the archive, `newest` of one of our own."""
        if output == "newest":
            folder = OWN / project
            return Row(kind, project, "", "", "own", (folder / "Dockerfile.cog").read_bytes(), folder)
        release, _, variant = output.partition("--")
        file = f"{release}/{project}{'--' + variant if variant else ''}.Dockerfile"
        made = tuple(tables["files"].get(f"{project}--{variant}", ()))
        source = outputs[f"cog-debug/{file}"]
        return Row(kind, project, release, variant, eras[file], source, PROJECTS / project, made)

    rows = []
    for fault, (project, output) in tables["fault"].items():
        files = tuple(tables["files"].get(fault, ()))
        rows.append(row("fault", project, output)._replace(fault=fault, files=files))
    for kind in ("raw", "plain", "cuda", "server", "fixed"):
        for project, outputs_of_it in tables[kind].items():
            rows += [row(kind, project, output) for output in outputs_of_it]
    for project, outputs_of_it in tables["more"].items() if more else ():
        rows += [row("fixed", project, output) for output in outputs_of_it]
    return rows


def of_project(folder: Path, source: Path) -> Row:
    """The row for any project and what `cog debug` printed for it. Raises ValueError where it is none."""
    if not (folder / "cog.yaml").is_file():
        raise ValueError(f"{folder} has no cog.yaml")
    if not source.is_file():
        raise ValueError(f"{source} is not a file")
    return Row("fixed", folder.resolve().name, "", "", "", source.read_bytes(), folder.resolve())
