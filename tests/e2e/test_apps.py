"""The real builds' calls of Apps: pictures, what is sent, and that a wrong answer is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from e2e.engine import Engine, Failed
from e2e.uploads import Uploads

import dockerfix
from e2e import app, authority, calls, network, pictures, rows
from places import FIXTURES

APPS = yaml.safe_load((rows.HERE / "apps.yaml").read_text(encoding="utf-8"))
RED, GREEN, BLUE, WHITE = (calls.COLOURS[letter] for letter in "RGBW")
HERE = Path(__file__).parent
FILE = {"url": "https://v3.fal.media/files/0/out.png", "content_type": "image/png"}


def answer(call: dict[str, Any], status: int, body: Any, uploaded: calls.Uploaded | None = None) -> list[str]:
    return calls.judged(call, status, [json.dumps(body).encode()], uploaded or {}, HERE)


@pytest.mark.parametrize("picture", [[[RED]], [[RED, BLUE, GREEN], [WHITE, WHITE, RED]], [[(1, 2, 3)], [(4, 5, 6)]]])
def test_pictures_come_back(picture: list[list[pictures.Pixel]]) -> None:
    assert pictures.read(pictures.make(picture)) == picture


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_pictures_of_pillow_are_read(mode: str, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    gradient = image.radial_gradient("L").resize((37, 23))
    picture = image.merge("RGBA", [gradient, gradient.rotate(90), gradient.rotate(180), gradient]).convert(mode)
    picture.save(tmp_path / "x.png", optimize=True)
    found = pictures.read((tmp_path / "x.png").read_bytes())
    assert bytes(value for row in found for pixel in row for value in pixel) == picture.tobytes()


def test_every_filter_is_undone() -> None:
    """Lines written by hand, each with another filter of the format."""
    lines = [(0, [9, 7]), (1, [9, 254]), (2, [0, 0]), (3, [5, 1]), (4, [0, 3])]
    rows_, above = [], b"\0\0"
    for kind, line in lines:
        above = pictures._unfilter(kind, bytes(line), above, 1)
        rows_.append(list(above))
    assert rows_ == [[9, 7], [9, 7], [9, 7], [9, 9], [9, 12]]


@pytest.mark.parametrize("data", [b"", b"GIF89a", pictures.make([[RED]]).replace(b"\x08\x02", b"\x10\x02", 1)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        pictures.read(data)


def test_pixels_are_sent_as_a_data_url() -> None:
    sent = calls.filled({"images": [{"url": {"$pixels": ["RB"]}}], "scale": 2}, HERE)
    assert sent["scale"] == 2
    url = sent["images"][0]["url"]
    assert url.startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("call", "status", "body"),
    [
        ({"gives": {"output": "ok"}}, 200, {"output": "ok", "more": 1}),
        ({"gives": {"text": "a", "pixels": [1]}}, 200, {"text": "a", "pixels": [1]}),
        ({"gives": {"a": {"$contains": "x"}}}, 200, {"a": "wxy"}),
        ({"gives": {"a": {"$near": 0.3}}}, 200, {"a": 0.1 + 0.2}),
        ({"gives": {"output": {"$text": "a"}}}, 200, {"output": "data:text/plain;base64,YQ=="}),
        ({"gives": {"output": [1, {"a": 2}]}}, 200, {"output": [1, {"a": 2, "b": 3}]}),
        ({"status": 422, "gives": {"detail": [{"loc": ["body", "n"]}]}}, 422, {"detail": [{"loc": ["body", "n"]}]}),
    ],
)
def test_a_right_answer_passes(call: dict[str, Any], status: int, body: Any) -> None:
    assert answer(call, status, body) == []


@pytest.mark.parametrize(
    ("call", "status", "body", "said"),
    [
        ({"gives": {"output": "ok"}}, 500, {}, "status 500, wanted 200: {}"),
        ({"status": 422, "gives": {}}, 200, {}, "status 200, wanted 422: {}"),
        ({"gives": {"output": "ok"}}, 200, {"output": "no"}, 'answer.output is "no", wanted "ok"'),
        ({"gives": {"output": 1}}, 200, {"output": True}, "answer.output is true, wanted 1"),
        ({"gives": {"output": "ok"}}, 200, {}, "answer has no output"),
        ({"gives": {"output": [1, 2]}}, 200, {"output": [1]}, "answer.output is [1], wanted [1, 2]"),
        ({"gives": {"output": [1, 2]}}, 200, {"output": [1, 3]}, "answer.output[1] is 3, wanted 2"),
        ({"gives": {"output": {"$text": "a"}}}, 200, {"output": FILE}, "answer.output is no file that was uploaded"),
        ({"gives": {"text": "a", "pixels": 1}}, 200, {"text": "b", "pixels": 1}, 'answer.text is "b", wanted "a"'),
        ({"gives": {"a": {"$contains": "x"}}}, 200, {"a": "yz"}, "answer.a is \"yz\", which does not contain 'x'"),
        ({"gives": {"a": {"$contains": "x"}}}, 200, {"a": 1}, "answer.a is 1, which does not contain 'x'"),
        ({"gives": {"a": {"$near": 1}}}, 200, {"a": 1.1}, "answer.a is 1.1, wanted about 1"),
        ({"gives": {"a": {"$near": 1}}}, 200, {"a": True}, "answer.a is true, wanted about 1"),
    ],
)
def test_a_wrong_answer_is_told(call: dict[str, Any], status: int, body: Any, said: str) -> None:
    assert answer(call, status, body) == [said]


def test_an_answer_that_is_no_json_is_told() -> None:
    assert calls.judged({"gives": {}}, 200, [b"<html>"], {}, HERE) == ["the answer is no JSON: <html>"]


@pytest.mark.parametrize(
    ("wanted", "data", "said"),
    [
        ({"$pixels": ["RB"]}, pictures.make([[RED, BLUE]]), []),
        ({"$pixels": ["R"], "$within": 3}, pictures.make([[(252, 3, 0)]]), []),
        ({"$picture": "red.png"}, pictures.make([[RED]]), []),
        ({"$file": "red.png", "content_type": "image/png"}, pictures.make([[RED]]), []),
        ({"$text": "a cat"}, b"a cat", []),
        ({"$bytes": "AP8="}, b"\0\xff", []),
        (
            {"$pixels": ["R"]},
            pictures.make([[BLUE]]),
            ["answer.output has other pixels than wanted, by up to 255: [[(0, 0, 255)]]"],
        ),
        (
            {"$picture": "red.png", "$within": 2},
            pictures.make([[(252, 0, 0)]]),
            ["answer.output has other pixels than wanted, by up to 3: [[(252, 0, 0)]]"],
        ),
        (
            {"$pixels": ["RR"]},
            pictures.make([[RED]]),
            ["answer.output is a picture of (1, 1) pixels, wanted (1, 2)"],
        ),
        ({"$pixels": ["R"]}, b"text", ["answer.output: no PNG"]),
        ({"$text": "a cat"}, b"a dog", ["answer.output holds b'a dog', wanted 'a cat'"]),
        ({"$file": "red.png"}, b"a dog", ["answer.output holds b'a dog', which is not red.png"]),
        ({"$bytes": "AP8="}, b"\0", ["answer.output holds b'\\x00', wanted other bytes"]),
        (
            {"content_type": "text/plain", "$file": "red.png"},
            pictures.make([[RED]]),
            ['answer.output.content_type is "image/png", wanted "text/plain"'],
        ),
    ],
)
def test_uploaded_files_are_compared(wanted: dict[str, Any], data: bytes, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(pictures.make([[RED]]))
    uploaded = {"/files/0/out.png": ("image/png", data)}
    body = json.dumps({"output": FILE}).encode()
    assert calls.judged({"gives": {"output": wanted}}, 200, [body], uploaded, tmp_path) == said


def test_files_are_sent_as_data_urls(tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(b"\x89PNG")
    sent = calls.filled({"a": {"$file": "red.png"}, "b": {"$text": "hi"}, "text": "plain"}, tmp_path)
    assert sent == {"a": "data:image/png;base64,iVBORw==", "b": "data:text/plain;base64,aGk=", "text": "plain"}


def test_events_must_come_one_by_one() -> None:
    call = {"streams": [{"output": "a "}, {"output": "b "}]}
    pieces = [b'data: {"output":"a "}\n\n', b'data: {"output":"b "}\n\n']
    assert calls.judged(call, 200, pieces, {}, HERE) == []
    for wrong in ([b"".join(pieces)], pieces[:1], pieces[::-1], [pieces[0], b"data: no\n\n"]):
        assert calls.judged(call, 200, wrong, {}, HERE) != []


def test_each_project_of_the_rows_is_called_or_says_why_not() -> None:
    assert set(APPS) == {row.project for row in rows.load() if row.kind == "fixed"}
    assert {row.project for row in rows.load() if row.kind == "server"} <= {
        name for name in APPS if "server" in APPS[name]
    }
    assert all(bool(entry.get("calls")) != bool(entry.get("needs")) for entry in APPS.values())


@pytest.mark.parametrize("project", sorted(APPS))
def test_each_cpu_project_is_called(project: str) -> None:
    folder = next(row.folder for row in rows.load() if row.project == project)
    config = yaml.safe_load((folder / "cog.yaml").read_text(encoding="utf-8"))
    calls_ = [one for call in APPS[project].get("calls", []) for one in call.get("together", [call])]
    assert calls_ or config["build"]["gpu"]
    assert not calls_ or {call.get("status", 200) for call in calls_} >= {200, 422}


def test_the_entry_point_is_read_as_fal_does(tmp_path: Path) -> None:
    expected = FIXTURES / "app" / "resize-image" / "expected.toml"
    (tmp_path / "pyproject.toml").write_bytes(expected.read_bytes())
    assert app.entry_point(tmp_path) == ("fal_app:ResizeImage", "3.11")


class Machine(Engine):
    """Runs here what would run in a container: with this Python, and the project's folder for /src."""

    def __init__(self, folder: Path) -> None:
        super().__init__([], folder.parent, folder.parent / "share")
        self.folder = folder

    def start(self, *arguments: object, log: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(app.RUNNER), *map(str, arguments[-2:])]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        identity = next(Path(str(value)) for value in arguments if str(value).endswith("/id"))
        (self.folder.parent / str(identity).lstrip("/")).write_text("container")
        with log.open("wb") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


