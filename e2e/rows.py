"""Which outputs are built, and where their files lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent
INPUTS = ROOT / "fixtures" / "e2e"


class Row(NamedTuple):
    """One thing to build: `kind` is "fixed", "raw" (must not build) or "cuda" (must stop at the CUDA check).

    `files` are made in the copy of the project: weights that lay in the folder when Cog was asked.
    """

    kind: str
    project: str
    release: str
    variant: str
    era: str
    source: Path
    folder: Path
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        """A word for files and filters: `raw-resize-image-v0.9.26--ca-cert`."""
        kind = "" if self.kind == "fixed" else self.kind + "-"
        variant = f"--{self.variant}" if self.variant else ""
        return f"{kind}{self.project}-{self.release}{variant}"


def load() -> list[Row]:
    """The rows of rows.yaml, in their order."""
    lines = (INPUTS / "cog-debug" / "MANIFEST.tsv").read_text().rstrip().split("\n")[1:]
    eras = {file: era for _, era, *_, file in (line.split("\t") for line in lines)}
    tables: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "rows.yaml").read_text())
    rows = []
    for kind, key in (("fixed", "rows"), ("raw", "raw"), ("cuda", "cuda")):
        for entry in tables[key]:
            variant = entry.get("variant", "")
            file = f"{entry['release']}/{entry['project']}{'--' + variant if variant else ''}.Dockerfile"
            source, folder = INPUTS / "cog-debug" / file, ROOT / "fixtures" / "projects" / entry["project"]
            names = (kind, entry["project"], entry["release"], variant, eras[file])
            rows.append(Row(*names, source, folder, tuple(entry.get("files", ()))))
    return rows
