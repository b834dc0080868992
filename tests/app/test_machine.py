"""The machine that an App names, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apps import write
from dockerfix.app import AppError, AppOptions, AppResult, build
from dockerfix.knowledge.fal import machine_problem
from dockerfix.knowledge.memory import gigabytes
from dockerfix.text.findings import Severity

PREDICT = "from cog import BasePredictor\n{}\n\nclass Predictor(BasePredictor):\n    def predict(self) -> str: ...\n"


def app(folder: Path, lines: str = "", code: str = "", *, gpu: bool = False, **files: str) -> AppResult:
    """The App of a project with these lines in `build`, and this code in the module."""
    head = '  gpu: true\n  cuda: "12.1"\n' if gpu else ""
    config = f'build:\n  python_version: "3.11"\n{head}{lines}predict: "predict.py:Predictor"\n'
    files.setdefault("predict__py", PREDICT.format(code))
    return build(write(folder, cog__yaml=config, **files))


def reason(result: AppResult) -> str:
    """The finding about the machine, which is one to check by hand; "" for none."""
    found = [each for each in result.findings if each.code == "DF513"]
    assert all(each.severity is Severity.WARNING for each in found)
    return "; ".join(each.message for each in found)


def packages(*names: str) -> str:
    return "  python_packages:\n" + "".join(f"    - {name}\n" for name in names)


@pytest.mark.parametrize(
    ("lines", "code", "machine", "why"),
    [
        ("", "", "S", ""),
        (packages("requests", "openai==1.2.3"), "import requests, json", "S", ""),
        ("  system_packages: [curl, git]\n", "", "S", ""),
        (packages("sentence-transformers==3.0.1"), "", "L", "`sentence-transformers` brings torch"),
        (packages("torch"), "", "L", "it uses `torch`"),
        (packages("essentia-tensorflow"), "", "L", "`essentia-tensorflow` brings tensorflow"),
        (packages("rembg"), "", "L", "`rembg` brings onnxruntime"),
        (packages("librosa"), "", "L", "nothing is known of the memory that `librosa` takes"),
        ("", "import whisper", "L", "`openai-whisper` brings torch"),
        ("", "def f():\n    from diffusers import X", "L", "`diffusers` brings torch"),
        ("  system_packages: [ffmpeg]\n", "", "L", "`ffmpeg`"),
        ("", "import subprocess", "L", "it runs other programs"),
        ("  run: ['wget https://example.org/m.pth']\n", "", "L", "it downloads files"),
        ("  python_requirements: missing.txt\n", "", "L", "its requirements can't be read"),
        ("  run: ['pip install torch']\n", "", "L", "it uses `torch`"),
    ],
)
def test_machines_without_a_gpu(tmp_path: Path, lines: str, code: str, machine: str, why: str) -> None:
    result = app(tmp_path, lines, code)
    assert result.settings.machine == (machine,)
    assert why in reason(result)
    assert bool(why) == bool(reason(result))


def test_what_the_predictor_does_not_import_does_not_count(tmp_path: Path) -> None:
    assert app(tmp_path, tests___test_x__py="import torch\n").settings.machine == ("S",)


def sparse(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize(
    ("gigabyte", "machine", "more"),
    [(0.1, "L", ""), (9, "XL", ""), (40, "XL", "more than the largest machine holds")],
)
def test_weights_in_the_project_need_memory(tmp_path: Path, gigabyte: float, machine: str, more: str) -> None:
    sparse(tmp_path / "weights" / "m.safetensors", int(gigabyte * 10**9))
    sparse(tmp_path / "weights" / "tiny.bin", 10)
    result = app(tmp_path)
    assert result.settings.machine == (machine,)
    assert f"{gigabyte:.1f} GB of weights in the project (`weights/m.safetensors`)" in reason(result)
    assert more in reason(result)


@pytest.mark.parametrize(
    ("gigabyte", "machines"),
    [(3, ("GPU-A100", "GPU-H100")), (40, ("GPU-H100",)), (90, ("GPU-H200",)), (200, ("GPU-H200",))],
)
def test_weights_choose_the_gpu(tmp_path: Path, gigabyte: int, machines: tuple[str, ...]) -> None:
    sparse(tmp_path / "weights" / "m.safetensors", gigabyte * 10**9)
    result = app(tmp_path, gpu=True)
    assert result.settings.machine == machines
    size = "3.6" if gigabyte == 3 else f"{gigabyte * 1.2:.0f}"
    assert f"the model needs about {size} GB, from weights in the project" in reason(result)
    assert ("which no machine has" in reason(result)) == (gigabyte == 200)


def test_a_small_file_of_weights_says_nothing(tmp_path: Path) -> None:
    """A table of 6 MB in the project doesn't mean that the model needs 0.0 GB."""
    sparse(tmp_path / "data" / "table.pkl", 6 * 10**6)
    assert "nothing tells how much memory the model needs" in reason(app(tmp_path, gpu=True))


