"""The OpenAPI document of Cog's HTTP API, as `cog build` writes it to ``.cog/openapi_schema.json``.

The form is that of `replicate/cog:pkg/schema/openapi_spec.go`; Cog's server checks requests by it.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from dockerfix.app.read.cog_schema import Signature
from dockerfix.app.read.cog_types import Schema, title
from dockerfix.project.files import MARK
from dockerfix.text.quoting import json_text

_STATES = ("starting", "processing", "succeeded", "canceled", "failed")
_TIMES = ("created_at", "started_at", "completed_at")


class _Api(NamedTuple):
    """The words that differ between predictions and trainings."""

    path: str
    model: str
    prefix: str
    verb: str


_PREDICT = _Api("predictions", "Prediction", "", "Predict")
_TRAIN = _Api("trainings", "Training", "Training", "Train")


def document(predict: Signature, train: Signature | None, version: str) -> dict[str, Any]:
    """The document for a predictor, and for a training function where there is one; `version` is that of Cog."""
    paths = _paths(_PREDICT, predict)
    schemas = _schemas(_PREDICT, predict)
    if train is not None:
        paths = {**_paths(_TRAIN, train), **paths}
        schemas = {**_schemas(_TRAIN, train), **schemas}
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": version, "x-origin": MARK},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def text(found: dict[str, Any]) -> str:
    """The document as the text of a file."""
    return json_text(found, 2) + "\n"


def difference(text: str, found: dict[str, Any]) -> str | None:
    """How the document in `text` differs from `found`, in one sentence; None where it describes the same API.

    Who wrote it, and for which Cog, doesn't matter.
    """
    try:
        present = json.loads(text)
    except (ValueError, RecursionError):
        return "it is not JSON, so Cog's server takes any input"
    expected = json.loads(json.dumps(found))
    if not isinstance(present, dict):
        return "it is not a schema, so Cog's server takes any input"
    place = _first({**present, "info": None}, {**expected, "info": None})
    return None if place is None else f"it differs from the code at `{place}`"


def _first(one: object, other: object, place: str = "") -> str | None:
    """The first place where two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            inner = f"{place}.{key}".lstrip(".")
            if key not in one or key not in other:
                return inner
            found = _first(one[key], other[key], inner)
            if found is not None:
                return found
        return None
    return None if one == other else place


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(schema: Schema, description: str = "Successful Response") -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _invalid() -> Schema:
    return _answer(_ref("HTTPValidationError"), "Validation Error")


def _paths(api: _Api, signature: Signature) -> dict[str, Any]:
    verb, singular = api.verb.lower(), api.path.removesuffix("s")
    parameter = f"{singular}_id"
    cancel = f"/{api.path}/{{{parameter}}}/cancel"
    call: Schema = {
        "summary": api.verb,
        "description": f"Run a single {singular} on the model",
        "operationId": f"{verb}_{api.path}_post",
        "requestBody": {"content": {"application/json": {"schema": _ref(f"{api.model}Request")}}},
        "responses": {"200": _answer(_ref(f"{api.model}Response")), "422": _invalid()},
    }
    if signature.streaming and api is _PREDICT:
        call["x-cog-streaming"] = True
    return {
        "/": {"get": {"summary": "Root", "operationId": "root__get", "responses": {"200": _answer({})}}},
        "/health-check": {
            "get": {
                "summary": "Healthcheck",
                "operationId": "healthcheck_health_check_get",
                "responses": {"200": _answer({})},
            }
        },
        f"/{api.path}": {"post": call},
        cancel: {
            "post": {
                "summary": "Cancel",
                "operationId": f"cancel_{api.path}__{parameter}__cancel_post",
                "parameters": [
                    {
                        "required": True,
                        "schema": {"title": title(parameter), "type": "string"},
                        "name": parameter,
                        "in": "path",
                    }
                ],
                "responses": {"200": _answer({}), "422": _invalid()},
            }
        },
    }


def _schemas(api: _Api, signature: Signature) -> dict[str, Schema]:
    inputs, result = f"{api.prefix}Input", f"{api.prefix}Output"
    schema: Schema = {"title": inputs, "type": "object", "properties": signature.inputs}
    if signature.required:
        schema["required"] = list(signature.required)
    return {
        inputs: schema,
        result: signature.result,
        **signature.choices,
        f"{api.model}Request": _object(
            f"{api.model}Request", {"id": {"title": "Id", "type": "string"}, "input": _ref(inputs)}
        ),
        f"{api.model}Response": _object(
            f"{api.model}Response", {"input": _ref(inputs), "output": _ref(result)} | _state()
        ),
        "Status": {"title": "Status", "description": "An enumeration.", "enum": list(_STATES), "type": "string"},
        "HTTPValidationError": _object(
            "HTTPValidationError", {"detail": {"title": "Detail", "type": "array", "items": _ref("ValidationError")}}
        ),
        "ValidationError": {
            **_object(
                "ValidationError",
                {
                    "loc": {
                        "title": "Location",
                        "type": "array",
                        "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    },
                    "msg": {"title": "Message", "type": "string"},
                    "type": {"title": "Error Type", "type": "string"},
                },
            ),
            "required": ["loc", "msg", "type"],
        },
    }


def _object(name: str, properties: Schema) -> Schema:
    return {"title": name, "type": "object", "properties": properties}


def _state() -> Schema:
    texts = {name: {"title": title(name), "type": "string"} for name in ("id", "version", "status", "error", "logs")}
    times = {name: {"title": title(name), "type": "string", "format": "date-time"} for name in _TIMES}
    return {**texts, **times, "metrics": {"title": "Metrics", "type": "object"}}