@pytest.fixture
def own_network() -> None:
    try:
        network.alone(lambda: True)
    except OSError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return authority.certificates(tmp_path_factory.mktemp("authority"), ["localhost"])[1:]


@pytest.fixture
def hello(tmp_path: Path) -> tuple[rows.Row, Path]:
    """A row, and its project with the App made for it."""
    row = next(row for row in rows.load() if row.project == "hello-text")
    context = tmp_path / row.project
    shutil.copytree(row.folder, context)
    converted = dockerfix.rewrite(row.source, project=context).text
    app.migrate([sys.executable, "-m", "dockerfix"], row, context, converted)
    return row, context


def test_another_dockerfile_than_that_of_dockerfix_is_told(hello: tuple[rows.Row, Path]) -> None:
    row, context = hello
    with pytest.raises(Failed, match="another Dockerfile"):
        app.migrate([sys.executable, "-m", "dockerfix"], row, context, "FROM scratch\n")


@pytest.mark.usefixtures("own_network")
def test_a_network_of_its_own_has_every_port() -> None:
    def listen() -> bool:
        ThreadingHTTPServer(("127.0.0.1", port), Uploads).server_close()
        return True

    with ThreadingHTTPServer(("127.0.0.1", 0), Uploads) as taken:
        port = taken.server_address[1]
        with pytest.raises(OSError, match="in use"):
            listen()
        assert network.alone(listen)


