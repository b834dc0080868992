"""The two modules that lie beside an App: the stand-in for cog, and the way of a request."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Optional

import pytest

import dockerfix.app
from apps import run

RUNTIME = Path(dockerfix.app.__file__).parent / "runtime"


def path_of(folder: Path) -> str:
    return f"import sys; sys.path[:0] = {[str(folder), str(RUNTIME)]!r}"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, RUNTIME / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fal_cog(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    before = set(sys.modules)
    yield load("fal_cog")
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("cog", "fal_cog", "fal_call"):
            del sys.modules[name]


@pytest.fixture
def call(fal_cog: ModuleType) -> ModuleType:
    fal_cog.install()
    return load("fal_call")


def test_names(fal_cog: ModuleType) -> None:
    fal_cog.install()
    program = (
        "import cog, cog.types\n"
        "from cog import *\n"
        "from cog import (BasePredictor, BaseRunner, Input, Path, File, Secret, BaseModel, ConcatenateIterator,\n"
        "    AsyncConcatenateIterator, current_scope, emit_metric, ExperimentalFeatureWarning, Coder, streaming,\n"
        "    concurrent, CancelationException, Opaque, Predictor, Model, input as legacy)\n"
        "from cog.coder import json_coder, Coder as Again\n"
        "from cog.types import Weights, Path as Other\n"
        "from cog.predictor import BasePredictor as Third\n"
        "assert Other is Path is cog.Path and Again is Coder\n"
    )
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["cog"].__version__
    assert issubclass(names["ExperimentalFeatureWarning"], Warning)


def test_values(fal_cog: ModuleType) -> None:
    path = fal_cog.Path("/tmp") / "x"
    assert isinstance(path, fal_cog.Path)
    secret = fal_cog.Secret("s3")
    assert (str(secret), repr(secret), secret.get_secret_value()) == ("**********", "Secret(**********)", "s3")
    assert str(fal_cog.Secret()) == ""
    scope = fal_cog.current_scope()
    scope.record_metric("a", 1, mode="incr")
    scope.metrics["b"] = 2
    scope.metrics.record("c", 3, mode="append")
    predictor = fal_cog.BasePredictor()
    predictor.record_metric("a", 1)
    fal_cog.emit_metric(name="of old code", value=1)
    del predictor.scope.metrics["a"]
    fal_cog.ConcatenateIterator[str]
    fal_cog.AsyncConcatenateIterator[str]


def test_decorators(fal_cog: ModuleType) -> None:
    def predict() -> int:
        return 1

    names = fal_cog.NAMES
    assert names["streaming"](predict) is predict
    assert names["streaming"]()(predict) is predict
    assert names["concurrent"](max=3)(predict) is predict
    assert names["input"]("image", type=str)(predict) is predict


def test_secrets_and_coders(fal_cog: ModuleType) -> None:
    secret = fal_cog.Secret("a")
    assert len({secret, fal_cog.Secret("a"), fal_cog.Secret("b"), "a"}) == 3
    coder = fal_cog.Coder()
    coder.register(fal_cog.Coder)
    value = type("Value", (), {})()
    value.a = 1
    assert coder.decode(coder.encode(value)) == {"a": 1}


def test_model_of_models(fal_cog: ModuleType) -> None:
    class Part(fal_cog.BaseModel):  # type: ignore[misc, name-defined]
        name: str

    class Output(fal_cog.BaseModel):  # type: ignore[misc, name-defined]
        version: ClassVar[str] = "1"
        parts: list[Part]
        by_name: dict[str, Part]
        seeds: list[int] = fal_cog.Input(default=[1])
        needed: int = fal_cog.Input(default=...)

    first = Output(parts=[Part("a")], by_name={"b": Part("b")}, needed=1)
    assert first.model_dump() == {
        "parts": [{"name": "a"}],
        "by_name": {"b": {"name": "b"}},
        "seeds": [1],
        "needed": 1,
    }
    assert json.loads(first.model_dump_json()) == first.model_dump()
    first.seeds.append(2)
    assert Output(parts=[], by_name={}, needed=1).seeds == [1]
    assert first != Part("a")
    with pytest.raises(TypeError, match="Output needs the field needed"):
        Output(parts=[], by_name={})
    with pytest.raises(TypeError, match="Part has no field"):
        Part("a", "b")


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_which_fields_may_be_left_out(fal_cog: ModuleType, future: str) -> None:
    """By what an annotation is, not by the names in it."""
    fal_cog.install()
    module = ModuleType("of_the_test")
    sys.modules["of_the_test"] = module
    lines = (
        "import typing as t\nimport cog\n\n"
        "class ClassVar(cog.BaseModel):\n    word: str\n\n"
        "class Optional(cog.BaseModel):\n    word: str\n\n"
        "class Any: ...\n\n"
        "class Result(cog.BaseModel):\n"
        "    needed: ClassVar\n    also: Optional\n    any: Any\n    none_such: list\n"
        "    constant: t.ClassVar[int] = 3\n    plain: t.ClassVar = 4\n"
        "    a: t.Optional[ClassVar]\n    b: 'None | int' if t.TYPE_CHECKING else t.Optional[int]\n    c: t.Any\n"
        "    d: t.Annotated[t.Optional[int], 'x']\n    e: None\n    f: t.Union[int, None, str]\n"
        "    self: str = 'me'\n    model_dump: str = 'field'\n"
    )
    exec(future + lines, module.__dict__)
    names: Any = module.__dict__
    try:
        given = {"needed": names["ClassVar"](word="x"), "also": 1, "any": 2, "none_such": []}
        made = names["Result"](**given)
        assert (made.a, made.b, made.c, made.d, made.e, made.f, made.self) == (None,) * 6 + ("me",)
        assert (made.constant, made.plain) == (3, 4)
        dumped = json.loads(made.model_dump_json())
        assert (dumped["needed"], dumped["model_dump"], "constant" in dumped) == ({"word": "x"}, "field", False)
        for name in given:
            with pytest.raises(TypeError, match=f"needs the field {name}"):
                names["Result"](**{key: value for key, value in given.items() if key != name})
    finally:
        del sys.modules["of_the_test"]


def test_fields_of_pydantic(fal_cog: ModuleType) -> None:
    pydantic = pytest.importorskip("pydantic")

    class Output(fal_cog.BaseModel):  # type: ignore[misc, name-defined]
        parts: list[int] = pydantic.Field(default_factory=lambda: [1])
        needed: int = pydantic.Field()

    first = Output(needed=1)
    first.parts.append(2)
    assert Output(needed=2).parts == [1]
    with pytest.raises(TypeError, match="needs the field needed"):
        Output()


def test_types_in_models_of_pydantic(fal_cog: ModuleType, tmp_path: Path) -> None:
    pydantic = pytest.importorskip("pydantic")

    class Output(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        picture: fal_cog.Path
        log: Optional[fal_cog.File] = None  # noqa: UP045 - as predictors have it
        key: fal_cog.Secret

    picture = fal_cog.Path(tmp_path)
    with io.BytesIO(b"x") as log:
        first = Output(picture=picture, log=log, key=fal_cog.Secret("s"))
        assert (first.picture, first.log) == (picture, log)
    second = Output(picture=str(tmp_path), key="s")
    assert (second.picture, second.log, second.key) == (picture, None, fal_cog.Secret("s"))
    assert type(second.picture) is fal_cog.Path
    with pytest.raises(pydantic.ValidationError, match="not an open file"):
        Output(picture=picture, log="a.txt", key="s")
    assert Output.model_json_schema()["properties"]["picture"]["format"] == "uri"


def test_types_in_models_of_pydantic_1(fal_cog: ModuleType, tmp_path: Path) -> None:
    pydantic = pytest.importorskip("pydantic.v1")

    annotations = {"picture": fal_cog.Path, "log": fal_cog.File}
    Output = type(pydantic.BaseModel)("Output", (pydantic.BaseModel,), {"__annotations__": annotations})  # noqa: N806
    with io.BytesIO(b"x") as log:
        found = Output(picture=str(tmp_path), log=log)
        assert (found.picture, found.log) == (fal_cog.Path(tmp_path), log)
    with pytest.raises(pydantic.ValidationError, match="not an open file"):
        Output(picture=tmp_path, log=1)
    assert Output.schema()["properties"]["picture"]["format"] == "uri"


def test_models(fal_cog: ModuleType) -> None:
    class Base(fal_cog.BaseModel):  # type: ignore[misc, name-defined]
        a: int
        b: str | None

    class Output(Base):
        json: list[int] = []  # noqa: RUF012
        kind: str = "x"

    first, second = Output(a=1), Output(2, "b", kind="y")
    second.json.append(1)
    assert first.model_dump() == {"a": 1, "b": None, "json": [], "kind": "x"}
    assert second.dict() == {"a": 2, "b": "b", "json": [1], "kind": "y"}
    assert Output(a=1) == first
    assert repr(Base(a=1)) == "Base(a=1, b=None)"
    for wrong in ({}, {"a": 1, "c": 2}):
        with pytest.raises(TypeError, match="Output"):
            Output(**wrong)


@pytest.mark.parametrize(
    ("version", "stands_in"), [("0.22.9", True), ("0.9.0", True), ("0.23.0", False), ("1.0", False)]
)
def test_steps_aside(tmp_path: Path, version: str, stands_in: bool) -> None:
    (tmp_path / "cog.py").write_text("REAL = True\n", encoding="utf-8")
    information = tmp_path / f"cog-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: cog\nVersion: {version}\n", encoding="utf-8")
    program = f"{path_of(tmp_path)}\nimport fal_cog; fal_cog.install(); import cog\nprint(hasattr(cog, 'REAL'))"
    assert run("-c", program).stdout.strip() == str(not stands_in)


def test_broken_cog_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "cog.py").write_text("import no_such_module\n", encoding="utf-8")
    information = tmp_path / "cog-0.23.1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: cog\nVersion: 0.23.1\n", encoding="utf-8")
    program = f"{path_of(tmp_path)}\nimport fal_cog; fal_cog.install(); import cog\nprint(cog.Input)"
    assert "function Input" in run("-c", program).stdout


class FakeFile:
    """Stands for fal's File."""

    def __init__(self, url: str = "", file_name: str | None = None, content_type: str | None = None) -> None:
        self.url, self.file_name, self.content_type = url, file_name, content_type

    @classmethod
    def from_path(cls, path: Path, content_type: str) -> FakeFile:
        return cls(f"up:{Path(path).name}", None, content_type)

    @classmethod
    def from_bytes(cls, data: bytes, content_type: str, file_name: str) -> FakeFile:
        return cls(f"up:{len(data)}", file_name, content_type)


