"""DF302: the project's folder on Python's path."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, placement, stages
from dockerfix.analysis.blocks import Messages
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import MODEL_FOLDER, MODEL_FOLDERS
from dockerfix.knowledge.written_instructions import source_path
from dockerfix.syntax.dockerfile.instructions import TextView
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.findings import Finding
from dockerfix.text.lazy_patterns import lazy

CODE = "DF302"

_PLAIN = lazy(r"[\w./@+,:=~%-]+")


def add_source_path(document: Document, context: Context) -> Iterator[Finding]:
    """Add the folder of the model's code to Python's path with a `.pth` file.

    fal imports the module of an app before it puts the working directory on `sys.path`, and may overwrite PYTHONPATH; a
    `.pth` file in site-packages always works (seen with fal 1.83.0 and isolate 0.26.12).

    When it is wrong: The folder comes last on the path, so a module of yours never hides an installed package. If your
    code relies on the opposite, or installs itself as a package, `--ignore DF302` leaves the step out.

    Before:

        FROM python:3.11-slim
        WORKDIR /src
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF302]: /src on Python's path
        RUN python -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'src.pth').write_text('/src\\n')"
        WORKDIR /src
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if stage is None or context.options.target == "server":
        return
    folder = _source_folder(stage)
    text = blocks.render(document, CODE, f"{folder} on Python's path", source_path(folder))
    messages = Messages(
        f"adds `{folder}` to Python's path", f"adds `{folder}` to Python's path instead of the folder before"
    )
    yield from blocks.write_or_update(stage, CODE, text, placement.after_installs(stage), messages)


def _source_folder(stage: Stage) -> str:
    """Return the folder of the code: the stage's WORKDIR, or its parent if a shell would not take its name."""
    for instruction in reversed(stage.instructions):
        if placement.is_workdir(instruction) and isinstance(instruction.view, TextView):
            folder = instruction.view.value.value
            if _PLAIN.fullmatch(folder):
                return folder
            return next(above for above in MODEL_FOLDERS if folder.startswith(above))
    return MODEL_FOLDER
