"""Golden tests: one folder a case, the expected files beside the input, compared byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from dockerfix.report import text
from dockerfix.report.entry import Entry
from dockerfix.text.findings import Finding
from dockerfix.text.source import Source
from places import FIXTURES, PROJECTS


class GoldenFile(SingleFileSnapshotExtension):
    """A file of ``fixtures/``: ``assert data == snapshot(name="syntax/case/expected.tree")``, data being bytes."""

    _write_mode = WriteMode.BINARY
    file_extension = ""

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        """The file that the name of the snapshot says."""
        return str(FIXTURES / str(index))

    @classmethod
    def write_snapshot(cls, *, snapshot_location: str, snapshots: list[Any], **_options: object) -> None:
        """Write the file; syrupy's own way warns that its name says nothing of the test."""
        for data, *_place in snapshots:
            Path(snapshot_location).write_bytes(data)

    def discover_snapshots(
        self, *, test_location: PyTestLocation, ignore_extensions: list[str] | None = None
    ) -> SnapshotCollections:
        """Nothing: what syrupy finds it may delete as unused, and the inputs lie in the same folders."""
        return SnapshotCollections()


def cases(*places: str) -> list[Path]:
    """The folders that match a pattern under ``fixtures/`` and hold an ``input.Dockerfile``."""
    found = {path.parent for place in places for path in FIXTURES.glob(f"{place}/input.Dockerfile")}
    return sorted(found)


OF_A_CASE = {"input.Dockerfile", "options", "project"}
"""The files of a case that are no part of its project, besides those called ``expected.…``."""


def project_of(case: Path) -> Path:
    """The project folder of a case: that of ``fixtures/projects`` which its file ``project`` names, or the case itself.

    Raises ValueError if there is no such project, or if the case has project files of its own as well.
    """
    file = case / "project"
    if not file.is_file():
        return case
    name = file.read_text("utf-8").strip()
    if not (PROJECTS / name / "cog.yaml").is_file():
        raise ValueError(f"{case.name}: there is no project `{name}` in fixtures/projects")
    own = [each.name for each in case.iterdir() if each.name not in OF_A_CASE and not each.name.startswith("expected.")]
    if own:
        raise ValueError(f"{case.name}: has files of its own beside the project `{name}`: {', '.join(sorted(own))}")
    return PROJECTS / name


def name_of(case: Path) -> str:
    """How a case is named in reports: its folders under ``fixtures/``."""
    return case.relative_to(FIXTURES).as_posix()


def report(findings: Iterable[Finding], data: str | bytes, project: Path) -> str:
    """What `dockerfix -v --output-format concise` prints for a case, whose input is called ``input.Dockerfile``."""
    listed = tuple(findings)
    named = sorted({finding.file for finding in listed if finding.file is not None})
    files = {name: Source.read((project / name).read_bytes()) for name in named if (project / name).is_file()}
    item = Entry("input.Dockerfile", "rewritten", Source.read(data), listed, files=files)
    return "".join(f"{line}\n" for line in text.concise(item))
