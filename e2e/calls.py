"""Calls of an App over HTTP, and whether its answers are right: what apps.yaml says, carried out."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from e2e import pictures

PORT = 8080
TIMEOUT = 60
COLOURS = {"R": (255, 0, 0), "G": (0, 255, 0), "B": (0, 0, 255), "W": (255, 255, 255)}
Uploaded = Mapping[str, tuple[str, bytes]]
"""Content type and data of the files that the App has uploaded, by their path."""


def make(call: dict[str, Any], uploaded: Uploaded) -> list[str]:
    """Carry out one call; what is wrong with its answer comes back, each with the call before it."""
    path = call.get("path", "/")
    head = f"POST {path} {json.dumps(call['send'], ensure_ascii=False)}: "
    connection = HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT)
    try:
        body = json.dumps(filled(call["send"])).encode()
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        pieces = list(iter(answer.read1, b""))
    except OSError as error:
        return [f"{head}{type(error).__name__}: {error}"]
    finally:
        connection.close()
    return [head + text for text in judged(call, answer.status, pieces, uploaded)]


def ready() -> bool:
    """Whether the App says that it is healthy."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def filled(value: Any) -> Any:
    """What to send: each `pixels` has become a data URL."""
    if isinstance(value, dict):
        if "pixels" in value:
            picture = pictures.make([[COLOURS[letter] for letter in row] for row in value["pixels"]])
            return "data:image/png;base64," + base64.b64encode(picture).decode()
        return {name: filled(item) for name, item in value.items()}
    return [filled(item) for item in value] if isinstance(value, list) else value


def judged(call: dict[str, Any], status: int, pieces: list[bytes], uploaded: Uploaded) -> list[str]:
    """What is wrong with an answer, whose body came in `pieces`."""
    body = b"".join(pieces).decode(errors="replace")
    if status != call.get("status", 200):
        return [f"status {status}, wanted {call.get('status', 200)}: {body[:300]}"]
    if "streams" in call:
        wanted = call["streams"]
        found = [_event(piece) for piece in pieces]
        return [] if found == wanted else [f"the pieces are {found}, wanted {wanted}"]
    try:
        return list(differences(call["gives"], json.loads(body), uploaded))
    except json.JSONDecodeError:
        return [f"the answer is no JSON: {body[:300]}"]


def _event(piece: bytes) -> Any:
    """The data of a piece that is exactly one server-sent event; the piece itself where it is not."""
    text = piece.decode(errors="replace")
    data = text[len("data: ") : -len("\n\n")]
    if text != f"data: {data}\n\n" or "\n" in data:
        return text
    try:
        return json.loads(data)
    except json.JSONDecodeError:
        return text


def differences(wanted: Any, found: Any, uploaded: Uploaded, place: str = "answer") -> Iterator[str]:
    """How an answer differs from the one wanted: objects in the fields named there, all else as a whole."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name in {"pixels", "text"}:
                yield from _file(name, value, uploaded.get(urlsplit(str(found.get("url"))).path), place)
            elif name not in found:
                yield f"{place} has no {name}"
            else:
                yield from differences(value, found[name], uploaded, f"{place}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (value, item) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(value, item, uploaded, f"{place}[{index}]")
    elif wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
        yield f"{place} is {json.dumps(found)[:300]}, wanted {json.dumps(wanted)}"


def _file(kind: str, wanted: Any, stored: tuple[str, bytes] | None, place: str) -> Iterator[str]:
    """How an uploaded file differs from the one wanted."""
    if stored is None:
        yield f"{place} is no file that was uploaded"
    elif kind == "text":
        if stored[1] != wanted.encode():
            yield f"{place} holds {stored[1][:100]!r}, wanted {wanted!r}"
    else:
        try:
            found = [[pixel[:3] for pixel in row] for row in pictures.read(stored[1])]
        except ValueError as error:
            yield f"{place}: {error}"
            return
        if found != [[COLOURS[letter] for letter in row] for row in wanted]:
            yield f"{place} has the pixels {found}, wanted {wanted}"
