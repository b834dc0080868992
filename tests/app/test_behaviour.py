"""What holds for a predictor while it runs under Cog holds in its App: one thread, one context, and calls that fail."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from apps import SERVED, add_app, write
from served import Server, httpx

Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def started(text: str, **files: str) -> Server:
            folder = tmp_path / SERVED
            write(folder, predict__py="from cog import *\n" + dedent(text), **files)
            add_app(folder)
            return stack.enter_context(Server(folder))

        yield started


def output(server: Server, **values: Any) -> Any:
    answer = server.post(**values)
    assert answer.status_code == 200, answer.text
    return answer.json()["output"]


def fails(server: Server, text: str, **values: Any) -> None:
    answer = server.post(**values)
    assert (answer.status_code, answer.json()) == (500, {"detail": text})


def wait_for(file: Path, text: str) -> None:
    end = time.monotonic() + 20
    while not (file.exists() and text in file.read_text(encoding="utf-8")):
        assert time.monotonic() < end, f"no {text!r} in {file.name}"
        time.sleep(0.05)


# ------------------------------------------------------------------ one thread, one loop, one context


def test_loops_of_a_sync_predictor(serve: Serve) -> None:
    server = serve(
        """
        import asyncio

        async def two():
            await asyncio.sleep(0)
            return 2

        class Predictor(BasePredictor):
            def setup(self):
                self.loop = asyncio.get_event_loop()
                self.early = self.loop.create_task(two())
                self.ready = asyncio.run(two())

            def predict(self, way: str) -> int:
                if way == "run":
                    return asyncio.run(two())
                assert asyncio.get_event_loop() is self.loop
                return self.loop.run_until_complete(self.early if way == "early" else two()) + self.ready
        """
    )
    assert [output(server, way=way) for way in ("run", "loop", "early", "run", "loop")] == [2, 4, 4, 2, 4]


def test_state_of_a_thread(serve: Serve) -> None:
    """Many calls at once go through one thread, the one that loaded the predictor."""
    server = serve(
        """
        import contextvars, decimal, sqlite3, threading, time

        LOADED = threading.get_ident()
        NAME = contextvars.ContextVar("name", default="none")

        class Predictor(BasePredictor):
            def setup(self):
                self.database = sqlite3.connect(":memory:")
                self.database.execute("create table words (word text)")
                self.local = threading.local()
                self.local.value = "of setup"
                decimal.getcontext().prec = 5
                NAME.set("of setup")

            def predict(self, word: str) -> list[str]:
                assert threading.get_ident() == LOADED
                self.database.execute("insert into words values (?)", [word])
                time.sleep(0.05)
                last = self.database.execute("select word from words order by rowid desc limit 1").fetchone()[0]
                return [last, self.local.value, NAME.get(), str(decimal.Decimal(1) / 3)]
        """
    )
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda word: output(server, word=word), "abcd"))
    assert found == [[word, "of setup", "of setup", "0.33333"] for word in "abcd"]


CONTEXTS = """
    import contextvars, threading
    from typing import AsyncIterator, Iterator

    NAME = contextvars.ContextVar("name", default="none")
    LOCAL = threading.local()
    LOADED = threading.get_ident()
