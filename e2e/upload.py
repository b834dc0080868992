"""The build context as fal has it: the files that fal's own client uploads for a Dockerfile, and no others."""

from __future__ import annotations

import ast
import os
import re
import shutil
from pathlib import Path
from typing import Any, Optional

from fal.container import ContainerImage
from fal.file_sync import FileSync, FileSyncOptions


def collect(project: Path, target: Path) -> None:
    """Copy into the new folder `target` what fal's client uploads of `project` for its Dockerfile."""
    target.mkdir()
    image = _image(project).to_dict()
    ignored = [re.compile(pattern) for pattern in image["docker_ignore"]]
    options = FileSyncOptions(image["docker_files_list"], ignored, str(project))
    sync = FileSync(str(project / "fal_app.py"), credentials=object())
    for file in sync.collect_files(options.files_list, options.files_context_dir, options.files_ignore):
        if any(pattern.search(file.relative_path) for pattern in ignored):
            continue
        place = target / file.relative_path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file.absolute_path, place)


def names(folder: Path) -> list[str]:
    """The files of a folder, by their path in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def _image(project: Path) -> ContainerImage:
    """The image that the App names: what its `container_image` gives, without the rest of the App."""
    app = project / "fal_app.py"
    if not app.exists():  # Cog's own server has no App; the client reads .dockerignore then
        return ContainerImage.from_dockerfile(str(project / "Dockerfile"), context_dir=project)
    parts = ast.parse(app.read_text(encoding="utf-8")).body
    functions = [part for part in parts if isinstance(part, ast.FunctionDef) and part.name == "container_image"]
    scope: dict[str, Any] = {"os": os, "HERE": project, "ContainerImage": ContainerImage, "Optional": Optional}
    exec(compile(ast.Module([*functions], []), str(app), "exec"), scope)  # noqa: S102 - our own output
    image: ContainerImage = scope["container_image"]()
    return image
