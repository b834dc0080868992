"""Which outputs are built, and where their files lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent
FULL = ROOT.parent / "shared"
SMALL = ROOT / "fixtures" / "e2e"


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


def data_root(small: bool = False) -> Path:
    """The folder with `cog-debug` and `projects`: the full set beside the checkout, else the fixtures."""
    return SMALL if small or not (FULL / "cog-debug" / "MANIFEST.tsv").exists() else FULL


def load(root: Path) -> list[Row]:
    """The rows of rows.yaml whose input is in `root`, in their order."""
    eras = {}
    for line in (root / "cog-debug" / "MANIFEST.tsv").read_text().split("\n")[1:]:
        fields = line.split("\t")
        if len(fields) > 1:
            eras[fields[-1] if fields[-1].endswith(".Dockerfile") else fields[5]] = fields[1]
    tables: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "rows.yaml").read_text())
    rows = []
    for kind, key in (("fixed", "rows"), ("raw", "raw"), ("cuda", "cuda")):
        for entry in tables[key]:
            variant = entry.get("variant", "")
            file = f"{entry['release']}/{entry['project']}{'--' + variant if variant else ''}.Dockerfile"
            source, folder = root / "cog-debug" / file, root / "projects" / entry["project"]
            if source.exists():
                names = (kind, entry["project"], entry["release"], variant, eras.get(file, "?"))
                rows.append(Row(*names, source, folder, tuple(entry.get("files", ()))))
    return rows