def test_the_lock_of_managed_weights_has_their_size(tmp_path: Path) -> None:
    lock = json.dumps({"version": 1, "weights": [{"name": "a", "size": 50 * 10**9}, {"name": "b", "size": 10**9}]})
    result = app(tmp_path, gpu=True, weights__lock=lock)
    assert result.settings.machine == ("GPU-H100",)
    assert "61 GB, from weights by weights.lock" in reason(result)
    assert app(tmp_path, gpu=True, weights__lock="{").settings.machine == ("GPU-A100", "GPU-H100")


@pytest.mark.parametrize(
    ("code", "machines", "gpus", "why"),
    [
        ("", ("GPU-A100", "GPU-H100"), 1, "nothing tells how much memory the model needs"),
        ("x = LLM('meta-llama/Llama-2-7b-hf')", ("GPU-A100", "GPU-H100"), 1, "about 17 GB"),
        (
            "x = 'https://weights.replicate.delivery/default/qwen/Qwen2-VL-7B-Instruct/model.tar'",
            ("GPU-A100", "GPU-H100"),
            1,
            "about 17 GB, from weights by the address `https://weights.replicate.delivery/default/qwen/Qwen2-VL-7B-",
        ),
        ("x = 'https://example.org/Qwen2-VL-70B/readme.html'", ("GPU-A100", "GPU-H100"), 1, "nothing tells"),
        ("x = LLM('meta-llama/Llama-2-30b-hf')", ("GPU-H100",), 1, "by the name of `meta-llama/Llama-2-30b-hf`"),
        ("x = load('a/b-70b', device_map='auto')", ("GPU-H100",), 4, "`num_gpus` is 4, from that size"),
        ("x = load('a/b-7b', device_map='auto')", ("GPU-A100", "GPU-H100"), 1, "uses all GPUs that it finds"),
        ("x = LLM(tensor_parallel_size=4)", ("GPU-A100", "GPU-H100"), 4, "`tensor_parallel_size` in predict.py:2"),
        ("N = 2\nx = LLM(tensor_parallel_size=N)", ("GPU-A100", "GPU-H100"), 2, "`num_gpus` is 2"),
        ("import os\nx = LLM(tensor_parallel_size=int(os.getenv('TP', '8')))", ("GPU-A100", "GPU-H100"), 8, ""),
        ("x = LLM(tensor_parallel_size=2, pipeline_parallel_size=2)", ("GPU-A100", "GPU-H100"), 4, ""),
        ("x = {'tensor_parallel_size': 2}", ("GPU-A100", "GPU-H100"), 2, ""),
        ("x = {}\nx['tensor_parallel_size'] = 2", ("GPU-A100", "GPU-H100"), 2, ""),
        (
            "import torch\nx = LLM(tensor_parallel_size=torch.cuda.device_count())",
            ("GPU-A100", "GPU-H100"),
            1,
            "all GPUs",
        ),
        ("x = ['vllm', 'serve', '--tensor-parallel-size', '4']", ("GPU-A100", "GPU-H100"), 4, ""),
        ("x = 'torchrun --nproc_per_node 8 run.py'", ("GPU-A100", "GPU-H100"), 8, "`torchrun --nproc-per-node`"),
        ("x = ['torchrun', '--nproc-per-node=2']", ("GPU-A100", "GPU-H100"), 2, ""),
        ("x = 'cuda:1'", ("GPU-A100", "GPU-H100"), 1, "names `cuda:1`, for which `num_gpus` would have to be 2"),
        ("x = ['cuda:1', LLM(tensor_parallel_size=2)]", ("GPU-A100", "GPU-H100"), 2, "in predict.py:2"),
        ("x = 'weights/model_6B.pth'", ("GPU-A100", "GPU-H100"), 1, "nothing tells how much memory"),
        ("x = 'cuda:0'", ("GPU-A100", "GPU-H100"), 1, ""),
        ('"""tensor_parallel_size=4, cuda:3"""', ("GPU-A100", "GPU-H100"), 1, ""),
        ("# torchrun --nproc_per_node 8", ("GPU-A100", "GPU-H100"), 1, ""),
        ("x = LLM('a/b-70b', tensor_parallel_size=2)", ("GPU-H200",), 2, "about 168 GB"),
    ],
)
def test_gpus(tmp_path: Path, code: str, machines: tuple[str, ...], gpus: int, why: str) -> None:
    result = app(tmp_path, code=code, gpu=True)
    assert (result.settings.machine, result.settings.num_gpus) == (machines, gpus)
    assert why in reason(result)
    line = f"num_gpus = {gpus}\n"
    assert (line in result.text, line in result.toml) == (gpus > 1, gpus > 1)


