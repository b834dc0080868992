"""Cases that name a shared project."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden import project_of
from places import FIXTURES, PROJECTS


def case(folder: Path, **files: str) -> Path:
    for name, text in {"input_Dockerfile": "FROM a\n", "expected_report": "", **files}.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_a_case_is_its_own_project_or_names_one(tmp_path: Path) -> None:
    assert project_of(case(tmp_path)) == tmp_path
    assert project_of(case(tmp_path, project="quoting\n", options="--target server\n")) == PROJECTS / "quoting"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"project": "nowhere\n"}, "there is no project `nowhere`"),
        ({"project": "\n"}, "there is no project ``"),
        (
            {"project": "quoting\n", "cog_yaml": "build: {}\n"},
            "has files of its own beside the project `quoting`: cog.yaml",
        ),
    ],
)
def test_a_case_that_can_not_be_meant_is_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        project_of(case(tmp_path, **files))


def test_no_case_copies_a_shared_project() -> None:
    """Except the one that the documentation shows as a folder of its own."""

    def files(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    projects = [files(project) for project in PROJECTS.iterdir()]
    copies = []
    for folder in [*FIXTURES.glob("pipeline/*"), *FIXTURES.glob("passes/*/*"), *FIXTURES.glob("app/*")]:
        found = files(folder)
        if any(project.items() <= found.items() for project in projects):
            copies.append(folder.name)
    assert copies == ["comfy-workflows-v0.9.6"]
