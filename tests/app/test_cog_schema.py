"""The schema that `--target server` writes is the one that Cog's own build writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps import PROJECTS, write
from dockerfix.analysis.fal.uploads import Ignore
from dockerfix.app import ServerResult, build_server
from dockerfix.app.write.ignored import for_docker, merge
from dockerfix.project.project import Project
from places import FIXTURES
from signatures import SIGNATURES, code

COG = json.loads((FIXTURES / "app" / "cog_schemas.json").read_text(encoding="utf-8"))
SIGNATURE = "signature: "
EARLIER = {"old-py38", "vcs-packages"}
"""Projects whose Python only an earlier Cog runs on, which reads no schema."""
HEAD = "from typing import *\nfrom cog import BasePredictor, Input\n"


def schema_of(project: Project) -> dict[str, Any]:
    result = build_server(project)
    assert result.schema is not None
    found: dict[str, Any] = json.loads(result.schema)
    assert found.pop("info")["title"] == "Cog"
    return found


def differences(ours: dict[str, Any], cogs: dict[str, Any]) -> list[str]:
    """The names of Cog's schemas that ours doesn't have, or has otherwise."""
    return [name for name, schema in cogs.items() if ours["components"]["schemas"].get(name) != schema]


@pytest.mark.parametrize("name", [name for name in COG["schemas"] if not name.startswith(SIGNATURE)])
def test_of_projects(name: str) -> None:
    project = Project.open(PROJECTS[name])
    if name in EARLIER:
        assert build_server(project).schema is None
    else:
        assert differences(schema_of(project), COG["schemas"][name]) == []


@pytest.mark.parametrize("name", SIGNATURES)
def test_of_signatures(tmp_path: Path, name: str) -> None:
    ours = schema_of(write(tmp_path, predict__py=code(name)))
    assert differences(ours, COG["schemas"][SIGNATURE + name]) == []


def test_the_whole_document(tmp_path: Path) -> None:
    streaming = schema_of(write(tmp_path, predict__py=code("text", "    @streaming\n")))
    assert streaming == COG["documents"][f"{SIGNATURE}streaming"]
    training = schema_of(Project.open(PROJECTS["train-lora"]))
    assert training == COG["documents"]["train-lora"]


def test_there_is_much_to_compare() -> None:
    assert len(COG["schemas"]) > 40


def server(tmp_path: Path, parameters: str, result: str = "str", **files: str) -> ServerResult:
    method = f"    def predict(self, {parameters}) -> {result}:\n        pass\n"
    return build_server(write(tmp_path, predict__py=f"{HEAD}class Predictor(BasePredictor):\n{method}", **files))


def codes(result: ServerResult) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in result.findings if each.code in ("DF542", "DF543", "DF544")]


def input_of(result: ServerResult) -> dict[str, Any]:
    schemas = json.loads(result.schema or "")["components"]["schemas"]
    found: dict[str, Any] = {**schemas["Input"]["properties"]["x"], "required": schemas["Input"].get("required", [])}
    return found | schemas.get("x", {})


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("x: Literal['a', 'b']", {"enum": ["a", "b"]}),
        ("x: Literal[1, 2] = 1", {"enum": [1, 2], "default": 1, "required": []}),
        ("x: str = Input(choices=list({'a': 1}))", {"enum": ["a"], "type": "string"}),
        ("x: Tuple[int, int]", {"type": "array", "items": {"type": "integer"}}),
        ("x: Tuple[int, str]", {"type": "array", "items": {}}),
        ("x: List[Optional[str]]", {"items": {"type": "string", "nullable": True}}),
        ("x: Mapping[str, int]", {"type": "object"}),
        ("x: int = max(1, 2)", {"type": "integer", "required": []}),
        ("x: List[int] = Input(default_factory=list)", {"type": "array", "required": []}),
    ],
)
def test_what_only_cogs_build_refuses_is_read(tmp_path: Path, parameter: str, expected: dict[str, Any]) -> None:
    result = server(tmp_path, parameter)
    assert codes(result) == []
    found = input_of(result)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("parameter", "about"),
    [
        ("x: Foreign", "the type of input `x`: `Foreign` is not a type that Cog or fal knows"),
        ("x", "the type of input `x`: is missing"),
        ("x: Union[int, Foreign]", "the type of input `x`: `Foreign` is not a type that Cog or fal knows"),
        ("x: str = Input(choices=make())", "the choices of input `x` can't be read"),
        ("x: float = Input(choices=[1.0, float('inf')])", "the choices of input `x` can't be read"),
    ],
)
def test_what_can_not_be_read_stays_open(tmp_path: Path, parameter: str, about: str) -> None:
    result = server(tmp_path, parameter, elsewhere__py="")
    ((found, message),) = codes(result)
    assert (found, message.partition(";")[0]) == ("DF542", about)
    assert not {"enum", "anyOf", "allOf"} & input_of(result).keys()
    assert ("type" in input_of(result)) == ("choices" in parameter)


@pytest.mark.parametrize("result", ["Optional[str]", "Union[int, str]", "Foreign"])
def test_a_result_that_cogs_build_refuses(tmp_path: Path, result: str) -> None:
    found = server(tmp_path, "x: str", result)
    assert [code for code, _ in codes(found)] == ["DF542"] * (result == "Foreign")
    assert json.loads(found.schema or "")["components"]["schemas"]["Output"]["title"] == "Output"


@pytest.mark.parametrize(
    ("parameter", "reason"),
    [
        ("x: int = Input(default=None)", "default `None` of input `x`, whose type does not take None"),
        ("x: int = Input(default=max(1, 2))", "default `max(1, 2)` of input `x`, which is not a literal"),
    ],
)
def test_defaults_that_cog_ignores_are_said(tmp_path: Path, parameter: str, reason: str) -> None:
    result = server(tmp_path, parameter)
    message = f"Cog ignores the {reason}: a request without `x` is answered 422"
    assert codes(result) == [("DF543", message)]
    assert input_of(result)["required"] == ["x"]


def test_earlier_servers_need_no_schema(tmp_path: Path) -> None:
    for version in ("0.16.12", "0.9.0"):
        config = f'build:\n  sdk_version: "{version}"\npredict: "predict.py:Predictor"\n'
        result = server(tmp_path, "x: Foreign", cog__yaml=config)
        assert result.schema is None
        assert codes(result) == []
        assert set(result.files) == {"fal_gate.py"}


def test_a_predictor_made_at_run_time(tmp_path: Path) -> None:
    result = build_server(write(tmp_path, predict__py="Predictor = make()\n"))
    assert result.schema is None
    message = "`Predictor` is created at run time, so its inputs can't be read: Cog's server takes any input"
    assert codes(result) == [("DF542", message)]


def test_a_training_that_can_not_be_read(tmp_path: Path) -> None:
    config = 'predict: "predict.py:Predictor"\ntrain: "train.py:train"\n'
    result = server(tmp_path, "x: int", cog__yaml=config)
    assert codes(result) == []
    assert input_of(result)["type"] == "integer"


@pytest.mark.parametrize("parameter", ["x: {}", "x: str = Input(choices={})"])
def test_endless_code(tmp_path: Path, parameter: str) -> None:
    endless = " + ".join(["[1]"] * 3000) if "choices" in parameter else " | ".join(["int"] * 3000)
    result = server(tmp_path, parameter.format(endless))
    assert [code for code, _ in codes(result)] == ["DF542"]


def test_a_schema_that_is_there(tmp_path: Path) -> None:
    project = tmp_path / "project"
    ours = json.loads(server(project, "x: int").schema or "")
    there = project / ".cog" / "openapi_schema.json"
    there.parent.mkdir()
    for change, expected in (
        (lambda found: found["info"].clear(), None),
        (lambda found: found["components"]["schemas"]["Input"]["properties"]["x"].pop("type"),
         "it differs from the code at `components.schemas.Input.properties.x.type`"),
        (lambda found: found.update(paths=[]), "it differs from the code at `paths`"),
    ):  # fmt: skip
        present = json.loads(json.dumps(ours))
        present["info"].clear()
        change(present)
        there.write_text(json.dumps(present), encoding="utf-8")
        result = server(project, "x: int")
        assert result.schema is None
        assert [message.partition(";")[0] for _, message in codes(result)] == ([expected] if expected else [])
    for text in ("{", "[]"):
        there.write_text(text, encoding="utf-8")
        ((code, message),) = codes(server(project, "x: int"))
        assert (code, "Cog's server takes any input" in message) == ("DF544", True)


def test_what_keeps_the_schema_out_is_said(tmp_path: Path) -> None:
    for pattern, expected in (
        ("/.cog", 1),
        (".cog/", 1),
        ("**/*.json", 1),
        ("/.cog/*/*", 0),
        ("cog", 0),
        ("# .cog", 0),
    ):
        result = server(tmp_path, "x: int", __dockerignore="a\n" + pattern, __gitignore="b\n" + pattern)
        found = [(each.file, each.line) for each in result.findings if each.code == "DF544"]
        assert found == [(".dockerignore", 2), (".gitignore", 2)] * expected, pattern


def test_an_ignore_file_of_ours_is_renewed() -> None:
    of_an_app = merge("", for_docker(schema=False)).text
    lines = merge(f"/samples\n{of_an_app}", for_docker(schema=True)).text.split("\n")
    assert "/.cog/*/*" in lines
    assert "/samples" in lines
    assert "/.cog" not in lines
    ignore = Ignore(tuple(lines), is_own=True)
    assert ignore.pattern_for(".cog/tmp/build/cog.whl") == "/.cog/*/*"
    assert ignore.pattern_for(".cog/openapi_schema.json") is None
