"""The secrets that a build needs, and the entries of `fal secrets` that they are passed from."""

from __future__ import annotations

import re

from dockerfix.syntax.dockerfile.instructions import Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction


def build_secrets(document: Document) -> dict[str, Instruction]:
    """The names of the secrets that RUNs mount, each with the first RUN that does."""
    found: dict[str, Instruction] = {}
    for instruction in document.instructions:
        view = instruction.view
        for mount in view.mounts if isinstance(view, Run) else ():
            name = mount.get("id") or (mount.target or "").rpartition("/")[2]
            if mount.type == "secret" and name:
                found.setdefault(name, instruction)
    return found


def entry_of(name: str) -> str:
    """The entry of `fal secrets` for a build secret: a name as variables have it."""
    return re.sub(r"\W", "_", name, flags=re.ASCII).upper()
