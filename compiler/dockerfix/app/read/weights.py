"""Downloads in the project's code, and the right folder for them: only /data outlives a runner."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from dockerfix.app.read.code import Names, parse
from dockerfix.app.read.model import AppError, Note
from dockerfix.knowledge.cog_constructs import PGET_COMMAND
from dockerfix.knowledge.fal import DATA_FOLDER, HUGGINGFACE_HOME
from dockerfix.project.project import CogConfig, Project
from dockerfix.text.findings import Severity

Source = Literal["pget", "huggingface", "torch.hub"]
_HUGGINGFACE = frozenset({"hf_hub_download", "snapshot_download"})
_TORCH_HUB = frozenset({"load_state_dict_from_url", "load_url", "download_url_to_file"})
_HUGGINGFACE_VARIABLES = frozenset(
    {"HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "DIFFUSERS_CACHE"}
)
_FOLDERS = ("cache_dir", "local_dir", "model_dir")


@dataclass(frozen=True, slots=True)
class Download:
    """A place in the code that downloads weights; `folder` is the target, if the call names one."""

    source: Source
    file: str
    line: int
    folder: str | None = None


def find_downloads(project: Project) -> tuple[Download, ...]:
    """All downloads, those by pget first."""
    found = [Download("pget", file, line) for file, line in project.find_calls_of_command(PGET_COMMAND)]
    for file in project.python_files():
        source = project.read(file)
        if source is None or not any(
            word in source.text for word in (*_HUGGINGFACE, *_TORCH_HUB, "hub.load", "from_pretrained")
        ):
            continue
        try:
            tree = parse(source, file)
        except AppError:
            continue
        names = Names(tree.body)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        found += [each for call in calls if (each := _download(call, file, names)) is not None]
    return tuple(found)


def _download(call: ast.Call, file: str, names: Names) -> Download | None:
    name = ast.unparse(call.func)
    last = name.rpartition(".")[2]
    written = next((keyword.value for keyword in call.keywords if keyword.arg in _FOLDERS), None)
    if isinstance(written, ast.Constant) and _lasts(str(written.value)):
        return None
    folder = None if written is None else ast.unparse(written)
    if last in _TORCH_HUB or name.endswith("hub.load"):
        return Download("torch.hub", file, call.lineno, folder)
    fetches = last in _HUGGINGFACE or (last == "from_pretrained" and bool(call.args) and _is_hub(call.args[0], names))
    return Download("huggingface", file, call.lineno, folder) if fetches else None


def _lasts(path: str) -> bool:
    """Whether files at a path outlive the runner."""
    return f"{path}/".startswith(f"{DATA_FOLDER}/")


def _is_hub(argument: ast.expr, names: Names) -> bool:
    """Whether the argument is ``owner/model`` and not a path; a name is looked up in the module."""
    found = names.get(argument.id) if isinstance(argument, ast.Name) else argument
    if not isinstance(found, ast.Constant) or not isinstance(found.value, str):
        return False
    return found.value.count("/") == 1 and not found.value.startswith((".", "/", "~"))


def notes_of(downloads: tuple[Download, ...], project: Project, config: CogConfig, *, app: bool = True) -> list[Note]:
    """One note for each download: what to change, or that nothing is needed. `app` is whether there is an App."""
    result = [_note(each, DATA_FOLDER, app=app) for each in downloads]
    for index, (name, value) in enumerate(config.environment):
        if name in _HUGGINGFACE_VARIABLES and not _lasts(value):
            message = f"{name} is `{value}`, which is lost with each runner; fal's own is `{HUGGINGFACE_HOME}`"
            line = config.line_of("environment", index)
            result.append(Note("DF521", message, project.config_name or "cog.yaml", line))
    return result


def _note(each: Download, data: str, *, app: bool) -> Note:
    swap = f"download to a temporary name under `{data}` and rename it, unless the target exists"
    if each.source == "pget":
        return Note("DF520", f"pget downloads this again on every new runner; {swap}", each.file, each.line)
    if each.folder is not None:
        message = f"the folder `{each.folder}` is lost with each runner unless it is under `{data}`; {swap}"
        return Note("DF521" if each.source == "huggingface" else "DF522", message, each.file, each.line)
    if each.source == "torch.hub" and not app:
        message = f"torch.hub downloads this again on every new runner; set TORCH_HOME to `{data}/.cache/torch`"
        return Note("DF522", message, each.file, each.line)
    if each.source == "torch.hub":
        message = f"torch.hub keeps what it downloads in `{data}/.cache/torch`: the App sets TORCH_HOME"
        return Note("DF522", message, each.file, each.line, Severity.NOTE)
    message = f"Hugging Face keeps what it downloads in `{HUGGINGFACE_HOME}`, which outlives a runner"
    return Note("DF521", message, each.file, each.line, Severity.NOTE)
