"""The CUDA of a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix.analysis import cuda
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse


@pytest.mark.parametrize(
    ("version", "want", "expected"),
    [
        ("12.1.1", "12.1", True),
        ("12.1.1", "12.1.1", True),
        ("12.1.1", "12.1.0", False),
        ("12.1", "12.1.0", True),
        ("12.10.1", "12.1", False),
        ("11.8.0", "12.1", False),
        ("12.1.1", "12", True),
    ],
)
def test_versions_agree_as_far_as_both_are_written(version: str, want: str, expected: bool) -> None:
    assert cuda.agrees(version, want) is expected


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("torch==2.3.1", ("2.3.1", "12.1")),
        ("torch == 2.3.1", ("2.3.1", "12.1")),
        ("torch==2.3.1+cu118", ("2.3.1", "11.8")),
        ("torch<2.4", ("2.3.1", "12.1")),
        ("torch==2.3.1 ; python_version < '3.8'", None),
        ("numpy==1.26.4", None),
    ],
)
def test_a_constraint_on_torch_counts_where_only_another_package_needs_it(
    tmp_path: Path, constraint: str, expected: tuple[str, str] | None
) -> None:
    (tmp_path / "cog.yaml").write_text("build:\n  gpu: true\n  python_requirements: requirements.txt\n")
    (tmp_path / "requirements.txt").write_text("-c constraints.txt\naccelerate\n")
    (tmp_path / "constraints.txt").write_text(f"{constraint}\n")
    document = parse("FROM python:3.11-slim\n")
    context = Context(Project.open(tmp_path), Options(), converting=True, era="E20", base_python="3.11")
    wheel = cuda.torch_wheel(document, context)
    assert wheel is not None
    assert wheel.pin.name == "accelerate"
    if expected is not None:
        assert (wheel.version, wheel.cuda) == expected
    else:  # the newest for this Python
        assert wheel.version == cuda.newest_torch("", "3.11")