"""


def test_context_of_a_generator(serve: Serve) -> None:
    numpy = pytest.importorskip("numpy")
    assert numpy
    server = serve(
        CONTEXTS
        + """
    import numpy, time

    class Predictor(BasePredictor):
        def predict(self, name: str) -> Iterator[str]:
            token = NAME.set(name)
            LOCAL.name = name
            try:
                with numpy.errstate(divide="raise"):
                    for number in range(3):
                        time.sleep(0.02)
                        yield " ".join([NAME.get(), LOCAL.name, numpy.geterr()["divide"]])
                        assert threading.get_ident() == LOADED
            finally:
                NAME.reset(token)
        """
    )
    assert output(server, name="a") == ["a a raise"] * 3
    for name in ("b", "c"):
        assert server.stream(name=name) == [f"{name} {name} raise"] * 3


def test_context_and_task_of_an_async_generator(serve: Serve) -> None:
    server = serve(
        CONTEXTS
        + """
    import anyio, asyncio

    class Predictor(BasePredictor):
        async def setup(self):
            self.loop = asyncio.get_running_loop()
            self.lock = asyncio.Lock()
            NAME.set("of setup")

        async def predict(self, name: str) -> AsyncIterator[str]:
            before, token, task = NAME.get(), NAME.set(name), asyncio.current_task()
            try:
                with anyio.move_on_after(5):
                    for _ in range(3):
                        async with self.lock:
                            await asyncio.sleep(0.02)
                        yield f"{before} {NAME.get()} {asyncio.current_task() is task}"
                        assert asyncio.get_running_loop() is self.loop
            finally:
                NAME.reset(token)
        """
    )
    assert output(server, name="a") == ["of setup a True"] * 3
    assert server.stream(name="b") == ["of setup b True"] * 3


def test_loop_of_an_async_predictor(serve: Serve) -> None:
    """What setup starts in the loop goes on between calls, which run at once; a sync setup may run a loop itself."""
    server = serve(
        """
        import asyncio, time

        async def two():
            return 2

        class Predictor(BasePredictor):
            def setup(self):
                self.count = 0
                asyncio.get_event_loop().create_task(self.tick())
                self.both = None
                self.two = asyncio.run(two())

            async def tick(self):
                while True:
                    self.count += 1
                    await asyncio.sleep(0.01)

            @concurrent(max=2)
            async def predict(self, wait: bool) -> int:
                if not wait:
                    return self.count
                if self.both is None:
                    self.both = asyncio.Event()
                    await asyncio.wait_for(self.both.wait(), 10)
                self.both.set()
                return self.two
        """
    )
    import concurrent.futures

    before = output(server, wait=False)
    time.sleep(0.3)
    assert output(server, wait=False) > before + 3
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda _: output(server, wait=True), range(2))) == [2, 2]


def test_blocking_async_predictor_leaves_the_health_check_free(serve: Serve) -> None:
    server = serve(
        """
        import time

        class Predictor(BasePredictor):
            async def predict(self) -> str:
                open("began", "w").close()
                time.sleep(3)
                return "done"
        """
    )
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        answer = threads.submit(output, server)
        wait_for(server.folder / "began", "")
        begin = time.monotonic()
        assert server.client.get("/health").status_code == 200
        assert time.monotonic() - begin < 2
        assert answer.result() == "done"


def test_loop_for_a_predictor_without_setup(serve: Serve) -> None:
    server = serve(
        """
        class Predictor:
            async def predict(self, text: str) -> str:
                return text
        """
    )
    assert [output(server, text=text) for text in "ab"] == ["a", "b"]


# ------------------------------------------------------------------ what ends a call, and not the runner


@pytest.mark.parametrize("kind", ["", "async "])
def test_what_would_end_the_process(serve: Serve, kind: str) -> None:
    server = serve(
        f"""
        import asyncio, sys

        class Own(BaseException):
            pass

        async def leave():
            sys.exit(3)

        class Predictor(BasePredictor):
            {kind}def predict(self, way: str) -> str:
                if way == "exit":
                    sys.exit(2)
                if way == "text":
                    sys.exit("no licence")
                if way == "quit":
                    raise KeyboardInterrupt
                if way == "own":
                    raise Own("bad")
                if way == "cancel":
                    raise asyncio.CancelledError
                if way == "task":
                    {"await asyncio.gather(leave())" if kind else "asyncio.run(leave())"}
                return way
        """
    )
    for way, text in (
        ("exit", "SystemExit: 2"),
        ("text", "SystemExit: no licence"),
        ("quit", "KeyboardInterrupt"),
        ("own", "Own: bad"),
        ("cancel", "CancelledError"),
        ("task", "SystemExit: 3"),
    ):
        fails(server, text, way=way)
        assert output(server, way="fine") == "fine"
    assert "sys.exit(2)" in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["", "async "])
def test_what_would_end_the_process_in_a_stream(serve: Serve, kind: str) -> None:
    server = serve(
        f"""
        import sys
        from typing import AsyncIterator, Iterator

        class Predictor(BasePredictor):
            {kind}def predict(self, good: int, bad: bool = True) -> {"Async" if kind else ""}Iterator[int]:
                for number in range(good):
                    yield number
                if bad:
                    sys.exit(2)
        """
    )
    assert server.stream(good=2) == [0, 1, "SystemExit: 2"]
    fails(server, "SystemExit: 2", good=2)
    answer = server.post("/stream", good=0)
    assert (answer.status_code, answer.json()) == (500, {"detail": "SystemExit: 2"})
    assert server.stream(good=0, bad=False) == []
    assert server.stream(good=2, bad=False) == output(server, good=2, bad=False) == [0, 1]


@pytest.mark.parametrize("kind", ["", "async "])
def test_failed_call_holds_no_memory(serve: Serve, kind: str) -> None:
    server = serve(
        f"""
        import gc
        from typing import AsyncIterator, Iterator

        ALIVE = []

        class Tensor:
            def __init__(self):
                ALIVE.append(1)

            def __del__(self):
                ALIVE.pop()

        class Predictor(BasePredictor):
            def setup(self):
                gc.disable()

            {kind}def predict(self, fail: bool) -> {"Async" if kind else ""}Iterator[int]:
                yield len(ALIVE)
                tensor = Tensor()
                if fail:
                    raise RuntimeError("out of memory")
        """
    )
    for _ in range(3):
        fails(server, "out of memory", fail=True)
        assert server.stream(fail=True) == [0, "out of memory"]
    assert output(server, fail=False) == [0]


def test_arguments_of_the_program(serve: Serve) -> None:
    server = serve(
        """
        import argparse, sys

        def steps():
            parser = argparse.ArgumentParser()
            parser.add_argument("--steps", type=int, default=30)
            return parser.parse_args().steps

        STEPS = steps()

        class Predictor(BasePredictor):
            def setup(self):
                self.steps = steps()

            def predict(self) -> list[int]:
                return [STEPS, self.steps, steps(), len(sys.argv)]
        """
    )
    assert output(server) == [30, 30, 30, 1]


@pytest.mark.parametrize("kind", ["", "async "])
@pytest.mark.parametrize(
    ("wrong", "text"), [("raise OSError('no weights')", "no weights"), ("sys.exit(0)", "SystemExit")]
)
def test_setup_that_fails(serve: Serve, kind: str, wrong: str, text: str) -> None:
    with pytest.raises(AssertionError) as failed:
        serve(
            f"""
            import sys

            class Predictor(BasePredictor):
                {kind}def setup(self):
                    {wrong}

                {kind}def predict(self) -> int:
                    return 1
            """
        )
    log = str(failed.value)
    assert "Application startup failed" in log
    assert text in log
    assert f'predict.py", line 7, in setup\n    {wrong}' in log


@pytest.mark.parametrize(
    ("kind", "pause", "end"),
    [("", "time.sleep(0.05)", "GeneratorExit"), ("async ", "await asyncio.sleep(0.05)", "CancelledError")],
)
def test_client_that_goes_away(serve: Serve, kind: str, pause: str, end: str) -> None:
    """The generator ends, and what it had is given back; its thread takes the next call."""
    server = serve(
        f"""
        import asyncio, threading, time
        from typing import AsyncIterator, Iterator

        class Predictor(BasePredictor):
            {kind}def predict(
                self, name: str, note: Path, last: int, first: float = 0
            ) -> {"Async" if kind else ""}Iterator[int]:
                log = open("log", "a")
                time.sleep(first)
                try:
                    for number in range(last):
                        yield number
                        {pause}
                except BaseException as error:
                    print(name, type(error).__name__, note.exists(), file=log, flush=True)
                    raise
                finally:
                    print(name, "ended", file=log, flush=True)
                    self.note = note
                    log.close()

        """
    )
    note = "data:text/plain,x"
    for name in ("a", "b", "c"):
        with server.client.stream("POST", "/stream", json={"name": name, "note": note, "last": 10**6}) as response:
            next(response.iter_text())
        wait_for(server.folder / "log", f"{name} ended")
    log = (server.folder / "log").read_text(encoding="utf-8").splitlines()
    assert [line for line in log if "ended" not in line] == [
        each for each in log if each.split()[1:] in (["GeneratorExit", "True"], [end, "True"])
    ]
    assert len(log) == 6
    assert output(server, name="d", note=note, last=2) == [0, 1]
    with pytest.raises(httpx.TimeoutException):  # before the first piece
        server.client.post("/stream", json={"name": "e", "note": note, "last": 10**6, "first": 1}, timeout=0.3)
    wait_for(server.folder / "log", "e ended")
    assert server.stream(name="f", note=note, last=2) == [0, 1]


# ------------------------------------------------------------------ results


def test_none_for_what_has_a_type(serve: Serve) -> None:
    server = serve(
        """
        class Result(BaseModel):
            text: str
            words: list[str]

        class Predictor(BasePredictor):
            def predict(self, text: str) -> Result:
                return None if text == "all" else Result(text=None, words=["a", None])
        """
    )
    answer = server.post(text="some")
    assert (answer.status_code, answer.json()) == (200, {"text": None, "words": ["a", None]})
    answer = server.post(text="all")
    assert (answer.status_code, answer.json()) == (200, None)


@pytest.mark.parametrize("kind", ["str", "int", "float", "bool", "Path", "list[str]", "dict[str, int]"])
def test_none_for_a_result(serve: Serve, kind: str) -> None:
    server = serve(
        f"""
        class Predictor(BasePredictor):
            def predict(self) -> {kind}:
                return None
        """
    )
    assert output(server) is None
    assert "Warning" not in server.log.read_text(encoding="utf-8")


def test_none_in_a_stream(serve: Serve) -> None:
    server = serve(
        """
        from typing import Iterator

        class Predictor(BasePredictor):
            def predict(self) -> Iterator[str]:
                yield "a"
                yield None
        """
    )
    assert output(server) == ["a", None]
    assert server.stream() == ["a", None]


def test_none_in_a_text(serve: Serve) -> None:
    server = serve(
        """
        class Predictor(BasePredictor):
            def predict(self) -> ConcatenateIterator[str]:
                yield "a"
                yield None
                yield "b"
        """
    )
    assert output(server) == "ab"
    assert server.stream() == ["a", None, "b"]


def test_generator_for_a_list(serve: Serve) -> None:
    """Its pieces are made in the predictor's thread too."""
    server = serve(
        """
        import threading

        LOADED = threading.get_ident()

        class Predictor(BasePredictor):
            def predict(self) -> list[bool]:
                return self.pieces()

            def pieces(self):
                yield threading.get_ident() == LOADED
        """
    )
    assert output(server) == [True]


