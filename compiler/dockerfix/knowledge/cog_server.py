"""Cog's own server on fal: its releases on PyPI, and the gate in front of it."""

from __future__ import annotations

from dockerfix.knowledge.versions import newest_for, numbers

AS_OF = "2026-11-27"

RELEASE_SOURCE = (
    "PyPI cog (Requires-Python of 0.11.6, 0.16.12 and 0.23.1; 0.16.12 is what pip takes on Python 3.8 and 3.9)"
)
RELEASE_AS_OF = "2026-11-28"
RELEASES = (("3.7", "0.11.6"), ("3.8", "0.16.12"), ("3.10", "0.23.1"))  # lowest Python, version

BEHAVIOUR_SOURCE = (
    "replicate/cog:docs/http.md, replicate/cog:crates/coglet/src/transport/http/routes.rs; tried with cog 0.23.1"
)
HEALTH_PATH = "/health-check"  # always answers 200; the body has the state
INNER_PORT = 5000

SCHEMA_SOURCE = (
    "replicate/cog:crates/coglet/src/worker.rs (the server reads the file; without it any input is taken), "
    "replicate/cog:pkg/schema (`cog build` writes it); earlier servers work the schema out from the predictor they run"
)
SCHEMA_FILE = ".cog/openapi_schema.json"
SCHEMA_SINCE = "0.17"
SCHEMA_IGNORED = "/.cog/*/*"  # what Cog keeps beside the schema, as both Docker and fal's client read it

RUNTIME_SOURCE = (
    "replicate/cog:docs/environment.md (runtime server variables; an App hands COG_WEIGHTS on); "
    "fal-ai/fal:projects/fal/src/fal/app.py (startup_timeout)"
)
# variables that users set and only Cog's server reads, and the setting of a fal App that does the same ("" for none)
RUNTIME_VARIABLES = {
    "COG_SETUP_TIMEOUT": "startup_timeout",
    "COG_MAX_CONCURRENCY": "max_multiplexing",
    "COG_LOG_LEVEL": "",
    "COG_THROTTLE_RESPONSE_INTERVAL": "",
    "COG_STREAM_HISTORY_CAPACITY": "",
    "COG_USER_AGENT": "",
}
SETUP_TIMEOUT, MAX_CONCURRENCY = "COG_SETUP_TIMEOUT", "COG_MAX_CONCURRENCY"

GATE_SOURCE = "written by dockerfix; `COPY . /src` in every Dockerfile of Cog copies it"
GATE_FILE = "fal_gate.py"
GATE_FOLDER = "/src"
GATE_COMMAND = ("python", f"{GATE_FOLDER}/{GATE_FILE}")


def cog_version(python: str) -> str | None:
    """Return the newest release of Cog that runs on a Python such as "3.11", or None if none does."""
    return newest_for(python, RELEASES)


def reads_schema(version: str) -> bool:
    """Whether the server of a release of Cog checks inputs by the schema that its build wrote."""
    return numbers(version) >= numbers(SCHEMA_SINCE)
