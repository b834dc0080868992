"""DF104: the settings of Cog's HTTP server and runtime."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cog, commands, environment
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.knowledge.cog_constructs import MODEL_FOLDERS, SERVER_PORT
from dockerfix.syntax.dockerfile.instructions import Env, FieldsView
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.findings import Finding

CODE = "DF104"


def drop_server(document: Document, context: Context) -> Iterator[Finding]:
    """Remove the server's CMD and EXPOSE, Cog's variables and labels, and the copy of its configuration.

    fal starts its own server on its own port and reads neither CMD nor EXPOSE of an app's image
    (`fal-ai/fal:projects/fal/src/fal/app.py`). Only Cog reads the variables `COG_*` and `R8_*` and the labels
    (`replicate/cog@v0.22.0:pkg/dockerfile/standard_generator.go`). `--target server` removes only the labels.

    Before:

        FROM python:3.11-slim
        WORKDIR /src
        EXPOSE 5000
        ENV COG_PREDICT_TYPE_STUB="predict.py:Predictor"
        CMD ["python", "-m", "cog.server.http"]
        COPY . /src

    After:

        FROM python:3.11-slim
        WORKDIR /src
        COPY . /src
    """
    keeps_server = context.options.target == "server"
    # the variables of monobase choose its versions, so DF111 removes them
    fast = any(cog.is_monobase(instruction) for instruction in document.instructions)
    for instruction in document.instructions:
        what = _server_part(instruction)
        if what and not keeps_server:
            yield commands.removed(CODE, instruction, f"removes {what}")
        elif cog.is_cog_label(instruction):
            yield commands.removed(CODE, instruction, "removes Cog's label")
        elif keeps_server:
            # the server reads its variables and /src/cog.yaml
            continue
        elif isinstance(instruction.view, Env) and not fast:
            yield from _in_env(instruction, instruction.view, context)
        elif _copies_config(instruction):
            message = "removes the copy of the configuration to cog.yaml"
            yield commands.removed(CODE, instruction, message)


@of_node
def _server_part(instruction: Instruction) -> str | None:
    view = instruction.view
    if instruction.keyword == "CMD" and cog.is_server(instruction):
        return "the CMD that starts Cog's server"
    if isinstance(view, FieldsView) and instruction.keyword == "EXPOSE":
        return "the EXPOSE of Cog's server" if [word.value for word in view.words] == [SERVER_PORT] else None
    return None


def _in_env(instruction: Instruction, view: Env, context: Context) -> Iterator[Finding]:
    wanted = {name for name, _value in context.config.environment} if context.config else ()
    own = [pair for pair in view.pairs if cog.is_cog_variable(pair.name.value) and pair.name.value not in wanted]
    if not own:
        return
    names = ", ".join(f"`{pair.name.value}`" for pair in own)
    if len(own) == len(view.pairs):
        yield commands.removed(CODE, instruction, f"removes {names}, which only Cog's runtime reads")
        return
    yield Finding(
        CODE,
        instruction.body_span,
        f"removes {names}, which only Cog's runtime reads",
        environment.without(instruction, own),
    )


@of_node
def _copies_config(instruction: Instruction) -> bool:
    """Whether this is ``RUN cp /src/NAME /src/cog.yaml``, which Cog appends if the configuration has another name."""
    simple = commands.simple_commands(instruction)
    if len(simple) != 1 or commands.program(simple[0]) != "cp":
        return False
    operands = commands.arguments(simple[0])
    return len(operands) == 2 and operands[1] in [f"{folder}/cog.yaml" for folder in MODEL_FOLDERS]
