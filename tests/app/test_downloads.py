"""Downloads in the code: which are found, where, and what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps import write
from dockerfix.app import build
from dockerfix.text.findings import Severity

HEAD = "import os, subprocess\nfrom cog import BasePredictor\n\nURL = 'https://weights.example.org/m.bin'\n"
CLASS = "\n\nclass Predictor(BasePredictor):\n    def setup(self):\n{}\n    def predict(self) -> str: ...\n"
CONFIG = 'build:\n  python_version: "3.11"\n{}predict: "predict.py:Predictor"\n'
CODES = ("DF520", "DF521", "DF522", "DF523")


def found(folder: Path, setup: str, cog_yaml: str = CONFIG.format(""), **files: str) -> list[tuple[str, str, str]]:
    """Code, severity and message of the findings about downloads in a setup() of these lines."""
    lines = "\n".join(f"        {line}" for line in (setup or "...").split("\n"))
    files.setdefault("predict__py", HEAD + CLASS.format(lines))
    result = build(write(folder, cog__yaml=cog_yaml, **files))
    return [(each.code, each.severity.label, each.message) for each in result.findings if each.code in CODES]


@pytest.mark.parametrize(
    ("setup", "tool"),
    [
        ("subprocess.check_call(['pget', URL, 'm.bin'])", "pget"),
        ("subprocess.run(['wget', '-O', 'm.bin', URL])", "wget"),
        ("subprocess.run(f'wget {URL} -P weights', shell=True)", "wget"),
        ("os.system('curl -L -o m.bin https://example.org/m.bin')", "curl"),
        ("subprocess.run(['bash', '-c', 'aria2c -x 8 https://example.org/m.bin'])", "aria2c"),
        ("subprocess.run(['gdown', '--id', 'abc'])", "gdown"),
        ("import gdown\ngdown.download(URL, 'm.bin')", "gdown.download"),
        ("from gdown import download as get\nget(URL, 'm.bin')", "gdown.download"),
        ("import urllib.request\nurllib.request.urlretrieve(URL, 'm.bin')", "urllib.request.urlretrieve"),
        ("from urllib.request import urlretrieve\nurlretrieve(URL, 'm.bin')", "urllib.request.urlretrieve"),
        ("import requests\nopen('m', 'wb').write(requests.get(URL).content)", "requests.get"),
        ("import httpx\nhttpx.get('https://huggingface.co/a/b/resolve/main/x').content", "httpx.get"),
        ("import requests as r\nr.get('https://example.org/model.safetensors?x=1')", "requests.get"),
        ("import hf_transfer\nhf_transfer.download(URL, 'm.bin', 8, 1024)", "hf_transfer.download"),
        ("import tensorflow as tf\ntf.keras.utils.get_file('m', URL)", "tensorflow.keras.utils.get_file"),
        ("from basicsr.utils.download_util import load_file_from_url\nload_file_from_url(URL)", None),
    ],
    ids=str,
)
def test_tools_and_functions(tmp_path: Path, setup: str, tool: str | None) -> None:
    (one,) = found(tmp_path, setup)
    assert one[:2] == ("DF520", "warning")
    assert one[2].startswith(f"{tool or 'basicsr.utils.download_util.load_file_from_url'} downloads this again")


@pytest.mark.parametrize(
    "setup",
    [
        "subprocess.run(['curl', 'http://127.0.0.1:8188/ready'])",
        "subprocess.run(['curl', '-X', 'POST', '-d', '{}', 'https://api.example.org'])",
        "subprocess.run(['wget', URL, '-O', '/data/m.bin'])",
        "import shutil\nshutil.which('wget')",
        "import requests\nrequests.get('https://api.example.org/status').json()",
        "import requests\nrequests.post(URL)",
        "from urllib.request import urlretrieve\nurlretrieve(URL, '/data/m.bin')",
        "print('use wget to download')",
    ],
    ids=str,
)
def test_what_is_no_download_that_is_lost(tmp_path: Path, setup: str) -> None:
    assert found(tmp_path, setup) == []


def test_a_helper_that_saves_a_model(tmp_path: Path) -> None:
    helper = (
        "import requests\n\n\ndef fetch_weights(url, path):\n    with open(path, 'wb') as file:\n"
        "        file.write(requests.get(url, stream=True).content)\n\n\n"
        "def fetch_image(url, path):\n    with open(path, 'wb') as file:\n"
        "        file.write(requests.get(url).content)\n\n\n"
        "def ask(url):\n    return requests.get(url).json()\n"
    )
    predict = "import helper\n" + HEAD + CLASS.format("        ...")
    (one,) = found(tmp_path, "", predict__py=predict, helper__py=helper)
    assert one[2].startswith("requests.get downloads this again on every new runner;")


def test_hugging_face_by_its_command(tmp_path: Path) -> None:
    kept = "subprocess.run(['huggingface-cli', 'download', 'a/b'])"
    lost = "subprocess.run('hf download a/b --local-dir weights', shell=True)"
    assert [each[:2] for each in found(tmp_path, f"{kept}\n{lost}")] == [("DF521", "note"), ("DF521", "warning")]
    assert found(tmp_path, "subprocess.run(['hf', 'download', 'a/b', '--local-dir=/data/w'])")[0][1] == "warning"


@pytest.mark.parametrize(
    ("setup", "code", "start"),
    [
        ("os.environ['HF_HOME'] = './cache'", "DF521", "the code sets HF_HOME to `./cache`"),
        (
            "os.environ['HF_HOME'] = 'c'\nos.environ['TRANSFORMERS_CACHE'] = 'c'",
            "DF521",
            "the code sets HF_HOME, TRANSFORMERS_CACHE to `c`, which is lost",
        ),
        (
            "CACHE = 'w'\nload.from_pretrained('a/b', cache_dir=CACHE)",
            "DF521",
            "the folder `w` is lost with each runner",
        ),
        (
            "load.from_pretrained('a/b', cache_dir=cache)",
            "DF521",
            "the folder that `cache` names is lost with each runner",
        ),
        ("os.environ.setdefault('TORCH_HOME', URL)", "DF522", "the code sets TORCH_HOME to"),
        (
            "import whisper\nwhisper.load_model('base')",
            "DF520",
            "whisper.load_model keeps what it downloads in `~/.cache/w",
        ),
        ("import nltk\nnltk.download('punkt')", "DF520", "nltk.download keeps what it downloads in `~/nltk_data`"),
        (
            "import whisper\nwhisper.load_model('base', download_root='w')",
            "DF520",
            "whisper.load_model downloads this again",
        ),
    ],
)
def test_folders_that_are_lost(tmp_path: Path, setup: str, code: str, start: str) -> None:
    (one,) = found(tmp_path, setup)
    assert one[:2] == (code, "warning")
    assert one[2].startswith(start)


@pytest.mark.parametrize(
    "call",
    [
        "LLM('a/b')",
        "LLM(model='a/b', dtype='half')",
        "AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model='a/b'))",
        "pipeline('text-generation', model='a/b')",
        "Model.from_pretrained(pretrained_model_name_or_path='a/b')",
    ],
)
def test_a_repository_by_keyword(tmp_path: Path, call: str) -> None:
    (one,) = found(tmp_path, call)
    assert one[:2] == ("DF521", "note")


@pytest.mark.parametrize("call", ["LLM(model='/weights')", "pipeline('text-generation')", "LLM(model=path)"])
def test_no_repository(tmp_path: Path, call: str) -> None:
    assert found(tmp_path, f"path = os.environ['A']\n{call}") == []


def test_a_cache_on_data_or_offline_needs_nothing(tmp_path: Path) -> None:
    assert (
        found(tmp_path, "os.environ['HF_HOME'] = '/data/hf'\nload.from_pretrained('a/b', local_files_only=True)") == []
    )


def test_no_promise_where_the_code_moves_the_cache(tmp_path: Path) -> None:
    lines = "os.environ['HF_HOME'] = 'cache'\nload.from_pretrained('a/b')"
    assert [each[:2] for each in found(tmp_path, lines)] == [("DF521", "warning")]


def test_the_same_in_one_file_is_said_once(tmp_path: Path) -> None:
    lines = "\n".join(f"subprocess.run(['wget', URL + '{number}'])" for number in range(5))
    (one,) = found(tmp_path, lines)
    assert one[2].startswith("wget downloads this again on every new runner (lines 9, 10, 11 and 2 more);")


def test_only_files_that_the_predictor_reaches(tmp_path: Path) -> None:
    fetch = "import subprocess\nsubprocess.run(['wget', 'https://example.org/m.bin'])\nx.from_pretrained('a/b')\n"
    files = {f"vendor___tests___test_{number}__py": fetch for number in range(4)}
    (one,) = found(tmp_path, "", **files)
    assert one[:2] == ("DF520", "note")
    names = "`vendor/tests/test_0.py`, `vendor/tests/test_1.py`, `vendor/tests/test_2.py` and 1 more"
    assert one[2] == f"downloads in {names} don't count: the predictor does not reach these files"
    predict = "from vendor.tests import test_0\n" + HEAD + CLASS.format("        ...")
    several = found(tmp_path, "", predict__py=predict)
    assert [each[:2] for each in several] == [("DF520", "warning"), ("DF521", "note"), ("DF520", "note")]
    settings = build(write(tmp_path / "other", predict__py=HEAD + CLASS.format("        ..."), **files)).settings
    assert settings.startup_timeout == 600


def test_a_script_that_the_predictor_starts(tmp_path: Path) -> None:
    found_ = found(tmp_path, "os.system('bash get.sh')", get__sh="#!/bin/sh\nwget https://example.org/m.bin\n")
    assert [each[:2] for each in found_] == [("DF520", "warning")]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("wget https://example.org/m.pth -P /src/w", [("DF520", "note")]),
        ("curl -o /usr/local/bin/pget -L https://github.com/replicate/pget/releases/download/v1/pget_linux", []),
        ("pget https://weights.replicate.delivery/default/x/y.tar /w", [("DF520", "note"), ("DF523", "warning")]),
        ("pip install wget", []),
    ],
)
def test_commands_of_the_build(tmp_path: Path, command: str, expected: list[tuple[str, str]]) -> None:
    cog_yaml = CONFIG.format(f'  run:\n    - "{command}"\n')
    assert [each[:2] for each in found(tmp_path, "", cog_yaml)] == expected


def test_addresses_of_replicate(tmp_path: Path) -> None:
    predict = (
        '"""Weights: https://weights.replicate.delivery/in/docstring.tar"""\n# https://replicate.delivery/in/comment\n'
        "BASE = 'https://weights.replicate.delivery/default'\nOTHER = f'{BASE}/x'\n"
        "OLD = 'https://storage.googleapis.com/replicate-weights/x.tar'\nFINE = 'https://replicate.com/a/b'\n" + HEAD
    )
    (one,) = found(tmp_path, "", predict__py=predict + CLASS.format("        ..."))
    assert one[:2] == ("DF523", "warning")
    assert one[2].startswith(
        "`https://weights.replicate.delivery/default`, and 1 more here, is on Replicate's own servers"
    )
    result = build(write(tmp_path, predict__py=predict + CLASS.format("        ...")))
    assert [each.line for each in result.findings if each.code == "DF523"] == [3]
    unreached = {"other__py": "X = 'https://replicate.delivery/pbxt/x.tar'\n"}
    assert found(tmp_path / "b", "", **unreached) == []


def test_severities_end_where_they_belong(tmp_path: Path) -> None:
    """What is a promise is a note, what is to be done a warning: MIGRATION.md is divided by it."""
    lines = "load.from_pretrained('a/b')\nsubprocess.run(['wget', URL])"
    result = build(write(tmp_path, predict__py=HEAD + CLASS.format("        " + lines.replace("\n", "\n        "))))
    levels = {each.code: each.severity for each in result.findings if each.code in CODES}
    assert levels == {"DF520": Severity.WARNING, "DF521": Severity.NOTE}


def test_training_is_left_out(tmp_path: Path) -> None:
    """The App leaves training out, so what only the trainer downloads is no matter of the runner."""
    fetch = "import subprocess\ndef train() -> str:\n    subprocess.run(['wget', 'https://example.org/m.bin'])\n"
    (one,) = found(tmp_path, "", CONFIG.format("") + 'train: "train.py:train"\n', train__py=fetch)
    assert one == ("DF520", "note", "downloads in `train.py` don't count: the predictor does not reach these files")
