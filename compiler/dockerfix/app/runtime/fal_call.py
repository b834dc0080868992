"""Does for a fal App what Cog did around a predictor. Written by dockerfix.

The predictor is loaded from its file, unchanged, and lives in a thread of its own. For
each request the input files are fetched before the call, files that come back are
uploaded, and errors become answers: 400 for a ValueError, 500 for everything else,
never 503, which would end the runner.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import functools
import importlib
import importlib.util
import inspect
import json
import mimetypes
import os
import pathlib
import queue
import re
import shutil
import signal
import sys
import tempfile
import threading
import traceback
import typing
import urllib.parse
import urllib.request
from typing import Any, AsyncIterator, Callable, Dict, Iterator, List, Optional

ROOT = pathlib.Path(__file__).resolve().parent
LONGEST_NAME = 200
END = object()
OF_FAL = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
)
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
    keep_signals()
    importlib.import_module("fal_cog").install()
    os.chdir(ROOT)
    if str(ROOT) not in sys.path[:1]:
        sys.path.insert(0, str(ROOT))
    path = ROOT / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    # a file named as a module that is in use, such as queue.py, does not replace it
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    found = getattr(module, name)
    return found() if inspect.isclass(found) else found


class Job(concurrent.futures.Future):  # type: ignore[type-arg]
    """One call of the predictor; with `give`, a generator's pieces are handed to it.

    After each piece the generator waits for `wanted`: True to go on, False to end.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        inputs: Dict[str, Any],
        give: Optional[Callable[[Any], None]] = None,
    ) -> None:
        super().__init__()
        self.function = function
        self.inputs = inputs
        self.give = give
        self.wanted: Any = None
        self.task: Any = None

    def fail(self, error: BaseException) -> None:
        """Set the error. One that would end the process, as SystemExit, is wrapped."""
        if not isinstance(error, Exception):
            text = f"{type(error).__name__}: {error}".rstrip(": ")
            wrapped = RuntimeError(text)
            wrapped.__cause__ = error
            error = wrapped
        self.set_exception(error)


class Worker:
    """The thread in which the predictor lives, as it did under Cog.

    Load, setup and all calls run there, one after another. So they share thread-local
    state, context variables and an event loop, which isn't running while they do.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._tasks: Any = queue.SimpleQueue()
        threading.Thread(target=self._work, name="predictor", daemon=True).start()

    def load(self, file: str, name: str) -> Any:
        """Do what the function `load` does, in this thread."""
        job = Job(load, {"file": file, "name": name})
        self._tasks.put(functools.partial(self._do, job))
        return job.result()

    def setup(self, function: Callable[..., Any], **weights: Any) -> None:
        """Call the predictor's setup, and wait for it."""
        named = {key: weights_for(function, text) for key, text in weights.items()}
        job = Job(self._set_up, {"function": function, "named": named})
        self._tasks.put(functools.partial(self._do, job))
        job.result()

    def call(self, files: Any = None) -> Call:
        """Return a request, to use as a context manager."""
        return Call(self, files)

    def begin(self, job: Job) -> None:
        """Start a call."""
        job.wanted = queue.SimpleQueue()
        self._tasks.put(functools.partial(self._do, job))

    def go_on(self, job: Job) -> None:
        """Let a generator make its next piece."""
        job.wanted.put(True)

    def end(self, job: Job) -> None:
        """End a call that nobody waits for: a generator ends after its next piece."""
        if not job.done() and not job.cancel():
            job.wanted.put(False)

    def _work(self) -> None:
        while True:
            self._tasks.get()()

    def _do(self, job: Job) -> None:
        if not job.set_running_or_notify_cancel():
            return
        asyncio.set_event_loop(self._loop)  # asyncio.run() leaves none behind
        arguments, sys.argv = (
            sys.argv,
            sys.argv[:1],
        )  # as under Cog: fal's are not for it
        try:
            job.set_result(self._result(job.function, job.inputs, job.give, job.wanted))
        except BaseException as error:  # noqa: BLE001 - sys.exit() ends the call alone
            job.fail(error)
        finally:
            sys.argv = arguments
            del job  # else its error would hold it, and what the call used

    def _result(
        self, function: Callable[..., Any], inputs: Any, give: Any, wanted: Any
    ) -> Any:
        if wanted is not None:  # a call: neither load nor setup has a scope
            importlib.import_module("fal_cog").begin_scope()
        result = function(**inputs)
        if give is None:
            return list(result) if inspect.isgenerator(result) else result
        pieces = iter(result)
        try:
            for piece in pieces:
                give(piece)
                if not wanted.get():
                    break
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        return None

    def _set_up(self, function: Callable[..., Any], named: Dict[str, Any]) -> None:
        result = function(**named)
        if inspect.isawaitable(result):
            self._loop.run_until_complete(result)


