"""DF312: the gate before Cog's server."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, cog, commands, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import MODEL_FOLDERS, SERVER_ENTRYPOINT_SCRIPTS, SERVER_PORT
from dockerfix.knowledge.written_instructions import gate
from dockerfix.syntax.dockerfile.instructions import FieldsView, TextView
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span

CODE = "DF312"
MESSAGE = "starts the gate, which starts Cog's server; `dockerfix migrate --target server` writes what both need"
REASON = "Cog's server, behind a gate that opens once it is ready"


def start_gate(document: Document, context: Context) -> Iterator[Finding]:
    """Start a gate with `--target server`; it starts Cog's server and opens fal's port once the server is ready.

    fal ends a runner that answers 503, as Cog does until setup has ended, and Cog's health check always answers 200
    (`replicate/cog:docs/http.md`). tini still starts first. `dockerfix migrate --target server` writes `fal_gate.py` into
    the project, and the schema by which the server of Cog 0.17 and later checks requests.

    When it is wrong: Without the gate fal sends requests while the model still loads, and may stop a runner that is
    busy with `setup`. If you have such a gate of your own, `# dockerfix: ignore=DF312` above the CMD and the EXPOSE, or
    `--ignore DF312`, leaves them as they are.

    Options:

        --target server

    Before:

        FROM python:3.11-slim
        WORKDIR /src
        EXPOSE 5000
        CMD ["python", "-m", "cog.server.http"]
        COPY . /src

    After:

        FROM python:3.11-slim
        WORKDIR /src
        # dockerfix[DF312]: Cog's server, behind a gate that opens once it is ready (2 instructions)
        EXPOSE 8080
        CMD ["python", "/src/fal_gate.py"]
        COPY . /src
    """
    stage = stages.final_stage(document)
    block = blocks.find_block(document, CODE, stage)
    if stage is None or context.options.target != "server":
        if block is not None:
            message = "removes the block of Cog's server, which the target does not need"
            yield blocks.removed(CODE, block, message)
        return
    folders = [folder for folder in MODEL_FOLDERS if _works_in(stage, folder)]
    text = blocks.render(document, CODE, REASON, *gate(folders))
    own = block.instructions if block is not None else ()
    servers = [each for each in stage.instructions if cog.is_server(each)]
    for instruction in stage.instructions:
        if instruction in own:
            continue
        if _is_port(instruction):
            message = "removes the EXPOSE of Cog's server: fal calls the gate"
            yield commands.removed(CODE, instruction, message)
        elif _needs_monobase(instruction) or instruction in servers[:-1]:
            message = "removes a start of Cog's server: the gate starts it"
            yield commands.removed(CODE, instruction, message)
    if block is not None:
        yield from _update(document, block, text, servers)
    elif servers:
        edit = blocks.replace(document, servers[-1], text)
        yield Finding(CODE, servers[-1].body_span, MESSAGE, (edit,))
    elif not _has_command(stage):
        offset = placement.after(stage.instructions[-1] if stage.instructions else stage.base)
        yield Finding(CODE, Span(offset, offset), MESSAGE, (blocks.place(document, offset, text),))


def _update(document: Document, block: blocks.Block, text: str, servers: list[Instruction]) -> Iterator[Finding]:
    for instruction in servers[-1:]:
        message = "removes a start of Cog's server: the gate starts it"
        yield commands.removed(CODE, instruction, message)
    edits = blocks.update(document, block, text)
    if edits:
        yield Finding(CODE, block.span, "updates the gate", edits)


def _works_in(stage: Stage, folder: str) -> bool:
    return any(
        placement.is_workdir(each)
        and isinstance(each.view, TextView)
        and f"{each.view.value.value}/".startswith(f"{folder}/")
        for each in stage.instructions
    )


def _is_port(instruction: Instruction) -> bool:
    view = instruction.view
    if instruction.keyword != "EXPOSE" or not isinstance(view, FieldsView):
        return False
    return [word.value for word in view.words] == [SERVER_PORT]


def _needs_monobase(instruction: Instruction) -> bool:
    """Whether an ENTRYPOINT starts tini with a script that only monobase has."""
    return cog.is_tini_entrypoint(instruction) and any(
        script in instruction.text for script in SERVER_ENTRYPOINT_SCRIPTS
    )


def _has_command(stage: Stage) -> bool:
    """Whether the image starts a program of the user."""
    return any(
        each.keyword in ("CMD", "ENTRYPOINT") and not cog.is_tini_entrypoint(each) for each in stage.instructions
    )
