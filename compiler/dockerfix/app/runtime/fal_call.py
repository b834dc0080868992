"""Does for a fal App what Cog did around a predictor. Written by dockerfix.

The predictor is loaded from its file, unchanged. For each request the input files are
fetched before the call, files that come back are uploaded, and errors become answers:
400 for a ValueError, 500 for everything else, never 503, which would end the runner.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import importlib.util
import inspect
import json
import mimetypes
import os
import pathlib
import shutil
import sys
import tempfile
import traceback
import typing
import urllib.parse
import urllib.request
from typing import Any, AsyncIterator, Callable, Dict, Iterator, List, Optional

ROOT = pathlib.Path(__file__).resolve().parent
LONGEST_NAME = 200
MEDIA_TYPES = {
    ".avif": "image/avif",
    ".flac": "audio/flac",
    ".glb": "model/gltf-binary",
    ".jsonl": "application/jsonl",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/opus",
    ".ply": "model/ply",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".webp": "image/webp",
}


def load(file: str, name: str) -> Any:
    """Import a file of the project and return its `name`, an instance if it is a class.

    As under Cog the module gets the file's own name, and the project's folder is the
    working directory, where other modules are found.
    """
    importlib.import_module("fal_cog").install()
    os.chdir(ROOT)
    if str(ROOT) not in sys.path[:1]:
        sys.path.insert(0, str(ROOT))
    path = ROOT / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    found = getattr(module, name)
    return found() if inspect.isclass(found) else found


def content_type(path: pathlib.Path) -> str:
    """Return the media type for the file's name."""
    known = MEDIA_TYPES.get(path.suffix.lower())
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def http_error(status: int, detail: Any) -> Exception:
    """Return the exception that FastAPI answers with `status`."""
    error: Exception = importlib.import_module("fastapi").HTTPException(status, detail)
    return error


def answer(error: Exception) -> Exception:
    """Return what the client gets for an error of the predictor."""
    if type(error).__name__ == "HTTPException":
        return error
    traceback.print_exception(type(error), error, error.__traceback__)
    theirs = isinstance(error, ValueError) and type(error).__name__ != "ValidationError"
    return http_error(400 if theirs else 500, str(error) or type(error).__name__)


class Call:
    """One request: its input files live until it ends.

    `files` is fal's class for files in a result whose type doesn't name one.
    """

    def __init__(self, files: Any = None) -> None:
        self._files = files
        self._folders: List[str] = []

    def __enter__(self) -> Call:
        return self

    def __exit__(self, _kind: Any, error: Any, _trace: Any) -> None:
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, Exception):
            raise answer(error) from error

    def path(self, value: Any, name: str) -> Any:
        """Fetch a fal file, or a list of them; returns cog.Path, or None for None."""
        if value is None:
            return None
        if isinstance(value, list):
            return [self.path(item, name) for item in value]
        folder = tempfile.mkdtemp(prefix="fal-")
        self._folders.append(folder)
        try:
            saved = save(value, pathlib.Path(folder) / file_name(value))
        except Exception as error:
            detail = {"loc": ["body", name], "msg": str(error), "type": "file_download"}
            raise http_error(422, [detail]) from error
        return sys.modules["cog"].Path(saved)

    def file(self, value: Any, name: str) -> Any:
        """Fetch a fal file and open it, for inputs of type cog.File."""
        if isinstance(value, list):
            return [self.file(item, name) for item in value]
        path = self.path(value, name)
        return None if path is None else path.open("rb")

    def secret(self, value: Any) -> Any:
        """Return Cog's secret for pydantic's."""
        if isinstance(value, list):
            return [self.secret(item) for item in value]
        return value and sys.modules["cog"].Secret(value.get_secret_value())

    def or_own(self, value: Any, function: Callable[..., Any], name: str) -> Any:
        """Return `value`; for None, the predictor's own default of a parameter."""
        if value is not None:
            return value
        default = inspect.signature(function).parameters[name].default
        return getattr(default, "default", default)

    def or_own_path(self, value: Any, function: Callable[..., Any], name: str) -> Any:
        """Like `or_own`, for a file in the image."""
        own = self.or_own(value, function, name)
        return sys.modules["cog"].Path(own) if isinstance(own, str) else own

    def output(self, value: Any, kind: Any) -> Any:
        """Convert a result, or a part of it, to the type `kind`; uploads its files."""
        if value is None:
            return None
        if isinstance(kind, type) and hasattr(kind, "from_path"):
            return upload(value, kind)
        if hasattr(kind, "model_fields"):
            return kind(**self._fields(value, kind))
        return self._parts(value, kind)

    def _parts(self, value: Any, kind: Any) -> Any:
        inner = [arg for arg in typing.get_args(kind) if arg is not type(None)]
        origin = typing.get_origin(kind)
        if origin is typing.Union and len(inner) == 1:
            return self.output(value, inner[0])
        if origin is list and isinstance(value, (list, tuple, set, Iterator)):
            return [self.output(item, inner[0]) for item in value]
        if origin is dict and isinstance(value, dict):
            return {key: self.output(item, inner[1]) for key, item in value.items()}
        return self._plain(value)

    def _fields(self, value: Any, kind: Any) -> Dict[str, Any]:
        found = {}
        for plain, field in kind.model_fields.items():
            name = field.alias or plain
            if isinstance(value, dict):
                item = value.get(name)
            else:
                item = getattr(value, name, None)
            found[name] = self.output(item, field.annotation)
        return found

    def _plain(self, value: Any) -> Any:
        if isinstance(value, os.PathLike):
            return str(value) if self._files is None else upload(value, self._files)
        if isinstance(value, (list, tuple, set)):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            return {key: self._plain(item) for key, item in value.items()}
        if type(value).__module__ == "numpy":
            return value.tolist()
        if hasattr(value, "model_dump"):
            return self._plain(value.model_dump())
        return value

    async def path_async(self, value: Any, name: str) -> Any:
        """Like `path`, without blocking other requests."""
        return await _in_thread(self.path, value, name)

    async def file_async(self, value: Any, name: str) -> Any:
        """Like `file`, without blocking other requests."""
        return await _in_thread(self.file, value, name)

    async def output_async(self, value: Any, kind: Any) -> Any:
        """Like `output`, without blocking other requests."""
        return await _in_thread(self.output, value, kind)


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, context.run, function, *arguments)


