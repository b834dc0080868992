"""DF301: the fal SDK, after all other packages."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, placement, python, stages
from dockerfix.analysis.blocks import Messages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import requested
from dockerfix.knowledge.fal import fal_version
from dockerfix.knowledge.written_instructions import pip_install
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding
from dockerfix.text.quoting import shell_word

CODE = "DF301"


def install_fal(document: Document, context: Context) -> Iterator[Finding]:
    """Install the `fal` SDK after everything else, pinned to a version that supports the image's Python.

    fal's runtime needs its own versions of pydantic and protobuf in the image; its documentation asks to install `fal`
    last, so that these win. `python -m pip` uses the right interpreter even if `pip` was replaced.

    The App fetches managed weights (`weights` in cog.yaml) from Hugging Face by `huggingface_hub`, which is installed with
    it; pip keeps the release that other packages already brought.

    When it is wrong: A model may depend on the versions that fal replaces; DF307 names them. `--fal-version VERSION`
    installs another release (`fal-version` in the settings), `--ignore DF301` none, for an image that installs fal
    itself. If no release fits, `--target server` keeps fal out of the model's Python.

    Before:

        FROM python:3.11-slim
        RUN mkdir /weights
        WORKDIR /src
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN mkdir /weights
        # dockerfix[DF301]: the fal SDK, last so that its versions win
        RUN python -m pip install --no-cache-dir 'fal==1.83.0'
        WORKDIR /src
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if stage is None or context.options.target == "server":
        return
    version = context.options.fal_version or fal_version(python.python_of(document, stage, context.config))
    if version is None:
        return  # DF307 refuses this Python
    fetching = requested.fetching(context.config)
    text = pip_install(" ".join(map(shell_word, [f"fal=={version}", *fetching])))
    rendered = blocks.render(document, CODE, "the fal SDK, last so that its versions win", text)
    what = " and ".join([f"fal {version}", *(f"{each}, by which the App fetches `weights`," for each in fetching)])
    messages = Messages(f"installs {what} last", f"updates fal to {version}")
    yield from blocks.write_or_update(stage, CODE, rendered, placement.after_installs(stage), messages)
