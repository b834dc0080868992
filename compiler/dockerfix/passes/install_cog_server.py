"""DF311: Cog from PyPI, for an image that keeps Cog's HTTP server."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, placement, python, stages
from dockerfix.analysis.blocks import Messages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import requested
from dockerfix.knowledge.cog_server import RELEASE_AS_OF, RELEASES, cog_version
from dockerfix.knowledge.versions import is_version, numbers
from dockerfix.knowledge.written_instructions import pip_install
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import shell_word

CODE = "DF311"


def install_cog_server(document: Document, context: Context) -> Iterator[Finding]:
    """Install Cog from PyPI with `--target server`, instead of the wheel that Cog staged.

    The release is `sdk_version` in cog.yaml, which must be a version, or the newest for the image's Python. The step comes
    before the project's own commands, as in Cog's output; the package's requirements include the pydantic and fastapi that
    the server needs.

    The gate before the server fetches managed weights (`weights` in cog.yaml) from Hugging Face by `huggingface_hub`, which
    is installed with it.

    When it is wrong: For another release of Cog set `sdk_version` in cog.yaml. If the image installs Cog by itself,
    `--ignore DF311` adds nothing; the gate then needs a `python -m cog.server.http` that works.

    Options:

        --target server

    Before:

        FROM python:3.11-slim
        WORKDIR /src
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF311]: Cog's own server
        RUN python -m pip install --no-cache-dir 'cog==0.23.1'
        WORKDIR /src
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    block = blocks.find_block(document, CODE, stage)
    if stage is None or context.options.target != "server":
        if block is not None:
            message = "removes the block of Cog's server, which the target does not need"
            yield blocks.removed(CODE, block, message)
        return
    current = python.python_of(document, stage, context.config)
    version = (context.config.sdk_version if context.config else None) or cog_version(current)
    if version is None:
        message = f"no release of Cog on PyPI runs on Python {current}, so its server can't be kept"
        yield Finding(CODE, stage.base.body_span, message, severity=Severity.ERROR)
        return
    if not is_version(version):
        message = (
            f"`sdk_version` in cog.yaml is `{version}`, which is no version on PyPI; set one such as {RELEASES[-1][1]}"
        )
        yield Finding(CODE, stage.base.body_span, message, severity=Severity.ERROR)
        return
    newest = RELEASES[-1][1]
    if numbers(version) > numbers(newest):
        message = (
            f"cog.yaml asks for Cog {version}, which is newer than {newest}, the newest that dockerfix knows (as of {RELEASE_AS_OF}), "
            "so its server is not checked"
        )
        yield Finding(CODE, stage.base.body_span, message, severity=Severity.WARNING)
    fetching = requested.fetching(context.config)
    install = pip_install(" ".join(map(shell_word, [f"cog=={version}", *fetching])))
    text = blocks.render(document, CODE, "Cog's own server", install)
    message = f"installs Cog {version} from PyPI for its server"
    message += "".join(f", and {each}, by which the gate fetches `weights`" for each in fetching)
    messages = Messages(message, f"updates Cog to {version}")
    yield from blocks.write_or_update(stage, CODE, text, placement.before_user_commands(stage, context), messages)
