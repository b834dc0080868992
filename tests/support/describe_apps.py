"""Build the Apps of some folders with the real fal, and print what came of them as JSON: a program for the tests."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import fal


def load(folder: str) -> type[fal.App]:
    """The App of a folder, found as `fal run` finds it."""
    os.chdir(folder)
    sys.path.append(str(Path.cwd()))
    module = runpy.run_path("fal_app.py")
    apps = [
        each for each in module.values() if isinstance(each, type) and issubclass(each, fal.App) and each is not fal.App
    ]
    assert len(apps) == 1
    return apps[0]


def describe(folder: str) -> dict[str, Any]:
    """Settings and schema of one App."""
    app = load(folder)
    image = app.image
    settings = {
        "name": app.app_name,
        "auth": app.app_auth,
        "machine_type": app.machine_type,
        "requirements": app.requirements,
        "kind": app.host_kwargs["kind"],
        "python_version": app.host_kwargs["python_version"],
        "keep_alive": app.host_kwargs["keep_alive"],
        "startup_timeout": app.host_kwargs["startup_timeout"],
        "max_multiplexing": app.host_kwargs.get("max_multiplexing"),
        "sources": image.get_copy_add_sources() if image else None,
        "context": str(image.context_dir) if image else None,
        "dockerignore": image.dockerignore if image else None,
    }
    return {"settings": settings, "openapi": app.build_metadata()["openapi"]}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        found = {folder: describe(folder) for folder in sys.argv[1:]}
    json.dump(found, sys.stdout)