@pytest.mark.parametrize(
    ("url", "file_name", "expected"),
    [
        ("https://h/a/b/cat%20one.png?x=1", None, "cat one.png"),
        ("https://h/", None, "file"),
        ("https://h/x/..", None, "file"),
        ("https://h/a.png", "../../etc/dog.jpg", "dog.jpg"),
        ("https://h/a.png", "..\\..\\dog.jpg", "dog.jpg"),
        ("data:image/png;base64,AAAA", None, "file.png"),
        ("data:,x", None, "file"),
        ("https://h/" + "é" * 300 + ".tar", None, "é" * 100 + ".tar"),
    ],
)
def test_file_names(call: ModuleType, url: str, file_name: str | None, expected: str) -> None:
    assert call.file_name(FakeFile(url, file_name)) == expected


def test_inputs(call: ModuleType) -> None:
    with call.Call() as request:
        path = asyncio.run(request.path(FakeFile("data:text/plain,hello"), "x"))
        assert path.read_text(encoding="utf-8") == "hello"
        assert path.suffix == ".txt"
        assert type(path) is sys.modules["cog"].Path
        assert asyncio.run(request.path(None, "x")) is None
        two = asyncio.run(request.path([FakeFile("data:text/plain,a"), FakeFile("data:text/plain,b")], "x"))
        assert [each.read_text(encoding="utf-8") for each in two] == ["a", "b"]
        with asyncio.run(request.file(FakeFile("data:text/plain,hello"), "x")) as stream:
            assert stream.read() == b"hello"
    assert not path.exists()
    assert not two[0].parent.exists()


