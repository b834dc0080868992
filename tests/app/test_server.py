"""The server target: its entry in pyproject.toml, and the gate in front of Cog's own server from PyPI."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps import SERVED, run, write
from cogs import RELEASES
from dockerfix.app import AppError, build_server
from file_server import Files
from gates import Gate

NEWEST = RELEASES[-1]
PREDICTOR = """\
import os
import re
import pathlib
import signal
import time
from typing import Iterator, Optional

from cog import BasePredictor, Input

NAMES = ["first", "second"]


class Predictor(BasePredictor):
    def setup(self) -> None:
        pathlib.Path("server.pid").write_text(str(os.getppid()))
        time.sleep(DELAY)
        if FAILS:
            raise RuntimeError("no model")

    def predict(
        self,
        num: int,
        text: str = "",
        name: str = Input(default="first", choices=NAMES),
        scale: float = Input(default=1.5, ge=0, le=2),
        note: Optional[str] = Input(default=None),
        deed: str = Input(default="", description="what becomes of the server"),
    ) -> str:
        if deed == "end":
            os.kill(os.getppid(), signal.SIGKILL)
        if deed == "break":
            os._exit(3)
        return f"{num * 2} {text} {name} {scale:.1f} {note}"
"""
STREAM = """\
from cog import BasePredictor, ConcatenateIterator, streaming


class Predictor(BasePredictor):
    @streaming
    def predict(self, words: int = 2) -> ConcatenateIterator[str]:
        for number in range(words):
            yield f"word{number} "
"""
TRAINING = "def train(steps: int = 3) -> str:\n    return f'{steps} steps'\n"


def predictor(*, delay: float = 0, fails: bool = False) -> str:
    return PREDICTOR.replace("DELAY", str(delay)).replace("FAILS", str(fails))


@pytest.fixture(params=RELEASES)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[list[Gate]]:
    """The gates that a test opens, to be ended after it."""
    opened: list[Gate] = []
    yield opened
    for gate in opened:
        gate.stop()


def opened(gates: list[Gate], folder: Path, version: str, code: str | None = None, **more: Any) -> Gate:
    gates.append(Gate(folder / SERVED, version, code or predictor(), **more))
    return gates[-1]


def test_opens_when_ready(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version, predictor(delay=1))
    gate.server()
    begin = time.monotonic()
    gate.wait()
    assert time.monotonic() - begin > 0.8
    assert gate.call("/health-check").json["status"] == "READY"
    long = "x" * 200_000
    answer = gate.predict(num=4, text=long).json
    assert (answer["status"], answer["output"]) == ("succeeded", f"8 {long} first 1.5 None")


def test_inputs_are_checked_as_cog_checks_them(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version)
    gate.wait()
    for wrong in ({"num": "foo"}, {}, {"num": 1, "name": "third"}, {"num": 1, "scale": 3}, {"num": 1, "text": ["x"]}):
        answer = gate.predict(**wrong)
        assert answer.status == 422, (wrong, answer)
        assert answer.json["detail"][0]["loc"][:2] == ["body", "input"]
    answer = gate.predict(num=1, scale=2, name="second").json
    assert (answer["status"], answer["output"]) == ("succeeded", "2  second 2.0 None")
    published = gate.call("/openapi.json").json
    if version == NEWEST:
        assert gate.result.schema is not None
        assert published == json.loads(gate.result.schema)
    else:
        assert gate.result.schema is None  # this server works its own out
    assert set(published["components"]["schemas"]["Input"]["properties"]) == {
        "num", "text", "name", "scale", "note", "deed",
    }  # fmt: skip


def test_without_the_schema_nothing_is_checked(gates: list[Gate], tmp_path: Path) -> None:
    gate = opened(gates, tmp_path, NEWEST, schema=False)
    gate.wait()
    assert gate.predict(num="foo").json["output"] == "foofoo  first 1.5 None"


def test_streams(gates: list[Gate], tmp_path: Path) -> None:
    gate = opened(gates, tmp_path, NEWEST, STREAM)
    gate.wait()
    answer = gate.call("/predictions", {"input": {"words": 3}}, Accept="text/event-stream")
    pieces = [json.loads(line[6:]) for line in answer.body.split("\n") if line.startswith("data: ")]
    assert [piece["chunk"] for piece in pieces if "chunk" in piece] == ["word0 ", "word1 ", "word2 "]


def test_training_is_answered_with_an_error(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version, train__py=TRAINING)
    gate.wait()
    answer = gate.call("/trainings", {"input": {"steps": 4}})
    assert answer.json["status"] == "failed"
    assert "steps" in answer.json["error"]


def test_ends_when_setup_fails(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version, predictor(fails=True))
    assert gate.process.wait(60) != 0
    assert gate.call("/health-check").status == 0
    log = gate.log.read_text(encoding="utf-8")
    assert "fal_gate: open" not in log
    assert re.search(r"fal_gate: cog (is SETUP_FAILED|ended)", log)  # 0.16.12 also ends by itself
    assert "no model" in log


def test_ends_with_cog(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version)
    gate.wait()
    gate.predict(num=1, deed="end")
    assert gate.process.wait(20) == 256 - signal.SIGKILL
    assert b"fal_gate: cog ended with -9" in gate.log.read_bytes()


def test_ends_when_cog_can_not_continue(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version)
    gate.wait()
    gate.predict(num=1, deed="break")
    assert gate.process.wait(20) != 0
    # Cog is both of the first for a moment; 0.16.12 then closes its port and ends
    assert re.search(rb"fal_gate: cog (is (DEFUNCT|UNHEALTHY|silent)|ended)", gate.log.read_bytes())


def test_ends_when_told(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version)
    gate.wait()
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(20) == 0
    assert gate.call("/health-check").status == 0


def test_ends_when_told_before_it_opens(gates: list[Gate], tmp_path: Path, version: str) -> None:
    gate = opened(gates, tmp_path, version, predictor(delay=60))
    server = gate.server()
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_ends_a_cog_that_does_not_end_itself(gates: list[Gate], tmp_path: Path) -> None:
    gate = opened(gates, tmp_path, NEWEST)
    gate.wait()
    server = gate.server()
    os.kill(server, signal.SIGSTOP)
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_ends_when_cog_hears_nothing_any_more(gates: list[Gate], tmp_path: Path) -> None:
    gate = opened(gates, tmp_path, NEWEST)
    gate.wait()
    os.kill(gate.server(), signal.SIGSTOP)
    assert gate.process.wait(30) == 1
    assert b"fal_gate: cog is silent" in gate.log.read_bytes()


WEIGHTS = """\
import pathlib