@pytest.mark.usefixtures("own_network")
def test_a_container_whose_process_is_being_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [None, 2**22 + 1, os.getpid()]  # none yet, one that has ended, and the container's
    monkeypatch.setattr(network, "_process_of", lambda _container: found.pop(0))
    assert network.within("a", lambda: True)
    assert found == []


def test_a_container_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "PATIENCE", 0.1)
    with pytest.raises(ProcessLookupError, match="the container aaaaa of non has no process"):
        network.within("a" * 5 + " of none", lambda: True)


@pytest.fixture
def here_for_a_container(own_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done in a container's network is done in a new one of this program's."""
    monkeypatch.setattr(network, "runs", lambda container: True)
    monkeypatch.setattr(network, "within", lambda container, work: work())


def served(row: rows.Row, context: Path, table: dict[str, Any], certificates: tuple[Path, Path]) -> list[str]:
    apps = app.Apps(Machine(context), table, *certificates, HERE)
    return network.alone(lambda: apps.serve(row, context, "image", context.parent / "log"))


@pytest.mark.usefixtures("here_for_a_container")
def test_an_app_is_served_by_fals_agent(hello: tuple[rows.Row, Path], certificates: tuple[Path, Path]) -> None:
    row, context = hello
    wrong = {"send": {"text": "you"}, "gives": {"output": "bye"}}
    table = {row.project: {"calls": [*APPS[row.project]["calls"], wrong]}}
    found = served(row, context, table, certificates)
    assert found == ['POST / {"text": "you"}: answer.output is "hello you", wanted "bye"']


@pytest.mark.usefixtures("here_for_a_container")
def test_an_app_that_does_not_start_is_told(hello: tuple[rows.Row, Path], certificates: tuple[Path, Path]) -> None:
    row, context = hello
    (context / "fal_call.py").unlink()
    (found,) = served(row, context, APPS, certificates)
    assert found == "the App did not start: ModuleNotFoundError: No module named 'fal_call'"
