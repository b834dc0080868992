"""Calls of an App over HTTP, and whether its answers are right: what apps.yaml says, carried out."""

from __future__ import annotations

import base64
import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from e2e import pictures

PORT = 8080
TIMEOUT = 60
COLOURS = {"R": (255, 0, 0), "G": (0, 255, 0), "B": (0, 0, 255), "W": (255, 255, 255)}
FILE_KEYS = {"$text", "$pixels", "$picture", "$file", "$bytes"}
Uploaded = Mapping[str, tuple[str, bytes]]
"""Content type and data of the files that the App has uploaded, by their path."""


def make_all(wanted: list[dict[str, Any]], uploaded: Uploaded, folder: Path) -> list[str]:
    """Carry out calls in order, those of one `together` at once; `folder` has the files that they name."""
    found: list[str] = []
    for call in wanted:
        together = call.get("together", [call])
        with ThreadPoolExecutor(len(together)) as pool:
            for answer in pool.map(lambda one: make(one, uploaded, folder), together):
                found += answer
    return found


def make(call: dict[str, Any], uploaded: Uploaded, folder: Path) -> list[str]:
    """Carry out one call; what is wrong with its answer comes back, each with the call before it."""
    path = call.get("path", "/")
    head = f"POST {path} {json.dumps(call['send'], ensure_ascii=False)}: "
    connection = HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT)
    try:
        body = json.dumps(filled(call["send"], folder)).encode()
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        pieces = list(iter(answer.read1, b""))
    except OSError as error:
        return [f"{head}{type(error).__name__}: {error}"]
    finally:
        connection.close()
    return [head + text for text in judged(call, answer.status, pieces, uploaded, folder)]


def ready(path: str = "/health") -> bool:
    """Whether the App says that it is healthy."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def filled(value: Any, folder: Path) -> Any:
    """What to send: each `$pixels`, `$text` and `$file` has become a data URL."""
    if isinstance(value, dict):
        if "$pixels" in value:
            return _url("image/png", pictures.make([[COLOURS[letter] for letter in row] for row in value["$pixels"]]))
        if "$text" in value:
            return _url("text/plain", value["$text"].encode())
        if "$file" in value:
            kind = mimetypes.guess_type(value["$file"])[0] or "application/octet-stream"
            return _url(kind, (folder / value["$file"]).read_bytes())
        return {name: filled(item, folder) for name, item in value.items()}
    return [filled(item, folder) for item in value] if isinstance(value, list) else value


def _url(kind: str, data: bytes) -> str:
    """A file as a data URL."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def judged(call: dict[str, Any], status: int, pieces: list[bytes], uploaded: Uploaded, folder: Path) -> list[str]:
    """What is wrong with an answer, whose body came in `pieces`."""
    body = b"".join(pieces).decode(errors="replace")
    if status != call.get("status", 200):
        return [f"status {status}, wanted {call.get('status', 200)}: {body[:300]}"]
    if "streams" in call:
        wanted = call["streams"]
        found = [_event(piece) for piece in pieces]
        if len(found) != len(wanted):
            return [f"the pieces are {found}, wanted {wanted}"]
        return [text for pair in zip(wanted, found, strict=True) for text in differences(*pair, uploaded, folder)]
    try:
        return list(differences(call.get("gives", {}), json.loads(body), uploaded, folder))
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


def differences(wanted: Any, found: Any, uploaded: Uploaded, folder: Path, place: str = "answer") -> Iterator[str]:
    """How an answer differs from the one wanted: objects in the fields named there, all else as a whole."""
    if isinstance(wanted, dict) and "$contains" in wanted:
        if not isinstance(found, str) or wanted["$contains"] not in found:
            yield f"{place} is {_short(found)}, which does not contain {wanted['$contains']!r}"
    elif isinstance(wanted, dict) and "$near" in wanted:
        if not _is_near(wanted, found):
            yield f"{place} is {_short(found)}, wanted about {wanted['$near']}"
    elif isinstance(wanted, dict) and wanted.keys() & FILE_KEYS:
        yield from _file(wanted, found, uploaded, folder, place)
    elif isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            if name not in found:
                yield f"{place} has no {name}"
            else:
                yield from differences(value, found[name], uploaded, folder, f"{place}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (value, item) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(value, item, uploaded, folder, f"{place}[{index}]")
    elif wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
        yield f"{place} is {_short(found)}, wanted {json.dumps(wanted)}"


def _short(value: Any) -> str:
    """A value for a message."""
    return json.dumps(value)[:300]


def _is_near(wanted: dict[str, Any], found: Any) -> bool:
    """Whether a number is the one wanted but for a little."""
    is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
    return is_number and abs(found - wanted["$near"]) <= wanted.get("$within", 1e-4)


def _file(wanted: dict[str, Any], found: Any, uploaded: Uploaded, folder: Path, place: str) -> Iterator[str]:
    """How a file of an answer differs from the one wanted, in its fields and in what it holds."""
    fields = {name: value for name, value in wanted.items() if not name.startswith("$")}
    yield from differences(fields, found, uploaded, folder, place) if fields else ()
    data = _data(found, uploaded)
    if data is None:
        yield f"{place} is no file that was uploaded"
    elif "$text" in wanted and data != wanted["$text"].encode():
        yield f"{place} holds {data[:100]!r}, wanted {wanted['$text']!r}"
    elif "$bytes" in wanted and data != base64.b64decode(wanted["$bytes"]):
        yield f"{place} holds {data[:100]!r}, wanted other bytes"
    elif "$file" in wanted and data != (folder / wanted["$file"]).read_bytes():
        yield f"{place} holds {data[:100]!r}, which is not {wanted['$file']}"
    elif "$pixels" in wanted or "$picture" in wanted:
        yield from _picture(wanted, data, folder, place)


def _data(found: Any, uploaded: Uploaded) -> bytes | None:
    """What a file of an answer holds: it is an uploaded one, or a data URL as Cog's server gives."""
    address = str(found.get("url") if isinstance(found, dict) else found)
    if match := re.match(r"data:[^,]*;base64,", address):
        return base64.b64decode(address[match.end() :])
    stored = uploaded.get(urlsplit(address).path)
    return stored[1] if stored else None


def _picture(wanted: dict[str, Any], data: bytes, folder: Path, place: str) -> Iterator[str]:
    """How a picture differs from the one wanted; a channel may be `$within` off."""
    try:
        found = [[pixel[:3] for pixel in row] for row in pictures.read(data)]
        if "$pixels" in wanted:
            goal: list[list[pictures.Pixel]] = [[COLOURS[letter] for letter in row] for row in wanted["$pixels"]]
        else:
            goal = [[pixel[:3] for pixel in row] for row in pictures.read((folder / wanted["$picture"]).read_bytes())]
    except ValueError as error:
        yield f"{place}: {error}"
        return
    sizes = [(len(rows), len(rows[0])) for rows in (found, goal)]
    if sizes[0] != sizes[1]:
        yield f"{place} is a picture of {sizes[0]} pixels, wanted {sizes[1]}"
        return
    pairs = [pair for rows in zip(found, goal, strict=True) for pair in zip(*rows, strict=True)]
    off = max((abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True)), default=0)
    if off > wanted.get("$within", 0):
        yield f"{place} has other pixels than wanted, by up to {off}: {found if len(pairs) < 20 else '…'}"