@pytest.mark.parametrize(
    ("base", "config"),
    [
        ("pydantic.BaseModel", ""),
        ("pydantic.BaseModel", "model_config = {'arbitrary_types_allowed': True}"),
        ("BaseModel", ""),
    ],
)
def test_results_with_files_in_fields(serve: Serve, base: str, config: str) -> None:
    server = serve(
        f"""
        import io
        from typing import Optional
        import pydantic

        class Result({base}):
            {config}
            picture: Path
            log: File
            label: Optional[str]

        class Predictor(BasePredictor):
            def predict(self, label: str) -> Result:
                target = Path("out.txt")
                target.write_text("hello")
                return Result(picture=target, log=io.StringIO("lines"), label=label)
        """
    )
    answer = server.post(label="a")
    assert answer.status_code == 200, answer.text
    assert answer.json()["label"] == "a"
    assert answer.json()["picture"]["url"] == "data:text/plain;base64,aGVsbG8="
    assert answer.json()["log"]["url"].endswith("bGluZXM=")


def test_scope_of_a_call(serve: Serve) -> None:
    server = serve(
        """
        class Predictor(BasePredictor):
            def setup(self):
                self.scope.metrics["loaded"] = 1

            def predict(self, word: str) -> list[str]:
                scope = current_scope()
                scope.metrics["words"] = 1
                self.record_metric("words", 2, mode="incr")
                scope.record_metric("list", word, "append")
                emit_metric("of old code", 1.5)
                del self.scope.metrics["words"]
                del self.scope.metrics["words"]
                self.scope.metrics.delete("list")
                return [str(self.scope is scope), str(scope.context)]
        """
    )
    for word in ("a", "b"):
        assert output(server, word=word) == ["True", "{}"]


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_metrics_of_each_call_are_its_own(serve: Serve, kind: str) -> None:
    server = serve(
        f"""
        class Predictor(BasePredictor):
            {kind} predict(self, number: float) -> str:
                self.record_metric("number", int(number) if number == int(number) else number)
                self.record_metric("number", int(number))
                return "recorded"
        """
    )
    for _ in range(2):
        assert output(server, number=1) == "recorded"
        fails(server, "Metric 'number' has type float, cannot set to int without deleting first", number=1.5)


