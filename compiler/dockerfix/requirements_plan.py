"""How a project's requirements file gets into the image: which files are copied where, or which lines are installed."""

from __future__ import annotations

import json
import posixpath
from typing import NamedTuple

from dockerfix.context import Context
from dockerfix.knowledge.idioms import idioms
from dockerfix.project_requirements import FileProblem, Requirements
from dockerfix.requirements import Item, has_credentials, is_cog


class Plan(NamedTuple):
    """What to do with a requirements file.

    `copies` are COPY instructions, `target` is the file in the image that pip reads. With `inline` pip gets `items`
    on its command line instead, and `copies` bring only the local packages that they name. `problems` are errors.
    """

    path: str
    target: str
    copies: tuple[str, ...]
    items: tuple[Item, ...]
    inline: bool
    problems: tuple[FileProblem, ...]


def make(context: Context, path: str) -> Plan:
    """The plan for the requirements file `path`, relative to the project; without a project it is taken on trust."""
    path = posixpath.normpath(path)
    if context.project.root is None:
        return _plain(path, Requirements(files=(path,)))
    found = context.project.requirements_files(path)
    secret = next((line for line in found.lines if any(has_credentials(word) for word in line.item.words)), None)
    problems = list(found.problems)
    if secret is not None:
        message = (
            "a URL here holds credentials, which must not get into an image: pass the index as a build secret and "
            "install it in a `run` command with `--mount=type=secret`"
        )
        problems.append(FileProblem(message, secret.file, secret.line))
    if problems:
        return Plan(path, "", (), (), inline=False, problems=tuple(problems))
    if any(is_cog(item) or item.is_path or _is_editable(item) for item in found.items):
        return _inline(path, found)
    return _plain(path, found)


def _is_editable(item: Item) -> bool:
    return any(option.words[:1] in (("-e",), ("--editable",)) for option in item.options)


def _plain(path: str, found: Requirements) -> Plan:
    """Copy the file to where Cog had put it, and what it includes beside it, so that relative names go on working."""
    folder = posixpath.dirname(path)
    target = idioms().staging.requirements_target
    places = {name: posixpath.relpath(name, folder or ".") for name in found.files}
    if any(place.startswith("../") for place in places.values()):
        root = target.removesuffix(".txt")
        places = {name: f"{root}/{name}" for name in found.files}
        target = places[path]
    else:
        base = posixpath.dirname(target)
        places = {name: target if name == path else f"{base}/{place}" for name, place in places.items()}
    copies = tuple(copy_instruction(name, place) for name, place in places.items())
    return Plan(path, target, copies, found.items, inline=False, problems=())


def _inline(path: str, found: Requirements) -> Plan:
    """Install the lines themselves, without Cog's packages and the project as a package; local packages are copied."""
    folder = posixpath.dirname(path)
    copies: list[str] = []
    items: list[Item] = []
    for item in found.items:
        if is_cog(item) or _is_editable(item) or (item.requirement or "") in (".", "./"):
            continue
        if not item.is_path:
            items.append(item)
            continue
        local = (item.requirement or "").split("[")[0].removeprefix("file:")
        source = posixpath.normpath(posixpath.join(folder, local))
        folder_in_image = posixpath.dirname(idioms().staging.requirements_target)
        target = f"{folder_in_image}/{idioms().staging.artifacts}{posixpath.basename(source)}"
        copies.append(copy_instruction(source, target))
        items.append(
            item._replace(
                parts=tuple(part._replace(text=target) if part is item.requirements[0] else part for part in item.parts)
            )
        )
    return Plan(path, "", tuple(dict.fromkeys(copies)), tuple(items), inline=True, problems=())


def copy_instruction(source: str, target: str) -> str:
    """The COPY of one path; names that Docker or fal's client would divide are given in the JSON form."""
    if any(character in source + target for character in " \t\"'[]$\\"):
        return f"COPY {json.dumps([source, target], ensure_ascii=False)}"
    return f"COPY {source} {target}"
