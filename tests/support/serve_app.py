"""Serve the App of a folder on a port: a program for the tests.

``serve_app.py FOLDER PORT`` takes the class as `fal run` does; with ``entry`` behind it, it is imported as a runner
does that is given a ``python_entry_point``, where the Dockerfile isn't there. Uploads become data URLs: there is no
account.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn
from fal.toolkit.file import file as files
from fal.toolkit.file.providers.fal import InMemoryRepository

from describe_apps import load

if __name__ == "__main__":
    files.BUILT_IN_REPOSITORIES["fal_v3"] = InMemoryRepository
    folder, port = sys.argv[1], int(sys.argv[2])
    if sys.argv[3:] == ["entry"]:
        os.environ["IS_ISOLATE_AGENT"] = "1"
        (Path(folder) / "Dockerfile").unlink()
        sys.path.insert(0, folder)
    uvicorn.run(load(folder)(_allow_init=True)._build_app(), host="127.0.0.1", port=port, log_level="warning")
