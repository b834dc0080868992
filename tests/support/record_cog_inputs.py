"""Record what Cog itself makes of the inputs of projects, for test_app_schema.

Run with a Python that has cog 0.23 or later from PyPI, once for new projects:

    python tests/support/record_cog_inputs.py fixtures/projects/* > fixtures/app/cog_inputs.json

Modules that aren't installed (torch and so on) are stood in for: Cog imports the predictor to read its signature.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import re
import sys
import types
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock


class _StandIn(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "inference_mode":
            return lambda: lambda function: function
        return MagicMock(name=name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, _path: Any, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        known = name.partition(".")[0] in {"torch", "diffusers", "tensorflow", "whisper", "regex", "PIL", "vllm"}
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, _module: types.ModuleType) -> None:
        pass


def record(project: Path) -> dict[str, Any]:
    """The inputs of one project, as Cog's own schema describes them."""
    import cog._inspector

    text = (project / "cog.yaml").read_text(encoding="utf-8")
    reference = re.search(r'^(?:predict|run): "?([^"\n]+)"?$', text, re.MULTILINE)
    assert reference is not None
    file, name = reference[1].split(":")
    os.chdir(project)
    sys.path.insert(0, str((project / file).parent))
    sys.path.insert(1, str(project))
    for module in ("predict", "run", "weights_downloader"):
        sys.modules.pop(module, None)
    inputs = cog._inspector.create_predictor(Path(file).stem, name).inputs
    del sys.path[:2]
    return {
        each.name: {
            "type": each.type.json_type(),
            "optional": each.type.repetition.name.startswith("OPTIONAL"),
            "default": None if each.default is None else json.loads(json.dumps(each.default, default=str)),
            "description": each.description,
            "minimum": each.ge,
            "maximum": each.le,
            "minLength": each.min_length,
            "maxLength": each.max_length,
            "pattern": each.regex,
            "choices": each.choices,
        }
        for each in inputs.values()
    }


if __name__ == "__main__":
    sys.meta_path.insert(0, _Finder())
    projects = [Path(argument).resolve() for argument in sys.argv[1:]]
    found = {project.name: record(project) for project in projects}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
