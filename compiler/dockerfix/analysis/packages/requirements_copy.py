"""The way of a project's requirements file into the image: files to copy, or lines to install."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.analysis.context import Context
from dockerfix.analysis.packages.install_step import without_cog
from dockerfix.knowledge.cog_constructs import ARTIFACTS_FOLDER, MODEL_FOLDERS, REQUIREMENTS_TARGET
from dockerfix.project.pip_options import Option
from dockerfix.project.requirements import (
    Item,
    Requirement,
    has_credentials,
    is_cog,
    local_path,
    parse_item,
)
from dockerfix.project.requirements_files import FileProblem, RequirementLine, Requirements
from dockerfix.text.findings import Finding, Severity, placed
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.quoting import shell_word
from dockerfix.text.source import Span


class Plan(NamedTuple):
    """How to install a requirements file.

    `copies` are COPY instructions, `target` is the file in the image that pip reads. If `inline`, pip gets `items`
    on its command line instead, and `copies` bring only the local packages that they name. `problems` are errors.
    `lines` are those of the file and of the files that it includes, as written.
    """

    path: str
    target: str
    copies: tuple[str, ...]
    items: tuple[Item, ...]
    inline: bool
    problems: tuple[FileProblem, ...]
    lines: tuple[RequirementLine, ...] = ()


def make(context: Context, path: str) -> Plan:
    """Return the plan for the requirements file `path`, relative to the project; not checked without a project."""
    path = posixpath.normpath(path)
    if context.project.root is None:
        if path.startswith(("/", "../")):
            problem = FileProblem(f"`{path}` is outside the project", None, None)
            return Plan(path, "", (), (), inline=False, problems=(problem,))
        return _plain(path, Requirements(files=(path,)))
    found = context.project.requirements_files(path)
    secret = next((line for line in found.lines if has_credentials(line.item)), None)
    problems = list(found.problems)
    if secret is not None:
        message = (
            f"a URL here{placed(secret.file, secret.line)} contains credentials, which must not get into an image; "
            "pass the index as a build secret and install it in a `run` command with `RUN --mount=type=secret` "
            "(`mounts` in cog.yaml)"
        )
        problems.append(FileProblem(message, secret.file, secret.line))
    if problems:
        return Plan(path, "", (), (), inline=False, problems=tuple(problems))
    if any(_is_local(part) or is_cog(part) for item in found.items for part in _installed(item)):
        return _inline(path, found)
    return _plain(path, found)


def _installed(item: Item) -> Iterator[Requirement]:
    """Return what an item installs, editable packages included."""
    for part in item.parts:
        if isinstance(part, Requirement):
            yield part
        elif part.long == "--editable" and part.value:
            yield from parse_item(part.value).requirements


def _is_local(part: Requirement) -> bool:
    """Whether this is a file or folder of the project."""
    return part.is_path and _in_project(part) is not None


def _in_project(part: Requirement) -> str | None:
    """Return the path in the project that a local package names; None for one of the image.

    An absolute path is one of the image, but in the model's folder is the project.
    """
    local = local_path(part)
    if local is None or local.path.startswith("~"):
        return None
    path = posixpath.normpath(local.path)
    if not path.startswith("/"):
        return path
    folder = next((each for each in MODEL_FOLDERS if f"{path}/".startswith(f"{each}/")), None)
    return posixpath.relpath(path, folder) if folder is not None else None


def is_the_project(part: Requirement) -> bool:
    """Whether this is the project itself, which is on Python's path anyway; Cog skips it from v0.15.7 on."""
    return _is_local(part) and _in_project(part) == "." and "[" not in part.text


def of_repository(item: Item) -> str | None:
    """Return the text of a package that pip would clone from a git repository of the project; None without one."""
    found = (each for each in _installed(item) if each.is_url and _in_project(each) is not None)
    return next((each.text for each in found), None)


def is_project(item: Item) -> bool:
    """Whether an item is the project itself as a package, such as ``-e .``, which is left out."""
    return any(is_the_project(each) for each in _installed(item))


def left_out(code: str, span: Span, item: Item, file: str | None, line: int | None) -> Finding:
    """Return the warning about an item that is the project itself."""
    message = (
        f"leaves out `{item.raw.strip()}`: the image has the project on Python's path, but not what it depends on by "
        "pyproject.toml or setup.py; list these packages here"
    )
    return Finding(code, span, message, severity=Severity.WARNING, file=file, line=line)