def test_unions_keep_a_value_as_it_came(serve: Serve) -> None:
    server = serve(
        """
        from typing import List, Optional, Union

        class Predictor(BasePredictor):
            def predict(
                self,
                number: Union[str, float] = "",
                flag: Union[int, bool] = 0,
                items: Union[List[int], List[float]] = [],
                maybe: Optional[Union[int, str]] = None,
            ) -> list[str]:
                return [repr(each) for each in (number, flag, items, maybe)]
        """
    )
    for given, expected in (
        ({"number": 1}, "1"),
        ({"number": 1.5}, "1.5"),
        ({"number": "1"}, "'1'"),
        ({"flag": True}, "True"),
        ({"flag": 1}, "1"),
        ({"items": [1, 2]}, "[1, 2]"),
        ({"items": [1, 2.5]}, "[1, 2.5]"),
        ({"maybe": "1"}, "'1'"),
        ({"maybe": 1}, "1"),
    ):
        assert expected in output(server, **given), given
    for wrong in (
        {"number": True},
        {"number": [1]},
        {"flag": "yes"},
        {"flag": 1.5},
        {"items": ["3"]},
        {"items": [True]},
        {"maybe": True},
        {"maybe": 1.5},
    ):
        assert server.post(**wrong).status_code == 422, wrong
    properties = server.client.get("/openapi.json").json()["components"]["schemas"]["Input"]["properties"]
    assert [each["type"] for each in properties["number"]["anyOf"]] == ["string", "number"]