def test_outputs(call: ModuleType, tmp_path: Path) -> None:
    picture = tmp_path / "a.webp"
    picture.write_bytes(b"x")
    request = call.Call(files=FakeFile)
    assert asyncio.run(request.output(picture, FakeFile)).content_type == "image/webp"
    optional = Optional[FakeFile]  # noqa: UP045 - as the generated file has it
    assert asyncio.run(request.output(str(picture), optional)).url == "up:a.webp"
    assert [each.url for each in asyncio.run(request.output((picture,), list[FakeFile]))] == ["up:a.webp"]
    assert asyncio.run(request.output({"a": picture}, dict[str, FakeFile]))["a"].url == "up:a.webp"
    assert asyncio.run(request.output({"a": [picture]}, Any))["a"][0].url == "up:a.webp"
    assert asyncio.run(request.output(io.BytesIO(b"abc"), FakeFile)).url == "up:3"
    assert asyncio.run(request.output(None, FakeFile)) is None
    assert asyncio.run(request.output([[1.5, "a"]], list[list[Any]])) == [[1.5, "a"]]
    assert asyncio.run(call.Call().output({"a": picture}, Any)) == {"a": str(picture)}


def test_numpy_like_values(call: ModuleType) -> None:
    number = type("float32", (), {"tolist": lambda self: 1.5})()
    type(number).__module__ = "numpy"
    assert asyncio.run(call.Call().output([number], list[float])) == [1.5]


class Remote(FakeFile):
    """A file that fal's own class fetches."""

    def save(self, path: Path) -> str:
        if "missing" in self.url:
            raise OSError("not found")
        path.write_text(self.url, encoding="utf-8")
        return str(path)