def _plain(path: str, found: Requirements) -> Plan:
    """Return a plan that copies the file to Cog's place, and included files beside it, so relative names work."""
    folder = posixpath.dirname(path)
    target = REQUIREMENTS_TARGET
    places = {name: posixpath.relpath(name, folder or ".") for name in found.files}
    if any(place.startswith("../") for place in places.values()):
        root = target.removesuffix(".txt")
        places = {name: f"{root}/{name}" for name in found.files}
        target = places[path]
    else:
        base = posixpath.dirname(target)
        places = {name: target if name == path else f"{base}/{place}" for name, place in places.items()}
    copies = tuple(copy_instruction(name, place) for name, place in places.items())
    return Plan(path, target, copies, found.items, inline=False, problems=(), lines=found.lines)


def _inline(path: str, found: Requirements) -> Plan:
    """Return a plan that installs the lines, without Cog's packages and the project, and copies local packages."""
    copies, items = localised(found.items, posixpath.dirname(path))
    base = posixpath.dirname(REQUIREMENTS_TARGET)
    for name in dict.fromkeys(line.file for line in found.lines if line.constraint):
        target = f"{base}/{name.replace('/', '-')}"
        copies = (*copies, copy_instruction(name, target))
        items = (*items, Item("", (Option("-c", target),)))
    return Plan(path, "", copies, items, inline=True, problems=(), lines=found.lines)


def localised(items: Iterable[Item], folder: str) -> tuple[tuple[str, ...], tuple[Item, ...]]:
    """Return COPY instructions for the local packages among `items`, which are relative to `folder`, and the items
    with paths in the image; without Cog's packages and the project itself.
    """
    copies: dict[str, None] = {}
    result: list[Item] = []
    for item in items:
        parts: list[Option | Requirement] = []
        for part in without_cog(item).parts:
            if isinstance(part, Requirement) and part.text.startswith(";"):
                continue  # pip ignores the marker of an editable package
            local = next((each for each in _installed(Item("", (part,))) if _is_local(each)), None)
            if local is None or _source(local, folder).startswith("../"):
                parts.append(part)
            elif not is_the_project(local):
                copy, moved = _moved(local, folder)
                copies[copy] = None
                parts.append(moved)
        if parts:
            result.append(item if item.parts == tuple(parts) else item._replace(parts=tuple(parts)))
    return tuple(copies), tuple(result)


def _source(local: Requirement, folder: str) -> str:
    """Return the path in the project of a local package; a relative one is written in a file of `folder`."""
    found, path = local_path(local), _in_project(local) or "."
    is_absolute = found is not None and found.path.startswith("/")
    return path if is_absolute else posixpath.normpath(posixpath.join(folder, path))


def _moved(local: Requirement, folder: str) -> tuple[str, Requirement]:
    """Return the COPY of a local package, and its requirement in the image with the same extras and marker."""
    source = _source(local, folder)
    # the whole path: two packages may have one name in different folders
    target = f"{posixpath.dirname(REQUIREMENTS_TARGET)}/{ARTIFACTS_FOLDER}{source}"
    found = local_path(local)
    before, _path, after = found if found is not None else ("", "", "")
    name = before[: before.find("@") + 1]
    text = f"{target}{after}"
    if name or after.startswith("#"):  # pip reads these only in a URL
        url = f"file://{target.replace('%', '%25').replace(' ', '%20')}"
        text = f"{name} {url}{after}".strip()
    return copy_instruction(source, target), local._replace(text=text)


def copy_instruction(source: str, target: str) -> str:
    """Return the COPY of one path, in the JSON form if Docker or fal's client would divide the name."""
    if _PLAIN.fullmatch(source) and _PLAIN.fullmatch(target):
        return f"COPY {source} {target}"
    # Docker interprets quotes, backslashes and variables in the JSON form as well
    words = [re.sub(r"([\\\"'$])", r"\\\1", path) for path in (source, target)]
    import json

    return f"COPY {json.dumps(words, ensure_ascii=False)}"


_PLAIN = lazy(r"[\w./@+,~%][\w./@+,=:~%-]*")
"""Whether a path needs no quotes, in a COPY or in a shell."""


def install_option(target: str) -> str:
    """Return pip's option for the file `target`."""
    return f"-r {target}" if _PLAIN.fullmatch(target) else f"-r {shell_word(target)}"
