"""The settings of an App: its name, and the machine that fits cog.yaml and the packages."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from apps import write
from dockerfix.app import AppOptions, build, build_server
from dockerfix.app.read.media import of_output
from dockerfix.app.settings import app_name
from dockerfix.app.write.guide import guide
from dockerfix.text.findings import Severity

PREDICTOR = "from cog import BasePredictor\n\n\nclass Predictor(BasePredictor):\n    def predict(self) -> str: ...\n"


CUDA_12 = "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"


def config(build_lines: str) -> str:
    return f'build:\n  python_version: "3.11"\n{build_lines}predict: "predict.py:Predictor"\n'


@pytest.mark.parametrize(
    ("image", "folder", "expected"),
    [
        ("r8.im/someone/My_Model:latest", "x", "my-model"),
        (None, "My Model (2)", "my-model-2"),
        ("r8.im/someone/___", "___", "app"),
        (None, None, "app"),
    ],
)
def test_names(tmp_path: Path, image: str | None, folder: str | None, expected: str) -> None:
    assert app_name(image, None if folder is None else tmp_path / folder) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", ("S",)),
        ("  python_packages:\n    - torch==2.3.1\n", ("L",)),
        ('  gpu: true\n  cuda: "12.1"\n', ("GPU-A100", "GPU-H100")),
        ('  gpu: true\n  cuda: "11.7"\n', ("GPU-A100",)),
        ('  gpu: true\n  cuda: "12.1"\n  python_packages:\n    - torch==1.13.1\n', ("GPU-A100",)),
        ("  gpu: true\n  python_packages:\n    - tensorflow==2.10.0\n", ("GPU-A100",)),
    ],
)
def test_machines(tmp_path: Path, lines: str, expected: tuple[str, ...]) -> None:
    result = build(write(tmp_path, predict__py=PREDICTOR, cog__yaml=config(lines)))
    assert result.settings.machine == expected


def test_no_machine_runs_an_old_cuda(tmp_path: Path) -> None:
    result = build(write(tmp_path, predict__py=PREDICTOR, cog__yaml=config('  gpu: true\n  cuda: "10.2"\n')))
    assert result.settings.machine == ("GPU-A100",)
    message = "no fal machine runs CUDA 10.2; the App names GPU-A100, on which it won't start"
    assert [(each.line, each.message) for each in result.findings if each.code == "DF513"] == [(4, message)]


@pytest.mark.parametrize(
    ("image", "package", "words"),
    [
        (CUDA_12, "torch==2.3.1", "a guess: GPU-A100 and GPU-H100 fit CUDA 12.1 with torch 2.3.1 ("),
        (
            CUDA_12,
            "torch>=2.11",
            "a guess: GPU-A100 and GPU-H100 fit CUDA 13.2 with torch 2.15.0, which needs a newer driver than CUDA 12.9",
        ),
        (CUDA_12, "torchaudio==2.5.1", "a guess: GPU-A100 and GPU-H100 fit CUDA 12.4 with torch 2.5.1 ("),
        (
            "python:3.11-slim",
            "accelerate",
            "a guess: GPU-A100 and GPU-H100 fit CUDA 13.2 with torch 2.15.0, which needs a newer driver",
        ),
        ("python:3.11-slim", "numpy", "a guess: GPU-A100 and GPU-H100 (nothing names the CUDA of the model) ("),
        (
            "nvidia/cuda:13.0.1-cudnn-devel-ubuntu24.04",
            "numpy",
            "a guess: GPU-A100 and GPU-H100 fit CUDA 13.0, which needs a newer driver",
        ),
    ],
)
def test_the_driver_is_that_of_the_wheel(tmp_path: Path, image: str, package: str, words: str) -> None:
    """As for DF403: torch's wheels contain their own CUDA, and the image's matters where nothing else has one."""
    lines = config(f'  gpu: true\n  python_packages:\n    - "{package}"\n')
    project = write(tmp_path, predict__py=PREDICTOR, cog__yaml=lines)
    dockerfile = f"FROM {image}\nRUN pip install '{package}'\n"
    result = build(project, AppOptions(dockerfile=dockerfile))
    (found,) = (each for each in result.findings if each.code == "DF513")
    assert (found.severity, found.message[: len(words)]) == (Severity.WARNING, words)
    assert result.settings.machine == ("GPU-A100", "GPU-H100")


def test_the_machine_of_choice(tmp_path: Path) -> None:
    project = write(tmp_path, predict__py=PREDICTOR, cog__yaml=config("  gpu: true\n"))
    assert build(project, AppOptions(machine_type="GPU-B200")).settings.machine == ("GPU-B200",)


@pytest.mark.parametrize(
    ("endings", "expected"), [([".gif"], "File"), ([".gif", ".png"], "File"), ([".png", ".jpg"], "Image"), ([], "File")]
)
def test_the_class_of_a_result(endings: list[str], expected: str) -> None:
    assert of_output("", endings) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("900", 900), ("0", 600), ("soon", 600), ("", 600)], ids=["900", "0", "text", "empty"]
)
def test_the_time_for_setup_is_that_of_cog(tmp_path: Path, value: str, expected: int) -> None:
    cog_yaml = config("") + f'environment: ["COG_SETUP_TIMEOUT={value}"]\n'
    assert build(write(tmp_path, predict__py=PREDICTOR, cog__yaml=cog_yaml)).settings.startup_timeout == expected


def test_secrets_of_the_build(tmp_path: Path) -> None:
    """What the Dockerfile mounts, fal gets from `fal secrets`: by the App, by pyproject.toml, for both targets."""
    mount = "RUN --mount=type=secret,id={} true\n"
    dockerfile = (
        f"FROM python:3.11-slim\n{mount.format('HF_TOKEN')}{mount.format('pip.conf')}{mount.format('HF_TOKEN')}"
    )
    project = write(tmp_path, predict__py="class Predictor:\n    def predict(self) -> str: ...\n")
    options = AppOptions(dockerfile=dockerfile)
    result = build(project, options)
    compile(result.text, "fal_app.py", "exec")
    assert 'secrets={"HF_TOKEN": "$HF_TOKEN", "pip.conf": "$PIP_CONF"}' in result.text
    for each in (result, build_server(project, options)):
        (entry,) = tomlkit.parse(each.toml)["tool"]["fal"]["apps"].values()  # type: ignore[index,union-attr]
        assert entry["image"]["secrets"] == {"HF_TOKEN": "$HF_TOKEN", "pip.conf": "$PIP_CONF"}
        assert 'fal secrets set HF_TOKEN="…" PIP_CONF="…"\n' in guide(each, (), {}, tuple(each.files))
    without = build(project, AppOptions(dockerfile="FROM python:3.11-slim\nRUN --mount=type=cache,target=/x true\n"))
    assert "secrets=" not in without.text
    assert "secrets =" not in without.toml