def test_files_from_elsewhere(call: ModuleType) -> None:
    exceptions = pytest.importorskip("fastapi")
    with call.Call() as request:
        assert asyncio.run(request.path(Remote("https://h/a.png"), "x")).name == "a.png"
        first, second = asyncio.run(request.file([Remote("https://h/a"), Remote("https://h/b")], "x"))
        assert (first.read(), second.read()) == (b"https://h/a", b"https://h/b")
        assert asyncio.run(request.file(None, "x")) is None
        assert asyncio.run(request.path(Remote("https://h/c"), "x")).name == "c"
        with asyncio.run(request.file(Remote("https://h/d"), "x")) as stream:
            assert stream.read() == b"https://h/d"
        assert asyncio.run(request.output([1], list[int])) == [1]
        first.close()
        second.close()
        with pytest.raises(exceptions.HTTPException) as caught:
            asyncio.run(request.path(Remote("https://h/missing"), "image"))
    assert caught.value.status_code == 422
    assert caught.value.detail == [{"loc": ["body", "image"], "msg": "not found", "type": "file_download"}]


def test_secrets(call: ModuleType, fal_cog: ModuleType) -> None:
    given = fal_cog.Secret("s")  # pydantic's has the same method
    request = call.Call()
    assert request.secret(given).get_secret_value() == "s"
    assert [each.get_secret_value() for each in request.secret([given, given])] == ["s", "s"]
    assert request.secret(None) is None


def test_own_defaults(call: ModuleType, fal_cog: ModuleType) -> None:
    def predict(plain: int = 1, described: int = fal_cog.Input(default=2), weights: str = "a.bin") -> None: ...

    request = call.Call()
    assert request.or_own(0, predict, "plain") == 0
    assert request.or_own(None, predict, "plain") == 1
    assert request.or_own(None, predict, "described") == 2
    assert request.or_own_path(None, predict, "weights") == sys.modules["cog"].Path("a.bin")
    assert request.or_own_path(None, predict, "plain") == 1


def test_results_with_fields(call: ModuleType, fal_cog: ModuleType) -> None:
    pydantic = pytest.importorskip("pydantic")

    class Output(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        text: str
        json_: Optional[int] = pydantic.Field(default=None, alias="json")  # noqa: UP045

    request = call.Call()
    value = type("Value", (), {"text": "a", "json": 3})()
    assert asyncio.run(request.output(value, Output)).model_dump() == {"text": "a", "json_": 3}
    assert asyncio.run(request.output({"text": "b"}, Output)).model_dump() == {"text": "b", "json_": None}
    assert asyncio.run(request.output({"a": {1}, "b": (Output(text="c"),)}, Any)) == {
        "a": [1],
        "b": [{"text": "c", "json_": None}],
    }


def test_none_for_any_field(call: ModuleType) -> None:
    pydantic = pytest.importorskip("pydantic")

    class Inner(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        text: str
        words: list[str]

    class Output(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        inner: Inner
        count: int

    value = {"inner": {"text": None, "words": ["a", None]}, "count": None}
    assert asyncio.run(call.Call().output(value, Output)).model_dump(warnings=False) == value
    with pytest.raises(pydantic.ValidationError):
        asyncio.run(call.Call().output({**value, "count": "many"}, Output))


def test_streams(call: ModuleType) -> None:
    pydantic = pytest.importorskip("pydantic")

    class Piece(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        output: int

    async def pieces(count: int, *, fails: bool) -> AsyncIterator[Any]:
        for number in range(count):
            yield Piece(output=number)
        if fails:
            raise ValueError("bad")

    async def collected(count: int, *, fails: bool) -> list[str]:
        return [event async for event in await call.events(pieces(count, fails=fails))]

    one, error = 'data: {"output":0}\n\n', 'event: error\ndata: {"detail": "bad"}\n\n'
    for count, fails, expected in ((0, False, []), (1, False, [one]), (1, True, [one, error])):
        assert asyncio.run(collected(count, fails=fails)) == expected
    with pytest.raises(ValueError, match="bad"):
        asyncio.run(collected(0, fails=True))


def test_what_is_no_python_file(call: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(call, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(ImportError, match=r"predict\.txt can't be imported"):
        call.load("predict.txt", "Predictor")


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("bad"), 400), (RuntimeError("bad"), 500), (KeyError("bad"), 500)]
)
def test_errors(call: ModuleType, error: Exception, status: int) -> None:
    exceptions = pytest.importorskip("fastapi")
    with pytest.raises(exceptions.HTTPException) as caught, call.Call():
        raise error
    assert caught.value.status_code == status
    assert "bad" in caught.value.detail


def test_gpu_errors_do_not_end_the_runner(call: ModuleType) -> None:
    exceptions = pytest.importorskip("fastapi")
    with pytest.raises(exceptions.HTTPException) as caught, call.Call():
        raise RuntimeError("CUDA out of memory")
    assert caught.value.status_code == 500