class AsyncWorker(Worker):
    """The worker of an async predictor: calls are tasks of its event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._context: Optional[contextvars.Context] = None

    def setup(self, function: Callable[..., Any], **weights: Any) -> None:
        """Call the predictor's setup, and wait for it; then start the event loop."""
        super().setup(function, **weights)
        self._tasks.put(self._run_loop)

    def begin(self, job: Job) -> None:
        """Start a call."""
        if not self._loop.is_running():  # there was no setup
            self._tasks.put(self._run_loop)
        job.wanted = asyncio.Queue()
        self._loop.call_soon_threadsafe(self._start, job)

    def go_on(self, job: Job) -> None:
        """Let a generator make its next piece."""
        self._loop.call_soon_threadsafe(job.wanted.put_nowait, True)

    def end(self, job: Job) -> None:
        """Cancel a call that nobody waits for."""
        if not job.done() and not job.cancel():
            self._loop.call_soon_threadsafe(self._cancel, job)

    def _run_loop(self) -> None:
        self._context = self._context or contextvars.copy_context()
        try:
            self._loop.run_forever()
        except BaseException:  # noqa: BLE001 - sys.exit() in a task of the predictor
            traceback.print_exc()
        self._tasks.put(self._run_loop)

    def _start(self, job: Job) -> None:
        if self._context is not None and job.set_running_or_notify_cancel():
            context = self._context.copy()  # as setup left it, for each call anew
            job.task = context.run(self._loop.create_task, self._do_async(job))

    def _cancel(self, job: Job) -> None:
        job.wanted.put_nowait(False)
        job.task.cancel()

    async def _do_async(self, job: Job) -> None:
        try:
            parts = job.function, job.inputs, job.give, job.wanted
            job.set_result(await self._result_async(*parts))
        except BaseException as error:  # noqa: BLE001 - sys.exit() ends the call alone
            job.fail(error)
        finally:
            del job

    async def _result_async(
        self, function: Callable[..., Any], inputs: Any, give: Any, wanted: Any
    ) -> Any:
        importlib.import_module("fal_cog").begin_scope()
        result = function(**inputs)
        if inspect.isawaitable(result):
            result = await result
        if give is None and not inspect.isasyncgen(result):
            return list(result) if inspect.isgenerator(result) else result
        found = []
        pieces = result if hasattr(result, "__aiter__") else _each(result)
        try:
            async for piece in pieces:
                if give is None:
                    found.append(piece)
                    continue
                give(piece)
                if not await wanted.get():
                    break
        finally:
            if hasattr(pieces, "aclose"):
                await pieces.aclose()
        return found

    def _set_up(self, function: Callable[..., Any], named: Dict[str, Any]) -> None:
        async def wait() -> None:
            await result
            self._context = contextvars.copy_context()

        result = function(**named)
        if inspect.isawaitable(result):
            self._loop.run_until_complete(wait())


async def _each(pieces: Any) -> AsyncIterator[Any]:
    for piece in pieces:
        yield piece


def keep_signals() -> None:
    """Let a predictor ask for the signals that end a process, as it may under Cog.

    Python allows that only in the main thread, which is fal's, as those signals are.
    """
    change = signal.signal

    def changed(number: Any, handler: Any) -> Any:
        main = threading.current_thread() is threading.main_thread()
        if main or number not in OF_FAL:
            return change(number, handler)
        return signal.getsignal(number)

    signal.signal = changed  # type: ignore[assignment]


