"""The real fal makes the App, and its schema has each input as Cog's own schema has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps import HERE, PROJECTS, install, run
from dockerfix.app import AppResult
from places import FIXTURES

COG = json.loads((FIXTURES / "app" / "cog_inputs.json").read_text(encoding="utf-8"))
NULL_DEFAULTS = {("comfy-workflows", "input_file"), ("llm-stream", "api_key"), ("sdxl-turbo", "seed")}
"""Inputs with ``default=None`` and a type without None, which Cog's newest release refuses and earlier ones took."""
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "pattern")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[AppResult, dict[str, Any]]]:
    pytest.importorskip("fal")
    target = tmp_path_factory.mktemp("projects")
    results = {name: install(project, target / name) for name, project in PROJECTS.items()}
    found = run(str(HERE / "describe_apps.py"), *(str(target / name) for name in PROJECTS))
    assert found.returncode == 0, found.stderr
    apps = json.loads(found.stdout)
    return {name: (result, apps[str(target / name)]) for name, result in results.items()}


def test_all_are_built(described: dict[str, Any]) -> None:
    assert set(described) == set(PROJECTS)
    for result, app in described.values():
        settings = app["settings"]
        assert settings["name"] == result.settings.app_name
        assert settings["auth"] == "private"
        assert settings["kind"] == "container"
        assert settings["requirements"] == []
        assert settings["python_version"] == result.settings.python
        assert settings["sources"] == ["."]
        assert Path(settings["context"]).name in PROJECTS
        assert "/.git" in settings["dockerignore"]
        assert settings["max_multiplexing"] == result.settings.max_multiplexing


@pytest.mark.parametrize("name", sorted(set(COG) & set(PROJECTS)))
def test_inputs_as_cog(described: dict[str, Any], name: str) -> None:
    openapi = described[name][1]["openapi"]
    ours = openapi["components"]["schemas"]["Input"]
    assert set(ours.get("properties", {})) == set(COG[name])
    for field, cog in COG[name].items():
        our = ours["properties"][field]
        nullable = cog["optional"] or (name, field) in NULL_DEFAULTS
        compare(our, cog, nullable=nullable)
        required = cog["default"] is None and not nullable
        assert (field in ours.get("required", [])) == required


def compare(our: dict[str, Any], cog: dict[str, Any], *, nullable: bool) -> None:
    assert our.get("description") == cog["description"]
    assert our.get("default") == cog["default"]
    inner = our
    if nullable:
        kinds = our["anyOf"]
        assert {"type": "null"} in kinds
        inner = next(kind for kind in kinds if kind != {"type": "null"})
    assert cog_type(inner) == {key: value for key, value in cog["type"].items() if not key.startswith("x-")}
    assert inner.get("enum") == cog["choices"]
    for bound in BOUNDS:
        assert inner.get(bound) == cog[bound]


def cog_type(schema: dict[str, Any]) -> dict[str, Any]:
    """Our schema of a type in the words of Cog's: a file, which takes a URL too, is a URL there."""
    if "$ref" in schema:
        assert schema["$ref"].rpartition("/")[2].partition("-")[0] in {"Audio", "File", "Image", "Video"}
        return {"type": "string", "format": "uri"}
    if schema["type"] == "array":
        return {"type": "array", "items": cog_type(schema["items"])}
    return {key: schema[key] for key in ("type", "format", "writeOnly") if key in schema}


def test_routes(described: dict[str, Any]) -> None:
    for name, (result, app) in described.items():
        expected = {"/", "/health"} | ({"/stream"} if result.predictor.streaming else set())
        assert set(app["openapi"]["paths"]) == expected, name
        body = app["openapi"]["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body == {"$ref": "#/components/schemas/Input"}


def test_odd_inputs(described: dict[str, Any]) -> None:
    schema = described["odd-inputs"][1]["openapi"]["components"]["schemas"]["Input"]
    fields = schema["properties"]
    assert "required" not in schema
    assert fields["prompt"]["default"] == "a photo of 2 cats, \"quoted\" and 'quoted'"
    assert fields["scheduler"]["enum"] == ["DDIM", "K_EULER"]
    assert fields["style"]["enum"] == ["None", "Anime", "Other"]
    assert fields["size"] == {"type": "string", "enum": ["small", "large"], "title": "Size", "default": "small"}
    assert fields["steps"]["enum"] == [1, 2, 4, 8]
    assert {"type": "integer", "maximum": 4294967295, "minimum": 0} in fields["seed"]["anyOf"]
    assert fields["json"]["minLength"] == 2
    assert fields["scales"]["items"] == {"type": "number", "maximum": 4.0, "minimum": 0.0}
    assert fields["word"]["pattern"] == "^(?=a)[a-z]+$"
    assert fields["key"]["deprecated"] is True
    assert fields["lora"]["default"]["url"] == "https://weights.example.org/lora.safetensors"


def test_toml_is_read_by_fal(described: dict[str, Any], tmp_path: Path) -> None:
    program = (
        "import json, sys\n"
        "from fal.cli._utils import get_app_data_from_toml as read\n"
        "found = []\n"
        "for data in map(read, sys.argv[1:]):\n"
        "    options = data.options\n"
        "    found.append([data.python_entry_point, data.auth, data.name, options.host, options.environment])\n"
        "json.dump(found, sys.stdout, default=vars)\n"
    )
    names = sorted(described)
    text = "\n".join(described[name][0].toml for name in names)
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    found = run("-c", program, *names, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    for name, (entry, auth, app, host, environment) in zip(names, json.loads(found.stdout), strict=True):
        settings = described[name][0].settings
        assert (entry, auth, app) == (f"fal_app:{settings.class_name}", "private", name)
        assert host.get("max_multiplexing") == settings.max_multiplexing
        assert environment["kind"] == "container"
        assert environment["python_version"] == settings.python
