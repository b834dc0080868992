"""Which release of Debian or Ubuntu a stage stands on, and which packages that release no longer has."""

from __future__ import annotations

import re

from dockerfix.analysis import flow
from dockerfix.knowledge.cog_base import RENAMED_PACKAGES
from dockerfix.knowledge.commands import debian_of_python, image_kind
from dockerfix.knowledge.cuda import parse_cuda_tag
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.tree import Document, Stage


def system_of(document: Document, stage: Stage) -> str | None:
    """The system of a stage, such as ``debian13`` or ``ubuntu24.04``; None where the base image does not tell."""
    view = stage.base.view
    if not isinstance(view, From) or view.image is None:
        return None
    origin = flow.find_base(document, view.image.text, stage.index)
    if origin is not None:
        return system_of(document, origin)
    return system_of_image(view.image.repository, view.image.tag.value if view.image.tag else "")


def system_of_image(repository: str, tag: str) -> str | None:
    """The system of a public image."""
    kind = image_kind(repository, tag)
    if kind == "cuda-devel":
        parsed = parse_cuda_tag(tag)
        return parsed.system if parsed else None
    if kind in ("python", "python-slim"):
        return debian_of_python(tag)
    number = re.match(r"\d+(?:\.\d+)?", tag)
    return f"{kind}{number[0]}" if kind in ("debian", "ubuntu") and number else None


def successor(document: Document, stage: Stage, package: str) -> str:
    """The package to install for `package` in a stage: itself, or what replaced it."""
    return successor_on(system_of(document, stage), package) if package in RENAMED_PACKAGES else package


def successor_on(system: str | None, package: str) -> str:
    """The package to install for `package` on a system: itself, or what replaced it."""
    replacement, systems = RENAMED_PACKAGES.get(package, (package, ()))
    return replacement if system in systems else package
