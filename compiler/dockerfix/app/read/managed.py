"""Managed weights (`weights` of cog.yaml): what fal_weights.py fetches before the model starts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from dockerfix.app.read.model import Note
from dockerfix.app.write.ignored import read_ignored
from dockerfix.knowledge.cog_constructs import HUB_ADDRESSES
from dockerfix.knowledge.fal import DATA_FOLDER
from dockerfix.project.cog_yaml import Filter, Weight
from dockerfix.project.files import is_folder, leaves
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.credentials import has_login, holds_secret
from dockerfix.text.findings import Severity

LOCK_FILE = "weights.lock"
FETCHED = (*HUB_ADDRESSES, "https://", "http://")
LOCAL = "file://"
_CREDENTIALS = (
    "the address of the weights `{}` contains credentials, which fal_weights.py would show to everyone who can read "
    "the App; remove them here, and fetch these weights in `setup` with a variable that `fal secrets set` sets"
)


class Managed(NamedTuple):
    """The weights as fal_weights.py has them, in JSON's types, and what there is to say of each."""

    weights: tuple[dict[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def fetches(self) -> bool:
        """Whether anything is downloaded."""
        return any(each["uri"].startswith(FETCHED) for weight in self.weights for each in weight["sources"])


def read_managed(project: Project, config: CogConfig, *, by: str = "the App") -> Managed:
    """The managed weights of a project; the notes say that they are fetched `by` something.

    What their sources mean is in `replicate/cog:pkg/model/weightsource`: repositories of Hugging Face, single files by
    HTTP, and folders of the project. Where weights.lock has the same sources, it gives the commit of a repository,
    and the names, sizes and digests of all files (`replicate/cog:pkg/weights/lockfile/lockfile.go`).
    """
    file = project.config_name or "cog.yaml"
    locked = _locked(project)
    ignored = read_ignored(project).patterns if config.weights else ()
    weights: list[dict[str, Any]] = []
    notes: list[Note] = []
    for index, weight in enumerate(config.weights):
        line = config.line_of("weights", index)
        if any(has_login(uri) or holds_secret(uri) for uri in weight.sources):
            notes.append(Note("DF524", _CREDENTIALS.format(weight.name or weight.target), file, line, Severity.ERROR))
            continue
        problem = _problem(project, weight, ignored)
        if problem is not None:
            notes.append(Note("DF524", f"{problem}; put these weights there yourself", file, line))
            continue
        entry = _entry(weight, locked.get(weight.name, {}))
        weights.append(entry)
        notes.append(Note("DF524", _message(weight, entry, by), file, line, Severity.NOTE))
    return Managed(tuple(weights), tuple(notes))


def _problem(project: Project, weight: Weight, ignored: Sequence[str]) -> str | None:
    """Why the App, or the gate, can't bring a weight, or None."""
    if not weight.sources or not weight.target:
        return f"`weights` names {'no target' if weight.sources else 'no source'} for `{weight.name}`"
    for uri in weight.sources:
        if uri.startswith(FETCHED):
            continue
        if "://" in uri and not uri.startswith(LOCAL):
            return f"nothing here fetches `{uri}`, as Cog doesn't either"
        folder = _folder(uri)
        if project.root is not None and (leaves(project.root, folder) or not is_folder(project.root, folder)):
            return f"the image has no folder `{uri}` for `{weight.target}`"
        pattern = next((each for each in ignored if _covers(each, folder)), None)
        if pattern is not None:
            return f".dockerignore leaves `{folder}`, the weights for `{weight.target}`, out of the image (`{pattern}`)"
    return None


def _covers(pattern: str, folder: str) -> bool:
    """Whether a pattern of .dockerignore matches a folder or one around it, or all that is in it."""
    plain = pattern.strip("/").removesuffix("/**").removesuffix("/*")
    parts = folder.split("/")
    if plain.startswith("**/"):
        return any(fnmatchcase(part, plain[3:]) for part in parts)
    return any(fnmatchcase("/".join(parts[: end + 1]), plain) for end in range(len(parts)))


def _folder(uri: str) -> str:
    return uri.removeprefix(LOCAL).removeprefix("./").rstrip("/") or "."


def _entry(weight: Weight, lock: dict[str, Any]) -> dict[str, Any]:
    filters = weight.filters or (Filter(),) * len(weight.sources)
    sources: list[dict[str, Any]] = []
    same = len(lock.get("sources", ())) == len(weight.sources)
    for number, (uri, chosen) in enumerate(zip(weight.sources, filters, strict=True)):
        source: dict[str, Any] = {"uri": uri if uri.startswith(FETCHED) else _folder(uri)}
        source.update({name: list(value) for name, value in chosen._asdict().items() if value})
        sources.append(source)
        before = lock["sources"][number] if same else {}
        same = same and (
            _plain(before.get("uri", "")) == _plain(uri)
            and sorted(before.get("include") or ()) == sorted(chosen.include)
            and sorted(before.get("exclude") or ()) == sorted(chosen.exclude)
        )
    entry: dict[str, Any] = {"name": weight.name, "target": weight.target, "sources": sources}
    if same:
        for source, before in zip(sources, lock["sources"], strict=True):
            kind, _, commit = str(before.get("fingerprint", "")).partition(":")
            if kind == "commit" and commit:
                source["revision"] = commit
        entry["files"] = {each["path"]: [each["size"], each.get("digest", "")] for each in lock.get("files", ())}
    return entry


def _plain(uri: str) -> str:
    """An address without the differences that don't count."""
    if uri.startswith(HUB_ADDRESSES):
        return uri.partition("://")[2].removesuffix("@main")
    return uri if "://" in uri and not uri.startswith(LOCAL) else _folder(uri)


def _locked(project: Project) -> dict[str, dict[str, Any]]:
    """The entries of weights.lock by name; {} without one that can be read."""
    source = project.read(LOCK_FILE)
    try:
        found = json.loads(source.text)["weights"] if source is not None else []
        return {each["name"]: each for each in found if all("size" in one and "path" in one for one in each["files"])}
    except (ValueError, KeyError, TypeError):
        return {}


def _message(weight: Weight, entry: dict[str, Any], by: str) -> str:
    sources = ", ".join(f"`{uri}`" for uri in weight.sources)
    if all(not uri.startswith(FETCHED) for uri in weight.sources):
        return f"{by} links the files of {sources} into `{weight.target}` before `setup`"
    message = f"{by} fetches {sources} to `{DATA_FOLDER}` once and links it into `{weight.target}` before `setup`"
    if "files" in entry:
        return f"{message}, in the versions of {LOCK_FILE}"
    if any(uri.startswith(HUB_ADDRESSES) for uri in weight.sources):
        return f"{message}, in the newest version; a repository that isn't public needs `fal secrets set HF_TOKEN`"
    return message
