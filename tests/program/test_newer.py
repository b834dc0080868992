"""A value that is newer than its table is reported, never guessed in silence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

import dockerfix
from apps import write
from dockerfix.analysis.options import Options
from dockerfix.app import AppOptions, build
from dockerfix.app.read.model import AppError
from dockerfix.knowledge import cuda, fal
from dockerfix.text.findings import Severity

SERVER = 'CMD ["python", "-m", "cog.server.http"]\n'
CUDA_BASE = "nvidia/cuda:12.6.3-cudnn-devel-ubuntu24.04"
NEWEST_CUDA, NEWEST_PYTHON = cuda.newest_cuda(), fal.NEWEST_PYTHON


def next_patch(version: str) -> str:
    """The release after the newest one: what the table lacks first."""
    *first, last = version.split(".")
    return ".".join([*first, str(int(last) + 1)])


def next_minor(version: str) -> str:
    major, minor = version.split(".")[:2]
    return f"{major}.{int(minor) + 1}"


def newest(table: Iterable[str]) -> str:
    return list(table)[-1]


def gpu(package: str) -> str:
    return f"gpu: true\n  python_packages: ['{package}']"


@pytest.mark.parametrize(
    ("code", "base", "build_lines"),
    [
        ("DF402", f"nvidia/cuda:{next_patch(NEWEST_CUDA)}-cudnn-devel-ubuntu24.04", "gpu: true"),
        ("DF402", f"nvidia/cuda:{next_patch(NEWEST_CUDA)}-base-ubuntu24.04", "gpu: true"),
        ("DF402", "nvidia/cuda:13.9.9-cudnn-runtime-ubuntu26.04", "gpu: true"),
        ("DF402", CUDA_BASE, gpu(f"torch=={next_patch(newest(cuda.TORCH_WHEELS))}")),
        ("DF402", CUDA_BASE, gpu(f"torch>{newest(cuda.TORCH_WHEELS)},>=2.99")),
        ("DF402", CUDA_BASE, gpu(f"torchvision=={next_patch(newest(cuda.TORCHVISION))}")),
        ("DF402", CUDA_BASE, gpu(f"torchaudio=={next_patch(newest(cuda.TORCHAUDIO))}")),
        ("DF402", CUDA_BASE, gpu(f"tensorflow=={next_minor(newest(cuda.TENSORFLOW))}.0")),
        ("DF402", CUDA_BASE, gpu(f"tensorflow>={next_minor(newest(cuda.TENSORFLOW))}")),
        ("DF402", CUDA_BASE, gpu(f"tensorflow<9,~={next_minor(newest(cuda.TENSORFLOW))}.1")),
        ("DF307", f"python:{next_minor(NEWEST_PYTHON)}-slim", f'python_version: "{next_minor(NEWEST_PYTHON)}"'),
        ("DF307", f"r8.im/cog-base:python{next_minor(NEWEST_PYTHON)}", ""),
        ("DF110", f"r8.im/cog-base:cuda{next_minor(NEWEST_CUDA)}-python3.12", "gpu: true"),
        ("DF311", "python:3.12-slim", 'sdk_version: "0.99.0"'),
    ],
)
def test_newer_than_the_table(tmp_path: Path, code: str, base: str, build_lines: str) -> None:
    text = "build:\n" + (f"  {build_lines}\n" if build_lines else "  gpu: false\n")
    if "python_version" not in text and "python3" not in base:
        text += '  python_version: "3.12"\n'
    project = write(tmp_path, predict__py="", cog__yaml=text)
    options = Options(target="server" if code == "DF311" else "app")
    result = dockerfix.rewrite(f"FROM {base}\n{SERVER}", project=project.root, options=options)
    told = [each for each in result.findings if each.code == code and each.severity >= Severity.WARNING]
    assert told, [(each.code, each.message) for each in result.findings]
    assert any("newer than" in each.message or "no public image is known" in each.message for each in told)
    is_newer_image = base.startswith("nvidia/cuda") and base != CUDA_BASE
    assert not (is_newer_image and any(" runs on " in each.message for each in result.findings))


@pytest.mark.parametrize(
    ("base", "build_lines"),
    [
        (CUDA_BASE, gpu(f"tensorflow=={next_patch(newest(cuda.TENSORFLOW))}")),
        (CUDA_BASE, gpu(f"tensorflow[and-cuda]>={next_minor(newest(cuda.TENSORFLOW))}")),
        (CUDA_BASE, gpu(f"tensorflow>={newest(cuda.TENSORFLOW)}")),
        ("python:3.12-slim", f"python_packages: ['tensorflow>={next_minor(newest(cuda.TENSORFLOW))}']"),
        ("python:3.12-slim", f"python_packages: ['torch=={next_patch(newest(cuda.TORCH_WHEELS))}']"),
        ("python:3.12-slim", "python_packages: ['torch>=2.99']"),
    ],
)
def test_newer_where_no_cuda_depends_on_it(tmp_path: Path, base: str, build_lines: str) -> None:
    """A patch has the CUDA of its minor release, an extra brings its own, and without a GPU there is none to check."""
    project = write(tmp_path, predict__py="", cog__yaml=f'build:\n  python_version: "3.12"\n  {build_lines}\n')
    result = dockerfix.rewrite(f"FROM {base}\n{SERVER}", project=project.root)
    assert [each.message for each in result.findings if "newer than" in each.message] == []


def test_a_machine_that_is_not_in_the_table(tmp_path: Path) -> None:
    yaml = 'build:\n  python_version: "3.12"\npredict: "predict.py:P"\n'
    code = "from cog import BasePredictor\n\n\nclass P(BasePredictor):\n    def predict(self) -> str: ...\n"
    project = write(tmp_path, predict__py=code, cog__yaml=yaml)
    for name in ("GPU-H100", "XL"):
        assert build(project, AppOptions(machine_type=name)).settings.machine == (name,)
    with pytest.raises(AppError, match=r"`GPU-Z9000` is not a machine type of fal; did you mean `GPU-A6000`\?"):
        build(project, AppOptions(machine_type="GPU-Z9000"))