from cog import BasePredictor


class Predictor(BasePredictor):
    def setup(self) -> None:
        self.text = pathlib.Path("model/a.bin").read_text()

    def predict(self) -> str:
        return self.text
"""


def weights(url: str) -> str:
    return f"weights:\n  - name: tiny\n    target: model\n    source:\n      uri: {url}\n"


def test_weights_are_fetched_before_the_server_starts(gates: list[Gate], tmp_path: Path, version: str) -> None:
    with Files() as served:
        served.files["/a.bin"] = b"weights"
        for _ in range(2):
            gate = opened(gates, tmp_path, version, WEIGHTS, config=weights(f"{served.url}/a.bin"))
            gate.wait()
            assert gate.predict().json["output"] == "weights"
            assert (gate.folder / "model" / "a.bin").is_symlink()
            assert served.asked == ["/a.bin"]
            gate.process.send_signal(signal.SIGTERM)
            assert gate.process.wait(20) == 0
            shutil.rmtree(gate.folder / "model")


def test_weights_that_can_not_be_fetched_end_it(gates: list[Gate], tmp_path: Path) -> None:
    with Files() as served:
        gate = opened(gates, tmp_path, NEWEST, WEIGHTS, config=weights(f"{served.url}/a.bin"))
        assert gate.process.wait(20) == 1
    assert b"HTTP Error 404" in gate.log.read_bytes()


def test_a_signal_while_weights_are_fetched(gates: list[Gate], tmp_path: Path) -> None:
    with Files() as served:
        served.files["/a.bin"] = b"weights"
        served.pause = 3
        gate = opened(gates, tmp_path, NEWEST, WEIGHTS, config=weights(f"{served.url}/a.bin"))
        end = time.monotonic() + 20
        while not served.asked:
            assert time.monotonic() < end, gate.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        gate.process.send_signal(signal.SIGTERM)
        assert gate.process.wait(2) == 0
    assert list((gate.folder / "data" / ".cache" / "cog-weights").iterdir()) == []


def test_weights_and_what_is_said_of_them(tmp_path: Path) -> None:
    config = 'predict: "predict.py:Predictor"\n' + weights("https://example.com/a.bin")
    result = build_server(write(tmp_path / "one", predict__py=WEIGHTS, cog__yaml=config))
    (found,) = [each for each in result.findings if each.code == "DF524"]
    assert found.message.startswith("`fal_gate.py` fetches `https://example.com/a.bin` to `/data` once")
    assert set(result.files) == {"fal_gate.py", "fal_weights.py", ".cog/openapi_schema.json"}
    assert result.settings.startup_timeout == 1800
    config = 'predict: "predict.py:Predictor"\n' + weights("s3://bucket/a.bin")
    result = build_server(write(tmp_path / "two", predict__py=WEIGHTS, cog__yaml=config))
    (found,) = [each for each in result.findings if each.code == "DF524"]
    assert (
        found.message
        == "nothing here fetches `s3://bucket/a.bin`, as Cog doesn't either; put these weights there yourself"
    )
    assert result.weights is None
    assert "\nWEIGHTS = False\n" in result.gate


def test_entry_is_read_by_fal(tmp_path: Path) -> None:
    if run("-c", "import fal").returncode:
        pytest.skip("fal isn't installed")
    config = 'build:\n  python_version: "3.9"\n  gpu: true\n  cuda: "11.8"\nconcurrency:\n  max: 4\n'
    config += 'predict: "./predict.py:Predictor"\n'
    project = write(tmp_path / "my_model", predict__py="Predictor = make()\n", cog__yaml=config)
    result = build_server(project)
    assert result.cog == "cog==0.16.12"
    (tmp_path / "my_model" / "pyproject.toml").write_text(result.toml, encoding="utf-8")
    (tmp_path / "my_model" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    program = (
        "from fal.cli._utils import get_app_data_from_toml as read\n"
        "data = read('my-model')\n"
        "image = data.options.environment['image']\n"
        "print(data.ref, data.python_entry_point, data.options.gateway, image['cmd'], image['use_isolate'])\n"
        "print(data.options.host['max_multiplexing'], data.options.host['health_check_config'])\n"
    )
    found = run("-c", program, cwd=tmp_path / "my_model")
    first, second = found.stdout.strip().split("\n")
    assert first == "None None {'exposed_port': 8080} ['python', '/src/fal_gate.py'] False"
    assert second.startswith("4 ApplicationHealthCheckConfig(path='/health-check'")
    assert "method='GET'" in second


def test_versions_of_cog(tmp_path: Path) -> None:
    for python, sdk, expected in (("3.8", "", "0.16.12"), ("3.12.1", "", "0.23.1"), ("3.12", "0.20.0", "0.20.0")):
        text = f'build:\n  python_version: "{python}"\n' + (f'  sdk_version: "{sdk}"\n' if sdk else "")
        project = write(tmp_path, predict__py=PREDICTOR, cog__yaml=f'{text}predict: "predict.py:Predictor"\n')
        assert build_server(project).cog == f"cog=={expected}"


def test_quoting_of_the_reference(tmp_path: Path) -> None:
    project = write(tmp_path, **{'a"b\\c__py': PREDICTOR, "cog__yaml": "predict: 'a\"b\\c.py:Predictor'\n"})
    assert "PREDICTOR = 'a\"b\\\\c.py:Predictor'" in build_server(project).gate


def test_training_is_not_served(tmp_path: Path) -> None:
    config = 'predict: "predict.py:Predictor"\ntrain: "train.py:train"\n'
    found = build_server(write(tmp_path, predict__py=PREDICTOR, train__py=TRAINING, cog__yaml=config)).findings
    message = (
        "`train.py:train` is not served: Cog's server runs it only if started with `--x-mode train`,"
        " and otherwise answers `/trainings` with an error"
    )
    assert [(each.file, each.line, each.message) for each in found if each.code == "DF510"] == [
        ("cog.yaml", 2, message)
    ]


def test_bad_projects(tmp_path: Path) -> None:
    config = 'build:\n  python_version: "3.5"\npredict: "predict.py:Predictor"\n'
    with pytest.raises(AppError, match=r"cog\.yaml:2: Python 3\.5 is too old: no release of Cog on PyPI runs on it"):
        build_server(write(tmp_path / "old", predict__py=PREDICTOR, cog__yaml=config))
    with pytest.raises(AppError, match=r"there is no file `predict\.py`"):
        build_server(write(tmp_path))
    with pytest.raises(AppError, match="is outside the project"):
        build_server(write(tmp_path, cog__yaml="predict: ../x.py:Predictor\n"))
