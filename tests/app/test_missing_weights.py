"""Weights that the predictor loads and the project lacks: the image would build, and the model not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps import write
from dockerfix.app import build, build_server

CONFIG = 'build:\n  python_version: "3.11"\n{}predict: "predict.py:Predictor"\n'
PREDICT = (
    "import os, subprocess\nimport torch\nfrom pathlib import Path\nfrom cog import BasePredictor\n"
    "from diffusers import Pipe\n\nMODEL = 'acme/model'\nCACHE = 'model-cache'\nFILE = '/src/weights/net.pth'\n\n\n"
    "class Predictor(BasePredictor):\n    def setup(self):\n{}\n    def predict(self) -> str: ...\n"
)
SCRIPT = (
    "#!/usr/bin/env python\nimport sys\nfrom diffusers import Pipe\nsys.path.append('.')\n"
    "from predict import MODEL, CACHE\n"
)
SAVES = {"script___download-weights": f"{SCRIPT}Pipe.from_pretrained(MODEL).save_pretrained(CACHE)\n"}
CACHES = {"script___download-weights": f"{SCRIPT}Pipe.from_pretrained(MODEL, cache_dir=CACHE)\n"}
OFFLINE = "Pipe.from_pretrained(MODEL, cache_dir=CACHE, local_files_only=True)"


def found(folder: Path, setup: str, run: str = "", **files: str) -> list[str]:
    """The messages of DF525 for a setup() of these lines, the same for both targets."""
    lines = "\n".join(f"        {line}" for line in setup.split("\n"))
    config = CONFIG.format(f"  run:\n    - {run}\n" if run else "")
    project = write(folder, cog__yaml=config, predict__py=PREDICT.format(lines), **files)
    result = [each.message for each in build(project).findings if each.code == "DF525"]
    assert result == [each.message for each in build_server(project).findings if each.code == "DF525"]
    return result


@pytest.mark.parametrize(
    ("setup", "files"),
    [
        ("Pipe.from_pretrained(CACHE)", SAVES),
        ("Pipe.from_pretrained(Path(CACHE))", SAVES),
        ("Pipe.from_pretrained('./model-cache')", SAVES),
        (OFFLINE, CACHES),
        ("torch.load(CACHE + '/net.pth')", {"get__sh": "wget -O model-cache/net.pth https://example.org/net.pth\n"}),
    ],
    ids=str,
)
def test_a_script_that_is_run_by_hand(tmp_path: Path, setup: str, files: dict[str, str]) -> None:
    (message,) = found(tmp_path, setup, **files)
    maker = next(iter(files)).replace("___", "/").replace("__", ".")
    assert message.startswith("the code loads `model-cache")
    assert message.endswith(f"which is not in the project yet; run `{maker}`, which makes it, before the build")


def test_folders_of_one_script_are_said_together(tmp_path: Path) -> None:
    setup = "Pipe.from_pretrained(CACHE)\nPipe.from_pretrained('vae-cache')"
    files = {name: f"{text}Pipe.from_pretrained('x/y').save_pretrained('vae-cache')\n" for name, text in SAVES.items()}
    (message,) = found(tmp_path, setup, **files)
    assert message.startswith("the code loads `model-cache`, `vae-cache`, which are not in the project yet; run")


@pytest.mark.parametrize("setup", ["torch.load(FILE)", "torch.load('weights/net.pth', map_location='cpu')"])
def test_a_file_that_nothing_downloads(tmp_path: Path, setup: str) -> None:
    (message,) = found(tmp_path, setup)
    assert message == (
        "the code loads `weights/net.pth`, which is not in the project, and nothing seems to download it; put it "
        "there, or download it in `setup` to `/data`"
    )


@pytest.mark.parametrize(
    ("setup", "run", "files"),
    [
        ("Pipe.from_pretrained(CACHE)", "", {**SAVES, "model-cache___config__json": "{}"}),
        ("Pipe.from_pretrained(CACHE)", "python script/download-weights", SAVES),
        ("Pipe.from_pretrained(MODEL)", "", SAVES),
        ("Pipe.from_pretrained(MODEL, cache_dir=CACHE)", "", CACHES),
        ("Pipe.from_pretrained(CACHE)", "", {}),
        ("if not os.path.exists(CACHE):\n    os.system('get')\nPipe.from_pretrained(CACHE)", "", SAVES),
        ("subprocess.check_call(['get', CACHE])\nPipe.from_pretrained(CACHE)", "", SAVES),
        ("torch.load(FILE)", "", {"weights___net__pth": "x"}),
        ("torch.load('.cache/net.pth')", "", {"__cache___net__pth": "x"}),
        ("torch.load(FILE)", "wget -O /src/weights/net.pth https://example.org/x", {}),
        ("subprocess.check_call(['pget', 'https://example.org/w.tar', '.'])\ntorch.load(FILE)", "", {}),
        ("torch.load('/root/.cache/net.pth')", "", {}),
        ("torch.load(os.environ['X'])", "", {}),
    ],
    ids=str,
)
def test_what_is_there_or_comes(tmp_path: Path, setup: str, run: str, files: dict[str, str]) -> None:
    assert found(tmp_path, setup, run, **files) == []
