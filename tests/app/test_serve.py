"""Apps really run: served over HTTP, called as clients call them."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import SERVED, install
from places import FIXTURES
from served import Server


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    name, *arguments = request.param
    install(FIXTURES / "app" / name, tmp_path / SERVED)
    with Server(tmp_path / SERVED, *arguments) as started:
        yield started


def picture(size: tuple[int, int] = (40, 20)) -> str:
    image = pytest.importorskip("PIL.Image")
    data = io.BytesIO()
    image.new("RGB", size, "red").save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


@pytest.mark.parametrize("server", [("hello-text",), ("hello-text", "entry")], indirect=True, ids=["file", "entry"])
def test_hello_text(server: Server) -> None:
    found = server.post(text="you", times=2)
    assert (found.status_code, found.json()) == (200, {"output": "hello you hello you"})
    assert server.post(text="you").json() == {"output": "hello you"}
    for wrong in ({}, {"text": "you", "times": 0}, {"text": "you", "times": 11}, {"text": "you", "times": "x"}):
        found = server.post(**wrong)
        assert found.status_code == 422
        assert found.json()["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize("server", [("resize-image",)], indirect=True)
def test_resize_image(server: Server) -> None:
    image = pytest.importorskip("PIL.Image")
    found = server.post(image=picture(), scale=0.25, resample="nearest")
    assert found.status_code == 200
    output = found.json()["output"]
    assert output["content_type"] == "image/png"
    assert output["file_name"] == "out.png"
    resized = image.open(io.BytesIO(base64.b64decode(output["url"].partition(",")[2])))
    assert resized.size == (10, 5)
    assert server.post(image={"url": picture()}).status_code == 200
    for wrong in ({"scale": 9}, {"resample": "cubic"}, {"image": "/etc/passwd"}, {"image": "http://127.0.0.1:1/x.png"}):
        found = server.post(**{"image": picture(), **wrong})
        assert found.status_code == 422
        assert found.json()["detail"][0]["loc"] == ["body", next(iter(wrong))]
    found = server.post(image=picture(), background="no colour")
    assert (found.status_code, found.json()) == (400, {"detail": "unknown color specifier: 'no colour'"})
    found = server.post(image="data:image/png;base64,AAAA")
    assert found.status_code == 500
    assert "cannot identify image file" in found.json()["detail"]
    assert "file.png" in found.json()["detail"]
    assert "base64" not in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("server", [("sentiment-requirements",)], indirect=True)
def test_sentiment(server: Server) -> None:
    found = server.post(text="A great film, not bad")
    if found.status_code == 500:
        pytest.skip("regex isn't installed")
    assert (found.status_code, found.json()) == (200, {"score": 1.0, "words": ["great", "bad"]})
    assert server.post(text="").status_code == 422


@pytest.mark.parametrize("server", [("nested-predict",)], indirect=True)
def test_streaming(server: Server) -> None:
    assert server.post(words=3).json() == {"output": "word0 word1 word2 "}
    with server.client.stream("POST", "/stream", json={"words": 4}) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        chunks = list(response.iter_text())
    assert chunks == [f'data: {{"output":"word{index} "}}\n\n' for index in range(4)]
    assert server.post("/stream", words=51).status_code == 422


@pytest.mark.parametrize("server", [("minimal",)], indirect=True)
def test_function(server: Server) -> None:
    found = server.post(s="you")
    assert (found.status_code, found.json()) == (200, {"output": "hello you"})
    assert server.post().status_code == 422


@pytest.mark.parametrize("server", [("runner-key",)], indirect=True)
def test_runner(server: Server) -> None:
    assert server.post(n=4).json() == {"output": [0, 1, 2, 3]}
    assert server.post().json() == {"output": [0, 1, 2]}
    assert server.post(n=-1).status_code == 422


@pytest.mark.parametrize("server", [("async-stream",)], indirect=True)
def test_async_streaming(server: Server) -> None:
    assert server.post(count=2, note=picture()).json() == {"output": ["0:.png", "1:.png"]}
    begin = time.monotonic()
    arrivals: list[float] = []
    with server.client.stream("POST", "/stream", json={"count": 3, "pause": 0.4}) as response:
        pieces = []
        for line in response.iter_lines():
            if line.startswith("data: "):
                pieces.append(json.loads(line[6:])["output"])
                arrivals.append(time.monotonic() - begin)
    assert pieces == ["0:None", "1:None", "2:None"]
    assert arrivals[0] < arrivals[2] - 0.5
    found = server.post("/stream", count=2, fail_at=0)
    assert (found.status_code, found.json()) == (400, {"detail": "failed at 0"})
    found = server.post("/stream", count=2, fail_at=1)
    assert found.status_code == 200
    assert found.text == 'data: {"output":"0:None"}\n\nevent: error\ndata: {"detail": "failed at 1"}\n\n'


@pytest.mark.parametrize("server", [("odd-inputs",)], indirect=True)
def test_odd_inputs(server: Server, tmp_path: Path) -> None:
    lora = "data:application/octet-stream;base64,AAAA"
    found = server.post(lora=lora, images=[picture(), picture()], json='{"a": 1}', seed=7)
    assert found.status_code == 200, found.text
    result = found.json()
    assert [part["name"] for part in result["parts"]] == [
        "a photo of 2 cats, \"quoted\" and 'quoted'",
        "of the runner",
    ]
    assert result["parts"][0]["file"] is None
    assert result["parts"][1]["file"]["content_type"] == "image/png"
    assert result["depth_map"]["url"].startswith("data:image/png")
    assert result["json"]["seed"] == 7
    assert [file["file_name"] for file in result["json"]["images"]] == ["file.png", "file.png"]
    assert server.post(lora=lora, word="xyz").status_code == 422
    assert server.post(lora=lora, word="abcdefghi").status_code == 422
    assert server.post(lora=lora, scales=[1, 5]).status_code == 422
