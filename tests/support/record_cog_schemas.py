"""Record the schemas that Cog's own build makes, for test_cog_schema.

    python tests/support/record_cog_schemas.py GENERATOR > fixtures/app/cog_schemas.json

GENERATOR is a program that prints the schema for a folder, a reference to the predictor and one to the training
function or an empty text: what `GenerateCombined` in pkg/schema of a checkout of Cog returns with
`ParsePredictorWithSourcePath`.
A predictor that it refuses has no entry.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from golden import project_of
from places import FIXTURES, PROJECTS
from signatures import SIGNATURES, code

FIXED = ("HTTPValidationError", "Request", "Response", "Status", "ValidationError")


def record(generator: str, folder: Path, predict: str, train: str) -> dict[str, Any] | None:
    """The schema, or None where Cog's build refuses the predictor."""
    done = subprocess.run([generator, str(folder), predict, train], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    del found["info"]
    return found


def varying(found: dict[str, Any]) -> dict[str, Any]:
    """The parts of a document that differ from predictor to predictor."""
    schemas = found["components"]["schemas"]
    return {name: schema for name, schema in schemas.items() if not name.endswith(FIXED)}


def main(generator: str) -> None:
    """Print the schemas of all projects in fixtures/ and of all signatures."""
    projects = sorted({path.parent for path in PROJECTS.glob("*/cog.yaml")})
    projects += sorted(project_of(path.parent) for path in (FIXTURES / "app").glob("*/expected.toml"))
    documents: dict[str, Any] = {}
    for project in projects:
        config = yaml.safe_load((project / "cog.yaml").read_text(encoding="utf-8"))
        reference = config.get("predict") or config.get("run")
        found = record(generator, project, reference, config.get("train") or "") if reference else None
        if found is not None:
            documents[project.name] = found
    with tempfile.TemporaryDirectory() as scratch:
        texts = {name: code(name) for name in SIGNATURES} | {"streaming": code("text", "    @streaming\n")}
        for name, text in texts.items():
            Path(scratch, "predict.py").write_text(text, encoding="utf-8")
            found = record(generator, Path(scratch), "predict.py:Predictor", "")
            if found is None:
                raise SystemExit(f"Cog refuses the signature {name}")
            documents[f"signature: {name}"] = found
    kept = {name: documents[name] for name in ("signature: streaming", "train-lora")}
    schemas = {name: varying(found) for name, found in documents.items()}
    json.dump({"documents": kept, "schemas": schemas}, sys.stdout, indent=1, ensure_ascii=False, sort_keys=True)
    print()


if __name__ == "__main__":
    main(sys.argv[1])
