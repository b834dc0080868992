"""The shared outputs of `cog debug`, and what the checker says of their conversions."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from checker import Options, check

SHARED = Path(__file__).resolve().parents[3] / "shared"


class Row(NamedTuple):
    """A row of the manifest."""

    release: str
    era: str
    project: str
    variant: str
    flags: str
    file: str

    @property
    def folder(self) -> Path:
        """The folder of the project."""
        return SHARED / "projects" / self.project

    @property
    def text(self) -> str:
        """What `cog debug` printed."""
        return (SHARED / "cog-debug" / self.file).read_text(encoding="utf-8", errors="surrogateescape")


class Judgement(NamedTuple):
    """What is wrong with a conversion, as pairs of a rule and a message; nothing where it is good or well refused."""

    text: str
    problems: list[tuple[str, str]]


REFUSALS: dict[tuple[str, str], str] = {
    # `run` came with v0.0.10 (docs/yaml.md): this release leaves the commands out, and no one can say where they belong
    ("v0.0.7", "mount-strings"): "DF100",
}
"""The inputs that can't work, as (release, project), with the code of the finding that has to say so."""


@cache
def rows() -> tuple[Row, ...]:
    """The manifest, in its order; empty without the shared data."""
    manifest = SHARED / "cog-debug" / "MANIFEST.tsv"
    if not manifest.is_file():
        return ()
    with manifest.open(encoding="utf-8", newline="") as lines:
        return tuple(Row(**row) for row in csv.DictReader(lines, delimiter="\t"))


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def config_of(row: Row) -> str:
    """The cog.yaml of a row's project."""
    return _read(row.folder / "cog.yaml")


def judge(row: Row) -> Judgement:
    """Convert a row by the library, and check the result, and that a second run leaves it alone."""
    import dockerfix  # imported here: the checker itself knows nothing of it

    result = dockerfix.rewrite(row.text, project=row.folder)
    if not result.ok:
        errors = [(finding.code, finding.message) for finding in result.findings if finding.severity.name == "ERROR"]
        allowed = REFUSALS.get((row.release, row.project))
        refused = [("refused", f"{code}: {message}") for code, message in errors if code != allowed]
        return Judgement(result.text, refused if errors else [("refused", "without a finding")])
    problems = verdict(row, result.text)
    if (row.release, row.project) in REFUSALS:
        problems.append(("refused", "is taken now: REFUSALS is out of date"))
    problems += settled(result.text, row.folder)
    return Judgement(result.text, problems)


def verdict(row: Row, text: str) -> list[tuple[str, str]]:
    """What the checker says of an output of a row."""
    table = SHARED / "reference" / "torch.tsv"
    options = Options(torch_table=table if table.is_file() else None)
    return list(check(text, cog_yaml=config_of(row), project=row.folder, original=row.text, options=options))


@cache
def settled(text: str, project: Path) -> tuple[tuple[str, str], ...]:
    """Why a second run does not leave an output alone; different releases often lead to the same one."""
    import dockerfix

    again = dockerfix.rewrite(text, project=project)
    if not again.ok:
        first = next(finding for finding in again.findings if finding.severity.name == "ERROR")
        return (("idempotent", f"the second run refuses: {first.code}: {first.message}"),)
    if again.changed or again.text != text:
        changed = [line for line in again.text.split("\n") if line not in text.split("\n")]
        return (("idempotent", f"the second run changes {changed[:1]}"),)
    return ()