def weights_for(setup: Callable[..., Any], text: Optional[str]) -> Any:
    """Return COG_WEIGHTS as what setup's parameter says: a file, a path, or text."""
    try:
        kind = typing.get_type_hints(setup).get("weights")
    except (NameError, TypeError):
        return text
    cog = sys.modules["cog"]
    kinds = [
        each for each in typing.get_args(kind) or (kind,) if each is not type(None)
    ]
    if text is None or kinds not in ([cog.File], [cog.Path]):
        return text
    path = cog.Path(text)
    if re.match("(data|https?):", text):
        path = cog.Path(tempfile.mkdtemp(prefix="weights-")) / "weights"
        urllib.request.urlretrieve(text, path)  # noqa: S310
    return path.open("rb") if kinds == [cog.File] else path


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

    def __init__(self, worker: Any = None, files: Any = None) -> None:
        self._worker = worker
        self._files = files
        self._folders: List[str] = []
        self._job: Optional[Job] = None

    def __enter__(self) -> Call:
        return self

    def __exit__(self, _kind: Any, error: Any, _trace: Any) -> None:
        job, self._job = self._job, None
        if job is None:
            self._clean()
        else:
            self._worker.end(job)
            job.add_done_callback(self._clean)
        if isinstance(error, Exception):
            raise answer(error) from error

    def _clean(self, _job: Any = None) -> None:
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    async def run(self, function: Callable[..., Any], /, **inputs: Any) -> Any:
        """Call the predictor; returns its result."""
        self._job = Job(function, inputs)
        self._worker.begin(self._job)
        return await asyncio.wrap_future(self._job)

    async def pieces(
        self, function: Callable[..., Any], /, **inputs: Any
    ) -> AsyncIterator[Any]:
        """Call the predictor; yields its pieces. It waits until each has been used."""
        loop = asyncio.get_running_loop()
        arrived: Any = asyncio.Queue()

        def give(piece: Any) -> None:
            loop.call_soon_threadsafe(arrived.put_nowait, piece)

        self._job = Job(function, inputs, give)
        self._job.add_done_callback(lambda _: give(END))
        self._worker.begin(self._job)
        while True:
            piece = await arrived.get()
            if piece is END:
                break
            yield piece
            self._worker.go_on(self._job)
        self._job.result()  # raises the error

    async def path(self, value: Any, name: str) -> Any:
        """Fetch a fal file, or a list of them; returns cog.Path, or None for None."""
        return await _in_thread(self._path, value, name)

    async def file(self, value: Any, name: str) -> Any:
        """Fetch a fal file and open it, for inputs of type cog.File."""
        return await _in_thread(self._file, value, name)

    async def output(self, value: Any, kind: Any) -> Any:
        """Convert a result, or a part of it, to the type `kind`; uploads its files."""
        if value is None and hasattr(kind, "model_fields"):  # FastAPI would refuse it
            return importlib.import_module("fastapi.responses").JSONResponse(None)
        return await _in_thread(self._output, value, kind)

    def _path(self, value: Any, name: str) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            return [self._path(item, name) for item in value]
        folder = tempfile.mkdtemp(prefix="fal-")
        self._folders.append(folder)
        try:
            saved = save(value, pathlib.Path(folder) / file_name(value))
        except Exception as error:
            detail = {"loc": ["body", name], "msg": str(error), "type": "file_download"}
            raise http_error(422, [detail]) from error
        return sys.modules["cog"].Path(saved)

    def _file(self, value: Any, name: str) -> Any:
        if isinstance(value, list):
            return [self._file(item, name) for item in value]
        path = self._path(value, name)
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

    def _output(self, value: Any, kind: Any) -> Any:
        if value is None:
            return None
        if isinstance(kind, type) and hasattr(kind, "from_path"):
            return upload(value, kind)
        if hasattr(kind, "model_fields"):
            return model(kind, self._fields(value, kind))
        return self._parts(value, kind)

    def _parts(self, value: Any, kind: Any) -> Any:
        inner = [arg for arg in typing.get_args(kind) if arg is not type(None)]
        origin = typing.get_origin(kind)
        if origin is typing.Union and len(inner) == 1:
            return self._output(value, inner[0])
        if origin is list and isinstance(value, (list, tuple, set, Iterator)):
            return [self._output(item, inner[0]) for item in value]
        if origin is dict and isinstance(value, dict):
            return {key: self._output(item, inner[1]) for key, item in value.items()}
        return self._plain(value)

    def _fields(self, value: Any, kind: Any) -> Dict[str, Any]:
        found = {}
        for plain, field in kind.model_fields.items():
            name = field.alias or plain
            if isinstance(value, dict):
                item = value.get(name)
            else:
                item = getattr(value, name, None)
            found[name] = self._output(item, field.annotation)
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


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, context.run, function, *arguments)


def model(kind: Any, fields: Dict[str, Any]) -> Any:
    """Return an instance of a result's class. As under Cog, any value may be None."""
    try:
        return kind(**fields)
    except importlib.import_module("pydantic").ValidationError as error:
        if any(each["input"] is not None for each in error.errors()):
            raise
    return kind.model_construct(**fields)


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


async def events(pieces: AsyncIterator[Any]) -> AsyncIterator[str]:
    """Yield pieces as server-sent events.

    Waits for the first piece, so an error before it still gets its own status.
    """
    try:
        first = await pieces.__anext__()
    except StopAsyncIteration:
        first = END
    return _events(first, pieces)


async def _events(first: Any, pieces: AsyncIterator[Any]) -> AsyncIterator[str]:
    if first is END:
        return
    yield event(first)
    try:
        async for piece in pieces:
            yield event(piece)
    except Exception as error:  # noqa: BLE001 - the client gets it
        yield error_event(error)


def event(piece: Any) -> str:
    """Return one piece as an event."""
    return f"data: {piece.model_dump_json(warnings=False)}\n\n"


def error_event(error: Exception) -> str:
    """Return the error event for a client whose answer has already begun."""
    detail = getattr(error, "detail", None) or str(error)
    return f"event: error\ndata: {json.dumps({'detail': detail})}\n\n"


def healthy(found: Any) -> Dict[str, str]:
    """Return the answer to a health check; False is an error, which fal counts."""
    if not found:
        raise http_error(500, "the predictor says that it is unhealthy")
    return {"status": "healthy"}
