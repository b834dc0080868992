"""What an image of a project must hold, and looking whether it does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from e2e.rows import Row
from e2e.upload import names

DEFAULT_PYTHON = ((0, 9, 10, "3.8"), (0, 15, 10, "3.12"))  # the Python of a cog.yaml that names none, by release
REQUIREMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*([=~<>!]=?.*)?(;.*)?$")


def expectations(row: Row, table: dict[str, Any], context: Path, uploaded: Path) -> dict[str, Any]:
    """What `inside.py` compares the image with, as JSON-able data.

    `context` is the project, `uploaded` the part of it that the build has.
    """
    config = yaml.safe_load((row.folder / "cog.yaml").read_text()) or {}
    build, extra = config.get("build") or {}, table.get(row.project, {})
    programs = extra.get("programs", {})
    present, beside = names(uploaded), {".dockerignore", "Dockerfile", "MIGRATION.md"}
    return {
        "python": extra.get("python") or minor(build.get("python_version") or default_python(row.release)),
        "requirements": [text for item in _requirements(row.folder, build) if (text := plain(item))],
        "torch": extra.get("torch", ""),
        "keeps": extra.get("keeps", []),
        "server": row.kind == "server",
        "files": present,
        "absent": [name for name in names(context) if name not in present and name not in beside],
        "environment": dict(item.split("=", 1) for item in config.get("environment") or [] if _has_environment(row)),
        "system": [programs.get(name, name) for name in build.get("system_packages") or []],
        "commands": extra.get("commands", []),
    }


def minor(version: object) -> str:
    """`3.12` of `3.12.1`."""
    return ".".join(str(version).split(".")[:2])


def _has_environment(row: Row) -> bool:
    """Whether the release knew `environment:` (v0.14.9 on)."""
    return not row.release or release_number(row.release) >= (0, 14, 9)


def _requirements(folder: Path, build: dict[str, Any]) -> list[str]:
    """The items that cog.yaml asks for, itself or in the requirements file that it names."""
    if "python_requirements" in build:
        return list((folder / build["python_requirements"]).read_text().split("\n"))
    return [str(item) for item in build.get("python_packages") or []]


def plain(item: str) -> str:
    """An item of python_packages as PEP 508 text, empty for options, addresses and comments."""
    text = re.sub(r"\s#.*", "", re.split(r"\s--?[a-z]", " " + item)[0]).strip()
    return text if REQUIREMENT.match(text) else ""


def release_number(release: str) -> tuple[int, ...]:
    """`v0.9.26` or `v0.17.0-beta2` as numbers."""
    return tuple(int(part) for part in re.findall(r"\d+", release.partition("-")[0]))


def default_python(release: str) -> str:
    """The Python that a release takes where cog.yaml names none."""
    number = release_number(release) or (99,)
    for major, minor, patch, python in DEFAULT_PYTHON:
        if number < (major, minor, patch):
            return python
    return "3.13"


def settings(image: dict[str, Any]) -> list[str]:
    """What is wrong with an image's configuration (`docker inspect`): no server of Cog's, no label of its."""
    config = image["Config"]
    wrong = [f"{name} is {config[name]}" for name in ("Entrypoint", "ExposedPorts") if config.get(name)]
    wrong += [f"Cmd is {config['Cmd']}" for _ in (1,) if "cog" in json.dumps(config.get("Cmd") or [])]
    wrong += [f"label {name}" for name in config.get("Labels") or {} if "cog" in name]
    return wrong


def verdict(output: str) -> list[str]:
    """What `inside.py` found, from its output; an output without a result is an error of its own."""
    match = re.search(r"^result:(\[.*\])$", output, re.MULTILINE)
    if not match:
        return ["the check did not run: " + output.strip()[-300:]]
    found: list[str] = json.loads(match[1])
    return found


def pip(output: str) -> str:
    """What `pip check` found, in a word or two for the table, from the output of `inside.py`."""
    match = re.search(r"^pip:(\[.*\])$", output, re.MULTILINE)
    conflicts = json.loads(match[1]) if match else None
    return (
        "" if conflicts is None else "ok" if not conflicts else f"{len(conflicts)} conflict{'s' * (len(conflicts) > 1)}"
    )