def test_a_script_that_starts_several_processes(tmp_path: Path) -> None:
    result = app(
        tmp_path,
        code="import os\nos.system('bash run.sh')",
        gpu=True,
        run__sh="# --nproc_per_node 8\ntorchrun --nproc_per_node=4 x\n",
    )
    assert result.settings.num_gpus == 4
    assert "`torchrun --nproc-per-node` in run.sh:2" in reason(result)


def test_the_machine_of_choice_keeps_the_number_of_gpus(tmp_path: Path) -> None:
    made = app(tmp_path, code="x = LLM(tensor_parallel_size=4)", gpu=True)
    assert made.settings.num_gpus == 4
    project = write(tmp_path)
    chosen = build(project, AppOptions(machine_type="GPU-H200"))
    assert (chosen.settings.machine, chosen.settings.num_gpus) == (("GPU-H200",), 4)
    assert build(project, AppOptions(machine_type="L")).settings.num_gpus == 1


@pytest.mark.parametrize(
    ("name", "meant"),
    [("GPU-H10", "GPU-H100"), ("gpu-h100", "GPU-H100"), ("H100", "GPU-H100"), ("GPU_A100", "GPU-A100"), ("l", "L")],
)
def test_a_misspelt_machine_is_an_error(tmp_path: Path, name: str, meant: str) -> None:
    with pytest.raises(AppError, match=f"`{name}` is not a machine type of fal; did you mean `{meant}`\\?"):
        build(write(tmp_path, predict__py=PREDICT.format("")), AppOptions(machine_type=name))


def test_machines_of_fal() -> None:
    assert machine_problem("GPU-A6000") is None
    assert machine_problem("XS") is None
    assert "those are XS, S, M" in str(machine_problem("something-else"))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("meta-llama/Llama-2-70b-chat-hf", 140),
        ("mistralai/Mixtral-8x7B-v0.1", 112),
        ("TheBloke/Llama-2-13B-GPTQ", 6.5),
        ("Qwen/Qwen-27B-FP8", 27),
        ("openai/clip-vit-base-patch32", None),
        ("black-forest-labs/FLUX.1-dev", None),
        ("x/model-4bit", None),
    ],
)
def test_sizes_by_name(model: str, expected: float | None) -> None:
    assert gigabytes(model) == expected