def save(value: Any, path: pathlib.Path) -> pathlib.Path:
    """Write a fal file to `path`; decodes data URLs itself, as fal would log them."""
    if not value.url.startswith("data:"):
        return pathlib.Path(value.save(path))
    with urllib.request.urlopen(value.url) as response:  # noqa: S310 - a data URL
        path.write_bytes(response.read())
    return path


def file_name(value: Any) -> str:
    """Return a name for a fal file with its ending, which predictors may check."""
    parts = urllib.parse.urlparse(value.url)
    if value.file_name:
        name = value.file_name
    elif parts.scheme == "data":
        kind = parts.path.partition(",")[0].partition(";")[0]
        name = "file" + (mimetypes.guess_extension(value.content_type or kind) or "")
    else:
        name = urllib.parse.unquote_plus(parts.path)
    name = name.replace("\0", "_").replace("\\", "/").rpartition("/")[2]
    ending = pathlib.PurePosixPath(name).suffix[-32:]
    stem = name[: len(name) - len(ending)].encode("utf-8", "replace")[:LONGEST_NAME]
    return (stem.decode("utf-8", "ignore") + ending).strip(". ") or "file"


def upload(value: Any, kind: Any) -> Any:
    """Upload a path, or an open file, as fal's class `kind`, with its media type."""
    if hasattr(value, "read"):
        name = pathlib.Path(str(getattr(value, "name", "") or "output"))
        data = value.read()
        data = data.encode() if isinstance(data, str) else data
        return kind.from_bytes(data, content_type(name), file_name=name.name)
    path = pathlib.Path(value)
    return kind.from_path(path, content_type=content_type(path))


def events(pieces: Iterator[Any]) -> Iterator[str]:
    """Yield pieces as server-sent events.

    Waits for the first piece, so an error before it still gets its own status.
    """
    first: Optional[Any] = next(pieces, None)
    return _events(first, pieces)


def _events(first: Any, pieces: Iterator[Any]) -> Iterator[str]:
    if first is None:
        return
    yield event(first)
    try:
        for piece in pieces:
            yield event(piece)
    except Exception as error:  # noqa: BLE001 - the client gets it
        yield error_event(error)


async def events_async(pieces: AsyncIterator[Any]) -> AsyncIterator[str]:
    """Like `events`, for an async predictor."""
    try:
        first = await pieces.__anext__()
    except StopAsyncIteration:
        first = None
    return _events_async(first, pieces)


async def _events_async(first: Any, pieces: AsyncIterator[Any]) -> AsyncIterator[str]:
    if first is None:
        return
    yield event(first)
    try:
        async for piece in pieces:
            yield event(piece)
    except Exception as error:  # noqa: BLE001 - the client gets it
        yield error_event(error)


def event(piece: Any) -> str:
    """Return one piece as an event."""
    return f"data: {piece.model_dump_json()}\n\n"


def error_event(error: Exception) -> str:
    """Return the error event for a client whose answer has already begun."""
    detail = getattr(error, "detail", None) or str(error)
    return f"event: error\ndata: {json.dumps({'detail': detail})}\n\n"


def healthy(found: Any) -> Dict[str, str]:
    """Return the answer to a health check; False is an error, which fal counts."""
    if not found:
        raise http_error(500, "the predictor says that it is unhealthy")
    return {"status": "healthy"}