# ------------------------------------------------------------------ setup


@pytest.mark.parametrize(
    ("kind", "read"), [("File", "weights.read().decode()"), ("Path", "weights.read_text()"), ("str", "weights")]
)
def test_weights_of_setup(serve: Serve, monkeypatch: pytest.MonkeyPatch, kind: str, read: str) -> None:
    text = "data:text/plain,hello"
    monkeypatch.setenv("COG_WEIGHTS", text)
    server = serve(
        f"""
        from typing import Optional

        class Predictor(BasePredictor):
            def setup(self, weights: Optional[{kind}] = None):
                self.text = {read}

            def predict(self) -> str:
                return self.text
        """
    )
    assert output(server) == (text if kind == "str" else "hello")


def test_weights_in_the_image(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COG_WEIGHTS", "weights/a.txt")
    server = serve(
        """
        class Predictor(BasePredictor):
            def setup(self, weights: Path):
                self.text = f"{weights.name} {weights.read_text()}"

            def predict(self) -> str:
                return self.text
        """,
        weights___a__txt="hello",
    )
    assert output(server) == "a.txt hello"


def test_signals_stay_those_of_fal(serve: Serve) -> None:
    """A predictor that handles SIGTERM starts, and the runner still ends by it."""
    server = serve(
        """
        import signal

        class Predictor(BasePredictor):
            def setup(self):
                signal.signal(signal.SIGTERM, lambda *_: None)

            def predict(self) -> str:
                return "ready"
        """
    )
    assert output(server) == "ready"
    server.process.terminate()
    server.process.wait(10)
